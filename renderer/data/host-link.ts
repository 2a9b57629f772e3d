import type { FillReason, HostLink } from './shapes';

export type { FillReason, HostLink, HostLinkState } from './shapes';

const LINK: HostLink = { state: 'connecting', since: 0 };

/** How the page stands with its host (not with the helpdesks: those are the accounts' states). */
export function useHostLink(): HostLink {
  return LINK;
}

/** Told to the agent while the cache is filled from nothing, and once after it was rebuilt. */
export interface CacheNotice {
  state: 'rebuilding' | 'rebuilt';
  reason: FillReason;
  /** Rows stored so far. */
  rows: number;
  dismiss(): void;
}

/** `null` when there is nothing to tell. A first filling ends without a `rebuilt` notice. */
export function useCacheNotice(): CacheNotice | null {
  return null;
}
