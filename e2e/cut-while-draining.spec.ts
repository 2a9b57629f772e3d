/**
 * The link is cut while answers are leaving, in each way real links are cut: it is said within 10 s,
 * nothing is lost, nothing leaves twice. No page is open: this is the host's own promise.
 */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Account } from '@shared/contract/door';
import { door, outboxOf, replyIntent, unconfirmed } from './harness/door-reader';
import type { Fault } from './harness/fault-proxy';
import { expect, MAIL_FIXTURES, test, type Lab } from './harness/lab';
import { pointAt, type RunningApp } from './harness/processes';

const SAID_WITHIN_MS = 10_000;
const DRAINED_WITHIN_MS = 60_000;
const SUBJECTS = ['Parcel never arrived', 'Broken lamp, photo inside', 'Не могу войти в кабинет'];
const ANSWERS = 30;
const CLOSES = 100;

async function world(lab: Lab) {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const proxy = await lab.proxy(desk);
  const app = await lab.app({ helpdesk: { url: proxy.url, token: desk.token } });
  await expect.poll(() => stateOf(app)).toBe('online');
  const conversations = await Promise.all(
    SUBJECTS.map(async (subject) => (await client.conversation(subject)).id),
  );
  const sent = new Map<string, string[]>(conversations.map((id) => [id, []]));
  const send = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      const id = conversations[n % conversations.length] ?? '';
      const intent = await replyIntent(app, desk, id, `Answer ${n + 1}`);
      const answer = await door(app, `intents/${intent.ref}`, { method: 'PUT', json: intent });
      expect(answer.status).toBe(200);
      sent.get(id)?.push(intent.ref);
    }
  };
  const expectAllOnce = async (draining = app): Promise<void> => {
    const waiting = async () => (await unconfirmed(draining)).map(({ state, reason }) => ({ state, reason }));
    await expect.poll(waiting, { timeout: DRAINED_WITHIN_MS }).toEqual([]);
    for (const [id, refs] of sent) {
      const replies = (await client.messages(id)).filter(({ kind }) => kind === 'reply');
      expect(replies.map(({ client_ref: ref }) => ref)).toEqual(refs);
    }
  };
  return { desk, app, proxy, send, expectAllOnce };
}

async function stateOf(app: RunningApp): Promise<Account['state'] | undefined> {
  return ((await (await door(app, 'accounts')).json()) as Account[])[0]?.state;
}

const CUTS: readonly { fault: Fault; title: string; says: Account['state'] }[] = [
  { fault: 'refuse', title: 'refused connections', says: 'offline' },
  { fault: 'black-hole', title: 'a black hole', says: 'offline' },
  { fault: 'half-open', title: 'connections half-open after sleep', says: 'offline' },
  { fault: 'captive', title: 'a captive portal', says: 'offline' },
  { fault: 'reset-after-commit', title: 'answers that break after the commit', says: 'online' },
  { fault: 'slow-lossy', title: '300 ms and 5 % loss', says: 'online' },
];

for (const { fault, title, says } of CUTS) {
  test(`${title} in the middle of a drain: said, and every answer arrives once and in order`, async ({
    lab,
  }) => {
    test.setTimeout(150_000);
    const { app, proxy, send, expectAllOnce } = await world(lab);
    const sending = send(ANSWERS);
    await expect.poll(async () => (await outboxOf(app)).rows.filter(isDone).length).toBeGreaterThan(2);
    await proxy.set(fault);
    await expect.poll(() => stateOf(app), { timeout: SAID_WITHIN_MS }).toBe(says);
    await sending;
    await proxy.set('none');
    await expectAllOnce();
  });
}

test('a name that stops being found in the middle of a drain: said, and every answer arrives once and in order', async ({
  lab,
}) => {
  test.setTimeout(150_000);
  const { desk, app: before, send, expectAllOnce } = await world(lab);
  await send(ANSWERS);
  await before.kill();
  await pointAt(before.dataDir, { url: `http://helpdesk.invalid:${desk.port}/`, token: desk.token });
  const lost = await lab.app();
  await expect.poll(() => stateOf(lost), { timeout: SAID_WITHIN_MS }).toBe('offline');
  await lost.kill();
  await expectAllOnce(await lab.app({ helpdesk: desk }));
});

test('a copied profile that drains beside the first: nothing leaves twice', async ({ lab }) => {
  test.setTimeout(150_000);
  const { desk, app, proxy, send, expectAllOnce } = await world(lab);
  await proxy.set('refuse');
  await send(ANSWERS);
  await app.stop();
  const copy = join(lab.folder, 'copy');
  await cp(app.dataDir, copy, { recursive: true });
  const both = await Promise.all([lab.app({ helpdesk: desk }), lab.app({ helpdesk: desk, dataDir: copy })]);
  for (const each of both) await expectAllOnce(each);
});

test(`${CLOSES} sockets closed after the commit: one request each`, async ({ lab }) => {
  test.setTimeout(240_000);
  const { app, proxy, send, expectAllOnce } = await world(lab);
  await proxy.set('reset-after-commit');
  await send(CLOSES);
  await expectAllOnce();
  expect(proxy.resets).toBe(CLOSES);
  expect((await outboxOf(app)).rows.map(({ attempts }) => attempts)).toEqual(Array(CLOSES).fill(1));
});

function isDone({ state }: { state: string }): boolean {
  return state === 'accepted' || state === 'delivered';
}
