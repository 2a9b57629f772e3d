/** The page's side of the door: every answer is checked before anybody sees it. */
import {
  backendsSchema,
  checkLineSchema,
  connectionSchema,
  holdingsSchema,
  profileResultSchema,
  removedAccountSchema,
  type AccountCheckDraft,
  type AccountDraft,
  type AccountPatch,
  type Backends,
  type CheckStep,
  type Connection,
  type Holdings,
  type ProfileResult,
  type RemovedAccount,
} from '@shared/contract/accounts';
import {
  accountSchema,
  BUILD_HEADER,
  changesPageSchema,
  CONTRACT_HEADER,
  CONTRACT_VERSION,
  doorErrorSchema,
  draftSchema,
  historyPageSchema,
  linksSchema,
  logPageSchema,
  outboxPageSchema,
  sessionSchema,
  settingsSchema,
  TOKEN_HEADER,
  uploadProgressSchema,
  type Account,
  type ChangesPage,
  type Draft,
  type DraftContent,
  type HistoryPage,
  type LinkRequest,
  type Links,
  type LogPage,
  type OutboxPage,
  type Seen,
  type Session,
  type Settings,
  type Settle,
  type UploadProgress,
} from '@shared/contract/door';
import { outboxRowSchema } from '@shared/contract/entity-schemas';
import { splitConversationKey, type ConversationKey } from '@shared/domain/entities';
import type { Intent, OutboxRow } from '@shared/domain/intents';
import type { LogFilter } from '@shared/domain/log-filter';
import { z } from 'zod';
import { DoorFailure } from './failure';
import { jsonLinesOf } from './json-lines';

/** Longer than the host's slowest honest answer (an fsync on a busy disk, a backend's history). */
const ANSWER_WITHIN_MS = 20_000;
/** The host asks a helpdesk step by step and gives up by itself before. */
const CHECK_WITHIN_MS = 60_000;

/** What an agent can still do about a decision that the host has. */
export type IntentVerb = 'undo' | 'resend' | 'discard' | 'send-as-is' | 'send-by-mail' | 'settle';

export interface DoorClientDeps {
  /** `''` for the page's own origin. */
  base: string;
  token(): string | null;
  fetch: typeof fetch;
  /** The host is of another build or contract than this page. */
  onOtherBuild(): void;
  /** The host does not know this token; it is not asked again until `token()` gives another. */
  onWrongToken(): void;
}

interface RequestOptions {
  body?: unknown;
  bytes?: Blob;
  signal?: AbortSignal;
  /** Instead of {@link ANSWER_WITHIN_MS}. */
  withinMs?: number;
  /** Lets the request outlive the page; at most 64 KB in flight over all of them. */
  keepalive?: boolean;
}

export class DoorClient {
  readonly #deps: DoorClientDeps;
  #build: string | null = null;
  /** What the host refused: the same token would only be refused again. `undefined`: none yet. */
  #refusedToken: string | null | undefined;

  constructor(deps: DoorClientDeps) {
    this.#deps = deps;
  }

  session(): Promise<Session> {
    return this.#ask(sessionSchema, 'GET', '/door/session');
  }

  accounts(): Promise<Account[]> {
    return this.#ask(z.array(accountSchema), 'GET', '/door/accounts');
  }

  changes(accountId: string, after: number, limit: number, signal: AbortSignal): Promise<ChangesPage> {
    const path = `/door/changes?account=${encodeURIComponent(accountId)}&after=${after}&limit=${limit}`;
    return this.#ask(changesPageSchema, 'GET', path, { signal });
  }

  putIntent(intent: Intent): Promise<OutboxRow> {
    return this.#ask(outboxRowSchema, 'PUT', `/door/intents/${intent.ref}`, { body: intent });
  }

  intents(after: number): Promise<OutboxPage> {
    return this.#ask(outboxPageSchema, 'GET', `/door/intents?after=${after}`);
  }

  /** @param before from the page before; `null` for the newest. @throws DoorFailure; the signal's reason */
  log(before: number | null, limit: number, filter: LogFilter, signal: AbortSignal): Promise<LogPage> {
    const query = new URLSearchParams({ limit: String(limit), state: filter.state, text: filter.text });
    if (before !== null) query.set('before', String(before));
    return this.#ask(logPageSchema, 'GET', `/door/log?${query.toString()}`, { signal });
  }

  /**
   * The whole delivery log as a file. It may be tens of megabytes, so it may take its time as long
   * as something comes.
   * @param onBytes how many bytes have come so far
   * @throws DoorFailure; the signal's reason when aborted
   */
  async logFile(
    format: 'csv' | 'json',
    onBytes: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<Blob> {
    const path = `/door/log.${format}`;
    const silent = new AbortController();
    const either = AbortSignal.any([signal, silent.signal]);
    let watch = setTimeout(() => silent.abort(), ANSWER_WITHIN_MS);
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let bytes = 0;
    try {
      const response = await this.#send('GET', path, { signal }, either);
      if (!response.ok) throw await this.#failureOf(response);
      for await (const piece of response.body ?? []) {
        clearTimeout(watch);
        watch = setTimeout(() => silent.abort(), ANSWER_WITHIN_MS);
        pieces.push(piece);
        onBytes((bytes += piece.length));
      }
      return new Blob(pieces, { type: response.headers.get('content-type') ?? '' });
    } catch (failure) {
      signal.throwIfAborted();
      if (failure instanceof DoorFailure) throw failure;
      throw new DoorFailure('unreachable', `The answer to GET ${path} broke off`);
    } finally {
      clearTimeout(watch);
    }
  }

  /** @param body what the verb needs to know; see the door's contract */
  changeIntent(ref: string, verb: IntentVerb, body?: Seen | Settle): Promise<OutboxRow> {
    return this.#ask(outboxRowSchema, 'POST', `/door/intents/${ref}/${verb}`, { body });
  }

  drafts(): Promise<Draft[]> {
    return this.#ask(z.array(draftSchema), 'GET', '/door/drafts');
  }

  putDraft(key: ConversationKey, content: DraftContent, keepalive: boolean): Promise<Draft> {
    const { accountId, conversationId } = splitConversationKey(key);
    const path = `/door/drafts/${encodeURIComponent(accountId)}/${encodeURIComponent(conversationId)}`;
    return this.#ask(draftSchema, 'PUT', path, { body: content, keepalive });
  }

  putChunk(
    uploadId: string,
    file: { name: string; type: string; size: number },
    offset: number,
    chunk: Blob,
    signal: AbortSignal,
  ): Promise<UploadProgress> {
    const query = new URLSearchParams({
      offset: String(offset),
      total: String(file.size),
      name: file.name,
      type: file.type,
    });
    const path = `/door/uploads/${uploadId}?${query.toString()}`;
    return this.#ask(uploadProgressSchema, 'PUT', path, { bytes: chunk, signal });
  }

  uploadProgress(uploadId: string, signal: AbortSignal): Promise<UploadProgress> {
    return this.#ask(uploadProgressSchema, 'GET', `/door/uploads/${uploadId}`, { signal });
  }

  history(key: ConversationKey, before: string | null): Promise<HistoryPage> {
    const { accountId, conversationId } = splitConversationKey(key);
    const query = new URLSearchParams({ account: accountId, conversation: conversationId });
    if (before !== null) query.set('before', before);
    return this.#ask(historyPageSchema, 'GET', `/door/history?${query.toString()}`);
  }

  links(wanted: LinkRequest): Promise<Links> {
    return this.#ask(linksSchema, 'POST', '/door/links', { body: wanted });
  }

  attention(): Promise<null> {
    return this.#ask(z.null(), 'POST', '/door/attention');
  }

  settings(): Promise<Settings> {
    return this.#ask(settingsSchema, 'GET', '/door/settings');
  }

  putSettings(settings: Settings): Promise<Settings> {
    return this.#ask(settingsSchema, 'PUT', '/door/settings', { body: settings });
  }

  backends(): Promise<Backends> {
    return this.#ask(backendsSchema, 'GET', '/door/backends');
  }

  /**
   * Asks the helpdesk itself; keeps nothing. Resolves once every step was told.
   * @param onStep told as soon as a step is known
   * @throws DoorFailure, `unreachable` also when the answer broke off; the signal's reason
   */
  async checkAccount(
    draft: AccountCheckDraft,
    onStep: (step: CheckStep) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const path = '/door/account-checks';
    const either = AbortSignal.any([AbortSignal.timeout(CHECK_WITHIN_MS), signal]);
    const response = await this.#send('POST', path, { body: draft, signal }, either);
    if (!response.ok) throw await this.#failureOf(response);
    for await (const line of jsonLinesOf(response.body)) {
      signal.throwIfAborted();
      const { data } = checkLineSchema.safeParse(line);
      if (data === undefined) throw new DoorFailure('internal', `A line of POST ${path} breaks the contract`);
      if (data.step === 'end') return;
      onStep(data);
    }
    signal.throwIfAborted();
    throw new DoorFailure('unreachable', `The answer to POST ${path} broke off`);
  }

  addAccount(draft: AccountDraft): Promise<Account> {
    return this.#ask(accountSchema, 'POST', '/door/accounts', { body: draft });
  }

  changeAccount(id: string, patch: AccountPatch): Promise<Account> {
    return this.#ask(accountSchema, 'POST', `/door/accounts/${encodeURIComponent(id)}`, { body: patch });
  }

  /** How an account reaches its helpdesk. */
  connection(accountId: string): Promise<Connection> {
    return this.#ask(connectionSchema, 'GET', `/door/accounts/${encodeURIComponent(accountId)}/connection`);
  }

  holdings(accountId: string): Promise<Holdings> {
    return this.#ask(holdingsSchema, 'GET', `/door/accounts/${encodeURIComponent(accountId)}/holdings`);
  }

  /** Names of accounts that are gone. */
  removedAccounts(): Promise<RemovedAccount[]> {
    return this.#ask(z.array(removedAccountSchema), 'GET', '/door/accounts/removed');
  }

  /** @param undoMs for how long it can be undone; the host counts */
  removeAccount(id: string, undoMs: number): Promise<Account> {
    const path = `/door/accounts/${encodeURIComponent(id)}/remove?undoMs=${undoMs}`;
    return this.#ask(accountSchema, 'POST', path);
  }

  keepAccount(id: string): Promise<Account> {
    return this.#ask(accountSchema, 'POST', `/door/accounts/${encodeURIComponent(id)}/keep`);
  }

  addProfile(text: string, replace: boolean): Promise<ProfileResult> {
    return this.#ask(profileResultSchema, 'POST', '/door/profiles', { body: { text, replace } });
  }

  /** One request about the team's data; contract/team.ts says which there are. */
  team<S extends z.ZodType>(schema: S, method: string, place: string, body?: unknown): Promise<z.infer<S>> {
    return this.#ask(schema, method, `/door/team${place}`, { body, withinMs: CHECK_WITHIN_MS });
  }

  /** Opens the event stream; the caller reads it and aborts it. */
  async events(signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const response = await this.#send('GET', '/door/events', {}, signal);
    if (!response.ok) throw await this.#failureOf(response);
    if (response.body === null) throw new DoorFailure('unreachable', 'The event stream has no body');
    return response.body;
  }

  async #ask<S extends z.ZodType>(
    schema: S,
    method: string,
    path: string,
    options: RequestOptions = {},
  ): Promise<z.infer<S>> {
    const late = AbortSignal.timeout(options.withinMs ?? ANSWER_WITHIN_MS);
    const signal = options.signal === undefined ? late : AbortSignal.any([late, options.signal]);
    const response = await this.#send(method, path, options, signal);
    if (!response.ok) throw await this.#failureOf(response);
    let answer: unknown;
    try {
      answer = await response.json();
    } catch {
      options.signal?.throwIfAborted();
      throw new DoorFailure('unreachable', `The answer to ${method} ${path} broke off or is not JSON`);
    }
    const parsed = schema.safeParse(answer);
    if (!parsed.success) {
      const where = parsed.error.issues.map((issue) => issue.path.join('.')).slice(0, 5);
      throw new DoorFailure(
        'internal',
        `The answer to ${method} ${path} breaks the contract at ${where.join(', ')}`,
      );
    }
    return parsed.data;
  }

  async #send(method: string, path: string, options: RequestOptions, signal: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = {};
    const token = this.#deps.token();
    if (token === this.#refusedToken) throw this.#wrongToken('The host refused this token before');
    if (token !== null) headers[TOKEN_HEADER] = token;
    const init: RequestInit = { method, headers, signal, cache: 'no-store' };
    if (options.bytes !== undefined) {
      headers['content-type'] = 'application/octet-stream';
      init.body = options.bytes;
    } else if (options.body !== undefined) {
      headers['content-type'] = 'application/json';
      init.body = JSON.stringify(options.body);
    }
    if (options.keepalive === true) init.keepalive = true;
    let response: Response;
    try {
      response = await this.#deps.fetch(this.#deps.base + path, init);
    } catch {
      options.signal?.throwIfAborted();
      throw new DoorFailure('unreachable', `No answer to ${method} ${path}`);
    }
    this.#compareBuild(response);
    if (response.status === 401) this.#refusedToken = token;
    return response;
  }

  #compareBuild(response: Response): void {
    const build = response.headers.get(BUILD_HEADER);
    const contract = response.headers.get(CONTRACT_HEADER);
    if (build === null || contract === null) return;
    // The page came from the host that gave the first answer.
    this.#build ??= build;
    if (build !== this.#build || contract !== CONTRACT_VERSION) this.#deps.onOtherBuild();
  }

  async #failureOf(response: Response): Promise<DoorFailure> {
    const parsed = doorErrorSchema.safeParse(await response.json().catch(() => null));
    if (!parsed.success) {
      return new DoorFailure('unreachable', `Something other than the host answered: ${response.status}`);
    }
    const { code, message } = parsed.data.error;
    return code === 'no-token' ? this.#wrongToken(message) : new DoorFailure(code, message);
  }

  #wrongToken(message: string): DoorFailure {
    this.#deps.onWrongToken();
    return new DoorFailure('no-token', message);
  }
}
