/** The one {@link PageData} of this window, for hooks and for functions called outside React. */
import type { PageData } from './page-data';

let current: PageData | null = null;

export function setPageData(data: PageData): void {
  current = data;
}

/** Throws before `startData` was called. */
export function pageData(): PageData {
  if (current === null) throw new Error('startData() has not been called');
  return current;
}
