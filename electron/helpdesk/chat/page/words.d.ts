/** Types of the page's words, for the tests. */
export const WORDS: Readonly<Record<'en' | 'ru' | 'be' | 'vi', Readonly<Record<string, string>>>>;
export function languageOf(preferred: readonly string[]): string;
