/**
 * Accounts that the agent removes: for some seconds they only are about to leave. The host counts, so
 * that no window that is reloaded or closed calls a removal off, and every window can undo it.
 *
 *   waiting ──time is up──▶ leaving ──▶ gone
 *      └─called off─▶ none      └──▶ failed: still there, and told
 */
import type { Clock } from '@shared/backends/clock';
import type { Account } from '@shared/contract/door';

type State = NonNullable<Account['leaving']>;

export interface LeavingOptions {
  clock: Clock;
  /** Removes it; asked once the time is up. */
  remove(id: string): Promise<void>;
  /** How it stands with an account is different. */
  onChange(id: string): void;
}

export interface Leaving {
  /** Removes it after `undoMs`; one that is about to leave keeps its time. */
  begin(id: string, undoMs: number): void;
  /** It stays, unless it is gone already. */
  callOff(id: string): void;
  /** It could not leave, and is still there. */
  failed(id: string): void;
  of(id: string): State | null;
  /** Counts no more; what was about to leave is still there. */
  close(): void;
}

export function createLeaving({ clock, remove, onChange }: LeavingOptions): Leaving {
  const states = new Map<string, State>();
  const counts = new Map<string, AbortController>();
  const put = (id: string, state: State['state'], at = clock.now()): void => {
    states.set(id, { state, at });
    onChange(id);
  };
  const stopCounting = (id: string): void => {
    counts.get(id)?.abort();
    counts.delete(id);
  };
  async function count(id: string, undoMs: number, stop: AbortSignal): Promise<void> {
    await clock.sleep(undoMs, stop);
    if (stop.aborted) return;
    counts.delete(id);
    put(id, 'leaving');
    try {
      await remove(id);
      if (states.get(id)?.state === 'leaving') states.delete(id);
    } catch {
      put(id, 'failed');
    }
  }

  return {
    begin(id, undoMs) {
      if (counts.has(id) || states.get(id)?.state === 'leaving') return;
      const stop = new AbortController();
      counts.set(id, stop);
      put(id, 'waiting', clock.now() + undoMs);
      void count(id, undoMs, stop.signal);
    },
    callOff(id) {
      stopCounting(id);
      if (states.delete(id)) onChange(id);
    },
    failed(id) {
      stopCounting(id);
      put(id, 'failed');
    },
    of: (id) => states.get(id) ?? null,
    close() {
      for (const id of [...counts.keys()]) stopCounting(id);
    },
  };
}
