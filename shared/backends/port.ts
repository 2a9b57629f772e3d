/**
 * What the product asks of any helpdesk, in a few verbs. The engine (`rest-engine.ts`) builds a
 * {@link Backend} from a vendor's declarative object; the contract suite in
 * `shared/testing/backend.contract.ts` judges every one.
 */
import type { Agent, Change, Conversation, EntityKind, Message } from '../domain/entities';
import type { IntentAction } from '../domain/intents';

/**
 * How a backend lets us prove that a send happened (docs/decisions/0003):
 * T1 native idempotency key · T2 a persisted field we can read back · T3 a unique reference in the
 * text or headers · T4 none, so an unknown outcome waits for the agent.
 */
export type DeliveryTier = 'T1' | 'T2' | 'T3' | 'T4';

export interface BackendSupports {
  note: boolean;
  priority: boolean;
  tags: boolean;
  attachments: boolean;
  /** A live hint channel: something changed, pull now. */
  push: boolean;
  /** {@link Backend.sweep} is there. */
  idSweep?: boolean;
  /** A reply in a live chat can be sent as a mail to the contact's address instead; absent: no. */
  chatByMail?: boolean | undefined;
  /** Largest single attachment in bytes. */
  maxAttachmentBytes: number;
}

export interface BackendDescriptor {
  id: string;
  name: string;
  tier: DeliveryTier;
  /** Longest time the server may still commit a request whose answer we did not get, in ms. */
  settleMs: number;
  supports: BackendSupports;
  /**
   * How far back each pull begins, in ms of the server's clock, because rows may appear behind the
   * cursor (equal times, lagging replicas). Left out where the cursor is a gap-free revision that
   * misses nothing.
   */
  overlapMs?: number;
  /** Pulled in this order; each keeps its own cursor. */
  feeds: readonly string[];
}

/** Rows as a backend gave them. */
export interface PulledPage {
  changes: readonly Change[];
  /**
   * One for each change: a number that never falls for the same thing (a revision, `updated_at` in
   * ms), `null` where the backend tells none. Left out where it never does.
   */
  ages?: readonly (number | null)[];
  /** Rows that could not be understood: set aside and counted, never stopping the pull. */
  rejected: readonly RejectedRow[];
}

/** One page of a feed. `cursor` is stored together with the rows; `more` asks for the next page now. */
export interface FeedPage extends PulledPage {
  cursor: string;
  more: boolean;
}

/** Some ids of things that exist. */
export interface IdPage {
  /** `age` as in {@link PulledPage.ages}. */
  ids: readonly { id: string; age: number | null }[];
  /** Where the next page begins; `null` after the last one. */
  next: string | null;
}

/**
 * A way to compare everything there is with everything that was pulled, which shows what no feed
 * told: rows that were missed, and things that vanished without a tombstone.
 */
export interface SweepPort {
  kinds: readonly EntityKind[];
  /** How many ids `rows` takes at once. */
  rowsAtOnce: number;
  /** What is there during the whole walk is on one of its pages; what changes may be on two. */
  ids(kind: EntityKind, cursor: string | null, signal: AbortSignal): Promise<IdPage>;
  /**
   * The newest rows of some ids, as changes: what is surely gone comes as a tombstone. Ids may be left
   * out of the answer (too large a page): ask again for those.
   */
  rows(kind: EntityKind, ids: readonly string[], signal: AbortSignal): Promise<PulledPage>;
}

export interface RejectedRow {
  id: string | null;
  /** Which field was missing or of the wrong type, in words for an administrator. */
  problem: string;
}

/** A file to send along, read from the host's store when it is time. */
export interface OutgoingFile {
  hash: string;
  name: string;
  mediaType: string;
  size: number;
  read(): AsyncIterable<Uint8Array>;
}

/** One thing to do at the backend, with the reference that makes it provable. */
export interface Operation {
  ref: string;
  conversationId: string;
  action: IntentAction;
  /** Upload ids for the action's files, in their order; empty when it has none. */
  uploadIds: readonly string[];
  /** Version guard, where the backend offers one and the caller wants it. */
  ifVersion: string | null;
  /** A reply in a live chat that is to reach the customer by mail, where `supports.chatByMail`. */
  via?: 'email';
}

/** The server's proof that an operation is done. */
export interface OperationProof {
  serverId: string;
  /** The conversation as it is afterwards, when the backend tells. */
  conversation: Conversation | null;
}

export interface Backend {
  readonly descriptor: BackendDescriptor;
  /** Who the credentials belong to. Rejects with a {@link BackendError}. */
  whoAmI(signal: AbortSignal): Promise<Agent>;
  /** One page of one feed after `cursor` (`null` = from the beginning). */
  pull(feed: string, cursor: string | null, signal: AbortSignal): Promise<FeedPage>;
  /** Where `supports.idSweep`. */
  readonly sweep?: SweepPort;
  /** The cursor `overlapMs` earlier; only where there is such an overlap. */
  rewind?(feed: string, cursor: string): string;
  /** Every message of a conversation older than what the feeds brought, newest page first. */
  history(
    conversationId: string,
    before: string | null,
    signal: AbortSignal,
  ): Promise<{ messages: readonly Message[]; before: string | null }>;
  perform(operation: Operation, signal: AbortSignal): Promise<OperationProof>;
  /** Reads back by reference. `null` means: surely not there. */
  findByRef(conversationId: string, ref: string, signal: AbortSignal): Promise<OperationProof | null>;
  /** Uploads a file and returns the id to name in {@link Operation.uploadIds}. Safe to repeat. */
  upload(file: OutgoingFile, ref: string, signal: AbortSignal): Promise<string>;
  /** Bytes of an attachment named in a message. */
  download(attachmentId: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Runs until aborted or the stream breaks; calls `onHint` whenever a pull is worth it. */
  listen(onHint: () => void, signal: AbortSignal): Promise<void>;
}
