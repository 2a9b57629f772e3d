/** Finding by the beginnings of words, without marks: the one rule of every quick search. */

/** Lower case without marks, so `đóng` is found by `dong` and `ё` by `е`. */
export function foldText(text: string): string {
  return text.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd').normalize('NFC');
}

/**
 * Makes a test for what was typed: every word of it must begin a word of the text, in any order.
 * Nothing typed matches everything.
 */
export function wordMatcher(typed: string): (text: string) => boolean {
  const parts = foldText(typed)
    .split(/\s+/)
    .filter((part) => part !== '');
  return (text) => {
    if (parts.length === 0) return true;
    const folded = foldText(text);
    const words = folded.split(/[^\p{L}\p{N}]+/u);
    // A part with punctuation of its own (an address, a number with dashes) is looked for as it stands.
    return parts.every((part) =>
      /^[\p{L}\p{N}]+$/u.test(part) ? words.some((word) => word.startsWith(part)) : folded.includes(part),
    );
  };
}
