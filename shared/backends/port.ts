/**
 * What the product asks of any helpdesk, in a few verbs. The engine (`rest-engine.ts`) builds a
 * {@link Backend} from a vendor's declarative object; the contract suite in
 * `shared/testing/backend.contract.ts` judges every one.
 */
import type { Agent, Change, Conversation, EntityKind, Message, Status } from '../domain/entities';
import type { IntentAction } from '../domain/intents';
import type { Keeps } from '../domain/team-data';
import type { ThreadHead } from '../domain/thread-moved';
import type { Capability } from './capability';

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
  /** Feeds bring saved replies; absent: no. */
  savedReplies?: boolean | undefined;
  /** A reply in a live chat can be sent as a mail to the contact's address instead; absent: no. */
  chatByMail?: boolean | undefined;
  /**
   * A message can be said to be of another agent than the one who is signed in ({@link Operation.author});
   * absent: no.
   */
  author?: boolean | undefined;
  /** Largest single attachment in bytes. */
  maxAttachmentBytes: number;
}

/** A thing that an account must know beside the address; the page has words for each name. */
export interface SignInField {
  name: 'token' | 'login' | 'workspace' | 'clientId' | 'clientSecret' | 'refreshToken';
  /** Kept in the vault and never shown again. */
  secret: boolean;
}

/** How fast a backend may be asked. */
export interface RateLimit {
  /** Requests a minute over all; pulls leave a quarter of them to the agent's own doings. */
  perMinute: number;
  /** Requests at one time. */
  atOnce: number;
}

export interface BackendDescriptor {
  id: string;
  name: string;
  /** In the order in which the form asks. */
  signIn: readonly SignInField[];
  /** What an address looks like, for the form. */
  addressExample: string;
  tier: DeliveryTier;
  /** Longest time the server may still commit a request whose answer we did not get, in ms. */
  settleMs: number;
  /**
   * How long an upload may wait for its message, in ms; older ones are made anew. Left out: for ever,
   * or there are none.
   */
  uploadLifeMs?: number;
  supports: BackendSupports;
  /**
   * What it does not offer, each with the vendor's reason: its documentation, quoted or told, with the
   * page. A capability that is neither claimed nor explained fails the contract suite.
   */
  lacks?: Readonly<Partial<Record<Capability, string>>>;
  /** What whoever wrote its profile should mend, with file and line; left out: nothing. */
  advice?: readonly string[];
  /** Team data this helpdesk has a place of its own for; left out: none. */
  keeps?: Readonly<Keeps>;
  /**
   * How far back each pull begins, in ms of the server's clock, because rows may appear behind the
   * cursor (equal times, lagging replicas). Left out where the cursor is a gap-free revision that
   * misses nothing.
   */
  overlapMs?: number;
  /**
   * How long its stream of hints may be silent before it counts as dead, in ms; left out: so briefly that
   * a cut link is told within 10 s.
   */
  hintSilenceMs?: number;
  /** Between pulls while nothing tells of news, in ms; left out: 2 s, for a server of one's own. */
  pollMs?: number;
  /** Left out: as fast as it answers. */
  limit?: RateLimit;
  /** The backend's own words for our five statuses, as they are sent. */
  statusWords: Readonly<Record<Status, string>>;
  /** Pulled in this order; each keeps its own cursor. The first one is the one with conversations. */
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
  /** How many conversations are still to come in a first sync, as far as the server tells. */
  left?: number;
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
  /** What it would have been; left out where that cannot be told. */
  kind?: EntityKind;
  /** Which field was missing or of the wrong type, in words for an administrator. */
  problem: string;
  /**
   * A conversation whose own requests failed: asked again, it may be readable. `age` as in
   * {@link PulledPage.ages}. Absent: what came cannot be understood, and would come the same again.
   */
  unread?: { age: number | null };
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
  /** The files themselves, where they travel inside the message ({@link Backend.upload} is absent). */
  files?: readonly OutgoingFile[];
  /** Version guard, where the backend offers one and the caller wants it. */
  ifVersion: string | null;
  /** A reply in a live chat that is to reach the customer by mail, where `supports.chatByMail`. */
  via?: 'email';
  /** The agent who does it, where that is not the one who is signed in and `supports.author`. */
  author?: OperationAuthor;
}

/** An agent as the helpdesk knows them. */
export interface OperationAuthor {
  id: string;
  name: string;
  email: string | null;
}

/** The server's proof that an operation is done. */
export interface OperationProof {
  serverId: string;
  /** The conversation as it is afterwards, when the backend tells. */
  conversation: Conversation | null;
  /** Under whose name a message stands, where the answer tells; no name: `''`. */
  author?: { id: string | null; name: string };
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
  /**
   * One thread read this moment, with its newest messages. Where it is there, a reply is judged by it
   * and not by a pull: feeds of hosted helpdesks trail their own writes by up to a minute.
   */
  thread?(conversationId: string, signal: AbortSignal): Promise<ThreadHead>;
  perform(operation: Operation, signal: AbortSignal): Promise<OperationProof>;
  /** Reads back by reference. `null` means: surely not there. */
  findByRef(conversationId: string, ref: string, signal: AbortSignal): Promise<OperationProof | null>;
  /**
   * Uploads a file and returns the id to name in {@link Operation.uploadIds}. Safe to repeat. Absent
   * where files travel inside the message.
   */
  upload?(file: OutgoingFile, ref: string, signal: AbortSignal): Promise<string>;
  /** Bytes of an attachment named in a message. */
  download(attachmentId: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Makes and takes away a conversation to try things on; for checks alone, the product never asks. */
  readonly probe?: {
    create(text: string, signal: AbortSignal): Promise<string>;
    remove(conversationId: string, signal: AbortSignal): Promise<void>;
  };
  /** Runs until aborted or the stream breaks; calls `onHint` whenever a pull is worth it. */
  listen(onHint: () => void, signal: AbortSignal): Promise<void>;
}
