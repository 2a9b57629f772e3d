/**
 * One leader over all windows: whoever holds the Web Lock. A leader that stays silent for 10 s
 * (its window is frozen) loses the lock to the next in line.
 */
import type { Clock } from '../clock';
import type { WindowChannel } from './channel';

const LOCK_NAME = 'holdfast-leader';
export const SILENT_LEADER_MS = 10_000;
const LOOK_EVERY_MS = 1_000;

export interface LeadershipDeps {
  locks: Pick<LockManager, 'request'>;
  channel: WindowChannel;
  clock: Clock;
  /** Leads until the signal aborts; must not reject. */
  lead(signal: AbortSignal): Promise<void>;
}

/** Competes for the lead until the signal aborts, and leads whenever it has it. */
export async function competeForLead(deps: LeadershipDeps, signal: AbortSignal): Promise<void> {
  let steal = false;
  while (!signal.aborted) {
    const outcome = await oneTerm(deps, steal, signal);
    steal = outcome === 'leader-silent';
    if (outcome === 'refused') await deps.clock.sleep(LOOK_EVERY_MS, signal);
  }
}

/** Waits for the lock and leads until it is lost. */
async function oneTerm(
  deps: LeadershipDeps,
  steal: boolean,
  signal: AbortSignal,
): Promise<'led' | 'leader-silent' | 'refused'> {
  const waiting = new AbortController();
  const term = new AbortController();
  const end = (): void => {
    waiting.abort();
    term.abort();
  };
  signal.addEventListener('abort', end);
  let silent = false;
  if (!steal) {
    void silenceOf(deps, waiting.signal).then((found) => {
      silent = found;
      if (found) waiting.abort();
    });
  }
  let led: Promise<void> | null = null;
  try {
    // A granted lock no longer listens to its request's signal: aborting only ends the watch.
    await deps.locks.request(LOCK_NAME, steal ? { steal: true } : { signal: waiting.signal }, () => {
      waiting.abort();
      led = deps.lead(term.signal);
      return led;
    });
  } catch {
    // Stolen from us, or given up waiting for a silent leader.
  }
  end();
  signal.removeEventListener('abort', end);
  if (led === null) return silent ? 'leader-silent' : 'refused';
  await led;
  return 'led';
}

/** Resolves with true once no beat was heard for 10 s; with false when the signal aborts first. */
async function silenceOf({ channel, clock }: LeadershipDeps, signal: AbortSignal): Promise<boolean> {
  let heardAt = clock.monotonic();
  const stop = channel.listen((message) => {
    if (message.type === 'beat') heardAt = clock.monotonic();
  });
  try {
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, signal);
      if (!signal.aborted && clock.monotonic() - heardAt >= SILENT_LEADER_MS) return true;
    }
    return false;
  } finally {
    stop();
  }
}
