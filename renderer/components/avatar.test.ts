import { expect, it } from 'vitest';
import { initialsOf } from './Avatar';

it.each([
  ['Nadia Kovač', 'NK'],
  ['Іван Іванавіч Пятроў', 'ІП'],
  ['Nguyễn Thị Ánh', 'NÁ'],
  ['lena.mayer@shop.example', 'LE'],
  ['madonna', 'M'],
  ['  ', ''],
  ['👋 Sam', 'S'],
])('shortens %s to %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});
