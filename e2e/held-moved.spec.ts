/** A reply whose conversation was merged into another one, or deleted, before it could leave. */
import type { Page } from '@playwright/test';
import { expectNoBarrierInBothThemes } from './harness/barriers';
import { Colleague } from './harness/colleague';
import { unconfirmed } from './harness/door-reader';
import { answeredCutOff, HeldCard } from './harness/held-screen';
import { expect, test, type Lab } from './harness/lab';
import { words } from './harness/words';

/** Cut off, the agent answers, perhaps twice; meanwhile the conversation is merged into another one. */
async function merged(lab: Lab, page: Page, second?: string) {
  const all = await answeredCutOff(lab, page, 'About the parcel.');
  const { desk, client, agent, id } = all;
  const into = await client.conversation('Broken lamp, photo inside');
  if (second !== undefined) {
    await agent.composer.write(second);
    await agent.composer.send();
  }
  await new Colleague(desk).merge(id, into.id);
  await all.back('merged');
  return { ...all, into };
}

test('a merged conversation: the reply says where it went and is sent there once agreed', async ({
  lab,
  page,
}) => {
  test.setTimeout(120_000);
  const { client, agent, into, held } = await merged(lab, page);
  await expect(held.card.getByText(into.subject)).toBeVisible();
  await expectNoBarrierInBothThemes(page);
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
  const { client, agent, into, held } = await merged(lab, page, 'And about the stamp.');
  // Where it was written the one behind it is read too, not only counted.
  await expect(agent.conversation.message('And about the stamp.')).toBeVisible();

  await agent.queue.open(`desk/${into.id}`);
  await expect(agent.conversation.title).toHaveText(into.subject);
  await held.expectWhy('mergedHere');
  await expect(held.difference.getByText(words('held:since.title'))).toBeVisible();
  await expect(agent.conversation.message('And about the stamp.')).toBeVisible();
  await expect(agent.conversation.pane.getByRole('button', { name: words('held:chip') })).toBeVisible();
  await expectNoBarrierInBothThemes(page);
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
  const cutOff = await answeredCutOff(lab, page, 'For nobody any more.');
  const { desk, id, app, agent, held } = cutOff;
  await new Colleague(desk).remove(id);
  await cutOff.back('gone');
  await expect(held.button('asIs')).toHaveCount(0);
  await held.button('keep').click();
  await expect(held.card).toHaveCount(0);
  await expect(agent.conversation.pane.getByText('For nobody any more.')).toBeVisible();
  await expect(agent.conversation.pane.getByText(words('conversation:gone.deleted'))).toBeVisible();
  expect((await unconfirmed(app)).length).toBe(0);
});
