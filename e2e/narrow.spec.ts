/** Narrow windows and panes: nothing is cut that names somebody, nothing wraps that need not. */
import { setSettings } from './harness/door-reader';
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import { Console } from './harness/screens';

for (const locale of ['en', 'ru', 'be', 'vi'] as const) {
  test(`${locale}: the controls of the narrowest pane stand in one line, and so do the answer's`, async ({
    lab,
    page,
  }) => {
    const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
    const app = await lab.app({ helpdesk: desk });
    await setSettings(app, { locale });
    await page.setViewportSize({ width: 1100, height: 720 });
    // Both side panes as wide as they go leave the conversation its least width.
    await page.addInitScript(() =>
      localStorage.setItem(
        'holdfast.panes',
        JSON.stringify({ state: { queueWidth: 420, personWidth: 380, personShown: true }, version: 1 }),
      ),
    );
    const agent = await Console.open(page, app);
    await agent.queue.open(`desk/${(await client.conversation('Parcel never arrived')).id}`);
    await expect(agent.conversation.title).toBeVisible();
    await expect
      .poll(async () => (await agent.conversation.pane.boundingBox())?.width ?? 0)
      .toBeLessThan(370);
    const lines = await agent.conversation.pane.evaluate((pane) =>
      ['header > div + div button', 'textarea ~ div button'].map((wanted) => [
        ...new Set([...pane.querySelectorAll(wanted)].map((button) => button.getBoundingClientRect().bottom)),
      ]),
    );
    expect(lines.map((each) => each.length)).toEqual([1, 1]);
  });
}

test('in a window of 360 px a compact row shows the whole name', async ({ lab, page }) => {
  const { desk } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  await setSettings(app, { density: 'compact' });
  await page.setViewportSize({ width: 360, height: 720 });
  const agent = await Console.open(page, app);
  const name = agent.queue.rowWith('Nora Fielding').locator('bdi').filter({ hasText: 'Nora Fielding' });
  await expect(name).toBeVisible();
  const cut = await agent.queue.rows.evaluateAll((rows) =>
    rows
      .map((row) => row.querySelector('bdi'))
      .filter((shown) => shown !== null && shown.scrollWidth > shown.clientWidth)
      .map((shown) => shown?.textContent),
  );
  expect(cut).toEqual([]);
});
