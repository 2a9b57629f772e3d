/** Two windows of one console: one leader writes, both see, and the token never travels by address. */
import { setSettings, unconfirmed } from './harness/door-reader';
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import { Console } from './harness/screens';
import { words } from './harness/words';

test('a second window gets the token from the first and sees live changes', async ({
  lab,
  context,
  page,
}) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  await setSettings(app, { undoSendMs: 0 });
  const first = await Console.open(page, app);
  await expect(first.queue.rowWith('Nora Fielding')).toBeVisible();
  expect(page.url()).not.toContain(app.token);

  const other = await context.newPage();
  const second = await Console.open(other, { ...app, url: `${app.origin}/` });
  await expect(second.queue.rowWith('Nora Fielding')).toBeVisible();

  await client.social({
    network: 'plaza',
    visibility: 'direct',
    permalink: 'https://plaza.invalid/dm/9',
    author: { handle: 'ruth', name: 'Ruth Wren' },
    text: 'One more question',
    external_id: 'dm-9',
  });
  await expect(first.queue.rowWith('Ruth Wren')).toBeVisible();
  await expect(second.queue.rowWith('Ruth Wren')).toBeVisible();

  const key = `desk/${(await client.conversation('Parcel never arrived')).id}`;
  await second.queue.open(key);
  await first.answer(key, 'Answered in the first window.');
  await expect(second.conversation.message('Answered in the first window.')).toBeVisible();

  // The window that leads goes away; the other takes over and stays live.
  await page.close();
  await client.mail(
    'From: Enid Vale <enid@example.com>\r\nTo: help@desk.example\r\nSubject: After the leader left\r\nMessage-ID: <after@example.com>\r\n\r\nHello\r\n',
  );
  await expect(second.queue.rowWith('Enid Vale')).toBeVisible({ timeout: 20_000 });
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(0);
  expect(await client.timesArrived('Answered in the first window.')).toBe(1);
});

test('a window without a token and without siblings shows no data and says what to do', async ({
  lab,
  page,
}) => {
  const { desk } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  await page.goto(`${app.origin}/`);
  await expect(page.getByText(words('notices:wrongToken.title'))).toBeVisible();
  await expect(page.getByText('Nora Fielding')).toHaveCount(0);
});

test('after a restart the new link, pasted into the old tab, opens the console again', async ({
  lab,
  page,
}) => {
  const { desk } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const before = await lab.app({ helpdesk: desk });
  await Console.open(page, before);
  await before.stop('SIGINT');
  const app = await lab.app({ helpdesk: desk });
  expect(app.origin).toBe(before.origin);
  await expect(page.getByText(words('notices:wrongToken.title'))).toBeVisible({ timeout: 30_000 });
  const agent = await Console.open(page, app);
  await expect(agent.queue.rowWith('Nora Fielding')).toBeVisible();
  await expect(page.getByText(words('notices:wrongToken.title'))).toHaveCount(0);
  expect(page.url()).not.toContain(app.token);
});
