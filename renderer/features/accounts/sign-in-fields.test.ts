import type { BackendOffer } from '@shared/contract/accounts';
import { expect, it } from 'vitest';
import { isSameServer, missingFields, movesElsewhere, signInValues } from './sign-in-fields';

const OFFER: BackendOffer = {
  id: 'desk',
  name: 'Desk',
  signIn: [
    { name: 'login', secret: false },
    { name: 'token', secret: true },
  ],
  addressExample: 'https://desk.example',
  custom: false,
};

it('names what is missing in the order of the form', () => {
  const nothing = { url: ' ', values: {}, secrets: {} };
  expect(missingFields(OFFER, nothing, false)).toEqual(['url', 'login', 'token']);
  const some = {
    url: 'desk.example',
    values: { login: 'a@team.invalid', token: 'typed elsewhere' },
    secrets: {},
  };
  expect(missingFields(OFFER, some, false)).toEqual(['token']);
});

it('misses no credentials where those that are kept go on', () => {
  expect(missingFields(OFFER, { url: 'desk.example', values: {}, secrets: {} }, true)).toEqual([]);
  expect(missingFields(OFFER, { url: '', values: {}, secrets: {} }, true)).toEqual(['url']);
});

it('misses a key that was typed and got lost, rather than keep the old one in silence', () => {
  const filled = { url: 'desk.example', values: {}, secrets: {}, lost: ['token'] };
  expect(missingFields(OFFER, filled, true)).toEqual(['token']);
  expect(missingFields(OFFER, { ...filled, secrets: { token: 'sample' } }, true)).toEqual([]);
});

it('sends what was filled in, trimmed, and leaves the rest out', () => {
  const filled = { url: '', values: { login: ' a@team.invalid ' }, secrets: { token: '' } };
  expect(signInValues(OFFER, filled)).toEqual({ login: 'a@team.invalid' });
});

it('sends nothing that was typed for another helpdesk', () => {
  const filled = {
    url: '',
    values: { workspace: '3', login: 'a@team.invalid' },
    secrets: { token: 'sample', clientSecret: 'sample' },
  };
  expect(signInValues(OFFER, filled)).toEqual({ login: 'a@team.invalid', token: 'sample' });
});

it.each([
  ['desk.example', 'https://desk.example/support/', true],
  ['http://desk.example', 'https://desk.example', false],
  ['desk.example', 'desk.invalid', false],
  ['not an address', 'not an address', false],
])('%s and %s: one server is %s', (one, other, same) => {
  expect(isSameServer(one, other)).toBe(same);
});

it.each([
  ['desk.example/support', {}, false],
  [' https://desk.example ', { token: 'sample' }, false],
  ['', {}, false],
  ['other.example', {}, true],
  ['http://desk.example', {}, true],
  ['https://desk.example', { workspace: '3' }, true],
])('at %s with %j an account becomes another helpdesk’s: %s', (url, values, moves) => {
  expect(movesElsewhere('https://desk.example', { url }, values)).toBe(moves);
});
