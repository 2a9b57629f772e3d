import { useMemo } from 'react';
import { pageData } from './current';
import type { FillReason, HostLink } from './shapes';
import { useSignal } from './stores/use-signal';

export type { FillReason, HostLink, HostLinkState } from './shapes';

/** How the page stands with its host (not with the helpdesks: those are the accounts' states). */
export function useHostLink(): HostLink {
  return useSignal(pageData().link);
}

/** Told to the agent while the cache is filled anew, and once after it was. */
export interface CacheNotice {
  state: 'rebuilding' | 'rebuilt';
  reason: FillReason;
  /** Rows stored so far. */
  rows: number;
  dismiss(): void;
}

/** `null` when there is nothing to tell; the very first filling is the accounts' first sync. */
export function useCacheNotice(): CacheNotice | null {
  const { cacheState } = pageData();
  const { state, reason, rows } = useSignal(cacheState);
  return useMemo(() => {
    if (reason === null || reason === 'first') return null;
    return {
      state: state === 'filling' ? 'rebuilding' : 'rebuilt',
      reason,
      rows,
      dismiss: () => cacheState.set({ ...cacheState.get(), reason: null }),
    };
  }, [cacheState, state, reason, rows]);
}

/** True while the browser has no room for what comes: what is on screen may be old. */
export function useCacheFull(): boolean {
  return useSignal(pageData().cacheState).full;
}
