/**
 * The check of an account as somebody watches it: each step when it is known, called off at any moment,
 * broken off in the middle; and what is typed beside it, which outlives Escape and a reload.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Locator, Page } from '@playwright/test';
import { CHECK_PROBLEMS, type CheckStep } from '@shared/contract/accounts';
import { accountsWorld } from './harness/accounts-screen';
import { expectNoBarrierInBothThemes } from './harness/barriers';
import { setSettings } from './harness/door-reader';
import { expect, test } from './harness/lab';
import { words } from './harness/words';

const ME = JSON.stringify({ id: 'a1', name: 'Sample Agent', email: null });
const NOTHING = JSON.stringify({ items: [], next_cursor: null, has_more: false });

/** A helpdesk that answers only when the test says so. */
async function slowHelpdesk() {
  const held: { me: boolean; answer: ServerResponse }[] = [];
  let given = 0;
  let hungUp = 0;
  const server = createServer((asked, answer) => {
    answer.setHeader('content-type', 'application/json');
    answer.on('close', () => (hungUp += answer.writableEnded ? 0 : 1));
    held.push({ me: asked.url?.includes('/conversations') !== true, answer });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const next = async () => {
    await expect.poll(() => held.length).toBeGreaterThan(given);
    return held[given]!;
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** How many answers nobody waited for any more. */
    hungUp: () => hungUp,
    /** Begins the next answer, and goes on without a word of what it says: silence would be given up. */
    begin: async () => {
      const { answer } = await next();
      answer.write(' ');
      const dripping = setInterval(() => answer.write(' '), 500);
      answer.on('close', () => clearInterval(dripping));
      answer.on('finish', () => clearInterval(dripping));
    },
    /** Gives it whole. */
    answer: async () => {
      const { me, answer } = await next();
      answer.end(me ? ME : NOTHING);
      given += 1;
    },
    /** What is asked from now on is answered anew. */
    forget: () => (given = held.length),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Whatever in a box is wider than it, or cut. */
function stuckOut(box: Locator): Promise<string[]> {
  return box.evaluate((root) => {
    const { left, right } = root.getBoundingClientRect();
    return [...root.querySelectorAll('*')].flatMap((node) => {
      const own = node.getBoundingClientRect();
      const isOut = own.width > 0 && (own.left < left - 1 || own.right > right + 1);
      const isCut = node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX === 'hidden';
      return isOut || isCut ? [`${node.tagName} ${node.textContent}`] : [];
    });
  });
}

const keptIn = (page: Page): Promise<string> =>
  page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }]));

test('each step appears when it is known; Escape calls the check off here and at the helpdesk', async ({
  lab,
  page,
}) => {
  const { screen } = await accountsWorld(lab, page);
  const slow = await slowHelpdesk();
  const says = (key: string) => screen.dialog.getByText(words(key));
  await screen.open();
  await screen.startWizard();
  await screen.dialog.getByRole('button', { name: 'Embedded helpdesk' }).click();
  await screen.field('accounts:field.url').fill(slow.url);
  await screen.token.fill('sample-token');
  await screen.token.press('Enter');
  await expect(says('accounts:check.now.address')).toBeVisible();
  await expect(screen.dialog.getByText(words('accounts:check.address'))).toHaveCount(0);
  await slow.begin();
  await expect(says('accounts:check.now.signIn')).toBeVisible();
  await expect(screen.dialog.getByText(words('accounts:check.address'))).toBeVisible();
  await slow.answer();
  await expect(says('accounts:check.signIn')).toContainText('Sample Agent');
  await expect(says('accounts:check.now.read')).toBeVisible();
  await slow.begin();
  await expectNoBarrierInBothThemes(page);

  expect(slow.hungUp()).toBe(0);
  await page.keyboard.press('Escape');
  await expect(says('accounts:check.now.read')).toHaveCount(0);
  await expect.poll(slow.hungUp).toBe(1);
  await expect(screen.field('accounts:field.url')).toHaveValue(slow.url);
  await expect(screen.token).toBeFocused();
  await expect(screen.token).toHaveValue('sample-token');

  // The button does the same, and gives the focus back to what began it.
  slow.forget();
  await screen.button('accounts:check.check').click();
  await expect(says('accounts:check.now.address')).toBeVisible();
  await screen.button('accounts:check.stop').click();
  await expect.poll(slow.hungUp).toBe(2);
  await expect(screen.button('accounts:check.check')).toBeFocused();

  slow.forget();
  await page.keyboard.press('Enter');
  await slow.answer();
  await slow.answer();
  await expect(says('accounts:check.verdict.good')).toBeVisible();
  await expect(screen.dialog.locator('[data-result="asked"]')).toHaveCount(0);
  slow.close();
});

test('a check that breaks off in the middle says so, keeps what was found and can be made again', async ({
  lab,
  page,
}) => {
  const { screen, app } = await accountsWorld(lab, page);
  const slow = await slowHelpdesk();
  await screen.open();
  await screen.startWizard();
  await screen.dialog.getByRole('button', { name: 'Embedded helpdesk' }).click();
  await screen.field('accounts:field.url').fill(slow.url);
  await screen.token.fill('sample-token');
  await screen.token.press('Enter');
  await slow.answer();
  await expect(screen.dialog.getByText(words('accounts:check.now.read'))).toBeVisible();
  await app.kill();
  await expect(screen.dialog.getByText(words('accounts:failure.unreachable'))).toBeVisible();
  await expect(screen.dialog.getByText(words('accounts:check.signIn'))).toBeVisible();
  await expect(screen.dialog.locator('[data-result="asked"]')).toHaveCount(0);
  await expect(screen.button('accounts:check.again')).toBeEnabled();
  await expect(screen.button('accounts:connect.connect')).toHaveCount(0);
  slow.close();
});

test('what was typed is there again after Escape and after a reload, but for the keys', async ({
  lab,
  page,
}) => {
  const { screen, addSecond, agent } = await accountsWorld(lab, page);
  const { id } = await addSecond();
  const change = async (): Promise<void> => {
    await screen.open();
    const toggle = screen.account(id).getByRole('button').first();
    if ((await toggle.getAttribute('aria-expanded')) === 'false') await toggle.click();
    await screen.button('accounts:action.change').click();
  };
  const secret = 'typed-and-not-saved';
  await change();
  await screen.field('accounts:field.name').fill('Night shop');
  await screen.field('accounts:field.url').fill('https://user:typed-and-not-saved@desk.invalid');
  await screen.token.fill(secret);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await change();
  await expect(screen.field('accounts:field.name')).toHaveValue('Night shop');
  await expect(screen.token).toHaveValue(secret);
  expect(await keptIn(page)).toContain('Night shop');
  expect(await keptIn(page)).not.toContain(secret);

  await page.reload();
  await agent.status.expectOnline();
  await change();
  await expect(screen.field('accounts:field.name')).toHaveValue('Night shop');
  await expect(screen.field('accounts:field.url')).toHaveValue('https://desk.invalid');
  await expect(screen.token).toHaveValue('');
  await expect(screen.dialog.getByText(words('accounts:field.lost'))).toBeVisible();
  await expectNoBarrierInBothThemes(page);

  // The old key is not kept in silence where a new one was meant; it is another server, so Check comes first.
  await screen.button('accounts:check.check').click();
  await expect(screen.token).toBeFocused();
  await expect(screen.dialog.getByText(words('accounts:field.missing'))).toBeVisible();

  await screen.button('accounts:change.discard').click();
  await screen.button('accounts:action.change').click();
  await expect(screen.field('accounts:field.name')).toHaveValue('Second shop');
  await expect(screen.button('accounts:change.discard')).toHaveCount(0);
  await page.keyboard.press('Escape');

  // The wizard keeps its words as well, and what was meant for one helpdesk is no other's.
  await screen.startWizard();
  await screen.dialog.getByRole('button', { name: 'Zammad' }).click();
  await expect(screen.dialog.getByText(words('accounts:hint.zammad.token'))).toBeVisible();
  await screen.field('accounts:field.url').fill('https://desk.invalid');
  await screen.token.fill(secret);
  await page.reload();
  await agent.status.expectOnline();
  await screen.open();
  await screen.button('accounts:connect.title').click();
  await expect(screen.field('accounts:field.url')).toHaveValue('https://desk.invalid');
  await expect(screen.dialog.getByText(words('accounts:field.lost'))).toBeVisible();
  await screen.token.fill(secret);
  await expect(screen.dialog.getByText(words('accounts:field.lost'))).toHaveCount(0);
  await screen.button('accounts:connect.other').click();
  await screen.dialog.getByRole('button', { name: 'Freshdesk' }).click();
  await expect(screen.token).toHaveValue('');
  expect(await keptIn(page)).not.toContain(secret);
});

test('each problem is told with what to do about it, in each language, in a narrow window', async ({
  lab,
  page,
}, info) => {
  const { screen, app } = await accountsWorld(lab, page);
  const at = 'https://support.a-rather-long-name-of-a-company.example:8443';
  let steps: CheckStep[] = [];
  await page.route('**/door/account-checks', (route) => {
    const body = [...steps, { step: 'end' }].map((line) => `${JSON.stringify(line)}\n`).join('');
    return route.fulfill({ contentType: 'application/x-ndjson', body });
  });
  await screen.open();
  await screen.startWizard();
  await screen.dialog.getByRole('button', { name: 'Embedded helpdesk' }).click();
  await screen.token.fill('sample-token');
  await page.setViewportSize({ width: 360, height: 640 });
  const dialog = page.getByRole('dialog');
  const fingerprint = Array.from({ length: 32 }, () => 'C7').join(':');
  const certificate = {
    host: 'support.a-rather-long-name-of-a-company.example',
    subject: 'support.a-rather-long-name-of-a-company.example',
    issuer: 'Sample authority of a company',
    names: ['support.a-rather-long-name-of-a-company.example'],
    validFrom: Date.UTC(2026, 0, 1),
    validTo: Date.UTC(2027, 0, 1),
    fingerprint,
    faults: ['changed' as const],
    trusted: fingerprint.replace('C7', '00'),
  };
  const address = dialog.locator('[data-field="url"]');
  for (const locale of ['ru', 'be', 'vi', 'en'] as const) {
    await setSettings(app, { locale });
    await expect(page.locator('html')).toHaveAttribute('lang', locale);
    for (const problem of CHECK_PROBLEMS) {
      const detail =
        problem === 'clock-skew' ? '600000' : `${'a_word_without_an_end_'.repeat(6)} 10.20.30.40`;
      steps = [
        { step: 'address', ok: true, origin: at },
        { step: 'failed', ok: false, at: 'helpdesk', problem, detail },
      ];
      await address.fill(`${at}/${locale}/${problem}`);
      await address.press('Enter');
      const line = dialog.locator(`[data-result="${problem === 'clock-skew' ? 'warned' : 'failed'}"]`);
      // What is wrong, what to do, and the server's words where they say more.
      const count = problem === 'clock-skew' ? 2 : 3;
      await expect(line.locator('p'), problem).toHaveCount(count);
      for (const words of await line.locator('p').allInnerTexts())
        expect(words, problem).toMatch(/\p{L}{3}/u);
      expect(await stuckOut(dialog), `${locale} ${problem}`).toEqual([]);
    }
    steps = [
      { step: 'address', ok: true, origin: at },
      { step: 'failed', ok: false, at: 'helpdesk', problem: 'certificate', detail: '', certificate },
    ];
    await address.fill(`${at}/${locale}`);
    await address.press('Enter');
    await expect(dialog.locator('[data-certificate]').getByRole('button')).toHaveCount(2);
    for (const width of [360, 480]) {
      await page.setViewportSize({ width, height: 640 });
      expect(await stuckOut(dialog), `${locale} ${width}`).toEqual([]);
    }
    await dialog.locator('[data-certificate]').getByRole('button').last().scrollIntoViewIfNeeded();
    await page.screenshot({ path: info.outputPath(`certificate-${locale}.png`) });
    await page.setViewportSize({ width: 360, height: 640 });
  }
  await expectNoBarrierInBothThemes(page);
});
