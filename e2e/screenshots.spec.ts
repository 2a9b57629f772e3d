/** The README's pictures: the same console each time, in another light, place or language. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Settings } from '@shared/contract/door';
import { BORIS, whileBorisWorks } from './harness/colleague';
import { setSettings } from './harness/door-reader';
import { HeldCard } from './harness/held-screen';
import { expect, MAIL_FIXTURES, test, type Lab } from './harness/lab';
import { ROOT } from './harness/processes';
import { Console } from './harness/screens';

const PICTURES = join(ROOT, 'docs', 'pictures');
const SEED = 60;

interface Picture {
  name: string;
  settings: Partial<Settings>;
  size: { width: number; height: number };
}

const DESK = { width: 1440, height: 900 };
const PICTURES_TO_TAKE: readonly Picture[] = [
  { name: 'light', settings: { theme: 'light' }, size: DESK },
  { name: 'dark', settings: { theme: 'dark' }, size: DESK },
  { name: 'compact', settings: { theme: 'light', density: 'compact' }, size: DESK },
  { name: 'narrow', settings: { theme: 'light' }, size: { width: 820, height: 900 } },
  ...(['en', 'ru', 'be', 'vi'] as const).map((locale) => ({
    name: `language-${locale}`,
    settings: { theme: 'light', locale } as const,
    size: DESK,
  })),
];

async function picture(page: Page, name: string): Promise<void> {
  await mkdir(PICTURES, { recursive: true });
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(PICTURES, `${name}.png`), animations: 'disabled', caret: 'hide' });
}

/** The sample helpdesk, and the conversation that every picture shows. */
async function sample(lab: Lab) {
  const { desk, client } = await lab.helpdesk({ seed: SEED });
  const app = await lab.app({ helpdesk: desk });
  const waiting = (await client.conversations()).filter(
    ({ channel, waiting_since, message_count }) =>
      channel === 'email' && waiting_since !== null && message_count > 1 && message_count < 12,
  );
  const shown = waiting.sort((a, b) => b.message_count - a.message_count || (a.id < b.id ? -1 : 1))[0];
  if (shown === undefined) throw new Error('The sample holds no waiting mail conversation to show.');
  return { desk, app, key: `desk/${shown.id}` };
}

async function openAt(agent: Console, key: string): Promise<void> {
  await expect(agent.queue.rows.first()).toBeVisible();
  await agent.queue.show('w');
  await expect(agent.queue.row(key)).toBeVisible();
  await agent.queue.open(key);
  await expect(agent.conversation.title).toBeVisible();
  await agent.page.waitForTimeout(1_000);
}

test('light, dark, compact, narrow and each language', async ({ lab, page }) => {
  test.setTimeout(240_000);
  const { app, key } = await sample(lab);
  for (const { name, settings, size } of PICTURES_TO_TAKE) {
    await setSettings(app, settings);
    await page.setViewportSize(size);
    const agent = await Console.open(page, app);
    await page.reload();
    if (name === 'narrow') {
      await expect(agent.queue.rows.first()).toBeVisible();
      await picture(page, 'narrow-queue');
    }
    await openAt(agent, key);
    await picture(page, name);
  }
});

test('a note being written, the shortcut sheet, the palette and the settings', async ({ lab, page }) => {
  test.setTimeout(120_000);
  const { app, key } = await sample(lab);
  await setSettings(app, { theme: 'light' });
  await page.setViewportSize(DESK);
  const agent = await Console.open(page, app);
  await openAt(agent, key);
  await agent.composer.write('She called this morning as well: please answer her first.', 'note');
  await picture(page, 'note');
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  for (const [name, keys] of [
    ['shortcuts', '?'],
    ['palette', 'Control+k'],
    ['settings', 'Control+,'],
  ] as const) {
    await page.keyboard.press(keys);
    await expect(page.getByRole('dialog')).toBeVisible();
    await picture(page, name);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
});

test('cut off from the helpdesk, with an answer waiting', async ({ lab, page }) => {
  test.setTimeout(120_000);
  const { desk, app, key } = await sample(lab);
  await setSettings(app, { theme: 'light', undoSendMs: 0 });
  await page.setViewportSize(DESK);
  const agent = await Console.open(page, app);
  await openAt(agent, key);
  await desk.stop();
  await agent.status.expectOffline();
  await agent.composer.write(
    'Thank you for waiting. I have asked our payment partner for the ARN number and write again today.',
  );
  await agent.composer.send();
  await expect(agent.conversation.message('Thank you for waiting.')).toBeVisible();
  await page.waitForTimeout(1_000);
  await picture(page, 'cut-off');
});

test('a reply held because a colleague answered meanwhile, and the outbox', async ({ lab, page }) => {
  test.setTimeout(180_000);
  const { desk, app, key } = await sample(lab);
  await setSettings(app, { theme: 'light', undoSendMs: 0 });
  await page.setViewportSize(DESK);
  const agent = await Console.open(page, app);
  await openAt(agent, key);
  await agent.status.expectOnline();
  await desk.stop();
  await agent.status.expectOffline();
  await agent.composer.write(
    'Thank you for waiting. I have asked our payment partner for the ARN number and write again today.',
  );
  await agent.composer.send();
  await whileBorisWorks(lab, desk, async (boris) => {
    const id = key.slice(key.indexOf('/') + 1);
    await boris.reply(
      id,
      'The partner has confirmed it: both deposits are one, and the second reservation ends on Friday.',
    );
    await boris.change(id, { status: 'resolved', assignee_id: BORIS.id });
  });
  await agent.status.expectOnline();
  await expect(new HeldCard(page, 'Thank you for waiting.').difference).toBeVisible({ timeout: 30_000 });
  await page.waitForTimeout(1_000);
  await picture(page, 'held');
  await setSettings(app, { theme: 'dark', locale: 'ru', undoSendMs: 0 });
  await page.waitForTimeout(1_000);
  await picture(page, 'held-dark-ru');
  await setSettings(app, { theme: 'light', undoSendMs: 0 });
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('g');
  await page.keyboard.press('x');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Thank you for waiting.').click();
  await page.waitForTimeout(500);
  await picture(page, 'outbox');
});

test('empty', async ({ lab, page }) => {
  const { desk } = await lab.helpdesk();
  const app = await lab.app({ helpdesk: desk });
  await setSettings(app, { theme: 'light' });
  await page.setViewportSize(DESK);
  const agent = await Console.open(page, app);
  await agent.status.expectOnline();
  await page.waitForTimeout(1_000);
  await picture(page, 'empty');
});

test('two helpdesks in one queue, and the accounts', async ({ lab, page }) => {
  test.setTimeout(120_000);
  const [shop, school] = [
    await lab.helpdesk({ dataDir: join(lab.folder, 'shop'), seed: SEED }),
    await lab.helpdesk({ dataDir: join(lab.folder, 'school'), importFolder: MAIL_FIXTURES }),
  ];
  const account = (id: string, name: string, { url, token }: { url: string; token: string }) => ({
    ...{ id, name, url, token },
    backend: 'embedded',
  });
  const app = await lab.app({
    accounts: [account('shop', 'Sample shop', shop.desk), account('school', 'Practice room', school.desk)],
  });
  await setSettings(app, { theme: 'light' });
  await page.setViewportSize(DESK);
  const agent = await Console.open(page, app);
  await expect(agent.queue.rows.first()).toBeVisible();
  await agent.status.expectOnline();
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: /Practice room/ }).click();
  await page.waitForTimeout(1_000);
  await picture(page, 'accounts');
});
