/** The removal of an account outlives the window that asked for it, and can be undone from any other. */
import { accountsOf, accountsWorld, LAMP } from './harness/accounts-screen';
import { expectNoBarrierInBothThemes } from './harness/barriers';
import { door } from './harness/door-reader';
import { expect, test } from './harness/lab';
import { Console } from './harness/screens';
import { words } from './harness/words';

test('a removal goes on over a reload, in every window, and undo gives everything back', async ({
  lab,
  page,
  context,
}) => {
  const { second, app, agent, addSecond, screen } = await accountsWorld(lab, page);
  const { id } = await addSecond();
  const there = await second.client.conversation(LAMP);
  await agent.queue.show('o');
  await expect(agent.queue.row(`${id}/${there.id}`)).toBeVisible();
  const before = (await accountsOf(app)).find((one) => one.id === id);
  const otherPage = await context.newPage();
  const other = await Console.open(otherPage, { ...app, url: `${app.origin}/` });
  const remove = async (): Promise<void> => {
    await screen.open();
    const toggle = screen.account(id).getByRole('button').first();
    if ((await toggle.getAttribute('aria-expanded')) === 'false') await toggle.click();
    await screen.button('accounts:action.remove').click();
    await screen.button('accounts:remove.remove').click();
    await expect(screen.account(id).getByText(words('accounts:leaving.soon'))).toBeVisible();
    await page.keyboard.press('Escape');
  };
  const toast = page.locator(`[data-leaving="${id}"]`);
  const otherToast = otherPage.locator(`[data-leaving="${id}"]`);

  await remove();
  await expect(toast).toBeVisible();
  await expect(otherToast).toBeVisible();
  // Nobody writes or presses past it: it stands over the queue alone.
  const rail = await page.getByRole('navigation').first().boundingBox();
  const queue = await page.locator('[data-pane="queue"]').boundingBox();
  const place = await toast.boundingBox();
  expect(place!.x).toBeGreaterThanOrEqual(rail!.x + rail!.width);
  expect(place!.x + place!.width).toBeLessThanOrEqual(queue!.x + queue!.width);
  await page.reload();
  await expect(toast).toBeVisible();
  const [left] = /\d+/.exec(await toast.innerText()) ?? [];
  expect(Number(left)).toBeLessThanOrEqual(10);
  // From the other window, and by the keyboard alone.
  await otherPage.keyboard.press('Control+k');
  await otherPage.keyboard.type('Second shop');
  await otherPage.getByRole('option', { name: words('accounts:leaving.keep') }).waitFor();
  await otherPage.keyboard.press('Enter');
  await expect(toast).toHaveCount(0);
  await expect(otherToast).toHaveCount(0);
  const after = (await accountsOf(app)).find((one) => one.id === id);
  expect({ ...after, asOf: before?.asOf }).toEqual({ ...before, leaving: null });
  await agent.queue.show('o');
  await expect(agent.queue.row(`${id}/${there.id}`)).toBeVisible();

  await remove();
  await page.reload();
  await expect(toast).toBeVisible();
  await expect(toast).toHaveCount(0, { timeout: 20_000 });
  await expect(otherToast).toHaveCount(0);
  expect((await accountsOf(app)).map((one) => one.id)).toEqual(['desk']);
  await other.queue.show('o');
  await expect(other.queue.row(`${id}/${there.id}`)).toHaveCount(0);
});

test('an account leaves also when every window is closed at once', async ({ lab, page }) => {
  const { app, addSecond, screen } = await accountsWorld(lab, page);
  const { id } = await addSecond();
  await screen.open();
  await screen.account(id).getByRole('button').first().click();
  await screen.button('accounts:action.remove').click();
  await screen.button('accounts:remove.remove').click();
  await expect(screen.account(id).getByText(words('accounts:leaving.soon'))).toBeVisible();
  await page.close();
  expect(await accountsOf(app)).toHaveLength(2);
  await expect.poll(async () => (await accountsOf(app)).length, { timeout: 20_000 }).toBe(1);
});

test('what is about to leave is readable for everybody, and an undo that fails says so', async ({
  lab,
  page,
}) => {
  const { app, addSecond, screen } = await accountsWorld(lab, page);
  const { id } = await addSecond();
  await door(app, `accounts/${id}/remove?undoMs=60000`, { method: 'POST' });
  const toast = page.locator(`[data-leaving="${id}"]`);
  const undo = toast.getByRole('button', { name: words('accounts:leaving.undo') });
  await expect(undo).toBeVisible();
  await expectNoBarrierInBothThemes(page);
  await screen.open();
  await expect(screen.account(id).getByText(words('accounts:leaving.soon'))).toBeVisible();
  await expectNoBarrierInBothThemes(page);
  await page.keyboard.press('Escape');

  await app.kill();
  await undo.click();
  await expect(toast.getByText(words('accounts:failure.unreachable'))).toBeVisible();
  await expect(undo).toBeEnabled();
});

test('undo is in reach of the keyboard on every view of the account screen, and the focus never falls', async ({
  lab,
  page,
}, info) => {
  test.setTimeout(120_000);
  const { app, agent, addSecond, screen } = await accountsWorld(lab, page);
  const { id } = await addSecond();
  const leave = (undoMs: number) => door(app, `accounts/${id}/remove?undoMs=${undoMs}`, { method: 'POST' });
  const undo = page.locator(`[data-leaving="${id}"]`).getByRole('button', {
    name: words('accounts:leaving.undo'),
  });
  const heading = screen.dialog.getByRole('heading', { level: 3 });

  await screen.open();
  await screen.startWizard();
  await leave(60_000);
  await expect(undo).toHaveCount(1);
  await page.screenshot({ path: info.outputPath('undo-over-the-wizard.png') });
  await expectNoBarrierInBothThemes(page);
  await undo.press('Enter');
  await expect(undo).toHaveCount(0);
  await expect(heading).toBeFocused();
  expect((await accountsOf(app)).find((one) => one.id === id)?.leaving).toBeNull();
  await page.keyboard.press('Escape');

  // In the list its place is taken by the next one, or by the way to connect one.
  await screen.account(id).getByRole('button').first().focus();
  await leave(0);
  await expect(screen.account(id)).toHaveCount(0);
  await expect(screen.account('desk').getByRole('button').first()).toBeFocused();
  await screen.close();

  await addSecond();
  // From the message over the queue the focus goes back to where it was.
  const pane = agent.queue.list;
  await pane.focus();
  await leave(60_000);
  await undo.focus();
  await undo.press('Enter');
  await expect(undo).toHaveCount(0);
  await expect(pane).toBeFocused();
});

test('an account that is removed elsewhere while it is changed says so, and what was typed goes along', async ({
  lab,
  page,
}, info) => {
  const { app, addSecond, screen } = await accountsWorld(lab, page);
  const { id } = await addSecond();
  await screen.open();
  await screen.account(id).getByRole('button').first().click();
  await screen.button('accounts:action.change').click();
  await screen.field('accounts:field.name').fill('Half typed');
  await door(app, `accounts/${id}/remove`, { method: 'POST' });
  const heading = screen.dialog.getByRole('heading', { name: words('accounts:gone.title') });
  await expect(heading).toBeFocused();
  await expect(screen.dialog.getByText(words('accounts:gone.typed'))).toBeVisible();
  await expectNoBarrierInBothThemes(page);
  await page.screenshot({ path: info.outputPath('gone.png') });
  await screen.button('accounts:gone.connect').press('Enter');
  await expect(screen.field('accounts:field.name')).toHaveValue('Half typed');
  await expect(screen.field('accounts:field.url')).toBeFocused();
});
