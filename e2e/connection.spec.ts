/**
 * The way to a helpdesk as an agent sets it: a certificate that nobody vouches for is shown, trusted for
 * one account and told when it changes; an office that is left only through a proxy.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { makeCertificate } from '../electron/host/way/certificate.test-data';
import { runProxy } from '../electron/host/way/proxy.test-data';
import { startShield } from '../electron/host/way/shield.test-data';
import { accountsOf, AccountsScreen } from './harness/accounts-screen';
import { expectNoBarrierInBothThemes } from './harness/barriers';
import { expect, MAIL_FIXTURES, test, type Lab } from './harness/lab';
import { Console } from './harness/screens';
import { words } from './harness/words';

/** A console with one helpdesk, and a second one that is reached over TLS alone. */
async function world(lab: Lab, page: Page) {
  const first = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const second = await lab.helpdesk({ dataDir: join(lab.folder, 'second'), importFolder: MAIL_FIXTURES });
  const certificate = makeCertificate({ commonName: 'desk.sample.invalid' });
  const shield = await startShield(second.desk.port, certificate);
  const app = await lab.app({ helpdesk: first.desk });
  const agent = await Console.open(page, app);
  await agent.status.expectOnline();
  const screen = new AccountsScreen(page);
  const press = async (target: Locator): Promise<void> => {
    for (let i = 0; i < 60; i += 1) {
      if (await target.evaluate((node) => node === document.activeElement))
        return page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
    }
    throw new Error('Tab never came there.');
  };
  const fillIn = async (): Promise<void> => {
    await screen.open();
    await screen.startWizard();
    await screen.dialog.getByRole('button', { name: 'Embedded helpdesk' }).click();
    await screen.field('accounts:field.url').fill(shield.url);
    await screen.token.fill(second.desk.token);
  };
  const offer = screen.dialog.locator('[data-certificate]');
  const disclosure = screen.dialog.getByRole('button', { name: words('accounts:connection.title') });
  return { second, certificate, shield, app, screen, press, fillIn, offer, disclosure };
}

test('a certificate that nobody vouches for is shown, trusted with the keyboard for one account, and told when it changes', async ({
  lab,
  page,
}, info) => {
  test.setTimeout(180_000);
  const { certificate, shield, app, screen, press, fillIn, offer, disclosure } = await world(lab, page);
  const looked = (name: string) => page.screenshot({ path: info.outputPath(`${name}.png`) });
  try {
    await fillIn();
    await expect(disclosure).toHaveAttribute('aria-expanded', 'false');
    await page.keyboard.press('Enter');
    await expect(screen.dialog.getByText(words('accounts:problem.certificate'))).toBeVisible();
    await expect(offer).toHaveAttribute('data-certificate', certificate.fingerprint);
    await expect(offer).toContainText('desk.sample.invalid');
    await expect(offer).toContainText(words('accounts:certificate.fault.self-signed'));
    await expect(disclosure).toHaveAttribute('aria-expanded', 'true');
    // Nothing was said to it yet: no token has left.
    expect(shield.heard).toBe(0);
    await expectNoBarrierInBothThemes(page);
    await looked('offer');

    await press(screen.button('accounts:certificate.trust'));
    await expect(screen.dialog.getByText(words('accounts:check.signIn'))).toBeVisible();
    await expect(screen.button('accounts:connect.connect')).toBeFocused();
    await expect(screen.dialog.getByText(words('accounts:connection.onlyThis'))).toBeVisible();
    await expectNoBarrierInBothThemes(page);
    await looked('trusted');
    await press(screen.button('accounts:connect.connect'));
    await expect(screen.account('127.0.0.1')).toContainText(words('status:state.online'));
    await screen.close();

    // Somebody else stands there now, or it was renewed: nobody knows, so nothing is said to it.
    shield.show(makeCertificate({ commonName: 'desk.sample.invalid' }));
    await expect
      .poll(async () => (await accountsOf(app)).find(({ id }) => id === '127.0.0.1')?.failure?.kind, {
        timeout: 30_000,
      })
      .toBe('tls');
    await screen.open();
    await screen.account('127.0.0.1').getByRole('button').first().click();
    await screen.button('accounts:action.test').click();
    await expect(offer).toContainText(words('accounts:certificate.fault.changed'));
    await expect(offer.locator('code')).toHaveText([certificate.fingerprint, /^[0-9A-F:]{95}$/]);
    await expectNoBarrierInBothThemes(page);
    await looked('changed');
    await press(screen.button('accounts:certificate.trustNew'));
    await expect(screen.account('127.0.0.1')).toContainText(words('status:state.online'));
    await expect(screen.button('accounts:action.test')).toBeFocused();
    expect((await accountsOf(app)).map(({ state }) => state)).toEqual(['online', 'online']);

    // What is trusted of this server is neither shown nor sent for another one.
    await screen.button('accounts:action.change').click();
    await expect(disclosure).toContainText(words('accounts:connection.short.trusted'));
    await disclosure.click();
    await press(screen.button('accounts:connection.stopTrusting'));
    await expect(disclosure).toBeFocused();
    await screen.button('accounts:change.discard').click();
    await screen.button('accounts:action.change').click();
    await screen.field('accounts:field.url').fill('https://127.0.0.1:1');
    await expect(disclosure).toContainText(words('accounts:connection.short.straight'));
    await disclosure.click();
    await expect(screen.dialog.getByText(words('accounts:connection.usual'))).toBeVisible();
    await screen.dialog.getByRole('combobox', { name: words('accounts:connection.proxy') }).click();
    await page.getByRole('option', { name: words('accounts:connection.use.system') }).click();
    await screen.token.fill('sample-token');
    const asked = page.waitForRequest('**/door/account-checks');
    await screen.field('accounts:field.url').press('Enter');
    expect((await asked).postDataJSON()).toMatchObject({
      connection: { trusted: null, proxy: { use: 'system' } },
    });
  } finally {
    await shield.stop();
  }
});

test('an authority that is made known to this computer vouches for a helpdesk, and nobody has to decide', async ({
  lab,
}) => {
  const { desk } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const authority = makeCertificate({ commonName: 'Sample CA', authority: true, names: [] });
  const shield = await startShield(desk.port, makeCertificate({ issuer: authority }));
  const authorities = join(lab.folder, 'authorities.pem');
  await writeFile(authorities, authority.cert);
  try {
    const app = await lab.app({
      helpdesk: { url: shield.url, token: desk.token },
      env: { NODE_EXTRA_CA_CERTS: authorities },
    });
    await expect.poll(async () => (await accountsOf(app))[0]?.state).toBe('online');
  } finally {
    await shield.stop();
  }
});

test('an account is led through a proxy; one that is not there or asks who we are is explained', async ({
  lab,
  page,
}, info) => {
  const { shield, screen, press, fillIn, disclosure } = await world(lab, page);
  const signIn = `Basic ${Buffer.from('ann:sample-secret').toString('base64')}`;
  const proxy = await runProxy(() =>
    proxy.signIns.at(-1) === signIn
      ? null
      : 'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="office"\r\n\r\n',
  );
  try {
    await fillIn();
    await press(disclosure);
    await screen.dialog.getByRole('combobox', { name: words('accounts:connection.proxy') }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    // A proxy without an address is told where it is missing, also when it is folded away.
    const proxyUrl = screen.field('accounts:connection.proxyUrl');
    await disclosure.click();
    await screen.token.press('Enter');
    await expect(proxyUrl).toBeFocused();
    await expect(proxyUrl).toHaveAttribute('aria-invalid', 'true');
    await proxyUrl.fill('127.0.0.1:1');
    await page.keyboard.press('Enter');
    await expect(screen.dialog.getByText(words('accounts:problem.proxy-unreachable'))).toBeVisible();
    await expectNoBarrierInBothThemes(page);
    await screen.field('accounts:connection.proxyUrl').fill(`127.0.0.1:${proxy.port}`);
    await page.keyboard.press('Enter');
    await expect(screen.dialog.getByText(words('accounts:problem.proxy'))).toBeVisible();
    await page.screenshot({ path: info.outputPath('proxy.png') });

    await screen.field('accounts:connection.proxyLogin').fill('ann');
    await screen.dialog.getByLabel(words('accounts:connection.proxyPassword')).fill('sample-secret');
    await page.keyboard.press('Enter');
    await press(screen.button('accounts:certificate.trust'));
    await expect(screen.dialog.getByText(words('accounts:check.signIn'))).toBeVisible();
    await press(screen.button('accounts:connect.connect'));
    await expect(screen.account('127.0.0.1')).toContainText(words('status:state.online'));
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT 127.0.0.1:${shield.port}`]));

    // Opened again, it says how the account is reached, and not with what.
    await screen.button('accounts:action.change').click();
    await expect(disclosure).toContainText(words('accounts:connection.short.both'));
    await press(disclosure);
    await expect(screen.field('accounts:connection.proxyUrl')).toHaveValue(proxy.url);
    await expect(screen.field('accounts:connection.proxyLogin')).toHaveValue('');
    await expect(screen.dialog.getByLabel(words('accounts:connection.proxyPassword'))).toHaveValue('');
    await expectNoBarrierInBothThemes(page);
    await page.screenshot({ path: info.outputPath('kept.png') });
  } finally {
    await shield.stop();
    await proxy.stop();
  }
});
