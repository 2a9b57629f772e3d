/**
 * A vendor, declared. Everything here is data or a pure function: the engine makes the requests,
 * judges the answers and knows no vendor.
 */
import type { ZodType } from 'zod';
import type { Agent, Change, EntityKind, Message } from '../domain/entities';
import type { Pagination } from './pagination';
import type { BackendDescriptor, Operation, OperationProof } from './port';

export type Query = Readonly<Record<string, string>>;

/** A request relative to the definition's base path. */
export interface RequestShape {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Starts with a slash; ids in it are already escaped. */
  path: string;
  query?: Query;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  json?: unknown;
}

/** A request and how its answer is understood; `read` may throw, which makes the answer nonsense. */
export interface Exchange<T> extends RequestShape {
  read(body: unknown, accountId: string): T;
}

/** One feed: what to ask, how it is paged, and what one row of it means. */
export interface FeedDefinition {
  path: string;
  query?: Query;
  pagination: Pagination;
  row: RowReader<Change>;
  /** A number in the raw row that never falls for the same thing; `null` where there is none. */
  age?(raw: unknown): number | null;
}

/** How everything that exists is listed and asked for by id. */
export interface SweepDefinition {
  /** The feed whose rows are of this kind. */
  feedOf: Partial<Record<EntityKind, string>>;
  rowsAtOnce: number;
  ids: {
    path(feed: string): string;
    pagination: Pagination;
    row: RowReader<{ id: string; age: number | null }>;
  };
  rows: {
    request(feed: string, ids: readonly string[]): RequestShape;
    read(body: unknown): readonly unknown[];
  };
}

/** Turns one raw row into ours; a `ZodError` sets the row aside and names the field. */
export type RowReader<T> = (raw: unknown, accountId: string) => T;

export interface RestDefinition {
  descriptor: BackendDescriptor;
  /** Put between the account's address and every path. */
  basePath: string;
  /** Headers that carry the account's credentials. */
  auth(token: string): Readonly<Record<string, string>>;
  me: Exchange<Agent>;
  /** By the names in the descriptor's `feeds`. */
  feeds: Readonly<Record<string, FeedDefinition>>;
  history: {
    request(conversationId: string, before: string | null): RequestShape;
    page: ZodType<{ rows: readonly unknown[]; before: string | null }>;
    row: RowReader<Message>;
  };
  perform(operation: Operation): Exchange<OperationProof>;
  sweep?: SweepDefinition;
  /** Asks for what a reference made; a 404 in JSON means nothing. */
  findByRef(conversationId: string, ref: string): Exchange<OperationProof>;
  upload: {
    request(file: { name: string; mediaType: string }, ref: string): RequestShape;
    read(body: unknown): string;
  };
  download(attachmentId: string): RequestShape;
  /** An event stream any frame of which means: pull now. */
  push: {
    path: string;
    /** A stream silent for longer is dead, in ms. */
    silenceMs: number;
  };
}
