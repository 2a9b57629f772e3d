import { expect, it } from 'vitest';
import { formatFigure } from './figures';

it.each([
  ['en', '12,345'],
  ['ru', '12\u00a0345'],
  ['be', '12\u00a0345'],
  ['vi', '12.345'],
])('groups the thousands in %s as %s', (locale, written) => {
  expect(formatFigure(12_345, locale)).toBe(written);
});
