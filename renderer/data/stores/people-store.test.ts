import type { Contact } from '@shared/domain/entities';
import { contactKey, reachesOf, type PersonVerdict } from '@shared/domain/people';
import { describe, expect, it, vi } from 'vitest';
import { PeopleStore } from './people-store';
import { Signal } from './signal';

const contact = (accountId: string, id: string, ...emails: string[]): Contact => ({
  accountId,
  id,
  name: 'Sample Customer',
  emails,
  verifiedEmails: emails,
  phones: [],
  handles: [],
  createdAt: 1,
  updatedAt: 1,
});

/** A cache that finds by address, as the real one does. */
function stage(all: Contact[]) {
  const values = (one: Contact): string[] => reachesOf(one).map(({ kind, value }) => `${kind} ${value}`);
  const byKey = (key: string): Contact | undefined => all.find((one) => contactKey(one) === key);
  const reader = {
    contact: async (key: string) => byKey(key) ?? null,
    contacts: async (keys: readonly string[]) => keys.flatMap((key) => byKey(key) ?? []),
    contactsLike: vi.fn(async (wanted: readonly Contact[]) => {
      const wantedValues = new Set(wanted.flatMap(values));
      return all.filter((one) => values(one).some((value) => wantedValues.has(value)));
    }),
  };
  const verdicts = new Signal<readonly PersonVerdict[]>([]);
  const store = new PeopleStore(reader, verdicts);
  const joined = (key: string): string[] =>
    store.person(key).joined.map(({ contact: one }) => contactKey(one));
  return { store, reader, verdicts, joined, all };
}

describe('the person beside a conversation', () => {
  it('is found over the accounts, also through somebody who is joined', async () => {
    const { store, joined } = stage([
      contact('a', '1', 'one@x.invalid'),
      contact('b', '2', 'one@x.invalid', 'two@x.invalid'),
      contact('c', '3', 'two@x.invalid'),
      contact('c', '4', 'other@x.invalid'),
    ]);
    store.subscribe('a/1', () => undefined);
    await vi.waitFor(() => expect(joined('a/1')).toEqual(['b/2', 'c/3']));
  });

  it('changes with what an agent says of two contacts, and with a contact that comes later', async () => {
    const { store, verdicts, joined, all } = stage([
      contact('a', '1', 'one@x.invalid'),
      contact('b', '2', 'b@x.invalid'),
    ]);
    const told = vi.fn();
    store.subscribe('a/1', told);
    verdicts.set([{ a: 'b/2', b: 'a/1', verdict: 'same', by: 'Sample Agent', at: 1 }]);
    await vi.waitFor(() => expect(joined('a/1')).toEqual(['b/2']));
    all.push(contact('c', '3', 'one@x.invalid'));
    store.takeDelta({ contacts: ['c/3'] } as never);
    await vi.waitFor(() => expect(joined('a/1')).toEqual(['b/2', 'c/3']));
    verdicts.set([{ a: 'b/2', b: 'a/1', verdict: 'apart', by: 'Sample Agent', at: 2 }]);
    await vi.waitFor(() => expect(joined('a/1')).toEqual(['c/3']));
    expect(told).toHaveBeenCalledTimes(3);
  });

  it('is nobody else where the contact is not here, and forgotten when nobody looks', async () => {
    const { store, reader } = stage([]);
    const stop = store.subscribe('a/1', () => undefined);
    expect(store.person('a/1')).toEqual({ joined: [], suggested: [], parted: [] });
    stop();
    store.reset();
    expect(reader.contactsLike).not.toHaveBeenCalled();
  });
});
