/** The mouse can do everything too. */
import { setSettings } from './harness/door-reader';
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import { Console } from './harness/screens';
import { words } from './harness/words';

test('claim, status, reply, undo, sheet, settings and palette without a key', async ({ lab, page }) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  await setSettings(app, { undoSendMs: 20_000 });
  const agent = await Console.open(page, app);
  const { id } = await client.conversation('Parcel never arrived');
  await agent.queue.open(`desk/${id}`);
  const header = agent.conversation.pane.locator('header');
  const now = async () => (await client.conversations()).find((each) => each.id === id);

  await header.getByRole('button', { name: words('conversation:control.claim') }).click();
  await expect(header.getByText(words('conversation:control.you'))).toBeVisible();
  await header.getByRole('button', { name: words('conversation:control.status') }).click();
  await page.getByRole('menuitemradio', { name: words('common:status.pending') }).click();
  await expect.poll(async () => (await now())?.status).toBe('pending');

  await agent.composer.editor.click();
  await agent.composer.editor.fill('Sent too early');
  await agent.conversation.pane
    .getByRole('button', { name: words('composer:send'), exact: true })
    .last()
    .click();
  await expect(agent.conversation.message('Sent too early')).toBeVisible();
  await agent.conversation.pane
    .getByRole('button', { name: words('outbox:action.undo') })
    .first()
    .click();
  await expect(agent.composer.editor).toHaveValue('Sent too early');

  for (const [key, title] of [
    ['shortcuts:title', 'shortcuts:title'],
    ['settings:title', 'settings:title'],
    ['palette:open', 'palette:open'],
  ] as const) {
    await page
      .getByRole('navigation')
      .getByRole('button', { name: words(key) })
      .click();
    const dialog = page.getByRole('dialog', { name: words(title) });
    await expect(dialog).toBeVisible();
    // Beside it is out of it.
    await page.mouse.click(4, 890);
    await expect(dialog).toHaveCount(0);
  }
});
