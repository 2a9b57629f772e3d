/**
 * What the agent decides about a stopped reply while the host answers late, not at all, or somebody
 * else was quicker: no word is lost, and nothing pulls the hand away from where it is.
 */
import type { Page } from '@playwright/test';
import { Colleague } from './harness/colleague';
import { door, setSettings, unconfirmed } from './harness/door-reader';
import { HeldCard } from './harness/held-screen';
import { expect, MAIL_FIXTURES, test, type Lab } from './harness/lab';
import { Console } from './harness/screens';
import { words } from './harness/words';

const PARCEL = 'Parcel never arrived';
const LAMP = 'Broken lamp, photo inside';

async function world(lab: Lab, page: Page) {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const proxy = await lab.proxy(desk);
  const app = await lab.app({ helpdesk: { url: proxy.url, token: desk.token } });
  await setSettings(app, { undoSendMs: 0 });
  const agent = await Console.open(page, app);
  await agent.status.expectOnline();
  await agent.queue.show('a');
  await expect(agent.queue.rows.first()).toBeVisible();
  const idOf = async (subject: string) => (await client.conversation(subject)).id;
  const cutOff = async () => {
    await proxy.set('refuse');
    await agent.status.expectOffline();
  };
  return { desk, client, proxy, app, agent, idOf, cutOff, colleague: new Colleague(desk) };
}

/** A reply that is held because its conversation's status changed. */
async function heldReply(lab: Lab, page: Page, text: string) {
  const all = await world(lab, page);
  const id = await all.idOf(PARCEL);
  await all.cutOff();
  await all.agent.answer(`desk/${id}`, text);
  await all.colleague.change(id, { status: 'pending' });
  await all.proxy.set('none');
  const held = new HeldCard(page, text);
  await held.expectWhy('status');
  return { ...all, held };
}

/** Two replies of a conversation that was merged into another one. */
async function mergedReplies(lab: Lab, page: Page) {
  const all = await world(lab, page);
  const id = await all.idOf(PARCEL);
  await all.cutOff();
  await all.agent.answer(`desk/${id}`, 'First of two.');
  await all.agent.composer.write('A note behind it.', 'note');
  await all.agent.composer.send();
  await all.colleague.merge(id, await all.idOf(LAMP));
  await all.proxy.set('none');
  const first = new HeldCard(page, 'First of two.');
  const second = new HeldCard(page, 'A note behind it.');
  await first.expectWhy('merged');
  await second.expectWhy('merged');
  return { ...all, first, second };
}

test.beforeEach(() => test.setTimeout(120_000));

test('edited, and the answer of the host is lost: the words are in the draft, once', async ({
  lab,
  page,
}) => {
  const { app, agent, held } = await heldReply(lab, page, 'Not to be lost.');
  await page.route('**/intents/*/discard', async (route) => {
    await route.fetch();
    await route.abort();
  });
  await held.button('edit').click();
  await expect(held.card).toHaveCount(0);
  expect(await unconfirmed(app)).toEqual([]);
  await expect(agent.composer.editor).toHaveValue('Not to be lost.');
});

test('edited without a host to answer: what is typed meanwhile stays, the card says that it failed, and the next try joins nothing twice', async ({
  lab,
  page,
}) => {
  const { agent, held } = await heldReply(lab, page, 'Held words.');
  await agent.composer.write('Before.');
  let answer = () => undefined as unknown;
  const answered = new Promise((resolve) => (answer = () => resolve(null)));
  await page.route('**/intents/*/discard', async (route) => {
    await answered;
    await route.abort();
  });
  await held.button('edit').click();
  await expect(agent.composer.editor).toHaveValue('Held words.\n\nBefore.');
  await agent.composer.editor.press('Control+End');
  await agent.composer.editor.pressSequentially(' And this.');
  answer();
  await expect(held.card.getByText(words('held:action.failed'))).toBeVisible();
  await expect(agent.composer.editor).toHaveValue('Held words.\n\nBefore. And this.');
  await expect(agent.composer.editor).toBeFocused();
  await page.unroute('**/intents/*/discard');
  await held.button('edit').click();
  await expect(held.card).toHaveCount(0);
  await expect(agent.composer.editor).toHaveValue('Held words.\n\nBefore. And this.');
});

test('a decision answered late does not pull the agent away from what they type elsewhere', async ({
  lab,
  page,
}) => {
  const { client, agent, held, idOf } = await heldReply(lab, page, 'Answered late.');
  let answer = () => undefined as unknown;
  const answered = new Promise((resolve) => (answer = () => resolve(null)));
  await page.route('**/intents/*/send-as-is', async (route) => {
    await answered;
    await route.continue();
  });
  await held.button('asIs').click();
  await agent.queue.open(`desk/${await idOf(LAMP)}`);
  await agent.composer.write('Typed elsewhere');
  answer();
  await expect.poll(() => client.timesArrived('Answered late.')).toBe(1);
  await expect(agent.conversation.title).toHaveText(LAMP);
  await expect(agent.composer.editor).toBeFocused();
});

test('a decision that failed gives the focus back to its button; a card taken away gives it to the thread', async ({
  lab,
  page,
}) => {
  const { app, held, agent } = await heldReply(lab, page, 'Failing.');
  await page.route('**/intents/*/send-as-is', (route) => route.abort());
  await held.button('asIs').focus();
  await page.keyboard.press('Enter');
  await expect(held.card.getByText(words('held:action.failed'))).toBeVisible();
  await expect(held.button('asIs')).toBeFocused();
  const [row] = await unconfirmed(app);
  await door(app, `intents/${row!.intent.ref}/discard`, { method: 'POST' });
  await expect(held.card).toHaveCount(0);
  await expect(agent.conversation.pane.locator('[data-timeline]')).toBeFocused();
});

test('merged: the keys mean the oldest card only, and a note stands on its own paper', async ({
  lab,
  page,
}) => {
  const { first, second } = await mergedReplies(lab, page);
  await expect(first.button('discard')).toContainText('Shift');
  await expect(second.button('discard')).not.toContainText('Shift');
  await expect(second.card.getByText(words('conversation:message.note'))).toBeVisible();
  await first.card.focus();
  await page.keyboard.press('Shift+D');
  await expect(first.card).toHaveCount(0);
  await expect(second.card).toBeVisible();
});

test('merged, sent there and taken back in the outbox: the words come into the draft of where it went', async ({
  lab,
  page,
}) => {
  const { agent, first, cutOff } = await mergedReplies(lab, page);
  await cutOff();
  await first.button('there').click();
  await expect(first.card).toHaveCount(0);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('g');
  await page.keyboard.press('x');
  const outbox = page.getByRole('dialog', { name: words('outbox:title') });
  const row = outbox.getByRole('listitem').filter({ hasText: 'First of two.' });
  await row.locator('[data-row-head]').click();
  await row.getByRole('button', { name: words('outbox:action.undo') }).click();
  await expect(outbox).toHaveCount(0);
  await expect(agent.conversation.title).toHaveText(LAMP);
  await expect(agent.composer.editor).toHaveValue('First of two.');
});

test('the outbox: the arrow keys go on at once, after what was discarded and while a file is made', async ({
  lab,
  page,
}) => {
  const { agent, cutOff, idOf } = await heldReply(lab, page, 'Held one.');
  await cutOff();
  await agent.answer(`desk/${await idOf(LAMP)}`, 'Waiting one.');
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('g');
  await page.keyboard.press('x');
  const outbox = page.getByRole('dialog', { name: words('outbox:title') });
  const head = (text: string) => outbox.locator('[data-row-head]').filter({ hasText: text });
  await expect(head('Held one.')).toBeFocused();
  await outbox.getByRole('button', { name: words('outbox:action.discard') }).focus();
  await page.keyboard.press('Enter');
  await expect(head('Held one.')).toHaveCount(0);
  await expect(head('Waiting one.')).toBeFocused();
  await outbox.getByRole('tab', { name: words('delivery:part.log') }).click();
  const csv = outbox.getByRole('button', { name: words('delivery:export.csv') });
  await csv.focus();
  await page.keyboard.press('Enter');
  await expect(outbox.getByText(words('delivery:export.done'))).toBeVisible();
  await expect(csv).toBeFocused();
});

test('taken back by its key without a host to answer: said, and the words are in the draft', async ({
  lab,
  page,
}) => {
  const { app, agent, idOf } = await world(lab, page);
  await setSettings(app, { undoSendMs: 30_000 });
  await page.reload();
  await agent.queue.show('a');
  await agent.answer(`desk/${await idOf(PARCEL)}`, 'Wait, not that.');
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(1);
  await page.route('**/intents/*/undo', (route) => route.abort());
  await agent.conversation.pane.locator('[data-timeline]').focus();
  await page.keyboard.press('z');
  await expect(agent.conversation.pane.getByText(words('outbox:action.failed'))).toBeVisible();
  await expect(agent.composer.editor).toHaveValue('Wait, not that.');
});
