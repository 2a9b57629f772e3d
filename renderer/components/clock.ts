/** One ticking clock for the whole page: a thing redraws only when its own granule passed. */
import { useSyncExternalStore } from 'react';

interface Ticker {
  subscribe: (listener: () => void) => () => void;
  read: () => number;
}

function createTicker(everyMs: number): Ticker {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let now = Date.now();
  const tick = () => {
    now = Date.now();
    for (const listener of [...listeners]) listener();
  };
  const onVisible = () => {
    if (!document.hidden) tick();
  };
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      if (listeners.size === 1) {
        now = Date.now();
        timer = setInterval(tick, everyMs);
        // A hidden page's timers sleep: catch up the moment it is seen again.
        document.addEventListener('visibilitychange', onVisible);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        document.removeEventListener('visibilitychange', onVisible);
      };
    },
    read: () => now,
  };
}

const everySecond = createTicker(1_000);
const everyTenSeconds = createTicker(10_000);

/**
 * The time now in ms, refreshed every second or every ten.
 * @param grain `second` only for what shows seconds
 */
export function useNow(grain: 'second' | 'minute'): number {
  const ticker = grain === 'second' ? everySecond : everyTenSeconds;
  return useSyncExternalStore(ticker.subscribe, ticker.read, ticker.read);
}
