/** The palette finds customers, also those who write while it is open. */
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import { Console } from './harness/screens';

test('a conversation that arrives after the search was typed is found, and the mark stays where it was', async ({
  lab,
  page,
}) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  const agent = await Console.open(page, app);
  await expect(agent.queue.rowWith('Nora Fielding')).toBeVisible();
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog');
  await page.keyboard.type('parcel');
  const found = palette.getByRole('option');
  await expect(found.filter({ hasText: 'Parcel never arrived' })).toBeVisible();
  await palette.getByRole('option').filter({ hasText: 'Parcel never arrived' }).hover();

  await client.mail(
    'From: Walt Crane <walt@example.com>\r\nTo: help@desk.example\r\nSubject: Parcel was opened\r\nMessage-ID: <w@example.com>\r\n\r\nHello\r\n',
  );

  await expect(found.filter({ hasText: 'Parcel was opened' })).toBeVisible();
  await expect(found.and(palette.locator('[aria-selected="true"]'))).toContainText('Parcel never arrived');
  await page.keyboard.press('Enter');
  await expect(agent.conversation.title).toHaveText('Parcel never arrived');
});
