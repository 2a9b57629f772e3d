/**
 * Keeps one account within what its server allows. The agent's own doings come first: pulls leave them
 * a share of each minute, and wait when the server says that little is left.
 */
import { BackendError } from './backend-error';
import type { Clock } from './clock';
import type { RateLimit } from './port';

/** `agent`: somebody waits for it. `pull`: it may wait. */
export type Urgency = 'agent' | 'pull';

export interface Pace {
  /** Runs it as soon as it may. */
  run<T>(urgency: Urgency, signal: AbortSignal, wanted: () => Promise<T>): Promise<T>;
  /** Takes note of what an answer's headers say of the limits. */
  heard(headers: Readonly<Record<string, string>>): void;
}

const MINUTE_MS = 60_000;
/** The part of a minute's requests that pulls may use. */
const PULL_SHARE = 0.75;
/** Below this part of what the server allows, pulls wait. */
const SCARCE = 0.1;
/** How long they wait then. */
const SCARCE_PAUSE_MS = 10_000;

/** Names that vendors use for the same two numbers. */
const ALLOWED = ['x-ratelimit-total', 'x-ratelimit-limit', 'x-rate-limit', 'ratelimit-limit'];
const REMAINING = ['x-ratelimit-remaining', 'x-rate-limit-remaining', 'ratelimit-remaining'];

export function createPace(limit: RateLimit | null, clock: Clock): Pace {
  const perMinute = limit?.perMinute ?? Infinity;
  const atOnce = limit?.atOnce ?? Infinity;
  /** Monotonic times of the requests of the last minute. */
  let recent: number[] = [];
  let running = 0;
  let scarceUntil = -Infinity;
  const waiting: (() => void)[] = [];

  /** In ms; 0: at once. */
  function wait(urgency: Urgency): number {
    const now = clock.monotonic();
    recent = recent.filter((at) => at > now - MINUTE_MS);
    const share = urgency === 'pull' ? Math.max(1, Math.floor(perMinute * PULL_SHARE)) : perMinute;
    const first = recent.length < share ? null : recent[recent.length - share];
    const budget = first === null || first === undefined ? 0 : first + MINUTE_MS - now;
    return Math.max(budget, urgency === 'pull' ? scarceUntil - now : 0, 0);
  }

  function free(urgency: Urgency): Promise<void> {
    return new Promise((resolve) => {
      if (urgency === 'agent') waiting.unshift(resolve);
      else waiting.push(resolve);
    });
  }

  /** Taken in the moment it is found free: who asks next must see it. */
  function claim(): void {
    running += 1;
    if (perMinute < Infinity) recent.push(clock.monotonic());
  }

  async function turn(urgency: Urgency, signal: AbortSignal): Promise<void> {
    for (;;) {
      const ms = wait(urgency);
      if (ms > 0) await clock.sleep(ms, signal);
      else if (running >= atOnce) await free(urgency);
      else return claim();
      if (!signal.aborted) continue;
      // The place that was free for this one is the next one's.
      waiting.shift()?.();
      throw new BackendError('refused', 'It was called off before it left.');
    }
  }

  return {
    async run(urgency, signal, wanted) {
      await turn(urgency, signal);
      try {
        return await wanted();
      } finally {
        running -= 1;
        waiting.shift()?.();
      }
    },
    heard(headers) {
      const allowed = numberIn(headers, ALLOWED);
      const remaining = numberIn(headers, REMAINING);
      if (allowed === null || remaining === null || remaining > allowed * SCARCE) return;
      scarceUntil = clock.monotonic() + SCARCE_PAUSE_MS;
    },
  };
}

function numberIn(headers: Readonly<Record<string, string>>, names: readonly string[]): number | null {
  const text = names.map((name) => headers[name]).find((value) => value !== undefined);
  const value = Number(text);
  return text === undefined || text === '' || !Number.isFinite(value) ? null : value;
}
