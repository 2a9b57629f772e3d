/**
 * What an agent decided, and how far it got. The delivery states and their transitions:
 *
 *   delayed ──undo──▶ discarded            (undo time, 5 s by default; the host owns the timer)
 *      │ time is up
 *      ▼
 *   queued ──discard──▶ discarded          ◀───────────────┐ resend by the agent
 *      │  │ ──newer edit──▶ superseded                     │
 *      │  └ thread moved ──▶ held ──send as is──▶ queued   │
 *      ▼                                                   │
 *   sending ──4xx: the server refused──────────────▶ parked ──discard──▶ discarded
 *      │  │ ──no answer──▶ unknown ──settle, read back──▶ accepted | queued | (tier T4) parked
 *      │  └ never left (refused connection, 401, 429, 5xx before commit) ──▶ queued
 *      ▼
 *   accepted (server id) ──seen in the feed──▶ delivered ──returned──▶ bounced
 */
import type { Priority, Status } from './entities';

export const DELIVERY_STATES = [
  'delayed',
  'queued',
  'held',
  'sending',
  'accepted',
  'delivered',
  'unknown',
  'bounced',
  'parked',
  'discarded',
  'superseded',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** A file the agent added, already stored by the host under its content hash. */
export interface UploadedFile {
  /** SHA-256 of the bytes, lower-case hex. */
  hash: string;
  name: string;
  mediaType: string;
  /** Size in bytes. */
  size: number;
}

export type IntentAction =
  | { kind: 'reply'; text: string; files: readonly UploadedFile[]; statusAfter: Status | null }
  | { kind: 'note'; text: string; files: readonly UploadedFile[] }
  | { kind: 'status'; status: Status }
  | { kind: 'assign'; assigneeId: string | null }
  | { kind: 'priority'; priority: Priority }
  | { kind: 'tags'; add: readonly string[]; remove: readonly string[] };
export type IntentKind = IntentAction['kind'];

/** What the agent saw when deciding; compared with the server's state before sending. */
export interface IntentBase {
  messageId: string | null;
  version: string | null;
}

export interface Intent {
  /** Client reference, unique for ever: `<install id>-<uuid>`. */
  ref: string;
  accountId: string;
  conversationId: string;
  agentId: string;
  /** The page's clock when the agent decided; for showing, never for order. */
  decidedAt: number;
  base: IntentBase;
  /** Undo time before it may leave, in ms; 0 for none. */
  delayMs: number;
  action: IntentAction;
}

/** Why a row is where it is, in kinds the page can put into words. */
export interface DeliveryReason {
  kind:
    | 'undo-time'
    | 'earlier-first'
    | 'account-offline'
    | 'account-refused'
    | 'rate-limited'
    | 'no-answer'
    | 'refused-by-server'
    | 'file-missing'
    | 'settling';
  /** The server's own words, where there are any; masked of card numbers, at most 500 characters. */
  detail: string | null;
}

/** One step in the proof chain of a send. */
export interface Evidence {
  at: number;
  state: DeliveryState;
  note: string;
}

/** One intent in the host's outbox; the page only projects it. */
export interface OutboxRow {
  intent: Intent;
  /** Rising number given by the journal; order within a conversation. */
  order: number;
  /** Rising number of the last change of this row, for catching up after a reconnect. */
  revision: number;
  state: DeliveryState;
  reason: DeliveryReason | null;
  attempts: number;
  /** When the host will try next, host clock; `null` when nothing is planned. */
  nextAttemptAt: number | null;
  /** The backend's id for what was made (a message id, for example), once known. */
  serverId: string | null;
  queuedAt: number;
  changedAt: number;
  evidence: readonly Evidence[];
}

/** States in which an intent still has something before it. */
export const UNCONFIRMED_STATES: readonly DeliveryState[] = [
  'delayed',
  'queued',
  'held',
  'sending',
  'accepted',
  'unknown',
  'parked',
];

/** True while the row must stay on screen because its effect is not yet seen at the backend. */
export function isUnconfirmed(state: DeliveryState): boolean {
  return UNCONFIRMED_STATES.includes(state);
}

/** True while the agent can still take the intent back without anybody having seen it. */
export function canUndo(state: DeliveryState): boolean {
  return state === 'delayed' || state === 'queued' || state === 'held' || state === 'parked';
}
