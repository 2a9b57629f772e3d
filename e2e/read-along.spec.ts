/** What the check of an account says where others can read along, and what a dead folder of the team costs. */
import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { accountsWorld } from './harness/accounts-screen';
import { expectNoBarrier } from './harness/barriers';
import { expect, test } from './harness/lab';
import { DialogScreen } from './harness/screens';
import { words } from './harness/words';

test('an unencrypted way out of the own network is warned of and not forbidden', async ({ lab, page }) => {
  const { second, screen } = await accountsWorld(lab, page);
  // What a helpdesk at a public address would be told as; the rest of the check is the real one.
  await page.route('**/door/account-checks', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.text()).replace(/"origin":"[^"]*"/, '"origin":"http://desk.example.com"');
    await route.fulfill({ response: answer, body });
  });
  await screen.open();
  await screen.button('accounts:connect.title').click();
  await screen.dialog.getByRole('button', { name: 'Embedded helpdesk' }).click();
  await screen.field('accounts:field.url').fill(second.desk.url);
  await screen.token.fill(second.desk.token);
  await screen.button('accounts:check.check').click();
  await expect(screen.dialog.getByText(words('accounts:help.plain'))).toBeVisible();
  await expect(screen.dialog.getByText(words('accounts:check.tier'))).toBeVisible();
  await expectNoBarrier(page);
  await page.screenshot({ path: test.info().outputPath('plain.png') });
});

test('a folder of the team that holds no file is told at once, and the rest goes on', async ({
  lab,
  page,
}) => {
  await accountsWorld(lab, page);
  const folder = join(lab.folder, 'share');
  await mkdir(folder);
  execFileSync('mkfifo', [join(folder, 'holdfast-team.json')]);
  const key = Buffer.alloc(32, 7).toString('base64url');
  const team = new DialogScreen(page, 'team:title', 't');
  await team.open();
  const link = new URLSearchParams({ at: folder, id: 'b1', key });
  await team.dialog.getByLabel(words('team:bundle.link')).fill(`holdfast-team:1?${link.toString()}`);
  await team.dialog.getByRole('button', { name: words('team:bundle.look') }).click();
  await team.dialog.getByRole('button', { name: words('team:bundle.follow') }).click();
  await expect(team.dialog.getByText(words('team:problem.unreachable'))).toBeVisible();
  await page.screenshot({ path: test.info().outputPath('dead.png') });
  await team.dialog.getByRole('button', { name: words('team:bundle.stop') }).click();
  await expect(team.dialog.getByLabel(words('team:bundle.link'))).toBeVisible();
});
