import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestHelpdesk, OUR_MAIL_SERVER, rawMail, type TestHelpdesk } from '../helpdesk.test-data';
import { parseMail } from './parse-mail';
import { isSenderProved } from './proved-sender';

async function proved(results: string | readonly string[], from = 'One <one@customer.example>') {
  const lines = [results].flat().map((value) => `Authentication-Results: ${value}`);
  const parsed = await parseMail(
    new TextEncoder().encode([...lines, `From: ${from}`, '', 'Hello'].join('\r\n')),
  );
  if (!parsed.ok) throw new Error(parsed.problem);
  return isSenderProved(parsed.mail, OUR_MAIL_SERVER);
}

describe('a sender', () => {
  it.each([
    'mx.helpdesk.invalid; dmarc=pass (p=reject) header.from=customer.example',
    'MX.Helpdesk.Invalid 1;\r\n spf=fail smtp.mailfrom=bounce@list.example;\r\n dmarc=pass header.from=Customer.Example',
    'mx.helpdesk.invalid; dkim=pass (2048-bit key; unprotected) header.d=customer.example header.s=a',
    'mx.helpdesk.invalid; dkim=fail header.d=customer.example; dkim=pass header.i=@mail.customer.example',
    'mx.helpdesk.invalid; spf=pass smtp.mailfrom="bounce@mail.customer.example"; dmarc=none',
  ])('is proved by %s', async (results) => {
    expect(await proved(results)).toBe(true);
  });

  it.each([
    ['a server that is not ours', 'mx.elsewhere.example; dmarc=pass header.from=customer.example'],
    ['a failed check', 'mx.helpdesk.invalid; dmarc=fail header.from=customer.example'],
    [
      'a failed check beside a passed one',
      'mx.helpdesk.invalid; dmarc=fail; spf=pass smtp.mailfrom=customer.example',
    ],
    ['a passed check of another domain', 'mx.helpdesk.invalid; dmarc=pass header.from=attacker.example'],
    ['a signature of another domain', 'mx.helpdesk.invalid; dkim=pass header.d=attacker.example'],
    ['a signature of a whole public suffix', 'mx.helpdesk.invalid; dkim=pass header.d=example'],
    [
      'an envelope of another domain',
      'mx.helpdesk.invalid; spf=pass smtp.mailfrom=customer.example.attacker.example',
    ],
    ['what stands in a comment', 'mx.helpdesk.invalid; none (; dmarc=pass header.from=customer.example)'],
    [
      'what stands in quotes',
      'mx.helpdesk.invalid; dkim=fail reason="; dmarc=pass header.from=customer.example"',
    ],
    ['a comment that never ends', 'mx.helpdesk.invalid; dmarc=pass header.from=customer.example ('],
    ['no check', 'mx.helpdesk.invalid; none'],
    ['nothing', ''],
  ])('is not proved by %s', async (_name, results) => {
    expect(await proved(results)).toBe(false);
  });

  it('is judged by the newest word of our server, whatever was brought along below it', async () => {
    const [good, bad] = ['pass', 'fail'].map(
      (r) => `${OUR_MAIL_SERVER}; dmarc=${r} header.from=customer.example`,
    );
    expect(await proved([bad!, good!])).toBe(false);
    expect(await proved([good!, bad!])).toBe(true);
    expect(await proved(['mx.elsewhere.example; none', good!])).toBe(true);
  });

  it('is not proved where a mail names two, or where no server is trusted', async () => {
    const good = `${OUR_MAIL_SERVER}; dmarc=pass header.from=customer.example`;
    expect(await proved(good, 'one@customer.example, two@attacker.example')).toBe(false);
    expect(await proved(good, 'one@customer.example\r\nFrom: two@attacker.example')).toBe(false);
    expect(await proved(good, '"one@customer.example" <one@customer.example>')).toBe(true);
    const parsed = await parseMail(
      new TextEncoder().encode(`Authentication-Results: ${good}\r\nFrom: one@customer.example\r\n\r\n`),
    );
    expect(parsed.ok && isSenderProved(parsed.mail, null)).toBe(false);
  });
});

describe('a mail that only claims whom it is from', () => {
  let desk: TestHelpdesk;
  beforeEach(async () => {
    desk = await openTestHelpdesk();
  });
  afterEach(() => desk.close());

  const from = 'Sample One <one@customer.example>';
  const good = { 'Authentication-Results': `${OUR_MAIL_SERVER}; dmarc=pass header.from=customer.example` };
  const bad = { 'Authentication-Results': `${OUR_MAIL_SERVER}; dmarc=fail header.from=customer.example` };
  let number = 0;
  const take = async (fields: Record<string, string>) => {
    number += 1;
    const raw = rawMail({ ...fields, From: from, 'Message-ID': `<${number}@customer.example>` });
    return desk.conversation((await desk.mail(raw)).conversation_id);
  };
  const contacts = async () => (await desk.ask('GET', '/api/v1/contacts')).body.items;

  it('is filed under nobody who proved that address, whichever came first', async () => {
    const claimed = await take(bad);
    const real = await take(good);
    const again = await take(good);
    const forged = await take({ ...bad, 'Reply-To': 'evil@attacker.example' });
    expect(real.contact.id).not.toBe(claimed.contact.id);
    expect(again.contact.id).toBe(real.contact.id);
    expect(forged.contact.id).toBe(claimed.contact.id);
    await desk.restart();
    expect((await take(good)).contact.id).toBe(real.contact.id);
    expect((await take({})).contact.id).toBe(claimed.contact.id);
    const rows = (await contacts()) as { id: string; emails: string[]; verified_emails: string[] }[];
    expect(rows.find(({ id }) => id === real.contact.id)?.verified_emails).toEqual(['one@customer.example']);
    expect(rows.find(({ id }) => id === claimed.contact.id)).toMatchObject({
      emails: ['one@customer.example'],
      verified_emails: [],
    });
  });

  it('gets among the words of one who proved the address only by the code in what we sent', async () => {
    const real = await take(good);
    const named = { 'In-Reply-To': `<${number}@customer.example>` };
    expect((await take({ ...bad, ...named })).id).not.toBe(real.id);
    expect((await take({ ...good, ...named })).id).toBe(real.id);
    const { body } = await desk.ask('POST', `/api/v1/conversations/${real.id}/messages`, {
      key: 'k1',
      body: { kind: 'reply', text: 'Hello' },
    });
    expect((await take({ ...bad, 'In-Reply-To': body.message.email.message_id })).id).toBe(real.id);
    // Nobody proved this one, so it is as open as ever.
    const claimed = await take(bad);
    expect((await take({ ...bad, 'In-Reply-To': `<${number}@customer.example>` })).id).toBe(claimed.id);
  });

  it('says where an answer would go, and who asked for it', async () => {
    expect((await take(good)).answers_to).toEqual({
      address: 'one@customer.example',
      sender: 'one@customer.example',
    });
    expect((await take({ ...bad, 'Reply-To': 'evil@attacker.example' })).answers_to).toEqual({
      address: 'evil@attacker.example',
      sender: 'one@customer.example',
    });
  });

  it('has no part in a contact of before proofs were looked at, who is vouched for no more', async () => {
    const { running } = desk;
    const old = { id: 'p9', name: 'Sample One', emails: ['one@customer.example'], phones: [], handles: [] };
    await running.desk.store.commit({
      v: 1,
      contacts: [{ ...old, createdAt: 1, updatedAt: 1, rev: running.desk.store.nextRevision() }],
    });
    const { next_cursor: seen } = (await desk.ask('GET', '/api/v1/contacts')).body;
    await desk.restart();
    const told = (await desk.ask('GET', `/api/v1/contacts?cursor=${seen}`)).body.items;
    expect(told).toMatchObject([{ id: 'p9', emails: ['one@customer.example'], verified_emails: [] }]);
    const { next_cursor: last } = (await desk.ask('GET', '/api/v1/contacts')).body;
    await desk.restart();
    expect((await desk.ask('GET', `/api/v1/contacts?cursor=${last}`)).body.items).toEqual([]);
    expect((await take({})).contact.id).toBe('p9');
    expect((await take(good)).contact.id).not.toBe('p9');
  });
});
