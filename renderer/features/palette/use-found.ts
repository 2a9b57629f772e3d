/** Conversations by the customer's name or the subject, found while the agent types. */
import { useEffect, useState } from 'react';
import type { ConversationKey } from '@shared/domain/entities';
import { findConversations } from '@renderer/data/find';

const MOST_FOUND = 8;
/** Fewer letters would name half the queue. */
const LEAST_LETTERS = 2;
const NONE: readonly ConversationKey[] = [];

export function useFound(typed: string): readonly ConversationKey[] {
  const wanted = typed.trim();
  const [answer, setAnswer] = useState<{ wanted: string; keys: readonly ConversationKey[] }>({
    wanted: '',
    keys: NONE,
  });
  const enough = [...wanted].length >= LEAST_LETTERS;
  useEffect(() => {
    if (!enough) return;
    const stop = new AbortController();
    void findConversations(wanted, MOST_FOUND, stop.signal).then((keys) => {
      if (!stop.signal.aborted) setAnswer({ wanted, keys });
    });
    return () => stop.abort();
  }, [wanted, enough]);
  return enough ? answer.keys : NONE;
}
