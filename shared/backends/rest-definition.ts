/**
 * A vendor, declared. A definition is data and scripts: a script asks through the {@link Asker} it is
 * given and says what the answers mean. The engine makes the requests, carries the credentials, keeps
 * to the limits, judges the answers and knows no vendor. Most scripts are made by the builders beside
 * this file (`declare.ts`, `pagination.ts`, `newest-first.ts`), so that a vendor reads as a list of facts.
 */
import type { Agent, Change, EntityKind, Message } from '../domain/entities';
import type { ThreadHead } from '../domain/thread-moved';
import type { AuthDefinition } from './auth';
import type { Clock } from './clock';
import type { HttpResponse } from './http';
import type { Multipart } from './multipart';
import type {
  BackendDescriptor,
  DeliveryTier,
  IdPage,
  Operation,
  OperationProof,
  OutgoingFile,
} from './port';
import type { BackendSettings } from './registry';
import type { TextSocket } from './socket';

export type Query = Readonly<Record<string, string>>;

/** A request relative to the definition's root. */
export interface RequestShape {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /**
   * Starts with a slash; ids in it are already escaped. A whole address (`https://…`) is fetched as it
   * stands, with the credentials only where its origin is the account's own.
   */
  path: string;
  query?: Query;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as `application/x-www-form-urlencoded`. */
  form?: Query;
  /** Sent as `multipart/form-data`. */
  multipart?: Multipart;
  /** Sent as it is; `content-type` and `content-length` are the headers' matter. */
  bytes?: AsyncIterable<Uint8Array>;
  /** Statuses that are answers and not failures, beside 2xx: their body may be anything. */
  passes?: readonly number[];
}

/** A socket to be opened. */
export interface SocketShape {
  path: string;
  protocols?: readonly string[];
  headers?: Readonly<Record<string, string>>;
  /** True where the server wants the account's credentials with the handshake. */
  signedIn?: boolean;
}

/** A judged answer. */
export interface Answer {
  status: number;
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>;
  /** Parsed JSON; `null` for an empty body and for a status in {@link RequestShape.passes}. */
  body: unknown;
}

/** How a script asks its server, for one verb of one account. */
export interface Asker {
  readonly accountId: string;
  readonly settings: BackendSettings;
  readonly clock: Clock;
  /** Aborted when the verb is called off. */
  readonly signal: AbortSignal;
  /** Rejects with a `BackendError` for everything but a 2xx answer in JSON. */
  json(shape: RequestShape): Promise<Answer>;
  /** The bytes of a file. A page of HTML that does not say that it is a file is a portal's. */
  file(shape: RequestShape): Promise<AsyncIterable<Uint8Array>>;
  /** A stream without an end; judged by its status alone. */
  stream(shape: RequestShape): Promise<HttpResponse>;
  /**
   * A socket to the account's own server, by a path from its root (not from the definition's) or whole. Only
   * where {@link RestDefinition.dials}.
   */
  dial(shape: SocketShape): Promise<TextSocket>;
  /**
   * What `read` found, asked for at most once in `forMs` of this account's connection under this key.
   * What fails is not remembered. Never for what must be fresh: nothing else makes it forget.
   */
  remembered<T>(key: string, forMs: number, read: () => Promise<T>): Promise<T>;
}

/** One page as the server gave it: rows are read one by one, and a broken one is set aside. */
export interface RawPage {
  rows: readonly unknown[];
  cursor: string;
  more: boolean;
  /** How many rows are still to come in a first sync, as far as the server tells. */
  left?: number;
}

/** One feed: how a page of it is asked for, and what one row of it means. */
export interface FeedDefinition {
  pull(ask: Asker, cursor: string | null): Promise<RawPage>;
  row: RowReader<Change | readonly Change[]>;
  /** A number in the raw row that never falls for the same thing; `null` where there is none. */
  age?(raw: unknown, change: Change): number | null;
  /**
   * The server forgets its cursors after a while: one that it refuses (400, 404, 422) says nothing of a
   * restored backup, and the feed begins anew. Absent: such a refusal means that it went back. A 410
   * says by itself that a cursor was good once.
   */
  cursorsExpire?: boolean;
  /**
   * Cursors are made here (times, page numbers) and not by the server, which so cannot forget them: what
   * it calls invalid while news is read is about something else, never a restored backup.
   */
  ownCursors?: true;
}

/** How everything that exists is listed and asked for by id. */
export interface SweepDefinition {
  kinds: readonly EntityKind[];
  rowsAtOnce: number;
  ids(ask: Asker, kind: EntityKind, cursor: string | null): Promise<IdPage>;
  /** Raw rows of the feed named by {@link feedOf}. */
  rows(ask: Asker, kind: EntityKind, ids: readonly string[]): Promise<readonly unknown[]>;
  /** The feed whose reader understands the rows of a kind. */
  feedOf(kind: EntityKind): string;
}

/** Turns one raw row into ours; a `ZodError` sets the row aside and names the field. */
export type RowReader<T> = (raw: unknown, accountId: string) => T;

export interface RestDefinition {
  descriptor: BackendDescriptor;
  /** Where the API begins, from the account's address; without a slash at the end. */
  root(settings: BackendSettings): string;
  auth: AuthDefinition;
  whoAmI(ask: Asker): Promise<Agent>;
  /**
   * The tier that this very server and these credentials offer; the descriptor has the best there can
   * be. Asked with `whoAmI`, and again after something was done while it is not yet the best one.
   */
  tier?(ask: Asker): Promise<DeliveryTier>;
  /** By the names in the descriptor's `feeds`. */
  feeds: Readonly<Record<string, FeedDefinition>>;
  /** See `Backend.rewind`. */
  rewind?(feed: string, cursor: string): string;
  history: {
    /** One page of messages, oldest first, that are older than `before`; `null`: the newest. */
    page(
      ask: Asker,
      conversationId: string,
      before: string | null,
    ): Promise<{ rows: readonly unknown[]; before: string | null }>;
    /** `null` for what nobody is to see (a copy of an outgoing mail, for example). */
    row: RowReader<Message | null>;
  };
  /** See `Backend.thread`. */
  thread?(ask: Asker, conversationId: string): Promise<ThreadHead>;
  /**
   * Does it once. Throws a `BackendError`; what the server took only in part is to be told as such.
   * Where {@link upload} is absent the files are in `operation.files`.
   */
  perform(ask: Asker, operation: Operation): Promise<OperationProof>;
  /** Absent at tier T4. A `not-found` means: surely not there. */
  findByRef?(ask: Asker, conversationId: string, ref: string): Promise<OperationProof | null>;
  sweep?: SweepDefinition;
  /** Absent where files travel inside the message. */
  upload?(ask: Asker, file: OutgoingFile, ref: string): Promise<string>;
  download(ask: Asker, attachmentId: string): Promise<AsyncIterable<Uint8Array>>;
  /** For checks alone; absent where the API cannot make a conversation. */
  probe?: {
    /** A new conversation as a customer would begin it, with one message; resolves with its id. */
    create(ask: Asker, text: string): Promise<string>;
    /** Takes it away, as far as the API lets us: deleted, else closed. */
    remove(ask: Asker, conversationId: string): Promise<void>;
  };
  /** `push` opens a socket: where there are none, it is as if nothing told of news. */
  dials?: true;
  /** Absent where nothing tells of news. */
  push?(ask: Asker, onHint: () => void): Promise<void>;
}
