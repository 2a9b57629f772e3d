/**
 * What stands in a spool's log, and what is remembered of each record without reading its body.
 * Records of older builds are read for ever: kinds and fields are only added.
 */
import type { Change, Conversation, EntityKind } from '../domain/entities';
import { fingerprint, type RowMark } from './merge';

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
  | { type: 'cursor'; feed: string; cursor: string | null }
  | ({ type: 'row' } & SpooledChange)
  /** How a row was written before the door handed on what lies on the disk. */
  | { type: 'change'; seq: number; change: Change };

/** What the spool knows of a record from the sidecar alone. */
export type Summary =
  | Extract<SpoolRecord, { type: 'epoch' | 'cursor' }>
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
