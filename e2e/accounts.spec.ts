/**
 * Accounts as an agent manages them: connected with a check that explains what is wrong, paused,
 * removed with what happens said first, and one that is down beside one that works.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { accountsOf, accountsWorld, LAMP } from './harness/accounts-screen';
import { expectNoBarrier } from './harness/barriers';
import { door, unconfirmed } from './harness/door-reader';
import { expect, test } from './harness/lab';
import { ROOT } from './harness/processes';
import { words } from './harness/words';

test('a helpdesk is connected with the keyboard alone; a wrong token is explained and nothing typed is lost', async ({
  lab,
  page,
}) => {
  const { second, proxy, app, agent, screen } = await accountsWorld(lab, page);
  await screen.open();
  await expectNoBarrier(page);
  const press = async (target: Locator): Promise<void> => {
    for (let i = 0; i < 40; i += 1) {
      if (await target.evaluate((node) => node === document.activeElement))
        return page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
    }
    throw new Error('Tab never came there.');
  };
  // Also past a control whose tooltip shows.
  await page.keyboard.press('Tab');
  await expect(page.getByRole('tooltip')).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(screen.account('desk').getByRole('button').first()).toBeFocused();
  await press(screen.button('accounts:connect.title'));
  await expectNoBarrier(page);
  await press(screen.dialog.getByRole('button', { name: 'Embedded helpdesk' }));
  await expect(screen.field('accounts:field.url')).toBeVisible();

  // Nothing is filled in: it says what is missing, and the caret stands there.
  await press(screen.button('accounts:check.check'));
  await expect(screen.field('accounts:field.url')).toBeFocused();
  await expect(screen.dialog.getByText(words('accounts:field.missing'))).toHaveCount(2);
  await expectNoBarrier(page);
  await page.keyboard.type(proxy.url);
  await page.keyboard.press('Tab');
  await expect(screen.token).toBeFocused();
  await page.keyboard.type('not-the-token');
  await page.keyboard.press('Enter');
  await expect(screen.dialog.getByText(words('accounts:problem.bad-credentials'))).toBeVisible();
  await expect(screen.dialog.getByText(words('accounts:help.bad-credentials'))).toBeVisible();
  await expectNoBarrier(page);
  expect(await accountsOf(app)).toHaveLength(1);

  // Closed by accident: what was typed is there again.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(screen.dialog).toHaveCount(0);
  await screen.open();
  await press(screen.button('accounts:connect.title'));
  await expect(screen.field('accounts:field.url')).toHaveValue(proxy.url);
  await expect(screen.token).toHaveValue('not-the-token');

  await screen.token.fill('');
  await screen.token.focus();
  await page.keyboard.type(second.desk.token);
  await page.keyboard.press('Enter');
  await expect(screen.dialog.getByText(words('accounts:check.signIn'))).toContainText(second.desk.agent.name);
  await expect(screen.dialog.getByText(words('accounts:check.tier'))).toBeVisible();
  await expectNoBarrier(page);
  expect(await accountsOf(app)).toHaveLength(1);
  await page.keyboard.press('Enter');
  await expect(screen.account('127.0.0.1')).toContainText(words('status:state.online'));
  await expect(screen.account('127.0.0.1')).toContainText(second.desk.agent.name);
  await expect(screen.account('127.0.0.1')).toContainText(words('accounts:vault.file'));
  await expectNoBarrier(page);
  await page.keyboard.press('Escape');

  // Both stand in one queue, and each row says where it lives.
  await agent.queue.show('o');
  await expect(agent.queue.rowWith(LAMP)).toHaveCount(2);
  const both = await agent.queue.size();
  const rail = page.getByRole('navigation');
  await rail.locator('[data-account="127.0.0.1"]').click();
  await expect(agent.queue.rowWith(LAMP)).toHaveCount(1);
  expect((await agent.queue.keys()).every((key) => key.startsWith('127.0.0.1/'))).toBe(true);
  await expect(rail.locator('[data-account="127.0.0.1"]')).toContainText(String(await agent.queue.size()));
  expect(2 * (await agent.queue.size())).toBe(both);
  await expectNoBarrier(page);
});

test('one helpdesk is killed: the other’s replies leave, and the rail says which one is down', async ({
  lab,
  page,
}) => {
  const { first, second, app, agent, addSecond } = await accountsWorld(lab, page);
  const added = await addSecond();
  const there = await second.client.conversation(LAMP);
  const here = await first.client.conversation(LAMP);
  await agent.queue.show('o');
  await expect(agent.queue.row(`${added.id}/${there.id}`)).toBeVisible();
  await second.desk.kill();
  await agent.status.expectOffline();
  const rail = page.getByRole('navigation');
  await expect(rail.locator(`[data-account="${added.id}"]`)).toHaveAccessibleName(
    words('status:state.offline'),
  );

  await agent.answer(`${added.id}/${there.id}`, 'This one waits for its helpdesk.');
  await agent.answer(`desk/${here.id}`, 'This one leaves at once.');
  await expect
    .poll(async () => (await unconfirmed(app)).map(({ intent, state }) => `${intent.accountId} ${state}`), {
      timeout: 20_000,
    })
    .toEqual([`${added.id} queued`]);
  await agent.queue.show('a');
  await expect(agent.queue.row(`desk/${here.id}`)).toBeVisible();
  await expect(agent.queue.row(`${added.id}/${there.id}`)).toBeVisible();
});

test('a removal says first what it does, can be undone, and keeps what was not sent', async ({
  lab,
  page,
}) => {
  const { second, app, agent, addSecond, screen } = await accountsWorld(lab, page);
  const { id } = await addSecond();
  const there = await second.client.conversation(LAMP);
  await agent.queue.show('o');
  await screen.open();
  await screen.account(id).getByRole('button').first().click();
  await screen.button('accounts:action.pause').click();
  await expect(screen.account(id)).toContainText(words('status:state.paused'));
  await screen.close();
  await agent.answer(`${id}/${there.id}`, 'Kept until the account is back.');

  await screen.open();
  const open = screen.account(id).getByRole('button').first();
  if ((await open.getAttribute('aria-expanded')) === 'false') await open.click();
  await screen.button('accounts:action.remove').click();
  await expect(screen.dialog.getByText(words('accounts:remove.conversations_other'))).toBeVisible();
  await expect(screen.dialog.getByText(words('accounts:remove.unsent_one'))).toBeVisible();
  await expectNoBarrier(page);
  await screen.button('accounts:remove.remove').click();
  await expect(
    screen.account(id).getByRole('button', { name: words('accounts:leaving.undo') }),
  ).toBeVisible();
  await screen.close();
  const toast = page.locator(`[data-leaving="${id}"]`);
  await toast.getByRole('button', { name: words('accounts:leaving.undo') }).click();
  await expect(toast).toHaveCount(0);
  expect(await accountsOf(app)).toHaveLength(2);

  await screen.open();
  if ((await open.getAttribute('aria-expanded')) === 'false') await open.click();
  await screen.button('accounts:action.remove').click();
  await screen.button('accounts:remove.remove').click();
  await expect.poll(async () => (await accountsOf(app)).length, { timeout: 20_000 }).toBe(1);
  await expect(screen.account(id)).toHaveCount(0);
  await screen.close();
  await expect(agent.queue.row(`${id}/${there.id}`)).toHaveCount(0);
  // Its open conversation closed with it: nothing can be written into nowhere.
  await expect(agent.composer.editor).toHaveCount(0);
  await page.keyboard.press('g');
  await page.keyboard.press('x');
  const outbox = page.getByRole('dialog', { name: words('outbox:title') });
  // Its name goes on standing over what it left, also where only the host still knows it.
  await expect(outbox.getByRole('heading', { name: 'Second shop' })).toBeVisible();
  await expect(outbox.getByText(words('delivery:why.accountGone')).first()).toBeVisible();
  await expect(outbox.getByText(words('delivery:next.accountBack')).first()).toBeVisible();
  await page.keyboard.press('Escape');

  await addSecond();
  await expect.poll(async () => (await unconfirmed(app)).length, { timeout: 30_000 }).toBe(0);
  const sent = await second.client.messages(there.id);
  expect(sent.filter(({ body }) => body.content.includes('Kept until the account is back.'))).toHaveLength(1);
});

test('a console without any account offers the wizard and the sample helpdesk', async ({ lab, page }) => {
  const { app, screen, agent } = await accountsWorld(lab, page);
  await door(app, 'accounts/desk/remove', { method: 'POST' });
  const pane = page.locator('[data-pane="queue"]');
  await expect(pane.getByText(words('queue:empty.noAccount'))).toBeVisible();
  await expectNoBarrier(page);
  await pane.getByRole('button', { name: words('accounts:connect.title') }).click();
  await expect(screen.dialog.getByText(words('accounts:connect.pick'))).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await pane.getByRole('button', { name: words('accounts:sample.name') }).click();
  await expect.poll(async () => (await accountsOf(app))[0]?.state, { timeout: 30_000 }).toBe('online');
  await agent.queue.show('a');
  await expect(agent.queue.rows.first()).toBeVisible({ timeout: 30_000 });
});

test('a profile of the team is dropped, told where it is wrong, mended and offered', async ({
  lab,
  page,
}) => {
  const { app, screen } = await accountsWorld(lab, page);
  await screen.open();
  await screen.startWizard();
  const drop = async (name: string, text: string): Promise<void> => {
    const data = await page.evaluateHandle(
      ([file, content]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([content ?? ''], file ?? '', { type: 'application/yaml' }));
        return transfer;
      },
      [name, text],
    );
    await screen.dialog
      .getByRole('region', { name: words('accounts:profile.title') })
      .dispatchEvent('drop', { dataTransfer: data });
  };
  await drop('ours.yaml', 'id: Shop\nname: 5\n');
  await expect(screen.dialog.getByText(words('accounts:profile.wrong_other'))).toBeVisible();
  await expect(screen.dialog.getByText('name: 5')).toBeVisible();
  await expect(screen.dialog.getByText(words('accounts:profile.place')).first()).toBeVisible();
  await expectNoBarrier(page);
  const { offers } = (await (await door(app, 'backends')).json()) as { offers: { custom: boolean }[] };
  expect(offers.filter(({ custom }) => custom)).toEqual([]);
  const picker = screen.dialog.locator('input[type="file"]');
  await picker.setInputFiles(join(ROOT, 'resources', 'backends', 'copper-tracker.yaml'));
  await expect(screen.field('accounts:field.url')).toBeVisible();
  await expect(screen.field('accounts:field.url')).toBeEditable();
  await screen.button('accounts:connect.other').click();
  const names = async (): Promise<string[]> => {
    const told = (await (await door(app, 'backends')).json()) as { offers: { name: string }[] };
    return told.offers.map(({ name }) => name);
  };
  const copper = await readFile(join(ROOT, 'resources', 'backends', 'copper-tracker.yaml'), 'utf8');
  await drop('ours.yaml', copper.replace('name: Copper Tracker', 'name: Copper Two'));
  await expect(screen.dialog.getByText(words('accounts:profile.replaces_other'))).toBeVisible();
  expect(await names()).not.toContain('Copper Two');
  await screen.dialog.getByRole('button', { name: words('accounts:profile.replace') }).click();
  await expect(screen.field('accounts:field.url')).toBeVisible();
  expect(await names()).toContain('Copper Two');
});

test('the focus goes along: to the first field, back to the account, and past an undo', async ({
  lab,
  page,
}) => {
  const { screen } = await accountsWorld(lab, page);
  await screen.open();
  await screen.startWizard();
  await screen.dialog.getByRole('button', { name: 'Zendesk' }).press('Enter');
  await expect(screen.field('accounts:field.url')).toBeFocused();
  await screen.button('accounts:connect.other').press('Enter');
  await expect(screen.dialog.getByRole('heading', { name: words('accounts:connect.title') })).toBeFocused();
  await page.keyboard.press('Escape');

  const toggle = screen.account('desk').getByRole('button').first();
  await screen.button('accounts:action.change').press('Enter');
  await page.keyboard.press('Escape');
  await expect(toggle).toBeFocused();
  await screen.button('accounts:action.remove').press('Enter');
  // Until it is known what is kept here it takes no press.
  await screen.button('accounts:remove.remove').click();
  await expect(toggle).toBeFocused();
  await screen
    .account('desk')
    .getByRole('button', { name: words('accounts:leaving.undo') })
    .press('Enter');
  await expect(toggle).toBeFocused();
});

test('in a small window what a check found comes into sight', async ({ lab, page }) => {
  const { second, screen } = await accountsWorld(lab, page);
  await screen.open();
  await screen.startWizard();
  await screen.dialog.getByRole('button', { name: 'Embedded helpdesk' }).click();
  await page.setViewportSize({ width: 360, height: 640 });
  await screen.field('accounts:field.url').fill(second.desk.url);
  await screen.token.fill('not-the-token');
  await page.keyboard.press('Enter');
  await expect(screen.dialog.getByText(words('accounts:problem.bad-credentials'))).toBeInViewport({
    ratio: 1,
  });
  await expect(screen.dialog.getByText(words('accounts:help.bad-credentials'))).toBeInViewport({ ratio: 1 });
});

test('a helpdesk that gives no answer is waited for in sight, and the wait can be called off', async ({
  lab,
  page,
}) => {
  const { second, proxy, app, screen } = await accountsWorld(lab, page);
  await proxy.set('black-hole');
  await screen.open();
  await screen.startWizard();
  await screen.dialog.getByRole('button', { name: 'Embedded helpdesk' }).click();
  await screen.field('accounts:field.url').fill(proxy.url);
  await screen.token.fill(second.desk.token);
  await page.keyboard.press('Enter');
  await expect(screen.dialog.getByText(words('accounts:check.running'))).toBeVisible();
  await screen.button('accounts:check.stop').click();
  await expect(screen.dialog.getByText(words('accounts:check.running'))).toHaveCount(0);
  await expect(screen.token).toHaveValue(second.desk.token);

  await proxy.set('none');
  await screen.button('accounts:check.check').click();
  await expect(screen.dialog.getByText(words('accounts:check.verdict.good'))).toBeVisible();
  await screen.button('accounts:connect.connect').click();
  await expect(screen.account('127.0.0.1')).toBeVisible();

  // Tested again with what is kept, and renamed without signing in.
  await screen.button('accounts:action.test').click();
  await expect(screen.dialog.getByText(words('accounts:check.verdict.good'))).toBeVisible();
  await screen.button('accounts:action.change').click();
  await screen.field('accounts:field.name').fill('Night shop');
  await screen.button('accounts:change.save').click();
  await expect(screen.account('127.0.0.1')).toContainText('Night shop');
  expect((await accountsOf(app)).map(({ name }) => name)).toEqual(['Test desk', 'Night shop']);
});
