/** How the items of a timeline are laid out: days apart, one author's messages together. Pure. */
import type { Message } from '@shared/domain/entities';
import type { TimelineItem } from '@renderer/data/conversation';
import { isStopped } from '@renderer/components/held-why';

export type TimelineRow =
  | { type: 'day'; key: string; at: number }
  | { type: 'event'; key: string; message: Message }
  | {
      type: 'item';
      key: string;
      item: TimelineItem;
      /** The same author goes on within a few minutes: no head of its own. */
      continues: boolean;
      /** The next row is the same author's going on. */
      continued: boolean;
    };

const TOGETHER_MS = 5 * 60_000;

/** When an item stands in the thread: a message's own time, or when a pending one was decided. */
export function timeOf(item: TimelineItem): number {
  return item.type === 'message' ? item.message.createdAt : item.row.intent.decidedAt;
}

/**
 * Who speaks and how: messages of one such voice may stand together. Where several people write under
 * one name, only those that left one console do.
 */
function voiceOf(item: TimelineItem, shared: boolean): string {
  // A card of its own.
  if (item.type === 'pending' && isStopped(item.row)) return `stopped/${item.key}`;
  const ref = item.type === 'pending' ? item.row.intent.ref : item.message.clientRef;
  const console = shared ? `/${ref?.slice(0, ref.indexOf('-')) ?? ''}` : '';
  if (item.type === 'pending') {
    return `own/${item.row.intent.action.kind}/${item.row.intent.agentId}${console}`;
  }
  const { kind, author } = item.message;
  const own = kind === 'reply' || kind === 'note' ? 'own' : kind;
  return `${own}/${kind}/${author.id ?? author.name}${console}`;
}

/** Days are the agent's own, in the agent's time zone. */
function dayOf(at: number): string {
  return new Date(at).toDateString();
}

/** Lays out a timeline, oldest first. @param shared several people write under one name */
export function timelineRows(items: readonly TimelineItem[], shared = false): TimelineRow[] {
  const rows: TimelineRow[] = [];
  let day = '';
  let voice = '';
  let lastAt = 0;
  for (const item of items) {
    const at = timeOf(item);
    if (dayOf(at) !== day) {
      day = dayOf(at);
      voice = '';
      rows.push({ type: 'day', key: `day-${day}`, at });
    }
    if (item.type === 'message' && item.message.kind === 'event') {
      voice = '';
      rows.push({ type: 'event', key: item.key, message: item.message });
      continue;
    }
    const next = voiceOf(item, shared);
    // A mail stands for itself, with its own head and recipients.
    const isMail = item.type === 'message' && item.message.email !== null;
    const continues = !isMail && next === voice && at - lastAt < TOGETHER_MS && at >= lastAt;
    const before = rows.at(-1);
    if (continues && before?.type === 'item') before.continued = true;
    rows.push({ type: 'item', key: item.key, item, continues, continued: false });
    voice = next;
    lastAt = at;
  }
  // A clock that went back can bring a day twice: keys stay unique.
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const count = seen.get(row.key) ?? 0;
    seen.set(row.key, count + 1);
    return count === 0 ? row : { ...row, key: `${row.key}~${count}` };
  });
}
