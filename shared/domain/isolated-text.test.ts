import { expect, it } from 'vitest';
import { isolated } from './isolated-text';

it('keeps words without marks of direction as they are', () => {
  for (const words of ['Sample', 'שלום', 'a\u200eb', '']) expect(isolated(words)).toBe(words);
});

it('closes behind words whatever they open, and lets nothing inside close it', () => {
  expect(isolated('invoice\u202Efdp.exe')).toBe('\u2068invoice\u202Efdp.exe\u2069');
  expect(isolated('\u2069\u202Eab\u2067')).toBe('\u2068\u202Eab\u2069');
});
