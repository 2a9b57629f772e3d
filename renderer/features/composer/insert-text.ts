/** Putting a saved reply into what is being written. */
import { htmlToText } from '@renderer/components/mail/html-text';
import type { MessageBody } from '@shared/domain/entities';
import { foldText, wordMatcher } from '@shared/domain/word-match';

/** Where the caret stands, or what is selected. */
export interface Span {
  start: number;
  end: number;
}

/** The words of a saved reply: an answer is written as text. */
export function wordsOf({ type, content }: MessageBody): string {
  return (type === 'html' ? htmlToText(content) : content).replace(/\r\n?/g, '\n').trimEnd();
}

/** The text with the words in place of what is selected, and the caret behind them. */
export function insertAt(text: string, { start, end }: Span, words: string): { text: string; caret: number } {
  return { text: text.slice(0, start) + words + text.slice(end), caret: start + words.length };
}

interface Findable {
  title: string;
  shortcut: string | null;
  folder: string | null;
}

/** Those that fit what was typed; whose shortcut begins so stand first. */
export function findReplies<R extends Findable>(replies: readonly R[], typed: string): R[] {
  const fits = wordMatcher(typed);
  const start = foldText(typed.trim());
  const byShortcut = (reply: R): boolean =>
    start !== '' && reply.shortcut !== null && foldText(reply.shortcut).startsWith(start);
  const found = replies.filter(
    (reply) => byShortcut(reply) || fits([reply.title, reply.shortcut, reply.folder].join(' ')),
  );
  return [...found.filter(byShortcut), ...found.filter((reply) => !byShortcut(reply))];
}
