/** By what agents tell accounts apart at a glance: a hue that stays, and letters no two share. Pure. */
import type { Account } from '@shared/contract/door';

export interface AccountLook {
  /** Which of the hues, from 0; whoever draws it begins anew after the last. */
  hue: number;
  /** At most two letters, with a figure behind where several accounts have the same. */
  letters: string;
}

/**
 * A hue for each account. Those that have one keep it, also while they are gone: a removal or a change
 * gives no account another's colour, and one that comes back has its own again.
 */
export function huesOf(
  accounts: readonly Pick<Account, 'id'>[],
  before: Readonly<Record<string, number>>,
): Record<string, number> {
  const hues = { ...before };
  for (const { id } of accounts) {
    if (hues[id] !== undefined) continue;
    const taken = new Set(Object.values(hues));
    let hue = 0;
    while (taken.has(hue)) hue += 1;
    hues[id] = hue;
  }
  return hues;
}

/** How each account looks. Figures alone would read as a count: then the kind of helpdesk gives the letter. */
export function looksOf(
  accounts: readonly Pick<Account, 'id' | 'name' | 'backend'>[],
  hues: Readonly<Record<string, number>>,
): Record<string, AccountLook> {
  const letters = accounts.map(({ name, backend }) => lettersOf(name) || lettersOf(backend));
  return Object.fromEntries(
    accounts.map(({ id }, i) => {
      const own = letters[i] ?? '';
      const hue = hues[id] ?? 0;
      const isShared = letters.filter((other) => other === own).length > 1;
      return [id, { hue, letters: isShared ? `${own}${hue + 1}` : own }];
    }),
  );
}

/** First letters of the first and last word that begin with one. */
function lettersOf(name: string): string {
  const words = name.split(/[^\p{L}\p{M}\p{N}]+/u).filter((word) => /^\p{L}/u.test(word));
  const [first = ''] = words[0] ?? '';
  const [last = ''] = words.length > 1 ? (words.at(-1) ?? '') : '';
  return (first + last).toLocaleUpperCase();
}
