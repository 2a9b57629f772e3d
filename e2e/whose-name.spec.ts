/**
 * Under whose name a reply leaves where a team shares one sign-in: at a helpdesk that is told who writes,
 * and at one that cannot be told, where the name stands under the reply.
 */
import { openRequestTracker } from '@shared/testing/vendors/request-tracker/rt-simulator';
import { AccountsScreen, accountsOf, LAMP } from './harness/accounts-screen';
import { expectNoBarrier } from './harness/barriers';
import { setSettings } from './harness/door-reader';
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import { Console } from './harness/screens';
import { serveVendor } from './harness/serve-vendor';
import { words } from './harness/words';

/** The tracker is polled, not pushed. */
const SOON = { timeout: 30_000 };

test('a shared sign-in: the agent is chosen, the screen says the name, and each reply leaves under it', async ({
  lab,
  page,
}, info) => {
  test.setTimeout(180_000);
  const tracker = openRequestTracker();
  const question = await tracker.customerWrites('The tracker asks: where is my parcel?');
  const served = await serveVendor(tracker.server);
  try {
    const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
    const app = await lab.app({
      accounts: [
        { id: 'desk', name: 'Test desk', backend: 'embedded', url: desk.url, token: desk.token },
        {
          id: 'rt',
          name: 'Tracker',
          backend: 'request-tracker',
          url: served.url,
          token: tracker.signIn.token,
        },
      ],
    });
    await setSettings(app, { undoSendMs: 0 });
    const agent = await Console.open(page, app);
    const screen = new AccountsScreen(page);
    const asked = `rt/${question}`;
    const lamp = await client.conversation(LAMP);
    await expect(agent.queue.row(asked)).toBeVisible(SOON);
    await agent.status.expectOnline();

    const choose = async (account: string, name: string): Promise<void> => {
      await screen.open();
      const head = screen.account(account).getByRole('button').first();
      if ((await head.getAttribute('aria-expanded')) === 'false') await head.click();
      await screen
        .account(account)
        .getByRole('combobox', { name: words('speaker:choose') })
        .click();
      await page.getByRole('option', { name }).click();
      await expect
        .poll(async () => (await accountsOf(app)).find(({ id }) => id === account)?.speaker?.name)
        .toBe(name);
      await expect(
        screen.account(account).getByRole('combobox', { name: words('speaker:choose') }),
      ).toBeFocused();
    };

    await test.step('who works here is chosen of those whom the helpdesk lists', async () => {
      await choose('desk', 'Sample Agent Boris');
      await expect(screen.account('desk')).toContainText(words('speaker:sharedTold'));
      await expectNoBarrier(page);
      await page.screenshot({ path: info.outputPath('account.png') });
      await screen.close();
    });

    await test.step('a helpdesk that is told shows the reply as theirs', async () => {
      await agent.queue.show('o');
      await agent.queue.open(`desk/${lamp.id}`);
      await agent.composer.write('A new lamp is on its way.');
      await expect(agent.conversation.pane.getByText(words('speaker:from'))).toContainText(
        'Sample Agent Boris',
      );
      await page.screenshot({ path: info.outputPath('composer-author.png') });
      await agent.composer.send();
      await expect
        .poll(async () => (await client.messages(lamp.id)).findLast(({ kind }) => kind === 'reply')?.author)
        .toMatchObject({ name: 'Sample Agent Boris' });
    });

    await test.step('“assign to me” is to the agent who was chosen', async () => {
      await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
      await page.keyboard.press('c');
      await expect.poll(async () => (await client.conversation(LAMP)).assignee_id).toBe('a2');
      await agent.queue.show('m');
      await expect(agent.queue.row(`desk/${lamp.id}`)).toBeVisible();
    });

    await test.step('where nobody can be told, the name stands under the reply and not under the note', async () => {
      await choose('rt', 'Boris Agent');
      await expect(screen.account('rt')).toContainText(words('speaker:sharedLine'));
      // The same name as the composer's: Request Tracker shows whoever signed in.
      const signedIn = (await accountsOf(app)).find(({ id }) => id === 'rt')?.signedIn?.name ?? '';
      expect(signedIn).not.toBe('Boris Agent');
      await expect(
        screen
          .account('rt')
          .locator('dt', { hasText: words('accounts:fact.agent') })
          .locator('+ dd'),
      ).toHaveText(new RegExp(`^${signedIn}`));
      await screen.close();
      await agent.queue.show('o');
      await agent.queue.open(asked);
      await agent.composer.write('Only among us', 'note');
      await expect(agent.conversation.pane.getByText('— Boris Agent')).toHaveCount(0);
      await agent.composer.send();
      await agent.composer.write('It arrives on Monday.');
      await expect(
        agent.conversation.pane.getByRole('paragraph').filter({ hasText: words('speaker:underReply') }),
      ).toContainText('— Boris Agent');
      await expectNoBarrier(page);
      await page.screenshot({ path: info.outputPath('composer-line.png') });
      await agent.composer.send();
      await expect(agent.conversation.message('It arrives on Monday.')).toContainText('— Boris Agent');
    });
  } finally {
    await served.close();
  }
});
