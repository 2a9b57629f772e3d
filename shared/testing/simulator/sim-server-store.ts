/** What a {@link SimServer} keeps, and what a backup of it holds. */
import type { DeliveryTier } from '../../backends/port';
import type { Change, Conversation, Message } from '../../domain/entities';
import type { IntentAction } from '../../domain/intents';

/** Something a console had done, in the order in which it was done. */
export interface Commit {
  at: number;
  ref: string;
  conversationId: string;
  action: IntentAction;
  uploadIds: readonly string[];
  serverId: string;
  /** Which machine's request it was. */
  machine: string;
  /** In which of the server's lives: a restored one has what the lives before it did up to its backup. */
  life: number;
  /** When the request left. */
  leftAt: number;
}

export interface ServerHabits {
  tier: DeliveryTier;
  /** T1: whether a key that was seen before is recognised. */
  remembersKeys: boolean;
  pageRows: number;
  /**
   * What changed may be readable only so much later, behind rows that changed after it. 0: the feeds'
   * cursor is a gap-free revision.
   */
  lagMs: number;
}

export const FEEDS = ['conversations', 'messages'] as const;
export type FeedName = (typeof FEEDS)[number];

/** A row of a feed: the newest state of one thing. */
export interface FeedRow {
  stamp: number;
  number: number;
  visibleAt: number;
  change: Change;
}

/** Everything that a backup holds. */
export interface Stored {
  /** Told in every cursor: a server that was restored does not take those of the life it has lost. */
  life: number;
  conversations: Map<string, Conversation>;
  messages: Map<string, Message>;
  /** Everything that was ever published, oldest first. */
  feeds: Record<FeedName, FeedRow[]>;
  /** What was done under a reference. */
  done: Map<string, { serverId: string; conversationId: string }>;
  uploads: Set<string>;
  numbers: number;
}

export function placeOf(cursor: string): [life: number, stamp: number, number: number] {
  const [life = 0, stamp = 0, number = 0] = cursor.split(':').map(Number);
  return [life, stamp, number];
}

export function copyOf(stored: Stored): Stored {
  return {
    life: stored.life,
    conversations: new Map(stored.conversations),
    messages: new Map(stored.messages),
    feeds: { conversations: [...stored.feeds.conversations], messages: [...stored.feeds.messages] },
    done: new Map(stored.done),
    uploads: new Set(stored.uploads),
    numbers: stored.numbers,
  };
}
