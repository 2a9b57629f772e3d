/**
 * The product in one story: real mail, live chat and a social message in one queue; answered with
 * the helpdesk there, and with it gone and everything killed; each answer arrives exactly once.
 */
import type { Page } from '@playwright/test';
import { queueRank } from '@shared/domain/queue-order';
import type { Channel, Priority } from '@shared/domain/entities';
import type { RunningBrowser } from './harness/browser-process';
import { ChatVisitor } from './harness/chat-visitor';
import type { DeskClient, DeskConversation } from './harness/desk-client';
import { setSettings, unconfirmed } from './harness/door-reader';
import { expect, test } from './harness/lab';
import { Console } from './harness/screens';

const SOCIAL = {
  network: 'plaza',
  visibility: 'public',
  permalink: 'https://plaza.invalid/posts/77',
  author: { handle: 'greta', name: 'Greta Lund' },
  text: 'Is the shop on Long Street open on Sunday?',
  external_id: 'post-77',
} as const;

const keyOf = ({ id }: DeskConversation): string => `desk/${id}`;

/** The order in which waiting customers are to be answered, from the helpdesk's own books. */
async function expectedOrder(client: DeskClient): Promise<string[]> {
  const waiting = (await client.conversations()).filter(
    ({ status, waiting_since }) => waiting_since !== null && (status === 'new' || status === 'open'),
  );
  const rank = (each: DeskConversation): number =>
    queueRank({
      channel: each.channel as Channel,
      priority: each.priority as Priority,
      waitingSince: Date.parse(each.waiting_since ?? ''),
      lastMessageAt: 0,
    });
  return waiting
    .sort((a, b) => rank(a) - rank(b) || (keyOf(a) < keyOf(b) ? -1 : 1))
    .map((each) => keyOf(each));
}

/** A window in which the whole queue is drawn: with a folder of real mails it is long. */
async function tallPage({ context }: RunningBrowser): Promise<Page> {
  const page = await context.newPage();
  await page.setViewportSize({ width: 1440, height: 2_400 });
  return page;
}

test('one queue over mail, chat and social, through kill -9', async ({ lab, page }) => {
  test.setTimeout(300_000);
  const mails = await lab.mailFolder();
  const { desk, client } = await lab.helpdesk({ importFolder: mails });
  let app = await lab.app({ helpdesk: desk });
  await setSettings(app, { undoSendMs: 0 });
  let browser = await lab.browser();
  let agent = await Console.open(await tallPage(browser), app);

  const visitor = await ChatVisitor.open(page, client, 'Owen Marsh');
  await test.step('a customer writes in the chat, another posts in public', async () => {
    await visitor.say('Hello, my voucher is not accepted at the till.');
    await client.social(SOCIAL);
    await expect(agent.queue.rowWith('Owen Marsh')).toBeVisible();
    await expect(agent.queue.rowWith('Greta Lund')).toBeVisible();
  });

  await test.step('all stand in one queue, whoever must be answered first on top', async () => {
    const order = await expectedOrder(client);
    expect(order.length).toBeGreaterThanOrEqual(9);
    await expect.poll(() => agent.queue.size()).toBe(order.length);
    await expect.poll(() => agent.queue.keys()).toEqual(order.slice(0, (await agent.queue.keys()).length));
    const all = await client.conversations();
    expect(new Set(all.map(({ channel }) => channel))).toEqual(new Set(['email', 'chat', 'social']));
    for (const subject of [
      'Не могу войти в кабинет',
      'Вяртанне чаравікаў',
      'Bị trừ tiền hai lần',
      '本が届きません',
    ]) {
      expect(all.map((each) => each.subject)).toContain(subject);
    }
  });

  const answered = new Map<string, string>();
  let mailsBefore = 0;
  await test.step('each is answered', async () => {
    for (const [n, key] of (await expectedOrder(client)).entries()) {
      const text = `Answer ${n + 1}: thank you, it is being looked into.`;
      await agent.answer(key, text);
      answered.set(key, text);
    }
    for (const text of answered.values()) await expect.poll(() => client.timesArrived(text)).toBe(1);
  });

  await test.step('the answers are in the Maildir, on the chat page and in the social outbox', async () => {
    const all = await client.conversations();
    const textOf = (channel: string): string[] =>
      all.filter((each) => each.channel === channel).map((each) => answered.get(keyOf(each)) ?? '?');
    await visitor.expectAnswer(textOf('chat')[0] ?? '?');
    expect((await client.outgoingSocial()).map(({ text }) => text)).toEqual(textOf('social'));
    const sent = await client.mailsOnceThere(textOf('email').length);
    mailsBefore = sent.length;
    expect(sent.map(({ mail }) => mail.text?.trim()).sort()).toEqual(textOf('email').sort());
    const toNora = sent.find(({ mail }) =>
      mail.to?.some(({ address }) => address === 'nora.fielding@example.com'),
    );
    expect(toNora?.mail.subject).toBe('Re: Parcel never arrived');
    expect(toNora?.mail.inReplyTo).toBe('<parcel-2@example.com>');
    expect(toNora?.mail.references).toContain('<parcel-1@example.com>');
  });

  const parcel = keyOf(await client.conversation('Parcel never arrived'));
  const lamp = keyOf(await client.conversation('Broken lamp, photo inside'));
  await test.step('the helpdesk stops; the agent reads, answers and closes', async () => {
    await desk.stop();
    await agent.status.expectOffline();
    await agent.queue.show('a');
    await agent.answer(parcel, 'Offline answer: it leaves the depot today.');
    await agent.queue.open(lamp);
    await expect(agent.conversation.title).toContainText('Broken lamp');
    await agent.composer.write('Offline answer: a new lamp is on its way.');
    await agent.composer.send();
    await agent.conversation.resolve();
    await expect.poll(async () => (await unconfirmed(app)).length).toBe(3);
  });

  await test.step('host and browser are killed and started again: everything is still there', async () => {
    await Promise.all([app.kill(), browser.kill()]);
    app = await lab.app({ helpdesk: desk });
    browser = await lab.browser();
    agent = await Console.open(await tallPage(browser), app);
    await agent.queue.show('a');
    await agent.queue.open(parcel);
    await expect(agent.conversation.message('Offline answer: it leaves the depot today.')).toBeVisible();
    expect((await unconfirmed(app)).length).toBe(3);
  });

  await test.step('the helpdesk is back: everything has arrived exactly once', async () => {
    await lab.helpdesk({ port: desk.port });
    await expect.poll(async () => (await unconfirmed(app)).length, { timeout: 30_000 }).toBe(0);
    for (const text of [
      'Offline answer: it leaves the depot today.',
      'Offline answer: a new lamp is on its way.',
    ]) {
      expect(await client.timesArrived(text)).toBe(1);
    }
    for (const text of answered.values()) expect(await client.timesArrived(text)).toBe(1);
    expect((await client.conversation('Broken lamp, photo inside')).status).toBe('resolved');
    const offline = (await client.mailsOnceThere(mailsBefore + 2)).filter(({ mail }) =>
      mail.text?.startsWith('Offline answer'),
    );
    expect(offline).toHaveLength(2);
  });
});
