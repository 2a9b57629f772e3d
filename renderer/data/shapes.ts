/** What the data layer hands to the screens, beyond the nouns of the domain. */
import type { DoorErrorCode } from '@shared/contract/door';
import type { Channel, Conversation, Message } from '@shared/domain/entities';
import type { DeliveryState, Intent, OutboxRow } from '@shared/domain/intents';
import type { QueueViewId } from '@shared/domain/queue-views';

/** A decision on its way to the host's journal; only the journal's acknowledgement makes it queued. */
export interface SavingRow {
  state: 'saving';
  intent: Intent;
  /** Why the host refuses to take it; `null` while it is simply not acknowledged yet. */
  refusedBecause: DoorErrorCode | null;
  /** The agent took it back before it was acknowledged: it is undone as soon as the host has it. */
  undoing: boolean;
}

/** One line of the queue. */
export interface QueueRow {
  /** With the agent's own unconfirmed decisions laid over it. */
  conversation: Conversation;
  /** The most worrying state among the conversation's unconfirmed decisions; `null` without any. */
  delivery: DeliveryState | 'saving' | null;
  hasDraft: boolean;
  /** The customer wrote after this agent last looked. */
  unread: boolean;
}

export interface QueueCounts {
  views: Record<QueueViewId, number>;
  /** Counts by channel inside the view asked for. */
  channels: Record<Channel, number>;
  /** Counts by account inside the view asked for, whichever account the rest is narrowed to. */
  accounts: Readonly<Record<string, number>>;
}

export type TimelineItem =
  | { type: 'message'; key: string; message: Message; delivery: OutboxRow | null }
  | { type: 'pending'; key: string; row: OutboxRow | SavingRow };

export type HostLinkState = 'connecting' | 'live' | 'lost' | 'wrong-token' | 'outdated';
export interface HostLink {
  state: HostLinkState;
  /** When this state began, page clock. */
  since: number;
}

/** Why the cache on this device is being filled from nothing. */
export type FillReason = 'first' | 'emptied' | 'damaged' | 'other-host';
export interface CacheState {
  state: 'ready' | 'filling';
  /** Why it is, or was last, filled from nothing in this session; `null` when it was simply there. */
  reason: FillReason | null;
  /** Rows stored since the filling began. */
  rows: number;
  /** True while the browser has no room for what came last; what was there before can still be read. */
  full: boolean;
}
