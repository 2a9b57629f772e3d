/** A helpdesk's own words for ours, both ways. */
import type { Vocabulary } from './profile-schema';

type Word = string | number | boolean;

export interface Words<T extends string> {
  /** Ours for theirs; a word that is not named means the stated one. */
  read(theirs: unknown): T;
  /** Theirs for ours; `undefined` where they have none. */
  sent(ours: T): Word | undefined;
}

interface Spoken {
  otherwise: string;
  [ours: string]: Vocabulary['new'] | string | undefined;
}

/** Words are compared as text and without regard to case: `2` and `"2"` are the same word. */
export function wordsOf<T extends string>(spoken: Spoken): Words<T> {
  const reads = new Map<string, T>();
  const sends = new Map<string, Word>();
  for (const [ours, theirs] of Object.entries(spoken)) {
    if (ours === 'otherwise' || theirs === undefined) continue;
    if (typeof theirs === 'object' && !Array.isArray(theirs)) {
      sends.set(ours, theirs.sends);
      continue;
    }
    const words = Array.isArray(theirs) ? theirs : [theirs];
    for (const word of words) {
      const known = keyOf(word);
      if (!reads.has(known)) reads.set(known, ours as T);
    }
    if (words[0] !== undefined) sends.set(ours, words[0]);
  }
  return {
    read: (theirs) => reads.get(keyOf(theirs)) ?? (spoken.otherwise as T),
    sent: (ours) => sends.get(ours),
  };
}

function keyOf(word: unknown): string {
  return String(word).trim().toLowerCase();
}
