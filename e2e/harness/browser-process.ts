/** A Chromium of our own with a profile that outlives it, so that it can be killed like any program. */
import { spawn } from 'node:child_process';
import { chromium, type Browser, type BrowserContext } from '@playwright/test';
import { findChromium } from '../../scripts/find-chromium.mjs';
import { watch, type Running } from './processes';

export interface RunningBrowser {
  readonly context: BrowserContext;
  /** Ends it as the window's cross does. */
  close(): Promise<void>;
  /** SIGKILL to every one of its processes. */
  kill(): Promise<void>;
}

const LISTENING = /DevTools listening on (ws:\/\/\S+)/;
const READY_WITHIN_MS = 30_000;

export async function startBrowser(profileDir: string): Promise<RunningBrowser> {
  const child = spawn(
    await findChromium(),
    [
      '--headless',
      '--no-sandbox',
      '--remote-debugging-port=0',
      '--no-first-run',
      '--no-default-browser-check',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--password-store=basic',
      '--window-size=1440,900',
      '--lang=en-GB',
      `--user-data-dir=${profileDir}`,
      'about:blank',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const running = watch(child);
  const endpoint = await waitForEndpoint(running);
  const browser: Browser = await chromium.connectOverCDP(endpoint);
  const context = browser.contexts()[0];
  if (context === undefined) throw new Error('The browser came up without a context.');
  const kill = async (): Promise<void> => {
    // It leads a process group of its own: renderer and storage processes go in the same blow.
    try {
      process.kill(-running.pid, 'SIGKILL');
    } catch {
      // Already gone.
    }
    await running.ended;
  };
  return {
    context,
    kill,
    async close() {
      await browser
        .newBrowserCDPSession()
        .then((session) => session.send('Browser.close'))
        .catch(() => undefined);
      const late = setTimeout(() => void kill(), 5_000);
      await running.ended;
      clearTimeout(late);
    },
  };
}

async function waitForEndpoint(running: Running): Promise<string> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    const found = LISTENING.exec(running.output())?.[1];
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  await running.kill();
  throw new Error(`Chromium did not come up:\n${running.output()}`);
}
