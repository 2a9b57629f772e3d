/**
 * Second thoughts: a reply whose conversation moved on waits for its agent, with the difference
 * beside it; nothing leaves over what the agent has not seen, and nothing typed is lost.
 */
import type { Page } from '@playwright/test';
import { expectNoBarrierInBothThemes } from './harness/barriers';
import { BORIS, Colleague, whileBorisWorks } from './harness/colleague';
import { unconfirmed } from './harness/door-reader';
import { answeredCutOff, HeldCard, heldWorld, idOf, PARCEL } from './harness/held-screen';
import { expect, test, type Lab } from './harness/lab';
import { words } from './harness/words';

/** Cut off, the agent answers; meanwhile Boris answers, takes it over and resolves it. */
async function contradicted(lab: Lab, page: Page, text: string) {
  const all = await answeredCutOff(lab, page, text);
  await whileBorisWorks(lab, all.desk, async (boris) => {
    await boris.reply(all.id, 'It was found in the depot and arrives on Monday.');
    await boris.change(all.id, { status: 'resolved', assignee_id: BORIS.id });
  });
  await all.back('answered');
  return all;
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
  await expectNoBarrierInBothThemes(page);

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
  const { desk, client, agent } = await heldWorld(lab, page, 4_000);
  const id = await idOf(client, PARCEL);
  const other = await idOf(client, 'Не могу войти в кабинет');
  await agent.answer(`desk/${id}`, 'Written here.');
  await agent.queue.open(`desk/${other}`);
  await new Colleague(desk).reply(id, 'Written on the other device.');
  const toast = page.getByRole('status').filter({ hasText: words('held:toast.reply') });
  await expect(toast).toBeVisible({ timeout: 20_000 });
  await expectNoBarrierInBothThemes(page);
  await toast.getByRole('button', { name: words('held:toast.look') }).click();
  const held = new HeldCard(page, 'Written here.');
  await held.expectWhy('answeredByYou');
  await expect(held.card).toBeFocused();
  await expect(held.difference.getByText('Written on the other device.')).toBeVisible();
  expect(await client.timesArrived('Written here.')).toBe(0);
  await held.button('discard').click();
  await expect(held.card).toHaveCount(0);
});

test('a reply in its undo time survives a reload, says when it leaves, and can still be taken back', async ({
  lab,
  page,
}) => {
  test.setTimeout(120_000);
  const { client, app, agent } = await heldWorld(lab, page, 30_000);
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
