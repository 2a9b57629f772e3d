/**
 * Card numbers out of what customers and agents wrote, before a row leaves the engine: nothing behind
 * it (spool, cache, index, alert, log) ever holds one. What is masked is only what is kept here; the
 * helpdesk still has the words.
 */
import type { Change, Conversation, Message } from '../domain/entities';
import { maskCards } from '../domain/mask-cards';

/** The shortest card number with its usual gaps; nearly every text is done with after this one look. */
const PERHAPS = /\p{Nd}(?:\P{Nd}{0,4}\p{Nd}){12}/u;

function masked(text: string): string {
  return PERHAPS.test(text) ? maskCards(text) : text;
}

/** The change with every card number in its words masked; the same object when there is none. */
export function maskChange(change: Change): Change {
  if (change.row === null) return change;
  if (change.kind === 'conversation') return { ...change, row: maskConversation(change.row) };
  if (change.kind === 'message') return { ...change, row: maskMessage(change.row) };
  return change;
}

export function maskConversation(row: Conversation): Conversation {
  const subject = masked(row.subject);
  const preview = masked(row.preview);
  return subject === row.subject && preview === row.preview ? row : { ...row, subject, preview };
}

export function maskMessage(row: Message): Message {
  const content = masked(row.body.content);
  const subject = row.email && masked(row.email.subject);
  const names = row.attachments.map(({ name }) => masked(name));
  const same =
    content === row.body.content &&
    subject === (row.email?.subject ?? null) &&
    names.every((name, i) => name === row.attachments[i]?.name);
  if (same) return row;
  return {
    ...row,
    body: { ...row.body, content },
    email: row.email && { ...row.email, subject: subject ?? '' },
    attachments: row.attachments.map((file, i) => ({ ...file, name: names[i] ?? file.name })),
  };
}
