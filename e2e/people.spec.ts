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

test('a mail that only claims to be from somebody is suggested, never joined, and says where an answer would go', async ({
  lab,
  page,
}) => {
  test.setTimeout(120_000);
  const shop = await lab.helpdesk({ dataDir: join(lab.folder, 'shop'), authservId: OUR_MAIL_SERVER });
  const bank = await lab.helpdesk({ dataDir: join(lab.folder, 'bank'), authservId: OUR_MAIL_SERVER });
  const forged = mail(3, 'Please pay to another account')
    .replace('dmarc=pass', 'dmarc=fail')
    .replace('To: support', 'Reply-To: evil@attacker.invalid\r\nTo: support');
  await shop.client.mail(forged);
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
  await agent.queue
    .row(`shop/${(await shop.client.conversation('Please pay to another account')).id}`)
    .click();
  const same = page.getByRole('region', { name: 'Same person elsewhere' });

  await test.step('the history of the real one does not stand beside it', async () => {
    await expect(page.getByText('Perhaps the same person').or(same).first()).toBeVisible();
    await expect(page.getByRole('button', { name: /Asked elsewhere/ })).toBeHidden();
    await expect(
      page.getByRole('button', { name: /The first question/ }).and(page.locator('[data-pane="person"] *')),
    ).toBeHidden();
  });

  await test.step('the composer names who would read the answer, and that it is not the sender', async () => {
    const warning = page.getByText('The mail asks for answers at another address:');
    await expect(warning).toContainText('evil@attacker.invalid');
    await expect(warning).toContainText('sample.customer@customer.invalid');
    const { violations } = await new AxeBuilder({ page }).include('[data-pane="conversation"]').analyze();
    expect(violations).toEqual([]);
  });
  await page.screenshot({ path: test.info().outputPath('forged.png') });
  await page.setViewportSize({ width: 400, height: 800 });
  await page.screenshot({ path: test.info().outputPath('forged-narrow.png') });

  await test.step('and not where the answer goes to the sender', async () => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await agent.queue.row(`shop/${(await shop.client.conversation('The first question')).id}`).click();
    await expect(page.getByRole('button', { name: /Asked elsewhere/ })).toBeVisible();
    await expect(page.getByText('The mail asks for answers at another address:')).toBeHidden();
  });
});
