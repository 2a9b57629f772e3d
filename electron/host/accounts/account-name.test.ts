import { expect, it } from 'vitest';
import { nameByAddress } from './account-name';

it.each([
  ['http://127.0.0.1:4010', {}, [], '127.0.0.1:4010'],
  ['http://127.0.0.1:4020', {}, ['127.0.0.1:4010'], '127.0.0.1:4020'],
  ['https://desk.example/support', {}, ['desk.example'], 'desk.example/support'],
  ['https://desk.example', { workspace: '3' }, ['desk.example'], 'desk.example (3)'],
  ['https://desk.example', {}, ['desk.example', 'desk.example 2'], 'desk.example 3'],
])('calls %s with %j beside %j: %s', (url, values, taken, name) => {
  expect(nameByAddress({ url, values }, taken)).toBe(name);
});
