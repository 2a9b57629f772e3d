import { expect, it } from 'vitest';
import { huesOf, looksOf } from './account-looks';

const account = (id: string, name = id, backend = 'embedded') => ({ id, name, backend });

it('leaves each account its hue when another one goes, comes or takes another place in the list', () => {
  const first = huesOf([account('a'), account('b'), account('c')], {});
  expect(first).toEqual({ a: 0, b: 1, c: 2 });
  expect(huesOf([account('c'), account('b')], first)).toMatchObject({ b: 1, c: 2 });
  expect(huesOf([account('c'), account('new'), account('b')], first)).toMatchObject({ b: 1, c: 2, new: 3 });
});

it('gives an account that comes back its own hue again', () => {
  const first = huesOf([account('a'), account('b')], {});
  const without = huesOf([account('b')], first);
  expect(huesOf([account('b'), account('a')], without)).toEqual({ a: 0, b: 1 });
});

it('shortens no account to figures, which read as a count', () => {
  const looks = looksOf([account('a', '127.0.0.1:4010'), account('b', 'Second shop')], { a: 0, b: 1 });
  expect(looks).toEqual({ a: { hue: 0, letters: 'E' }, b: { hue: 1, letters: 'SS' } });
});

it('gives no two accounts the same letters', () => {
  const two = [account('a', 'Desk one'), account('b', 'Desk other'), account('c', 'Shop')];
  const looks = looksOf(two, { a: 0, b: 3, c: 1 });
  expect(Object.values(looks).map(({ letters }) => letters)).toEqual(['DO1', 'DO4', 'S']);
});
