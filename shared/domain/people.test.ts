import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Contact } from './entities';
import { contactKey, nextVerdictAt, personOf, reachesOf, type PersonVerdict } from './people';

const contact = (accountId: string, id: string, parts: Partial<Contact> = {}): Contact => ({
  accountId,
  id,
  name: 'Sample Customer',
  emails: [],
  phones: [],
  handles: [],
  createdAt: 1,
  updatedAt: 1,
  ...parts,
});
const mailed = (accountId: string, id: string, email: string): Contact =>
  contact(accountId, id, { emails: [email], verifiedEmails: [email] });
const said = (a: Contact, b: Contact, verdict: PersonVerdict['verdict'], at = 1): PersonVerdict => ({
  a: contactKey(a),
  b: contactKey(b),
  verdict,
  by: 'Sample Agent',
  at,
});
const ids = (relatives: readonly { contact: Contact }[]): string[] =>
  relatives.map((relative) => contactKey(relative.contact));

describe('one person in several accounts', () => {
  const here = mailed('a', '1', 'One@Sample.invalid');
  const there = mailed('b', '2', 'one@sample.invalid ');

  it('is joined by an address that both helpdesks vouch for, however it is written, and says so', () => {
    const { joined, suggested } = personOf(here, [there], []);
    expect(joined).toMatchObject([
      { contact: there, like: 'a/1', because: { by: 'verified-email', value: 'one@sample.invalid' } },
    ]);
    expect(suggested).toEqual([]);
  });

  it('is only suggested by an address that one of them just has written down', () => {
    const typed = contact('b', '2', { emails: ['one@sample.invalid'] });
    const { joined, suggested } = personOf(here, [typed], []);
    expect(joined).toEqual([]);
    expect(suggested).toMatchObject([{ because: { by: 'email' } }]);
  });

  it('is only suggested by a telephone or a handle, whatever prefix the number has', () => {
    const anchor = contact('a', '1', { phones: ['+375 29 123-45-67'], handles: ['telegram:@Sample'] });
    const byPhone = contact('b', '2', { phones: ['8 (029) 1234567'] });
    const byHandle = contact('c', '3', { handles: ['Telegram:@sample'] });
    const { joined, suggested } = personOf(anchor, [byPhone, byHandle], []);
    expect(joined).toEqual([]);
    expect(suggested.map(({ because }) => because.by)).toEqual(['phone', 'handle']);
  });

  it('is not by an address that only folds to the same letters', () => {
    const kelvin = mailed('a', '1', '\u212a@sample.invalid');
    const plain = mailed('b', '2', 'k@sample.invalid');
    expect(personOf(kelvin, [plain], [])).toEqual({ joined: [], suggested: [], parted: [] });
  });

  it('is told apart for good by the later word, also where an earlier one is dated ahead', () => {
    const ahead = said(here, there, 'same', 9_000_000);
    const at = nextVerdictAt(contactKey(there), contactKey(here), [ahead], 1_000);
    expect(at).toBeGreaterThan(ahead.at);
    expect(personOf(here, [there], [said(here, there, 'apart', at), ahead]).joined).toEqual([]);
    expect(nextVerdictAt('a/1', 'b/2', [], 1_000)).toBe(1_000);
    expect(nextVerdictAt('a/1', 'b/2', [said(here, there, 'same', 5)], 1_000)).toBe(1_000);
    const last = said(here, there, 'same', Number.MAX_SAFE_INTEGER);
    expect(Number.isSafeInteger(nextVerdictAt('a/1', 'b/2', [last], 1_000))).toBe(true);
  });

  it('is not mixed up with another pair, whatever the ids hold', () => {
    const [one, two] = [contact('a', '1 b/2'), contact('c', '3')];
    const [three, four] = [contact('a', '1'), contact('b', '2 c/3')];
    expect(personOf(three, [four], [said(one, two, 'same')]).joined).toEqual([]);
    expect(personOf(one, [two], [said(one, two, 'same')]).joined).toHaveLength(1);
  });

  it('is nobody by a short number, an empty handle or the number of a chat visitor', () => {
    const odd = { phones: ['112'], handles: ['chat:77', 'telegram:', 'nobody'], emails: ['not an address'] };
    expect(personOf(contact('a', '1', odd), [contact('b', '2', odd)], [])).toEqual({
      joined: [],
      suggested: [],
      parted: [],
    });
  });

  it('is what an agent says, and the later word counts', () => {
    expect(ids(personOf(here, [there], [said(there, here, 'apart')]).joined)).toEqual([]);
    const parted = personOf(here, [there], [said(there, here, 'apart')]);
    expect(parted.suggested).toEqual([]);
    expect(parted.parted).toMatchObject([{ contact: there, because: { by: 'verified-email' } }]);
    const verdicts = [said(here, there, 'apart', 1), said(here, there, 'same', 2)];
    expect(personOf(here, [there], verdicts).joined).toMatchObject([
      { because: { by: 'agent', name: 'Sample Agent', at: 2 } },
    ]);
    const stranger = contact('c', '9');
    expect(ids(personOf(here, [stranger], [said(here, stranger, 'same')]).joined)).toEqual(['c/9']);
  });

  it('brings along who is joined to somebody who is joined, and keeps out who was told apart from any', () => {
    const both = contact('b', '2', {
      emails: ['one@sample.invalid', 'two@sample.invalid'],
      verifiedEmails: ['one@sample.invalid', 'two@sample.invalid'],
    });
    const third = mailed('c', '3', 'two@sample.invalid');
    expect(ids(personOf(here, [third, both], []).joined).sort()).toEqual(['b/2', 'c/3']);
    expect(ids(personOf(here, [third, both], [said(here, third, 'apart')]).joined)).toEqual(['b/2']);
    // Whichever of the person's contacts it was told apart from, that word is what joining takes back.
    const apart = said(both, third, 'apart');
    const { parted } = personOf(here, [third, both], [apart]);
    expect(parted.map(({ contact: one, like }) => [contactKey(one), like])).toEqual([['c/3', 'b/2']]);
    const again = said(both, third, 'same', 2);
    expect(ids(personOf(here, [third, both], [apart, again]).joined)).toEqual(['b/2', 'c/3']);
  });

  it('leaves two contacts of one helpdesk with one address to that helpdesk, and suggests them', () => {
    const twin = mailed('a', '2', 'one@sample.invalid');
    const { joined, suggested } = personOf(here, [twin], []);
    expect([ids(joined), ids(suggested)]).toEqual([[], ['a/2']]);
  });

  it('is the same person from whichever of its contacts one looks', () => {
    const email = fc.constantFrom('a@x.invalid', 'b@x.invalid', 'c@x.invalid');
    const contacts = fc
      .array(
        fc.record({
          account: fc.constantFrom('a', 'b', 'c'),
          emails: fc.uniqueArray(email, { maxLength: 2 }),
        }),
        { minLength: 2, maxLength: 7 },
      )
      .map((rows) =>
        rows.map(({ account, emails }, i) => contact(account, String(i), { emails, verifiedEmails: emails })),
      );
    fc.assert(
      fc.property(contacts, (all) => {
        const groupOf = (anchor: Contact): string[] =>
          [contactKey(anchor), ...ids(personOf(anchor, all, []).joined)].sort();
        for (const anchor of all) {
          for (const key of groupOf(anchor)) {
            const other = all.find((one) => contactKey(one) === key) as Contact;
            expect(groupOf(other)).toEqual(groupOf(anchor));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('has each way to reach it once', () => {
    const twice = contact('a', '1', { emails: ['A@x.invalid', 'a@x.invalid'], phones: ['+1 555 123 4567'] });
    expect(reachesOf(twice)).toEqual([
      { kind: 'email', value: 'a@x.invalid', verified: false },
      { kind: 'phone', value: '551234567', verified: false },
    ]);
  });
});
