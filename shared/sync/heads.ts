/** Threads as the spool has them, after a pull that is young enough. */
import type { ThreadHead } from '../domain/thread-moved';
import type { HeadPort } from './ports';
import type { Puller } from './pull';
import type { Spool } from './spool';

/** A thread read by a pull that began within this is fresh enough for a reply. */
const FRESH_MS = 5_000;

export interface HeadsOptions {
  /** `null` for an account that is not set up. */
  spoolOf(accountId: string): Pick<Spool, 'thread'> | null;
  /** `null` while nothing pulls for the account. */
  pullerOf(accountId: string): Pick<Puller, 'freshen'> | null;
}

export function createHeads({ spoolOf, pullerOf }: HeadsOptions): HeadPort {
  const known = async (accountId: string, conversationId: string): Promise<ThreadHead | null> => {
    try {
      return (await spoolOf(accountId)?.thread(conversationId)) ?? null;
    } catch {
      // The disk does not give it back just now: as good as not known.
      return null;
    }
  };
  return {
    known,
    async head(accountId, conversationId, signal) {
      const fresh = await untilAborted(pullerOf(accountId)?.freshen(FRESH_MS), signal);
      return fresh === true && !signal.aborted ? known(accountId, conversationId) : null;
    },
  };
}

/** The promise's value, or nothing as soon as the signal is aborted. */
async function untilAborted<T>(promise: Promise<T> | undefined, signal: AbortSignal): Promise<T | undefined> {
  if (promise === undefined || signal.aborted) return undefined;
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
