/** The first fetching from a large helpdesk as somebody watches it: share, rate, rest, pause. */
import { openRequestTracker } from '@shared/testing/vendors/request-tracker/rt-simulator';
import { accountsOf, AccountsScreen } from './harness/accounts-screen';
import { expect, test } from './harness/lab';
import { Console } from './harness/screens';
import { serveVendor } from './harness/serve-vendor';
import { words } from './harness/words';

const TICKETS = 600;
/** What each request takes while the helpdesk is slow. */
const SLOW_MS = 150;

test('a first fetching shows its share, rate and rest, rests when told to, and goes on from there', async ({
  lab,
  page,
}) => {
  test.setTimeout(180_000);
  const tracker = openRequestTracker();
  for (let n = 1; n <= TICKETS; n += 1) await tracker.customerWrites(`Invented question ${n}`);
  let isSlow = true;
  const served = await serveVendor({
    async handle(request) {
      if (isSlow) await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
      return tracker.server.handle(request);
    },
  });
  try {
    const app = await lab.app({
      accounts: [
        {
          id: 'rt',
          name: 'Tracker',
          backend: 'request-tracker',
          url: served.url,
          token: tracker.signIn.token,
        },
      ],
    });
    const agent = await Console.open(page, app);
    // Newest first, and usable before the end.
    await expect(agent.queue.rows.first()).toBeVisible({ timeout: 30_000 });
    const screen = new AccountsScreen(page);
    await screen.open();
    const item = screen.account('rt');
    const fetched = async (): Promise<number> => (await accountsOf(app))[0]?.firstSync?.rows ?? NaN;
    await expect(item.getByText(words('accounts:firstSync.rows_other'))).toBeVisible();
    await expect(item.getByText(words('accounts:firstSync.left_other'))).toBeVisible();
    await expect(item.getByText(words('accounts:firstSync.rate_other'))).toBeVisible({ timeout: 20_000 });
    const bar = item.getByRole('progressbar');
    const share = Number(await bar.getAttribute('aria-valuenow'));
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(100);

    await item.getByRole('button', { name: words('accounts:action.pause') }).click();
    await expect(item.getByText(words('accounts:firstSync.paused'))).toBeVisible();
    await expect(item.getByText(words('accounts:firstSync.rate_other'))).toHaveCount(0);
    const rested = await fetched();
    expect(rested).toBeGreaterThan(0);
    await page.reload();
    await screen.open();
    await expect(item.getByText(words('accounts:firstSync.paused'))).toBeVisible();
    expect(await fetched()).toBe(rested);

    await item.getByRole('button', { name: words('accounts:action.resume') }).click();
    await expect.poll(fetched).toBeGreaterThan(rested);
    await expect(bar).toBeVisible();
    isSlow = false;
    await expect(bar).toHaveCount(0, { timeout: 60_000 });
    await expect(item).toContainText(words('status:state.online'));
  } finally {
    await served.close();
  }
});
