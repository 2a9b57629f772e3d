/** Conversations by the customer's name or the subject, found while the agent types and while rows arrive. */
import { useEffect, useState } from 'react';
import type { ConversationKey } from '@shared/domain/entities';
import { followFound } from '@renderer/data/find';

const MOST_FOUND = 8;
/** Fewer letters would name half the queue. */
const LEAST_LETTERS = 2;
const NONE: readonly ConversationKey[] = [];

export function useFound(typed: string): readonly ConversationKey[] {
  const wanted = typed.trim();
  const [found, setFound] = useState(NONE);
  const enough = [...wanted].length >= LEAST_LETTERS;
  useEffect(() => {
    if (!enough) return;
    const stop = new AbortController();
    void followFound(wanted, MOST_FOUND, stop.signal, (keys) =>
      // The same rows again would redraw the list for nothing.
      setFound((last) => (last.join('\n') === keys.join('\n') ? last : keys)),
    );
    return () => stop.abort();
  }, [wanted, enough]);
  return enough ? found : NONE;
}
