/**
 * Six ways a link is cut, each between the host and its helpdesk: said on screen within 10 s, work
 * goes on meanwhile, and once the link is back everything has arrived exactly once.
 */
import type { Page } from '@playwright/test';
import type { FailureKind } from '@shared/domain/failures';
import type { FaultProxy, Fault } from './harness/fault-proxy';
import type { DeskClient } from './harness/desk-client';
import { pointAt, type RunningApp, type RunningHelpdesk } from './harness/processes';
import { setSettings, unconfirmed } from './harness/door-reader';
import { expect, MAIL_FIXTURES, test, type Lab } from './harness/lab';
import { Console } from './harness/screens';

const SAID_WITHIN_MS = 10_000;
const BACK_WITHIN_MS = 40_000;

interface World {
  desk: RunningHelpdesk;
  client: DeskClient;
  proxy: FaultProxy;
  app: RunningApp;
  agent: Console;
}

async function world(lab: Lab, page: Page): Promise<World> {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const proxy = await lab.proxy(desk);
  const app = await lab.app({ helpdesk: { url: proxy.url, token: desk.token } });
  await setSettings(app, { undoSendMs: 0 });
  const agent = await Console.open(page, app);
  await expect(agent.queue.rowWith('Nora Fielding')).toBeVisible();
  await agent.status.expectOnline();
  return { desk, client, proxy, app, agent };
}

const keyIn = async (client: DeskClient, subject: string): Promise<string> =>
  `desk/${(await client.conversation(subject)).id}`;

const CUTS: readonly { fault: Fault; title: string; reason: FailureKind }[] = [
  { fault: 'refuse', reason: 'refused', title: 'refused connections' },
  { fault: 'black-hole', reason: 'no-answer', title: 'a black hole that accepts and never answers' },
  { fault: 'half-open', reason: 'no-answer', title: 'connections half-open after sleep' },
  { fault: 'captive', reason: 'captive', title: 'a captive portal that answers 200 and HTML' },
];

for (const { fault, title, reason } of CUTS) {
  test(`${title}: said within 10 s, work goes on, all arrives once`, async ({ lab, page }) => {
    test.setTimeout(150_000);
    const { client, proxy, app, agent } = await world(lab, page);
    const parcel = await keyIn(client, 'Parcel never arrived');
    const login = await keyIn(client, 'Не могу войти в кабинет');

    await proxy.set(fault);
    await agent.status.expectOffline(SAID_WITHIN_MS);
    await agent.status.expectReason(reason);

    await agent.queue.show('a');
    await agent.answer(parcel, `Written during ${fault}: first.`);
    await agent.composer.write(`Written during ${fault}: second.`);
    await agent.composer.send();
    await agent.queue.open(login);
    await expect(agent.conversation.message('Второй день не могу войти')).toBeVisible();
    await agent.conversation.resolve();
    await expect.poll(async () => (await unconfirmed(app)).length).toBe(3);
    expect(await client.timesArrived(`Written during ${fault}: first.`)).toBe(0);

    await proxy.set('none');
    await agent.status.expectOnline(BACK_WITHIN_MS);
    await expect.poll(async () => (await unconfirmed(app)).length, { timeout: BACK_WITHIN_MS }).toBe(0);
    const texts = (await client.messages(parcel.slice('desk/'.length)))
      .filter(({ kind }) => kind === 'reply')
      .map(({ body }) => body.content.replace(/<[^>]+>/g, '').trim());
    expect(texts).toEqual([`Written during ${fault}: first.`, `Written during ${fault}: second.`]);
    expect((await client.conversation('Не могу войти в кабинет')).status).toBe('resolved');
    expect(await client.mailsOnceThere(2)).toHaveLength(2);
  });
}

test('a name that cannot be looked up: said within 10 s, the cache can be read and answered', async ({
  lab,
  page,
}) => {
  test.setTimeout(150_000);
  const { desk, client, app: before, agent: first } = await world(lab, page);
  const parcel = await keyIn(client, 'Parcel never arrived');
  await first.queue.open(parcel);
  await before.stop();

  await pointAt(before.dataDir, { url: `http://helpdesk.invalid:${desk.port}/`, token: desk.token });
  let app = await lab.app();
  let agent = await Console.open(page, app);
  await agent.status.expectOffline(SAID_WITHIN_MS);
  await agent.status.expectReason('dns');
  await agent.queue.show('a');
  await agent.answer(parcel, 'Written with no name service.');
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(1);
  await app.stop();

  app = await lab.app({ helpdesk: desk });
  agent = await Console.open(page, app);
  await expect.poll(async () => (await unconfirmed(app)).length, { timeout: BACK_WITHIN_MS }).toBe(0);
  expect(await client.timesArrived('Written with no name service.')).toBe(1);
  await expect(agent.queue.list).toBeVisible();
});

test('300 ms and 5 % loss: slow, not cut off, and each answer arrives once', async ({ lab, page }) => {
  test.setTimeout(150_000);
  const { client, proxy, app, agent } = await world(lab, page);
  const parcel = await keyIn(client, 'Parcel never arrived');
  await proxy.set('slow-lossy');
  await agent.queue.show('a');
  const texts = Array.from({ length: 5 }, (_, n) => `Over a slow link, ${n + 1}.`);
  await agent.queue.open(parcel);
  for (const text of texts) {
    await agent.composer.write(text);
    await agent.composer.send();
    await expect(agent.conversation.message(text)).toBeVisible();
  }
  await expect.poll(async () => (await unconfirmed(app)).length, { timeout: BACK_WITHIN_MS }).toBe(0);
  for (const text of texts) expect(await client.timesArrived(text)).toBe(1);

  await client.mail(
    'From: Late Writer <late@example.com>\r\nTo: help@desk.example\r\nSubject: Seen over a slow link\r\nMessage-ID: <late@example.com>\r\n\r\nHello\r\n',
  );
  await expect(agent.queue.rowWith('Seen over a slow link')).toBeVisible({ timeout: BACK_WITHIN_MS });
});

test('an answer that breaks after the commit is sent once, however often it breaks', async ({
  lab,
  page,
}) => {
  test.setTimeout(150_000);
  const { client, proxy, app, agent } = await world(lab, page);
  const parcel = await keyIn(client, 'Parcel never arrived');
  await agent.queue.show('a');
  await proxy.set('reset-after-commit');
  await agent.answer(parcel, 'Committed, then cut.');
  await expect.poll(() => proxy.resets, { timeout: BACK_WITHIN_MS }).toBeGreaterThanOrEqual(1);
  await expect.poll(() => client.timesArrived('Committed, then cut.')).toBe(1);
  await proxy.set('none');
  await expect.poll(async () => (await unconfirmed(app)).length, { timeout: BACK_WITHIN_MS }).toBe(0);
  expect(await client.timesArrived('Committed, then cut.')).toBe(1);
  expect(await client.mailsOnceThere(1)).toHaveLength(1);
});

test('what a customer writes during the cut is on screen soon after it heals', async ({ lab, page }) => {
  test.setTimeout(120_000);
  const { client, proxy, agent } = await world(lab, page);
  await proxy.set('half-open');
  await client.social({
    network: 'plaza',
    visibility: 'direct',
    permalink: 'https://plaza.invalid/dm/1',
    author: { handle: 'hal', name: 'Hal Pike' },
    text: 'Are you there?',
    external_id: 'dm-1',
  });
  await agent.status.expectOffline(SAID_WITHIN_MS);
  await proxy.set('none');
  await expect(agent.queue.rowWith('Hal Pike')).toBeVisible({ timeout: 15_000 });
});
