import { expect, it } from 'vitest';
import { withLines } from './profile-problems';

it('shows each problem beside the text of its line', () => {
  const text = 'id: shop\r\nname: 5\n\nfeeds: {}\n';
  const at = (line: number | null) => ({ line, column: 1, message: 'wrong' });
  expect(withLines(text, [at(2), at(3), at(99), at(null)]).map(({ lineText }) => lineText)).toEqual([
    'name: 5',
    null,
    null,
    null,
  ]);
});

it('cuts a long line around the place', () => {
  const text = `${'a'.repeat(300)}HERE${'b'.repeat(300)}`;
  const [shown] = withLines(text, [{ line: 1, column: 301, message: 'wrong' }]);
  expect(shown?.lineText).toContain('HERE');
  expect(shown?.lineText?.length).toBeLessThan(125);
});
