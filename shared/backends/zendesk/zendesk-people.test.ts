import { describe, expect, it } from 'vitest';
import type { Contact } from '../../domain/entities';
import { httpClientOf } from '../../testing/vendor-kit';
import { openZendesk } from '../../testing/vendors/zendesk/zendesk-simulator';
import { readFeed, rowsOf } from '../check/check-kit';
import { createRestBackend } from '../rest-engine';
import { readUser } from './zendesk-people';

const signal = new AbortController().signal;

const customer = {
  id: 9,
  name: 'Sample Customer',
  email: 'customer@example.invalid',
  phone: '+375 29 000-00-00',
  role: 'end-user',
  verified: true,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
};

function contactOf(identities: readonly unknown[]): Contact {
  const change = readUser(customer, identities, 'desk');
  if (change.kind !== 'contact' || change.row === null) throw new Error('This is no contact.');
  return change.row;
}

describe('identities of a customer', () => {
  it.each([
    ['full', ['customer@example.invalid']],
    ['sso', ['customer@example.invalid']],
    ['low', []],
    ['none', []],
    [undefined, []],
  ])('verified by "%s", an address is vouched for as %j', (verification_method, vouched) => {
    const contact = contactOf([{ type: 'email', value: 'customer@example.invalid', verification_method }]);
    expect(contact.verifiedEmails).toEqual(vouched);
    expect(contact.emails).toEqual(['customer@example.invalid']);
  });

  it('a verified handle does not vouch for the address beside it', () => {
    const contact = contactOf([
      { type: 'email', value: 'customer@example.invalid', verification_method: 'none' },
      { type: 'twitter', value: 'sample', verification_method: 'full' },
    ]);
    expect(contact).toMatchObject({ verifiedEmails: [], handles: ['twitter:sample'] });
  });

  it('bring every address and number, each once', () => {
    const contact = contactOf([
      { type: 'email', value: 'customer@example.invalid' },
      { type: 'email', value: 'other@example.invalid' },
      { type: 'phone_number', value: '+375 29 111-11-11' },
    ]);
    expect(contact.emails).toEqual(['customer@example.invalid', 'other@example.invalid']);
    expect(contact.phones).toEqual(['+375 29 000-00-00', '+375 29 111-11-11']);
  });

  it('of the wrong shape vouch for nothing and set nobody aside', () => {
    expect(contactOf([null, { type: 'email' }, 7]).emails).toEqual(['customer@example.invalid']);
  });
});

describe('the feed of tickets', () => {
  it('asks for the identities of verified customers alone, and not again within the hour', async () => {
    const simulator = openZendesk();
    const { server, clock, signIn, definition } = simulator;
    const backend = createRestBackend(
      definition,
      { accountId: 'desk', ...signIn },
      httpClientOf(server),
      clock,
    );
    const lookups = (): number => server.requests.filter(({ path }) => path.endsWith('/identities')).length;
    await simulator.customerWrites('First');
    const first = await readFeed(backend, 'tickets', signal);
    expect(lookups()).toBe(0);

    const someone = server.desk.users.find(({ id }) => id === 9);
    if (someone === undefined) throw new Error('The simulated desk has no customer.');
    someone.verified = true;
    server.desk.identities.set(9, [{ type: 'email', value: someone.email, verification_method: 'full' }]);
    await simulator.customerWrites('Second');
    const second = await readFeed(backend, 'tickets', signal, first.cursor);
    await simulator.customerWrites('Third');
    await readFeed(backend, 'tickets', signal, second.cursor);
    expect(rowsOf(second.changes, 'contact').get('9')?.verifiedEmails).toEqual([someone.email]);
    expect(lookups()).toBe(1);
  });
});
