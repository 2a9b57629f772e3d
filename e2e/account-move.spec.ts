/** An account that is pointed at another helpdesk: what that costs is told first, and done only when said. */
import { join } from 'node:path';
import { accountsOf, accountsWorld, LAMP } from './harness/accounts-screen';
import { expectNoBarrier } from './harness/barriers';
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import { words } from './harness/words';

test('another address says what becomes of conversations and replies, and a good check alone moves nothing', async ({
  lab,
  page,
}) => {
  const { second, app, agent, addSecond, screen } = await accountsWorld(lab, page);
  const third = await lab.helpdesk({ dataDir: join(lab.folder, 'third'), importFolder: MAIL_FIXTURES });
  const { id, url } = await addSecond();
  const there = await second.client.conversation(LAMP);
  await agent.queue.show('o');
  await screen.open();
  await screen.account(id).getByRole('button').first().click();
  await screen.button('accounts:action.pause').click();
  await expect(screen.account(id)).toContainText(words('status:state.paused'));
  await screen.close();
  await agent.answer(`${id}/${there.id}`, 'Not for another helpdesk.');

  await screen.open();
  const row = screen.account(id).getByRole('button').first();
  if ((await row.getAttribute('aria-expanded')) === 'false') await row.click();
  await screen.button('accounts:action.change').click();
  const told = screen.dialog.getByRole('region', { name: words('accounts:change.moves') });
  await expect(screen.field('accounts:field.url')).toHaveValue(url ?? '');
  await expect(told).toHaveCount(0);
  await screen.field('accounts:field.url').fill(third.desk.url);
  await expect(told.getByText(words('accounts:remove.conversations_other'))).toBeVisible();
  await expect(told.getByText(words('accounts:change.unsent_one'))).toBeVisible();
  await expectNoBarrier(page);
  await screen.token.fill(third.desk.token);
  await screen.token.press('Enter');
  await expect(screen.dialog.getByText(words('accounts:check.verdict.good'))).toBeVisible();
  await expect(screen.button('accounts:change.move')).toBeEnabled();
  expect((await accountsOf(app)).find((one) => one.id === id)?.url).toBe(url);

  await screen.button('accounts:change.move').click();
  await expect
    .poll(async () => (await accountsOf(app)).find((one) => one.id === id)?.url)
    .toBe(third.desk.url.replace(/\/$/, ''));
});
