/**
 * What an agent decided, and how far it got. The delivery states and their transitions:
 *
 *   delayed ──undo──▶ discarded            (undo time, 5 s by default; the host owns the timer)
 *      │ time is up
 *      ▼
 *   queued ──discard──▶ discarded          ◀───────────────┐ resend by the agent
 *      │  │ ──newer edit──▶ superseded                     │
 *      │  └ moved, late, merged ──▶ held ──send as is──▶ queued
 *      ▼                                                   │
 *   sending ──4xx, and it is not there─────────────▶ parked ──discard──▶ discarded
 *      │  │                                             └─the agent saw it there──▶ accepted
 *      │  │ ──no answer, 5xx, 401, 429──▶ unknown ──settle, read back──▶ accepted | queued | (T4) parked
 *      │  └ never left (refused connection; at tier T4 also 401, 429) ──▶ queued
 *      ▼
 *   unknown ──its account is gone, dropped by the agent──▶ discarded
 *   whatever is unfinished ──the account is another helpdesk's now──▶ parked, only to be discarded
 *   accepted, delivered ──the helpdesk was restored and has it no more──▶ parked
 *   accepted (server id) ──seen in the feed──▶ delivered ──returned──▶ bounced
 */
import type { Channel, Priority, Status } from './entities';
import type { SpokenBy } from './speaker';
import type { Movement } from './thread-moved';

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

/** What the agent saw when deciding; compared with the server's state before sending. */
export interface IntentBase {
  /** The newest message on screen; `null` when there was none, so messages are not compared. */
  messageId: string | null;
  version: string | null;
  /** The server's status as the agent saw it; `null` or absent (an older page): not compared. */
  status?: Status | null | undefined;
  /** The owner as the agent saw it, `null` for nobody; absent (an older page): not compared. */
  assigneeId?: string | null | undefined;
}

export interface Intent {
  /** Client reference, unique for ever: `<install id>-<uuid>`. */
  ref: string;
  accountId: string;
  conversationId: string;
  agentId: string;
  /** Who speaks, where the account's credentials are shared; absent: whoever they belong to. */
  speaker?: SpokenBy | undefined;
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
    | 'settling'
    /** The thread could not be read just now, so nobody knows whether it moved. */
    | 'thread-unread'
    /** The conversation was deleted at the backend. */
    | 'gone'
    /** Tried again and again, surely never done; `detail` has the server's last words. */
    | 'keeps-failing'
    /** Confirmed once; the helpdesk was restored from a backup that has it not. */
    | 'rolled-back'
    /** Decided while its account was another helpdesk's (`detail`: which); it is never sent to this one. */
    | 'elsewhere';
  /** The server's own words, where there are any; masked of card numbers, at most 500 characters. */
  detail: string | null;
}

/** One step in the proof chain of a send. */
export interface Evidence {
  at: number;
  state: DeliveryState;
  note: string;
}

/**
 * Why a row waits for the agent, and what the agent must see to decide. `movement` is what became
 * of the thread since the row's base.
 *
 * moved: somebody else wrote, or changed status or owner · late: a chat reply could not leave in
 * time; `since` is when it first could have (host clock) · merged: the conversation lives on as
 * `into`, and sending as it is sends it there · unproven (parked, not held): at a backend where
 * nothing can be read back, or in a thread too long to be looked through (`looked`: so many messages
 * were); one of the new messages may be this very reply.
 */
export type Hold =
  | { kind: 'moved'; movement: Movement }
  | { kind: 'late'; since: number; channel: Channel; movement: Movement | null }
  | { kind: 'merged'; into: string; movement: Movement | null }
  | { kind: 'unproven'; movement: Movement | null; looked?: number | undefined };

/** What the agent decided about a held or parked row. The intent itself never changes. */
export interface Release {
  /** When, host clock: a chat reply is late only when it waits too long after this. */
  at: number;
  /** What was on screen then: the row's base from now on. */
  base: IntentBase;
  /** Messages that were shown with the hold, whatever their place in the thread. */
  seenIds: readonly string[];
  /** Where it goes instead, after a merge. */
  toConversationId: string | null;
  /** How it reaches the customer instead of the conversation's own channel. */
  via: 'email' | null;
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
  /** Why it waits for the agent; absent or `null` when it does not. */
  hold?: Hold | null | undefined;
  /** The agent's last decision about it; absent or `null` when none was needed. */
  release?: Release | null | undefined;
  /** Under whose name it stands at the helpdesk, where that is another than was asked for. */
  leftAs?: string | undefined;
  /** What the server said of status and owner when it took the row; absent: it did not tell. */
  effect?: { status: Status; assigneeId: string | null } | null | undefined;
  /** Upload ids of its files by their place, as far as they are at the backend. */
  uploadIds?: readonly (string | null)[] | undefined;
  /** When the first of them was uploaded, host clock. */
  uploadedAt?: number | undefined;
}

/** The conversation a row goes to: its own, or where that was merged into and the agent agreed. */
export function targetOf(row: OutboxRow): string {
  return row.release?.toConversationId ?? row.intent.conversationId;
}

/** What the row is compared with before it leaves. */
export function baseOf(row: OutboxRow): IntentBase {
  return row.release?.base ?? row.intent.base;
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

/**
 * Decided for a helpdesk that its account is not any more: its conversation id means nothing here, or
 * another customer's conversation.
 */
export function isElsewhere({ state, reason }: Pick<OutboxRow, 'state' | 'reason'>): boolean {
  return state === 'parked' && reason?.kind === 'elsewhere';
}

/** True while the agent can still take the intent back without anybody having seen it. */
export function canUndo(state: DeliveryState): boolean {
  return state === 'delayed' || state === 'queued' || state === 'held' || state === 'parked';
}
