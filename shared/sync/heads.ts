/**
 * Threads fresh enough for a reply: as the backend reads the one thread this moment, where it can; else
 * as the spool has it after a pull that is young enough. A spool that lacks the newest of a thread, because
 * that could not be read, says nothing of it however young it is.
 */
import { BackendError, verdictOf } from '../backends/backend-error';
import type { Message } from '../domain/entities';
import type { ThreadHead } from '../domain/thread-moved';
import type { Backend } from '../backends/port';
import type { Clock, HeadPort } from './ports';
import type { Puller } from './pull';
import type { Spool } from './spool';
import { isUnread } from './unread-threads';

/** A thread read by a pull that began within this is fresh enough for a reply. */
const FRESH_MS = 5_000;

/** A whole pull may take many minutes (the first one does); then the one thread is asked for. */
const PULL_PATIENCE_MS = 10_000;

export interface HeadsOptions {
  /** `null` for an account that is not set up. */
  spoolOf(accountId: string): Pick<Spool, 'thread' | 'cursorOf'> | null;
  /** `null` while nothing pulls for the account. */
  pullerOf(accountId: string): Pick<Puller, 'freshen'> | null;
  /** How to ask for one thread; left out: then only pulls are fresh. */
  direct?: {
    clock: Clock;
    backendOf(accountId: string): Pick<Backend, 'history' | 'thread'> | null;
  };
}

export function createHeads({ spoolOf, pullerOf, direct }: HeadsOptions): HeadPort {
  const known = async (accountId: string, conversationId: string): Promise<ThreadHead | null> => {
    try {
      return (await spoolOf(accountId)?.thread(conversationId)) ?? null;
    } catch {
      // The disk does not give it back just now: as good as not known.
      return null;
    }
  };
  /** What is known after a young pull, unless that pull could not read this thread either. */
  const pulled = (accountId: string, conversationId: string): Promise<ThreadHead | null> => {
    const spool = spoolOf(accountId);
    if (spool === null || isUnread(spool, conversationId)) return Promise.resolve(null);
    return known(accountId, conversationId);
  };
  /** What is known, with the newest messages as the backend has them this moment. */
  const asked = async (
    accountId: string,
    conversationId: string,
    signal: AbortSignal,
  ): Promise<ThreadHead | null> => {
    const head = await known(accountId, conversationId);
    try {
      const page = await direct?.backendOf(accountId)?.history(conversationId, null, signal);
      if (page === undefined || head === null) return null;
      return { ...head, messages: withNewest(head.messages, page.messages) };
    } catch {
      return null;
    }
  };
  /** The thread as the backend reads it now; older messages of it as they are known. */
  const readNow = async (
    accountId: string,
    conversationId: string,
    read: NonNullable<Backend['thread']>,
    signal: AbortSignal,
  ): Promise<ThreadHead | BackendError | 'never' | null> => {
    try {
      const head = await read(conversationId, signal);
      const answeredWith = head.conversation?.id ?? conversationId;
      // A server that follows a merge by itself: the agent is asked before a reply does the same.
      if (answeredWith !== conversationId) return goneTo(answeredWith);
      const before = head.conversation === null ? null : await known(accountId, conversationId);
      return { ...head, messages: withNewest(before?.messages ?? [], head.messages) };
    } catch (error) {
      if (!(error instanceof BackendError)) return null;
      if (error.kind === 'not-found') return goneTo(null);
      return willNever(error) ? 'never' : error;
    }
  };
  return {
    known,
    async head(accountId, conversationId, signal) {
      const backend = direct?.backendOf(accountId) ?? null;
      if (backend?.thread !== undefined) {
        const read = readNow(accountId, conversationId, backend.thread.bind(backend), signal);
        const head = (await untilAborted(read, signal)) ?? null;
        // A reply must not wait for what will never be told: the feeds may know the thread all the same.
        if (head !== 'never') return head;
      }
      const enough = new AbortController();
      const impatient = direct?.clock.sleep(PULL_PATIENCE_MS, enough.signal).then(() => 'too-long' as const);
      const fresh = pullerOf(accountId)?.freshen(FRESH_MS) ?? Promise.resolve(false);
      const answer = await untilAborted(
        impatient === undefined ? fresh : Promise.race([fresh, impatient]),
        signal,
      );
      enough.abort();
      if (signal.aborted) return null;
      if (answer === 'too-long') return asked(accountId, conversationId, signal);
      return answer === true ? pulled(accountId, conversationId) : null;
    },
  };
}

function goneTo(movedTo: string | null): ThreadHead {
  return { conversation: null, gone: true, movedTo, messages: [] };
}

/** Asked again, it would answer the same. */
function willNever({ kind }: BackendError): boolean {
  const verdict = verdictOf(kind);
  return kind === 'nonsense' || verdict === 'refused' || verdict === 'moved';
}

function withNewest(older: readonly Message[], newest: readonly Message[]): Message[] {
  const known = new Set(newest.map(({ id }) => id));
  return [...older.filter(({ id }) => !known.has(id)), ...newest];
}

/** The promise's value, or nothing as soon as the signal is aborted. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  let stop = (): void => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
