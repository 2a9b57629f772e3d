/**
 * What stands in a spool's log, and what is remembered of each record without reading its body.
 * Records of older builds are read for ever: kinds and fields are only added.
 */
import type { Change, Conversation, EntityKind, Message } from '../domain/entities';
import type { ThreadHead } from '../domain/thread-moved';
import type { RecordPosition } from '../storage/indexed-log';
import { fingerprint, type RowMark } from './merge';

/** Names under which a spool keeps a cursor that is no feed's begin so. */
export const NO_FEED = '@';

/** A change with its place in the spool, and the age its backend told, as in {@link RowMark}. */
export type SpooledChange = Change & { seq: number; age?: number };

/** What the host must know of a conversation with no page open. */
export interface LightConversation {
  id: string;
  status: Conversation['status'];
  assigneeId: string | null;
  updatedAt: number;
  waitingSince: number | null;
}

/** One line of the log. Kinds are append-only. */
export type SpoolRecord =
  | { type: 'epoch'; epoch: string; seq: number }
  /** Around the rows of a log that was rewritten: without its end they are not all there. */
  | { type: 'begin'; epoch: string }
  | { type: 'end'; ends: readonly number[] }
  | { type: 'cursor'; feed: string; cursor: string | null }
  | ({ type: 'row' } & SpooledChange)
  /** How a row was written before the door handed on what lies on the disk. */
  | { type: 'change'; seq: number; change: Change };

/** What the spool knows of a record from the sidecar alone. */
export type Summary =
  | Exclude<SpoolRecord, { type: 'row' | 'change' }>
  | {
      type: 'row';
      seq: number;
      kind: EntityKind;
      id: string;
      light: LightConversation | null;
      /** The conversation a live message is in. */
      in?: string;
      mark: RowMark;
    };

/** 2: messages say which conversation they are in. 3: rows have marks. */
export const SUMMARY_VERSION = 3;

export function summarise(record: SpoolRecord): Summary {
  if (record.type === 'change') return summarise({ type: 'row', seq: record.seq, ...record.change });
  if (record.type !== 'row') return record;
  const { kind, seq, id } = record;
  const row = kind === 'conversation' ? record.row : null;
  const light = row && {
    id: row.id,
    status: row.status,
    assigneeId: row.assigneeId,
    updatedAt: row.updatedAt,
    waitingSince: row.waitingSince,
  };
  const place = kind === 'message' ? record.row?.conversationId : undefined;
  const mark = { age: record.age ?? null, print: fingerprint(record), gone: record.row === null };
  return { type: 'row', seq, kind, id, light, ...(place === undefined ? {} : { in: place }), mark };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Where `{"type":"row"` and `{"type":"change"` differ first. */
const TYPE_AT = 9;
const OLD_TYPE = 'c'.charCodeAt(0);

/** A change's JSON in today's form, whichever it was written in. */
export function asRow(json: Uint8Array): Uint8Array {
  if (json[TYPE_AT] !== OLD_TYPE) return json;
  const { seq, change } = JSON.parse(decoder.decode(json)) as Extract<SpoolRecord, { type: 'change' }>;
  return encoder.encode(JSON.stringify({ type: 'row', seq, ...change }));
}

/** The change in a row's JSON. */
export function changeOf(json: Uint8Array): SpooledChange {
  const { type: _type, ...change } = JSON.parse(decoder.decode(json)) as { type: 'row' } & SpooledChange;
  return change as SpooledChange;
}

/** A thread as its rows tell it; messages that moved elsewhere are left out. */
export function headOf(conversationId: string, changes: readonly SpooledChange[]): ThreadHead {
  const head: ThreadHead = { conversation: null, gone: false, movedTo: null, messages: [] };
  const messages: Message[] = [];
  for (const change of changes) {
    if (change.kind === 'message' && change.row !== null) messages.push(change.row);
    if (change.kind !== 'conversation') continue;
    head.conversation = change.row;
    head.gone = change.row === null;
    head.movedTo = change.movedTo;
  }
  return { ...head, messages: messages.filter((one) => one.conversationId === conversationId) };
}

/** Rows closer than this on disk are read at once, with what lies between them. */
const READ_GAP_BYTES = 16 * 1024;

/** Joins neighbours in the same segment, so a page is few reads; `offsets` are the rows wanted of each. */
export function rangesOf(
  slots: readonly RecordPosition[],
): { range: RecordPosition; offsets: Set<number> }[] {
  const ranges: { range: RecordPosition; offsets: Set<number> }[] = [];
  for (const { segment, offset, length } of slots) {
    const last = ranges.at(-1);
    const gap = last?.range.segment === segment ? offset - last.range.offset - last.range.length : Infinity;
    if (last !== undefined && gap < READ_GAP_BYTES) {
      last.range.length += gap + length;
      last.offsets.add(offset);
    } else {
      ranges.push({ range: { segment, offset, length }, offsets: new Set([offset]) });
    }
  }
  return ranges;
}
