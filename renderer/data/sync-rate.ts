/** How fast a first sync goes, from what the host says of it while somebody watches. */
import { useCallback, useSyncExternalStore } from 'react';
import { systemClock } from './clock';
import { pageData } from './current';

/** What lies further back says nothing about how fast it goes now. */
const WINDOW_MS = 15_000;
/** A rate over less than this jumps too much to be read. */
const LEAST_MS = 2_000;

export interface SyncSample {
  /** ms */
  at: number;
  rows: number;
}

/** The samples with one more, without those that are too old. A count that fell begins anew. */
export function withSample(samples: readonly SyncSample[], sample: SyncSample): readonly SyncSample[] {
  const last = samples.at(-1);
  if (last === undefined || sample.rows < last.rows) return [sample];
  if (sample.rows === last.rows) return samples;
  return [...samples.filter(({ at }) => sample.at - at <= WINDOW_MS), sample];
}

/**
 * Rows a second lately; `null` while that cannot be told, and when nothing came for long.
 * @param now ms: while nothing comes it becomes slower
 */
export function rowsPerSecond(samples: readonly SyncSample[], now: number): number | null {
  const recent = samples.filter(({ at }) => now - at <= WINDOW_MS);
  const [first] = recent;
  const last = recent.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < LEAST_MS) return null;
  return ((last.rows - first.rows) * 1_000) / (Math.max(now, last.at) - first.at);
}

const watched = new Map<string, readonly SyncSample[]>();

const NONE: readonly SyncSample[] = [];

/** What was seen of an account's first sync lately; nothing when it is over. */
export function useSyncSamples(accountId: string): readonly SyncSample[] {
  const { accounts } = pageData();
  const subscribe = useCallback(
    (listener: () => void) => {
      const note = (): void => {
        const rows = accounts.get().find(({ id }) => id === accountId)?.firstSync?.rows;
        if (rows === undefined) watched.delete(accountId);
        else
          watched.set(accountId, withSample(watched.get(accountId) ?? [], { at: systemClock.now(), rows }));
        listener();
      };
      note();
      return accounts.subscribe(note);
    },
    [accounts, accountId],
  );
  return useSyncExternalStore(subscribe, () => watched.get(accountId) ?? NONE);
}
