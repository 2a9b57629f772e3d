/** What the judge reads off rows, in the product's own words. */
import type { IntentAction, OutboxRow } from '../../domain/intents';

export const TWICE = 'in the thread twice: perhaps a copy of this console sent it as well';
export const WAITED_IN_VAIN = 'accepted long ago; the feed is read to its end without an echo';
export const COALESCED: ReadonlySet<string> = new Set(['status', 'assign', 'priority']);

export function keyOf(machine: string, ref: string): string {
  return `${machine} ${ref}`;
}

/** It was parked or held for a while. */
export function wasAside(row: OutboxRow): boolean {
  return row.evidence.some(({ state }) => state === 'parked' || state === 'held');
}

export function isSpoken(row: OutboxRow): boolean {
  return isMessage(row.intent.action);
}

export function isMessage({ kind }: IntentAction): boolean {
  return kind === 'reply' || kind === 'note';
}

/** The conversation that a row is about, also where a switched off protection has marked it. */
export function place(row: OutboxRow): string {
  return row.intent.conversationId.split('#')[0] ?? '';
}

export function isNewerEdit(row: OutboxRow, other: OutboxRow): boolean {
  return (
    other.intent.action.kind === row.intent.action.kind &&
    place(other) === place(row) &&
    other.order > row.order
  );
}
