/**
 * Second thoughts: a reply whose conversation moved on waits for its agent, with the difference
 * beside it; nothing leaves over what the agent has not seen, and nothing typed is lost.
 */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { ChatVisitor } from './harness/chat-visitor';
import { BORIS, Colleague, whileBorisWorks } from './harness/colleague';
import type { DeskClient } from './harness/desk-client';
import { setSettings, unconfirmed } from './harness/door-reader';
import type { FaultProxy } from './harness/fault-proxy';
import { HeldCard } from './harness/held-screen';
import { HttpTamper } from './harness/http-tamper';
import { expect, MAIL_FIXTURES, test, type Lab } from './harness/lab';
import type { RunningApp, RunningHelpdesk } from './harness/processes';
import { Console } from './harness/screens';
import { words } from './harness/words';

const PARCEL = 'Parcel never arrived';
/** The shortest time after which a chat reply counts as late. */
const CHAT_LATE_MS = 30_000;

interface World {
  desk: RunningHelpdesk;
  client: DeskClient;
  proxy: FaultProxy;
  app: RunningApp;
  agent: Console;
}

async function world(lab: Lab, page: Page, undoSendMs = 0): Promise<World> {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const proxy = await lab.proxy(desk);
  const app = await lab.app({ helpdesk: { url: proxy.url, token: desk.token } });
  await setSettings(app, { undoSendMs, chatLateMs: CHAT_LATE_MS });
  const agent = await Console.open(page, app);
  await expect(agent.queue.rowWith('Nora Fielding')).toBeVisible();
  await agent.status.expectOnline();
  await agent.queue.show('a');
  return { desk, client, proxy, app, agent };
}

const idOf = async (client: DeskClient, subject: string) => (await client.conversation(subject)).id;

/** Cut off, the agent answers; meanwhile Boris answers, takes it over and resolves it. */
async function contradicted(lab: Lab, page: Page, text: string) {
  const all = await world(lab, page);
  const { desk, client, proxy, agent } = all;
  const id = await idOf(client, PARCEL);
  await proxy.set('refuse');
  await agent.status.expectOffline();
  await agent.answer(`desk/${id}`, text);
  await whileBorisWorks(lab, desk, async (boris) => {
    await boris.reply(id, 'It was found in the depot and arrives on Monday.');
    await boris.change(id, { status: 'resolved', assignee_id: BORIS.id });
  });
  await proxy.set('none');
  const held = new HeldCard(page, text);
  await held.expectWhy('answered');
  return { ...all, id, held };
}

/** axe finds nothing, in light and in dark. */
async function expectNoBarrier(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    // Two frames on, the colours have begun to change; then they are waited for.
    await page.evaluate(async () => {
      for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
      await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => null)));
    });
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze();
    const told = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`,
    );
    expect(told, colorScheme).toEqual([]);
  }
}

test('a colleague answered meanwhile: the reply waits, and the difference stands beside it', async ({
  lab,
  page,
}) => {
  test.setTimeout(120_000);
  const text = 'It is lost, we send a new one.';
  const { client, app, agent, id, held } = await contradicted(lab, page, text);

  await expect(held.difference.getByText('It was found in the depot')).toBeVisible();
  await expect(held.difference.getByText(BORIS.name).first()).toBeVisible();
  await expect(held.difference.getByText(words('held:since.status'), { exact: true })).toBeVisible();
  await expect(held.difference.getByText(words('held:since.owner'), { exact: true })).toBeVisible();
  // Told in the queue, in the header, in the status line and to the ear, not by colour alone.
  await expect(
    agent.queue.row(`desk/${id}`).getByRole('img', { name: words('common:delivery.held') }),
  ).toBeVisible();
  await expect(agent.conversation.pane.getByRole('button', { name: words('held:chip') })).toBeVisible();
  await expect(page.getByRole('contentinfo').getByText(words('status:needsYou_one'))).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: words('held:toast.reply') })).toHaveCount(1);
  expect(await client.timesArrived(text)).toBe(0);
  await expectNoBarrier(page);

  await held.button('asIs').click();
  await expect.poll(() => client.timesArrived(text)).toBe(1);
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(0);
  await expect(held.card).toHaveCount(0);
});

test('edited: the words go into the draft above what was being typed, and nothing is sent', async ({
  lab,
  page,
}) => {
  test.setTimeout(120_000);
  const text = 'It is lost, we send a new one.';
  const { client, app, agent, held } = await contradicted(lab, page, text);
  await agent.composer.write('By the way, mind the gap.');
  await held.button('edit').click();
  await expect(agent.composer.editor).toHaveValue(`${text}\n\nBy the way, mind the gap.`);
  await expect(agent.composer.editor).toBeFocused();
  await expect(agent.conversation.pane.getByText(words('held:joined.reply'))).toBeVisible();
  await expect(held.card).toHaveCount(0);
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(0);
  await page.reload();
  await agent.queue.show('a');
  await agent.queue.open(`desk/${await idOf(client, PARCEL)}`);
  await expect(agent.composer.editor).toHaveValue(`${text}\n\nBy the way, mind the gap.`);
  expect(await client.timesArrived(text)).toBe(0);
});

test('by keys alone: jumped to, discarded, taken back into the composer, sent after all', async ({
  lab,
  page,
}) => {
  test.setTimeout(120_000);
  const text = 'It is lost, we send a new one.';
  const { client, agent, held } = await contradicted(lab, page, text);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await expect(held.card).toBeFocused();
  await page.keyboard.press('Shift+D');
  await expect(held.card).toHaveCount(0);
  await expect(page.getByRole('status').filter({ hasText: words('held:dropped.reply') })).toBeVisible();
  await page.keyboard.press('z');
  await expect(agent.composer.editor).toHaveValue(text);
  await expect(agent.composer.editor).toBeFocused();
  await page.keyboard.press('Control+Enter');
  await expect.poll(() => client.timesArrived(text)).toBe(1);
});

test('a second reply waits behind a held one and says so; both leave in order', async ({ lab, page }) => {
  test.setTimeout(120_000);
  const { client, agent, id, held } = await contradicted(lab, page, 'First of two.');
  await agent.composer.write('Second of two.');
  await agent.composer.send();
  await expect(agent.conversation.message(words('held:waitsBehind'))).toBeVisible();
  await expect(held.card.getByText(words('held:behind_one'))).toBeVisible();
  expect(await client.timesArrived('Second of two.')).toBe(0);
  await agent.conversation.pane.locator('[data-timeline]').focus();
  await page.keyboard.press('Shift+S');
  await expect.poll(() => client.timesArrived('Second of two.')).toBe(1);
  const replies = (await client.messages(id)).filter(({ kind }) => kind === 'reply');
  expect(replies.slice(-2).map(({ body }) => body.content.replace(/<[^>]+>/g, '').trim())).toEqual([
    'First of two.',
    'Second of two.',
  ]);
});

test('live too: an answer from another place during the undo time holds it, from another conversation as well', async ({
  lab,
  page,
}) => {
  test.setTimeout(120_000);
  const { desk, client, agent } = await world(lab, page, 4_000);
  const id = await idOf(client, PARCEL);
  const other = await idOf(client, 'Не могу войти в кабинет');
  await agent.answer(`desk/${id}`, 'Written here.');
  await agent.queue.open(`desk/${other}`);
  await new Colleague(desk).reply(id, 'Written on the other device.');
  const toast = page.getByRole('status').filter({ hasText: words('held:toast.reply') });
  await expect(toast).toBeVisible({ timeout: 20_000 });
  await expectNoBarrier(page);
  await toast.getByRole('button', { name: words('held:toast.look') }).click();
  const held = new HeldCard(page, 'Written here.');
  await held.expectWhy('answeredByYou');
  await expect(held.card).toBeFocused();
  await expect(held.difference.getByText('Written on the other device.')).toBeVisible();
  expect(await client.timesArrived('Written here.')).toBe(0);
  await held.button('discard').click();
  await expect(held.card).toHaveCount(0);
});

test('a merged conversation: the reply says where it went and is sent there once agreed', async ({
  lab,
  page,
}) => {
  test.setTimeout(120_000);
  const { desk, client, proxy, agent } = await world(lab, page);
  const id = await idOf(client, PARCEL);
  const into = await client.conversation('Broken lamp, photo inside');
  await proxy.set('refuse');
  await agent.status.expectOffline();
  await agent.answer(`desk/${id}`, 'About the parcel.');
  await new Colleague(desk).merge(id, into.id);
  await proxy.set('none');
  const held = new HeldCard(page, 'About the parcel.');
  await held.expectWhy('merged');
  await expect(held.card.getByText(into.subject)).toBeVisible();
  await expectNoBarrier(page);
  expect(await client.timesArrived('About the parcel.')).toBe(0);
  await held.button('there').click();
  await expect.poll(() => client.timesArrived('About the parcel.')).toBe(1);
  await expect(agent.conversation.title).toHaveText(into.subject);
  const there = await client.messages(into.id);
  expect(there.some(({ body }) => body.content.includes('About the parcel.'))).toBe(true);
});

test('merged: who opens the conversation that goes on finds the held reply there, and the one behind it', async ({
  lab,
  page,
}) => {
  test.setTimeout(120_000);
  const { desk, client, proxy, agent } = await world(lab, page);
  const id = await idOf(client, PARCEL);
  const into = await client.conversation('Broken lamp, photo inside');
  await proxy.set('refuse');
  await agent.status.expectOffline();
  await agent.answer(`desk/${id}`, 'About the parcel.');
  await agent.composer.write('And about the stamp.');
  await agent.composer.send();
  await new Colleague(desk).merge(id, into.id);
  await proxy.set('none');
  const held = new HeldCard(page, 'About the parcel.');
  await held.expectWhy('merged');
  // Where it was written the one behind it is read too, not only counted.
  await expect(agent.conversation.message('And about the stamp.')).toBeVisible();

  await agent.queue.open(`desk/${into.id}`);
  await expect(agent.conversation.title).toHaveText(into.subject);
  await held.expectWhy('mergedHere');
  await expect(held.difference.getByText(words('held:since.title'))).toBeVisible();
  await expect(agent.conversation.message('And about the stamp.')).toBeVisible();
  await expect(agent.conversation.pane.getByRole('button', { name: words('held:chip') })).toBeVisible();
  await expectNoBarrier(page);
  expect(await client.timesArrived('About the parcel.')).toBe(0);

  await held.button('here').click();
  await expect.poll(() => client.timesArrived('About the parcel.')).toBe(1);
  const second = new HeldCard(page, 'And about the stamp.');
  await second.expectWhy('mergedHere');
  await second.button('edit').click();
  await expect(agent.composer.editor).toHaveValue('And about the stamp.');
  await expect(agent.conversation.title).toHaveText(into.subject);
  expect(await client.timesArrived('And about the stamp.')).toBe(0);
});

test('a deleted conversation: the words are kept as a draft', async ({ lab, page }) => {
  test.setTimeout(120_000);
  const { desk, client, proxy, app, agent } = await world(lab, page);
  const id = await idOf(client, PARCEL);
  await proxy.set('refuse');
  await agent.status.expectOffline();
  await agent.answer(`desk/${id}`, 'For nobody any more.');
  await new Colleague(desk).remove(id);
  await proxy.set('none');
  const held = new HeldCard(page, 'For nobody any more.');
  await held.expectWhy('gone');
  await expect(held.button('asIs')).toHaveCount(0);
  await held.button('keep').click();
  await expect(held.card).toHaveCount(0);
  await expect(agent.conversation.pane.getByText('For nobody any more.')).toBeVisible();
  await expect(agent.conversation.pane.getByText(words('conversation:gone.deleted'))).toBeVisible();
  expect((await unconfirmed(app)).length).toBe(0);
});

test('a late chat: what the customer knows while cut off, then what happened since, and sent only when asked', async ({
  lab,
  page,
  context,
}) => {
  test.setTimeout(150_000);
  const { client, proxy, agent } = await world(lab, page);
  const visitor = await ChatVisitor.open(await context.newPage(), client, 'Olga Chat');
  await visitor.say('Hello, is anybody there?');
  await expect(agent.queue.rowWith('Olga Chat')).toBeVisible({ timeout: 20_000 });
  const { id } = await client.conversation('Olga Chat');
  await agent.answer(`desk/${id}`, 'Yes, I am here.');
  await visitor.expectAnswer('Yes, I am here.');
  await visitor.say('Where is my money?');
  await expect(agent.conversation.message('Where is my money?')).toBeVisible({ timeout: 20_000 });

  await proxy.set('refuse');
  await agent.status.expectOffline();
  const known = agent.conversation.pane.getByRole('complementary', { name: words('held:cutOff.label') });
  await expect(known.getByText(words('held:cutOff.waited'))).toBeVisible();
  await expect(known.getByText('Yes, I am here.')).toBeVisible();
  await expect(known.getByText(words('held:cutOff.limitSeconds_other'))).toBeVisible();
  const waited = await known.getByText(words('held:cutOff.waited')).textContent();
  await expect(known.getByText(words('held:cutOff.waited'))).not.toHaveText(waited ?? '');
  await agent.composer.write('It is on its way.');
  await agent.composer.send();
  // An answer that waits here has ended nobody's waiting, neither in the conversation nor in the queue.
  await expect(known.getByText(words('held:cutOff.waited'))).toBeVisible();
  await agent.queue.show('w');
  await expect(agent.queue.row(`desk/${id}`)).toBeVisible();
  await expectNoBarrier(page);

  const held = new HeldCard(page, 'It is on its way.');
  await held.expectWhy('late', CHAT_LATE_MS + 30_000);
  await visitor.say('I am leaving.');
  await proxy.set('none');
  await agent.status.expectOnline();
  await expect(held.difference.getByText('I am leaving.')).toBeVisible({ timeout: 20_000 });
  expect(await client.timesArrived('It is on its way.')).toBe(0);
  await expect(held.byMail).toHaveCount(0);
  await expectNoBarrier(page);
  await held.button('now').click();
  await visitor.expectAnswer('It is on its way.');
  expect(await client.timesArrived('It is on its way.')).toBe(1);
});

test('a late chat with an address on file: offered by mail', async ({ lab, page, context }) => {
  test.setTimeout(150_000);
  const { desk, client } = await lab.helpdesk();
  const tamper = await HttpTamper.start(desk.port);
  tamper.rewrite = (_, answer) => answer.replaceAll('"emails":[]', '"emails":["olga@example.com"]');
  const visitor = await ChatVisitor.open(await context.newPage(), client, 'Olga Chat');
  await visitor.say('Where is my money?');
  const app = await lab.app({ helpdesk: { url: tamper.url, token: desk.token } });
  await setSettings(app, { undoSendMs: 0, chatLateMs: CHAT_LATE_MS });
  const agent = await Console.open(page, app);
  const { id } = await client.conversation('Olga Chat');
  await expect(agent.queue.row(`desk/${id}`)).toBeVisible();
  tamper.judge = () => ({ status: 503, body: { error: { code: 'busy', message: 'Busy' } } });
  await agent.status.expectOffline(30_000);
  await agent.queue.show('a');
  await agent.answer(`desk/${id}`, 'It is on its way.');
  const held = new HeldCard(page, 'It is on its way.');
  await held.expectWhy('late', CHAT_LATE_MS + 60_000);
  await expect(held.byMail).toContainText('olga@example.com');
  tamper.judge = ({ method, path }) =>
    method === 'POST' && path.endsWith('/messages')
      ? { status: 422, body: { error: { code: 'no_recipient', message: 'No address.' } } }
      : 'pass';
  await held.byMail.click();
  await expect
    .poll(() => tamper.seen.some(({ body }) => body.includes('"via":"email"')), { timeout: 60_000 })
    .toBe(true);
  await tamper.stop();
});

/** A helpdesk that takes or loses a reply without an answer, and never says which. */
async function silentHelpdesk(lab: Lab, page: Page, loses: 'commit-then-cut' | 'cut') {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const tamper = await HttpTamper.start(desk.port);
  tamper.judge = ({ method, path }) => {
    if (method === 'POST' && path.endsWith('/messages')) return loses;
    const refusal = { status: 403, body: { error: { code: 'forbidden', message: 'Not for you.' } } };
    return path.includes('/operations/') ? refusal : 'pass';
  };
  tamper.rewrite = (_, answer) => answer.replaceAll(/"client_ref":"[^"]*"/g, '"client_ref":null');
  const app = await lab.app({ helpdesk: { url: tamper.url, token: desk.token } });
  await setSettings(app, { undoSendMs: 0 });
  const agent = await Console.open(page, app);
  await agent.queue.show('a');
  await agent.answer(`desk/${await idOf(client, PARCEL)}`, 'Did this arrive?');
  const held = new HeldCard(page, 'Did this arrive?');
  await held.expectWhy('unproven');
  return { client, tamper, app, agent, held };
}

test('nobody can tell whether it arrived: all that is known on one panel, and the agent finds it', async ({
  lab,
  page,
}) => {
  test.setTimeout(120_000);
  const { client, tamper, app, held } = await silentHelpdesk(lab, page, 'commit-then-cut');
  await expect(held.card.getByText(words('held:known.tries'), { exact: true })).toBeVisible();
  await expect(held.card.getByText('Not for you.')).toBeVisible();
  await expectNoBarrier(page);
  await held.card
    .getByRole('button', { name: words('held:known.thisIsItOf') })
    .last()
    .click();
  await expect(held.card).toHaveCount(0);
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(0);
  expect(await client.timesArrived('Did this arrive?')).toBe(1);
  await tamper.stop();
});

test('nobody can tell whether it arrived: the agent looked, it is not there, and it goes out again', async ({
  lab,
  page,
}) => {
  test.setTimeout(120_000);
  const { client, tamper, app, agent, held } = await silentHelpdesk(lab, page, 'cut');
  await expect(held.card.getByRole('button', { name: words('held:known.thisIsItOf') })).toHaveCount(0);
  expect(await client.timesArrived('Did this arrive?')).toBe(0);
  tamper.judge = () => 'pass';
  await agent.conversation.pane.locator('[data-timeline]').focus();
  await page.keyboard.press('Shift+S');
  await expect.poll(() => client.timesArrived('Did this arrive?'), { timeout: 30_000 }).toBe(1);
  await expect(held.card).toHaveCount(0);
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(0);
  await tamper.stop();
});

test('a reply in its undo time survives a reload, says when it leaves, and can still be taken back', async ({
  lab,
  page,
}) => {
  test.setTimeout(120_000);
  const { client, app, agent } = await world(lab, page, 30_000);
  const key = `desk/${await idOf(client, PARCEL)}`;
  await agent.answer(key, 'Perhaps not.');
  await page.reload();
  await agent.queue.show('a');
  await agent.queue.open(key);
  await expect(agent.conversation.message(words('outbox:state.delayed'))).toBeVisible();
  await agent.conversation.pane.locator('[data-timeline]').focus();
  await page.keyboard.press('z');
  await expect(agent.composer.editor).toHaveValue('Perhaps not.');
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(0);
  expect(await client.timesArrived('Perhaps not.')).toBe(0);
});
