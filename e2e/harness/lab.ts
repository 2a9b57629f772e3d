/** One test's own world: folders, processes and links, all ended and removed when the test ends. */
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, type TestInfo } from '@playwright/test';
import { startBrowser, type RunningBrowser } from './browser-process';
import { DeskClient } from './desk-client';
import { FaultProxy } from './fault-proxy';
import {
  ROOT,
  startApp,
  startHelpdesk,
  type AppOptions,
  type HelpdeskOptions,
  type Running,
  type RunningApp,
  type RunningHelpdesk,
} from './processes';

export { expect } from '@playwright/test';

export const MAIL_FIXTURES = join(ROOT, 'e2e', 'fixtures', 'mail');
/** Real mails of other projects, beside the checkout; absent on most machines. */
const CORPORA = join(ROOT, '..', 'shared', 'corpora', 'mail-ruby-fixtures', 'emails', 'plain_emails');

export class Lab {
  readonly #running: { name: string; process: Running }[] = [];
  readonly #proxies: FaultProxy[] = [];
  readonly #browsers: RunningBrowser[] = [];

  private constructor(readonly folder: string) {}

  static async make(): Promise<Lab> {
    return new Lab(await mkdtemp(join(tmpdir(), 'holdfast-e2e-')));
  }

  async app(options: Partial<AppOptions> = {}): Promise<RunningApp> {
    const app = await startApp({ dataDir: join(this.folder, 'app'), ...options });
    this.#running.push({ name: 'app', process: app });
    return app;
  }

  async helpdesk(
    options: Partial<HelpdeskOptions> = {},
  ): Promise<{ desk: RunningHelpdesk; client: DeskClient }> {
    const desk = await startHelpdesk({ dataDir: join(this.folder, 'desk'), ...options });
    this.#running.push({ name: 'helpdesk', process: desk });
    return { desk, client: new DeskClient(desk) };
  }

  /** A proxy in front of a helpdesk; point the app at its `url`. */
  async proxy(desk: Pick<RunningHelpdesk, 'port'>): Promise<FaultProxy> {
    const proxy = await FaultProxy.start(desk.port);
    this.#proxies.push(proxy);
    return proxy;
  }

  /** A browser with a profile that stays, for tests that kill it. */
  async browser(profile = 'profile'): Promise<RunningBrowser> {
    const browser = await startBrowser(join(this.folder, profile));
    this.#browsers.push(browser);
    return browser;
  }

  /** Our own mails, and real ones where the folder of corpora is there, as one import folder. */
  async mailFolder(): Promise<string> {
    const folder = join(this.folder, 'mails');
    await mkdir(folder, { recursive: true });
    for (const from of [MAIL_FIXTURES, CORPORA]) {
      for (const name of await readdir(from).catch(() => [] as string[])) {
        if (name.endsWith('.eml')) await cp(join(from, name), join(folder, name));
      }
    }
    return folder;
  }

  /** Remembers a process the test started by itself. */
  keep<T extends Running>(name: string, process: T): T {
    this.#running.push({ name, process });
    return process;
  }

  async end(info: TestInfo): Promise<void> {
    for (const browser of this.#browsers) await browser.kill();
    await Promise.all(this.#running.map(({ process }) => process.kill()));
    for (const proxy of this.#proxies) await proxy.stop();
    if (info.status !== info.expectedStatus) {
      for (const { name, process } of this.#running) {
        await info.attach(`${name} ${process.pid}.log`, {
          body: process.output(),
          contentType: 'text/plain',
        });
      }
    }
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export const test = base.extend<{ lab: Lab }>({
  // Playwright reads the fixtures a fixture needs from this pattern, so it stands empty.
  lab: async ({}, use, info) => {
    const lab = await Lab.make();
    await use(lab);
    await lab.end(info);
  },
});
