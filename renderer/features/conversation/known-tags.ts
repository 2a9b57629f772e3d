/** Tags seen so far in this window, most recent first: offered when one is added. */
import { useEffect, useMemo } from 'react';
import { create } from 'zustand';

const MOST = 60;

const useSeen = create<{ tags: readonly string[]; see: (tags: readonly string[]) => void }>()((set) => ({
  tags: [],
  see: (tags) =>
    set((state) => {
      const fresh = tags.filter((tag) => !state.tags.includes(tag));
      return fresh.length === 0 ? state : { tags: [...fresh, ...state.tags].slice(0, MOST) };
    }),
}));

/** The conversation's own tags first, then those of conversations opened before. */
export function useKnownTags(own: readonly string[]): readonly string[] {
  const { tags, see } = useSeen();
  useEffect(() => see(own), [own, see]);
  return useMemo(() => [...new Set([...own, ...tags])], [own, tags]);
}
