/** One customer of two helpdesks, seen as one person; a stranger with the same telephone is not. */
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './harness/lab';
import { Console } from './harness/screens';

const OUR_MAIL_SERVER = 'mx.helpdesk.invalid';

const mail = (n: number, subject: string): string =>
  [
    `Authentication-Results: ${OUR_MAIL_SERVER}; dmarc=pass header.from=customer.invalid`,
    'From: Sample Customer <sample.customer@customer.invalid>',
    'To: support@helpdesk.invalid',
    `Subject: ${subject}`,
    `Message-ID: <people-${n}@customer.invalid>`,
    `Date: ${new Date().toUTCString()}`,
    '',
    'Hello.',
    '',
  ].join('\r\n');

test('the same person in two accounts is shown once, says why, and can be parted and joined again', async ({
  lab,
  page,
}) => {
  test.setTimeout(120_000);
  const shop = await lab.helpdesk({ dataDir: join(lab.folder, 'shop'), authservId: OUR_MAIL_SERVER });
  const bank = await lab.helpdesk({ dataDir: join(lab.folder, 'bank'), authservId: OUR_MAIL_SERVER });
  await shop.client.mail(mail(1, 'The first question'));
  await bank.client.mail(mail(2, 'Asked elsewhere'));
  const account = (id: string, name: string, { url, token }: { url: string; token: string }) => ({
    ...{ id, name, url, token },
    backend: 'embedded',
  });
  const app = await lab.app({
    accounts: [account('shop', 'Shop desk', shop.desk), account('bank', 'Bank desk', bank.desk)],
  });
  const agent = await Console.open(page, app);
  const first = `shop/${(await shop.client.conversation('The first question')).id}`;
  await agent.queue.row(first).click();
  const same = page.getByRole('region', { name: 'Same person elsewhere' });

  await test.step('the other contact, its account, the reason and what was asked there are shown', async () => {
    await expect(same).toContainText('Bank desk');
    await expect(same).toContainText('Same confirmed address: sample.customer@customer.invalid');
    await expect(page.getByRole('button', { name: /Asked elsewhere/ })).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).include('[data-pane="person"]').analyze();
    expect(violations).toEqual([]);
  });

  await test.step('an agent parts them by keyboard, and it stays so after a reload', async () => {
    await same.getByRole('button', { name: 'Sample Customer is somebody else' }).focus();
    await page.keyboard.press('Enter');
    await expect(same).toContainText('Told apart');
    await expect(page.getByText('This is the first one.')).toBeVisible();
    await page.reload();
    await agent.queue.row(first).click();
    await expect(same).toContainText('Told apart');
    await expect(page.getByRole('button', { name: /Asked elsewhere/ })).toBeHidden();
  });

  await test.step('and joins them again', async () => {
    await same.getByRole('button', { name: 'Join again' }).click();
    await expect(same).toContainText('Joined by');
    await expect(page.getByRole('button', { name: /Asked elsewhere/ })).toBeVisible();
  });

  await test.step('who receives an answer was never touched', async () => {
    const conversation = await bank.client.conversation('Asked elsewhere');
    expect(conversation.contact.name).toBe('Sample Customer');
    expect(await bank.client.messages(conversation.id)).toHaveLength(1);
  });
});
