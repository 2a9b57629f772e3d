/** The open conversation is deleted or merged by somebody else, while the agent writes in it. */
import { Colleague } from './harness/colleague';
import { setSettings, unconfirmed } from './harness/door-reader';
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import { Console } from './harness/screens';
import { words } from './harness/words';

test('a deleted conversation says so, keeps what was typed, and leaves focus and columns in order', async ({
  lab,
  page,
}) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  const agent = await Console.open(page, app);
  const { id } = await client.conversation('Broken lamp, photo inside');
  await agent.queue.open(`desk/${id}`);
  await agent.composer.write('half a thought');
  await expect(page.locator('[data-pane="person"]')).toBeVisible();

  await new Colleague(desk).remove(id);

  await expect(agent.conversation.pane.getByText(words('conversation:gone.deleted'))).toBeVisible();
  await expect(agent.conversation.pane.getByText('half a thought')).toBeVisible();
  await expect(page.locator('[data-pane="person"]')).toHaveCount(0);
  await expect(agent.conversation.pane).toBeFocused();
  await page.keyboard.press('j');
  await expect(agent.conversation.title).toBeVisible();
});

test('what was typed goes along into the conversation that took this one', async ({ lab, page }) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  const agent = await Console.open(page, app);
  const all = await client.conversations();
  const from = await client.conversation('Broken lamp, photo inside');
  const into = all.find(({ id }) => id !== from.id);
  if (into === undefined) throw new Error('The fixtures hold only one conversation.');
  await agent.queue.open(`desk/${from.id}`);
  await agent.composer.write('half a thought');

  await new Colleague(desk).merge(from.id, into.id);
  await agent.conversation.pane.getByRole('button', { name: words('conversation:gone.open') }).click();

  await expect(agent.conversation.title).toBeVisible();
  await expect(agent.composer.editor).toHaveValue('half a thought');
});

test('a merged conversation still says where it went after a reload', async ({ lab, page }) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  await setSettings(app, { undoSendMs: 0 });
  const agent = await Console.open(page, app);
  const from = await client.conversation('Broken lamp, photo inside');
  const into = await client.conversation('Parcel never arrived');
  await agent.answer(`desk/${from.id}`, 'A new lamp is on its way.');
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(0);
  await new Colleague(desk).merge(from.id, into.id);
  await expect(agent.conversation.pane.getByText(words('conversation:gone.merged'))).toBeVisible();

  await page.reload();
  await agent.status.expectOnline();
  await page.keyboard.press('g');
  await page.keyboard.press('x');
  const outbox = page.getByRole('dialog', { name: words('outbox:title') });
  await outbox.getByRole('tab', { name: words('delivery:part.log') }).click();
  await outbox
    .getByRole('button', { name: words('delivery:action.openConversation') })
    .first()
    .click();
  await expect(agent.conversation.pane.getByText(words('conversation:gone.merged'))).toBeVisible();
  await agent.conversation.pane.getByRole('button', { name: words('conversation:gone.open') }).click();
  await expect(agent.conversation.title).toHaveText(into.subject);
});
