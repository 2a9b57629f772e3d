/**
 * Reads the threads of a page one by one, so that one that cannot be read stops none of the others.
 *
 *   every thread that is read ──▶ its rows
 *   one that fails, and then another is read ──▶ {@link UnreadThread}: set aside and counted
 *   all fail, and no other can be read either ──▶ an outage: the page fails, its cursor does not move
 *
 * What is set aside is kept and asked for again until it can be read (`shared/sync/unread-threads.ts`).
 */
import type { FailureKind } from '../domain/failures';
import { BackendError } from './backend-error';
import type { Asker } from './rest-definition';

/**
 * How often and when one is asked for once more within the same page, in ms: a server that fails may only
 * be starting anew, and one page of a portal or a proxy in place of an answer says nothing of the thread.
 */
const AGAIN_AFTER_MS: Readonly<Partial<Record<FailureKind, readonly number[]>>> = {
  server: [300, 1_000],
  captive: [300],
  nonsense: [300],
};
/** Once so many have failed and none was read, the others are asked once each. */
const HOPELESS = 3;
/** Threads that are known to be readable, and how many others are tried where none is known. */
const MOST_WITNESSES = 3;
const MOST_OTHERS = 5;
/** A thread without an answer is taken for a cut link so often before it is taken for the thread. */
const SILENCES = 2;
const MOST_SILENT = 1_000;

/** Failures that one thread may have alone. All others are the link's, the key's or the limit's. */
const OF_ONE_THREAD: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'forbidden',
  'not-found',
  'invalid',
  'conflict',
  'nonsense',
  'captive',
  'server',
  'no-answer',
]);
/** Failures that say by themselves that they are about one thing. */
const SURELY_ITS_OWN: ReadonlySet<FailureKind> = new Set<FailureKind>(['forbidden', 'not-found']);

/** Stands among a feed's rows for a conversation whose own requests failed; the engine sets it aside. */
export class UnreadThread {
  /**
   * @param age as in the feed's `age`; `null` where it is not known
   */
  constructor(
    readonly id: string,
    readonly because: BackendError,
    readonly age: number | null = null,
  ) {}

  /** For an administrator, with the id. */
  get problem(): string {
    const { message, kind, status } = this.because;
    return `Conversation ${this.id} cannot be read: ${message} (${status === null ? kind : `${kind}, HTTP ${status}`})`;
  }
}

/** How the threads of one vendor are read. */
export interface ThreadReading<T, R> {
  idOf(thing: T): string;
  ageOf?(thing: T): number | null;
  read(thing: T): Promise<R>;
  /** Any reading of one thread by its id: what shows that the server can, while it cannot for another. */
  witness(id: string): Promise<unknown>;
  /**
   * Ids of some conversations there are; asked only where all failed and none is known to be readable.
   * Left out: the page is all there is to judge by.
   */
  others?(): Promise<readonly string[]>;
  /** Left out: all. */
  atOnce?: number;
}

/** What is known of an account's threads, for as long as it is connected. */
interface Known {
  /** Ids that were read, newest last. */
  readable: string[];
  /** How often a thread gave no answer, by id. */
  silent: Map<string, number>;
}

const knownOf = (ask: Asker): Promise<Known> =>
  ask.remembered('threads-apart', Infinity, () => Promise.resolve({ readable: [], silent: new Map() }));

/**
 * The rows of each thing, or what stands for it where its thread cannot be read, in the order of the things.
 * Rejects with a {@link BackendError} when nothing can be read, or for a reason that no thread has alone.
 */
export async function threadsApart<T, R>(
  ask: Asker,
  things: readonly T[],
  reading: ThreadReading<T, R>,
): Promise<(R | UnreadThread)[]> {
  const known = await knownOf(ask);
  const found: (R | UnreadThread)[] = new Array<R | UnreadThread>(things.length);
  const state = { failed: 0, read: 0 };
  let next = 0;
  const work = async (): Promise<void> => {
    for (; next < things.length;) {
      const at = next;
      next += 1;
      const thing = things[at] as T;
      const one = await readOne(ask, thing, reading, () => state.read > 0 || state.failed < HOPELESS);
      found[at] = one;
      if (one instanceof UnreadThread) {
        state.failed += 1;
      } else {
        state.read += 1;
        noteReadable(known, reading.idOf(thing));
      }
    }
  };
  const workers = Math.max(1, Math.min(reading.atOnce ?? Infinity, things.length));
  await Promise.all(Array.from({ length: workers }, work));
  const unread = found.filter((one) => one instanceof UnreadThread);
  if (unread.length > 0) await refuseOutage(known, unread, state.read, reading);
  return found;
}

/** What was missed: a thread that is not there any more, among others that are. */
export function isMissing(one: unknown): one is UnreadThread {
  return one instanceof UnreadThread && one.because.kind === 'not-found';
}

/** True for a failure that may be about one thread among many that were asked for together. */
export function isOfOneThread(error: unknown): error is BackendError {
  // A server that says when to come back speaks of itself.
  return error instanceof BackendError && OF_ONE_THREAD.has(error.kind) && error.retryAfterMs === null;
}

async function readOne<T, R>(
  { clock, signal }: Asker,
  thing: T,
  { idOf, ageOf, read }: ThreadReading<T, R>,
  isHopeful: () => boolean,
): Promise<R | UnreadThread> {
  for (let turn = 0; ; turn += 1) {
    try {
      return await read(thing);
    } catch (error) {
      if (!isOfOneThread(error)) throw error;
      const wait = AGAIN_AFTER_MS[error.kind]?.[turn];
      if (wait !== undefined && isHopeful()) {
        await clock.sleep(wait, signal);
        continue;
      }
      return new UnreadThread(idOf(thing), error, ageOf?.(thing) ?? null);
    }
  }
}

/** Throws unless it is shown that the server can read threads and could not read these. */
async function refuseOutage<T, R>(
  known: Known,
  unread: readonly UnreadThread[],
  othersRead: number,
  reading: ThreadReading<T, R>,
): Promise<void> {
  const [first] = unread;
  if (first === undefined) return;
  const own = unread.every(({ because }) => SURELY_ITS_OWN.has(because.kind));
  // One ticket that this agent may not see says nothing of the key, nor one that was deleted meanwhile.
  if (own && (othersRead > 0 || unread.length === 1)) return;
  if (!(await canReadOthers(known, new Set(unread.map(({ id }) => id)), reading))) {
    const { kind, message, status, retryAfterMs } = first.because;
    throw new BackendError(kind, `No conversation can be read: ${message}`, status, retryAfterMs);
  }
  for (const { id, because } of unread) {
    if (because.kind !== 'no-answer') continue;
    const times = (known.silent.get(id) ?? 0) + 1;
    if (known.silent.size >= MOST_SILENT) known.silent.clear();
    known.silent.set(id, times);
    if (times <= SILENCES) throw because;
  }
}

/** Asked after the failure, because what was read before it says nothing of a server that fell over since. */
async function canReadOthers<T, R>(
  known: Known,
  unread: ReadonlySet<string>,
  { witness, others }: ThreadReading<T, R>,
): Promise<boolean> {
  const tried = new Set(unread);
  const anyOf = async (ids: readonly string[], most: number): Promise<boolean> => {
    const untried = [...new Set(ids)].filter((id) => id !== '' && !tried.has(id)).slice(0, most);
    for (const id of untried) {
      tried.add(id);
      try {
        await witness(id);
        noteReadable(known, id);
        return true;
      } catch (error) {
        if (!isOfOneThread(error)) throw error;
        known.readable = known.readable.filter((one) => one !== id || error.kind !== 'not-found');
      }
    }
    return false;
  };
  if (await anyOf(known.readable.toReversed(), MOST_WITNESSES)) return true;
  return others !== undefined && (await anyOf(await others(), MOST_OTHERS));
}

function noteReadable(known: Known, id: string): void {
  if (id === '') return;
  known.readable = [...known.readable.filter((one) => one !== id), id].slice(-MOST_WITNESSES);
  known.silent.delete(id);
}
