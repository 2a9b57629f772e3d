/** axe on every screen, in both themes: no violation, of any weight. */
import { expectNoBarrier } from './harness/barriers';
import { setSettings } from './harness/door-reader';
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import { Console } from './harness/screens';

for (const theme of ['light', 'dark'] as const) {
  test(`${theme}: full, sheet, palette, settings and cut off`, async ({ lab, page }) => {
    test.setTimeout(120_000);
    const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
    const app = await lab.app({ helpdesk: desk });
    await setSettings(app, { theme });
    const agent = await Console.open(page, app);
    await agent.queue.open(`desk/${(await client.conversation('Broken lamp, photo inside')).id}`);
    await expect(agent.conversation.title).toBeVisible();
    await expect(page.locator('iframe').first()).toBeVisible();
    await expectNoBarrier(page, 'full');

    await agent.composer.write('An answer', 'note');
    await expectNoBarrier(page, 'note being written');
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());

    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectNoBarrier(page, 'shortcut sheet');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectNoBarrier(page, 'palette');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+,');
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectNoBarrier(page, 'settings');
    await page.keyboard.press('Escape');

    await desk.stop();
    await agent.status.expectOffline();
    await expectNoBarrier(page, 'cut off');
  });

  test(`${theme}: empty`, async ({ lab, page }) => {
    const { desk } = await lab.helpdesk();
    const app = await lab.app({ helpdesk: desk });
    await setSettings(app, { theme });
    const agent = await Console.open(page, app);
    await agent.status.expectOnline();
    await expect(agent.queue.rows).toHaveCount(0);
    await expectNoBarrier(page, 'empty');
  });
}
