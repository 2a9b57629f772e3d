import type { UploadedFile } from './intents';

/** What an agent is typing in one conversation; an empty one (no text, no files) is a tombstone. */
export interface Draft {
  accountId: string;
  conversationId: string;
  mode: 'reply' | 'note';
  text: string;
  files: readonly UploadedFile[];
  /** The page's clock when it was typed: the later one wins. */
  typedAt: number;
}

export function isEmptyDraft({ text, files }: Pick<Draft, 'text' | 'files'>): boolean {
  return text.trim() === '' && files.length === 0;
}
