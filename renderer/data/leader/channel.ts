/** What the leader and the windows tell each other over one BroadcastChannel. */
import { CONTRACT_VERSION, type Draft, type DoorEvent } from '@shared/contract/door';
import type { Conversation, ConversationKey, Message } from '@shared/domain/entities';
import type { LightRow } from '../cache/light-rows';
import type { CacheState, HostLinkState } from '../shapes';

/** Windows of another contract do not hear us: they are about to reload. */
export const CHANNEL_NAME = `holdfast-${CONTRACT_VERSION}`;

/** What one committed transaction changed. */
export interface Delta {
  type: 'delta';
  leaderEpoch: number;
  light: readonly LightRow[];
  removed: readonly { key: ConversationKey; movedTo: ConversationKey | null }[];
  /** The whole conversations of `light`; `null` in a large batch: read them when they are shown. */
  conversations: readonly Conversation[] | null;
  /** The new messages; `null` in a large batch: read again what is open and among `touched`. */
  messages: readonly Message[] | null;
  /** Conversations whose messages changed. */
  touched: readonly ConversationKey[];
  /** Keys (`accountId/messageId`) of messages that are gone. */
  removedMessages: readonly string[];
  /** Keys of changed contacts. */
  contacts: readonly string[];
  agentsChanged: boolean;
  savedRepliesChanged: boolean;
}

/** What of the host's events concerns every window. */
export type PageEvent = Exclude<DoorEvent, { type: 'changes' | 'ping' }>;

export type LeaderMessage =
  | Delta
  /** Every 2 s and at every change: who leads, how the link to the host stands, what the cache does. */
  | { type: 'beat'; leaderEpoch: number; link: HostLinkState; since: number; cache: CacheState }
  /** The cache was emptied: forget what is in memory. */
  | { type: 'emptied'; leaderEpoch: number; accountId: string | null }
  | { type: 'event'; event: PageEvent }
  | { type: 'other-build' }
  /** The cache's folder cannot even be emptied: every window starts anew, which makes another. */
  | { type: 'cache-broken' };

export type WindowMessage =
  | { type: 'token-wanted' }
  | { type: 'token'; token: string }
  /** A window that just opened asks for a beat now. */
  | { type: 'hello' }
  /** Somebody waits for what is read from the cache. */
  | { type: 'reading' }
  /** Typed in another window; the host hears of it by itself. */
  | { type: 'draft-typed'; draft: Draft };

export type ChannelMessage = LeaderMessage | WindowMessage;

export interface WindowChannel {
  send(message: ChannelMessage): void;
  /** @returns a function that stops listening */
  listen(listener: (message: ChannelMessage) => void): () => void;
  close(): void;
}

/** A BroadcastChannel between the windows and workers of one origin. */
export function openChannel(name: string = CHANNEL_NAME): WindowChannel {
  const channel = new BroadcastChannel(name);
  return {
    send: (message) => channel.postMessage(message),
    listen: (listener) => {
      const hear = (heard: MessageEvent): void => listener(heard.data as ChannelMessage);
      channel.addEventListener('message', hear);
      return () => channel.removeEventListener('message', hear);
    },
    close: () => channel.close(),
  };
}
