/**
 * The whole way on a real Request Tracker: mail through its gateway, the queue, a reply written while
 * cut off, one correspondence and one mail; a note that is not mailed; a colleague's change; a merge; a
 * deletion.
 */
import { setSettings, unconfirmed } from './harness/door-reader';
import { HeldCard } from './harness/held-screen';
import { expect, test } from './harness/lab';
import { startRequestTracker, whyNoRequestTracker, type RequestTracker } from './harness/request-tracker';
import { Console } from './harness/screens';

/** RT is a Perl process for each request, and polled: what comes, comes within this. */
const SOON = { timeout: 60_000 };

let rt: RequestTracker;
let absent: string | null;

test.beforeAll(async () => {
  test.setTimeout(480_000);
  absent = await whyNoRequestTracker();
  if (absent === null) rt = await startRequestTracker();
});
test.afterAll(async () => {
  if (absent === null) await rt.stop();
});

interface Listed {
  items: { id: string; Type?: string; Content?: string }[];
}

const listed = async (path: string, query: Record<string, string>): Promise<Listed['items']> =>
  ((await rt.api('GET', `${path}?${new URLSearchParams({ per_page: '100', ...query })}`)) as Listed).items;

/** A customer's mail; resolves with the ticket that it made. */
async function mailIn(subject: string, text: string): Promise<string> {
  await rt.mailIn(
    [
      'From: Eve Customer <eve@example.test>',
      'To: support@localdesk.test',
      `Subject: ${subject}`,
      `Message-ID: <${subject.replaceAll(' ', '-')}@example.test>`,
      '',
      text,
    ].join('\n'),
  );
  return (await listed('/tickets', { query: `Subject = '${subject}'` }))[0]?.id ?? '';
}

/** How often a text stands in messages of a type of one ticket. */
async function timesIn(ticket: string, type: 'Correspond' | 'Comment', text: string): Promise<number> {
  const messages = await listed('/transactions', {
    query: `ObjectType='RT::Ticket' AND ObjectId=${ticket} AND Type='${type}'`,
  });
  const parts = await Promise.all(
    messages.map(({ id }) => listed(`/transaction/${id}/attachments`, { fields: 'Content' })),
  );
  return parts.flat().filter(({ Content }) => Content?.includes(text)).length;
}

/** Mails that RT sent to the customer with this text. */
async function mailsOut(text: string): Promise<number> {
  const mails = (await rt.mailsOut()).split(/^From rt@localhost$/m);
  return mails.filter((mail) => /^To: .*eve@example\.test/m.test(mail) && mail.includes(text)).length;
}

test('mail in, a reply written while cut off, a note, a colleague, a merge, a deletion', async ({
  lab,
  page,
}) => {
  test.skip(absent !== null, absent ?? '');
  test.setTimeout(600_000);
  const proxy = await lab.proxy(rt);
  const account = { id: 'rt', name: 'Request Tracker', backend: 'request-tracker' };
  const app = await lab.app({ accounts: [{ ...account, url: proxy.url, token: rt.tokens.anna }] });
  await setSettings(app, { undoSendMs: 0 });
  const agent = await Console.open(page, app);
  await agent.status.expectOnline(60_000);
  await agent.queue.show('a');

  const parcel = await mailIn('Parcel is late', 'Where is my parcel?');
  await test.step('a mail through the gateway stands in the queue', async () => {
    await expect(agent.queue.row(`rt/${parcel}`)).toContainText('Eve Customer', SOON);
    await agent.queue.open(`rt/${parcel}`);
    await expect(agent.conversation.message('Where is my parcel?')).toBeVisible(SOON);
  });

  await test.step('a reply written while cut off leaves once, as one correspondence and one mail', async () => {
    await proxy.set('refuse');
    await agent.status.expectOffline(20_000);
    const text = 'It leaves the depot today.';
    await agent.answer(`rt/${parcel}`, text);
    expect(await timesIn(parcel, 'Correspond', text)).toBe(0);
    await proxy.set('none');
    await expect.poll(() => timesIn(parcel, 'Correspond', text), SOON).toBe(1);
    await expect.poll(() => unconfirmed(app), SOON).toEqual([]);
    expect(await timesIn(parcel, 'Correspond', text)).toBe(1);
    expect(await mailsOut(text)).toBe(1);
  });

  await test.step('a note stays in RT and is mailed to nobody', async () => {
    const text = 'The depot was called.';
    await agent.composer.write(text, 'note');
    await agent.composer.send();
    await expect.poll(() => timesIn(parcel, 'Comment', text), SOON).toBe(1);
    await expect.poll(() => unconfirmed(app), SOON).toEqual([]);
    expect(await rt.mailsOut()).not.toContain(text);
  });

  await test.step("a colleague's answer holds the reply that was written meanwhile", async () => {
    await proxy.set('refuse');
    await agent.status.expectOffline(20_000);
    const text = 'We send a new one.';
    await agent.answer(`rt/${parcel}`, text);
    const answer = { Content: 'It was found and arrives on Monday.', ContentType: 'text/plain' };
    await rt.api('POST', `/ticket/${parcel}/correspond`, answer, 'boris');
    await rt.api('PUT', `/ticket/${parcel}`, { Status: 'resolved', Owner: 'boris' }, 'boris');
    await proxy.set('none');
    const held = new HeldCard(page, text);
    await held.expectWhy('answered', SOON.timeout);
    await expect(held.difference.getByText('It was found and arrives on Monday.')).toBeVisible(SOON);
    expect(await timesIn(parcel, 'Correspond', text)).toBe(0);
    await held.button('discard').click();
    await expect(held.card).toHaveCount(0);
    expect(await timesIn(parcel, 'Correspond', text)).toBe(0);
  });

  await test.step('what is merged and what is deleted in RT leaves the queue', async () => {
    const [one, other, gone] = [
      await mailIn('First of two', 'The first mail about it.'),
      await mailIn('Second of two', 'The second mail about it.'),
      await mailIn('To be deleted', 'Nobody needs this.'),
    ];
    for (const id of [one, other, gone]) await expect(agent.queue.row(`rt/${id}`)).toBeVisible(SOON);
    await rt.api('PUT', `/ticket/${one}`, { MergeInto: Number(other) });
    await rt.api('DELETE', `/ticket/${gone}`);
    await expect(agent.queue.row(`rt/${one}`)).toHaveCount(0, SOON);
    await expect(agent.queue.row(`rt/${gone}`)).toHaveCount(0, SOON);
    await agent.queue.open(`rt/${other}`);
    for (const text of ['The first mail about it.', 'The second mail about it.']) {
      await expect(agent.conversation.message(text)).toBeVisible(SOON);
    }
  });
});
