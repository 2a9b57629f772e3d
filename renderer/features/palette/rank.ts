/** Finds commands by what was typed: every word must begin a word of the label, in any order. */

/** Lower case without marks, so `đóng` is found by `dong` and `ё` by `е`. */
export function fold(text: string): string {
  return text
    .toLocaleLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replaceAll('đ', 'd')
    .replaceAll('ё', 'е');
}

/** Whether every word of `needle` begins a word of `text`; an empty needle matches all. */
export function matchesWords(needle: string, text: string): boolean {
  const words = fold(text).split(/[^\p{L}\p{N}]+/u);
  return fold(needle)
    .split(/\s+/)
    .filter((part) => part !== '')
    .every((part) => words.some((word) => word.startsWith(part)));
}
