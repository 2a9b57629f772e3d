/** Everything by keys, and the keys can be found. */
import type { Page } from '@playwright/test';
import { setSettings } from './harness/door-reader';
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import { Console } from './harness/screens';
import { words } from './harness/words';

test('a conversation is found, answered and resolved without touching the mouse', async ({ lab, page }) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  await setSettings(app, { undoSendMs: 0 });
  const agent = await Console.open(page, app);
  await expect(agent.queue.rowWith('Nora Fielding')).toBeVisible();
  const order = await agent.queue.keys();
  const second = order[1] ?? '';

  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await expect(agent.queue.row(second)).toHaveAttribute('aria-selected', 'true');
  await expect(agent.conversation.title).toBeVisible();
  await page.keyboard.press('r');
  await expect(agent.composer.editor).toBeFocused();
  await page.keyboard.type('Answered with keys only, j k e r n included.');
  await page.keyboard.press('Control+Enter');
  await expect(agent.conversation.message('Answered with keys only')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('e');

  const id = second.slice('desk/'.length);
  await expect
    .poll(async () => (await client.conversations()).find((each) => each.id === id)?.status)
    .toBe('resolved');
  expect(await client.timesArrived('Answered with keys only, j k e r n included.')).toBe(1);
  // The next one is open and the hand is where it goes on.
  await expect(agent.queue.row(second)).toHaveCount(0);
  await expect(agent.queue.list.locator('[aria-selected="true"]')).toHaveCount(1);
});

test('a note is private: it reaches the helpdesk as a note and no mail leaves', async ({ lab, page }) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  await setSettings(app, { undoSendMs: 0 });
  const agent = await Console.open(page, app);
  const { id } = await client.conversation('Parcel never arrived');
  await agent.queue.open(`desk/${id}`);
  await agent.composer.write('Ask the depot first.', 'note');
  await agent.composer.send();
  await expect
    .poll(async () =>
      (await client.messages(id)).filter(({ kind }) => kind === 'note').map(({ body }) => body.content),
    )
    .toEqual([expect.stringContaining('Ask the depot first.')]);
  expect(await client.outgoingMails()).toHaveLength(0);
});

test('undo takes a reply back before it leaves', async ({ lab, page }) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  await setSettings(app, { undoSendMs: 20_000 });
  const agent = await Console.open(page, app);
  const { id } = await client.conversation('Parcel never arrived');
  await agent.queue.open(`desk/${id}`);
  await agent.composer.write('Sent too early');
  await agent.composer.send();
  await expect(agent.conversation.message('Sent too early')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('z');
  // Back in the editor, where it can be made better.
  await expect(agent.composer.editor).toHaveValue('Sent too early');
  expect(await client.timesArrived('Sent too early')).toBe(0);
});

test('the shortcut sheet opens by ?, names the main keys and closes by Escape', async ({ lab, page }) => {
  const { desk } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  const agent = await Console.open(page, app);
  await agent.queue.rows.first().click();
  await expect(agent.conversation.title).toBeVisible();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: words('shortcuts:title') });
  await expect(sheet).toBeVisible();
  const keys = (await sheet.locator('kbd').allInnerTexts()).map((key) => key.trim().toLowerCase());
  for (const key of ['j', 'k', 'r', 'n', 'e', 'c', 'a', 't', 'z', '?']) expect(keys).toContain(key);
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
});

/** Presses a key in the very turn in which `selector` comes to stand in the document, before it is painted. */
async function pressWithin(
  page: Page,
  selector: string,
  press: { key: string; code: string },
): Promise<void> {
  await page.addInitScript(
    ({ wanted, key, code }) => {
      const observer = new MutationObserver(() => {
        if (document.querySelector(wanted) === null) return;
        observer.disconnect();
        document.body.dispatchEvent(
          new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true }),
        );
      });
      observer.observe(document, { subtree: true, childList: true });
    },
    { wanted: selector, ...press },
  );
}

for (const [what, selector, press, title] of [
  ['the queue', '[data-pane="queue"]', { key: '?', code: 'Slash' }, 'shortcuts:title'],
  ['the open conversation', '#conversation-title', { key: 'a', code: 'KeyA' }, 'conversation:command.assign'],
] as const) {
  test(`a key pressed as ${what} appears is not lost`, async ({ lab, page }) => {
    const { desk } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
    const app = await lab.app({ helpdesk: desk });
    await pressWithin(page, selector, press);
    const agent = await Console.open(page, app);
    if (selector === '#conversation-title') await agent.queue.rows.first().click();
    await expect(page.getByRole('dialog', { name: words(title) })).toBeVisible();
  });
}
