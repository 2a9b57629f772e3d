/** What floats over the page: inside a landmark, closed by one Escape, never over a dialog. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import { Console } from './harness/screens';
import { words } from './harness/words';

async function expectClean(page: Page, where: string): Promise<void> {
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null))),
  );
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
    where,
  ).toEqual([]);
}

test('open menus and tooltips are part of a landmark', async ({ lab, page }) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  const agent = await Console.open(page, app);
  await agent.queue.open(`desk/${(await client.conversation('Broken lamp, photo inside')).id}`);
  await expect(agent.conversation.title).toBeVisible();
  // The status line teaches a key as soon as it works.
  await expect(page.locator('footer').getByText(words('conversation:command.assign'))).toBeVisible();
  for (const [key, role] of [
    ['s', 'menu'],
    ['p', 'menu'],
    ['a', 'dialog'],
    ['t', 'dialog'],
  ] as const) {
    await page.keyboard.press(key);
    await expect(page.getByRole(role)).toBeVisible();
    await expectClean(page, `the menu of ${key}`);
    await page.keyboard.press('Escape');
    await expect(page.getByRole(role)).toHaveCount(0);
    await expect(agent.conversation.pane.locator('header button:focus')).toHaveCount(1);
  }
  await page.getByRole('navigation').getByRole('button').first().hover();
  await expect(page.getByRole('tooltip')).toBeVisible();
  await expectClean(page, 'a tooltip');
});

test('one Escape closes a dialog also while a tooltip stands over it', async ({ lab, page }) => {
  const { desk } = await lab.helpdesk();
  const app = await lab.app({ helpdesk: desk });
  const agent = await Console.open(page, app);
  await agent.status.expectOnline();
  await page.keyboard.press('Control+,');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: words('common:action.close') }).hover();
  await expect(page.getByRole('tooltip')).toBeVisible();
  await expectClean(page, 'a tooltip in a dialog');

  await page.keyboard.press('Escape');

  await expect(dialog).toHaveCount(0);
});

test('a list in the settings is chosen from by keys and leaves the settings open', async ({ lab, page }) => {
  const { desk } = await lab.helpdesk();
  const app = await lab.app({ helpdesk: desk });
  const agent = await Console.open(page, app);
  await agent.status.expectOnline();
  await page.keyboard.press('Control+,');
  await page.getByRole('combobox', { name: words('settings:language.label') }).press('Enter');
  await expect(page.getByRole('listbox')).toBeVisible();
  await expectClean(page, 'an open list');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('listbox', { name: words('settings:language.label') })).toHaveCount(0);
  await expect(page.getByRole('dialog')).toBeVisible();
});

test('the customer column comes back as wide as it was', async ({ lab, page }) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  const agent = await Console.open(page, app);
  await agent.queue.open(`desk/${(await client.conversation('Broken lamp, photo inside')).id}`);
  const person = page.locator('[data-pane="person"]');
  await expect(person).toBeVisible();
  const edge = page.getByRole('separator', { name: words('common:pane.resize') }).last();
  const at = await edge.boundingBox();
  if (at === null) throw new Error('The edge of the column is not on screen.');
  await page.mouse.move(at.x, at.y + 200);
  await page.mouse.down();
  await page.mouse.move(at.x - 60, at.y + 200, { steps: 4 });
  await page.mouse.up();
  const wide = (await person.boundingBox())?.width ?? 0;
  expect(wide).toBeGreaterThan(320);

  await agent.conversation.pane.focus();
  await page.keyboard.press('i');
  await expect(person).toHaveCount(0);
  await page.keyboard.press('i');

  await expect.poll(async () => Math.round((await person.boundingBox())?.width ?? 0)).toBe(Math.round(wide));
});
