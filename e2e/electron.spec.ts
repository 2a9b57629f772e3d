/**
 * The desktop app in a real window. Runs where Electron's binary is installed and a window can be
 * shown; elsewhere it says why it does not. (The shell's own tests use a fake Electron and run everywhere.)
 */
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { hasDisplay } from '../electron/start/browser';
import { findDesktopBinary } from '../electron/start/desktop-app';
import { expect, test } from './harness/lab';
import { ROOT } from './harness/processes';

const binary = findDesktopBinary(ROOT);
test.skip(binary === null, 'Electron’s binary is not installed (npm run desktop:install).');
test.skip(!hasDisplay(process), 'There is no display to show a window on.');

async function launch(dataFolder: string): Promise<{ app: ElectronApplication; page: Page }> {
  const app = await _electron.launch({
    executablePath: binary ?? '',
    args: [ROOT, '--data', dataFolder, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
  return { app, page: await app.firstWindow() };
}

test('opens the console on its own scheme, live with the host in its own process', async ({ lab }) => {
  const { app, page } = await launch(join(lab.folder, 'desktop'));
  try {
    await expect(page.getByRole('status').filter({ hasText: 'Connected' })).toBeVisible({ timeout: 30_000 });
    expect(new URL(page.url()).host).toBe('console');
    expect(page.url()).toMatch(/^holdfast:/);
  } finally {
    await app.close();
  }
});

test('gives the page no Node, no Electron and one constant', async ({ lab }) => {
  const { app, page } = await launch(join(lab.folder, 'desktop'));
  try {
    await page.waitForLoadState();
    const seen = await page.evaluate(() => ({
      node: typeof (globalThis as { process?: unknown }).process,
      require: typeof (globalThis as { require?: unknown }).require,
      home: Object.keys((globalThis as { holdfastDesktop?: object }).holdfastDesktop ?? {}),
    }));
    expect(seen).toEqual({ node: 'undefined', require: 'undefined', home: ['platform'] });
  } finally {
    await app.close();
  }
});

test('goes nowhere and opens nothing, whatever a script of the page asks for', async ({ lab }) => {
  const { app, page } = await launch(join(lab.folder, 'desktop'));
  try {
    await page.waitForLoadState();
    await page.evaluate(() => {
      window.open('file:///etc/passwd');
      window.location.href = 'data:text/html,gone';
    });
    await expect.poll(() => page.url()).toMatch(/^holdfast:\/\/console\//);
    expect(app.windows()).toHaveLength(1);
  } finally {
    await app.close();
  }
});

test('hides instead of closing, and comes back', async ({ lab }) => {
  const { app, page } = await launch(join(lab.folder, 'desktop'));
  try {
    await page.waitForLoadState();
    const visible = (): Promise<boolean | undefined> =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
    await expect.poll(visible).toBe(true);
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await expect.poll(visible).toBe(false);
    await app.evaluate(({ app: electronApp }) => electronApp.emit('second-instance'));
    await expect.poll(visible).toBe(true);
  } finally {
    await app.close();
  }
});
