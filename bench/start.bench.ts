/**
 * Start: from the command to the ready line, and from opening the page to a queue that can be used
 * (50 rows painted, and a click opens one), with the data already in the page's cache as on any
 * morning but the first. The baseline is a static page of the same bundle: the same script runs and
 * draws its window, the same 50 rows stand in the HTML, and no data is behind it. Rounds go in turns.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { spawnSync } from 'node:child_process';
import type { BrowserContext, Page } from '@playwright/test';
import { ROOT, type RunningApp } from '../e2e/harness/processes';
import { against, alone, median, paired, type BenchContext, type Line } from './figures';
import { fillSpool, onStage, startOffline } from './stage';

const LARGE = 100_000;
const SMALL = 1_000;
const ROUNDS = 7;
const READY_ROUNDS = 5;
/** Tall enough that 50 rows of 56 px are painted at once. */
const WINDOW = { width: 1440, height: 3_000 };
const ROWS_PAINTED = 50;
const FILL_WITHIN_MS = 600_000;

/** Moments of one opening, in ms since the navigation began. */
interface Opening {
  rows: number;
  usable: number;
}

export async function run({ quick, say }: BenchContext): Promise<Line[]> {
  return onStage(async ({ folder, browser }) => {
    const large = quick ? LARGE / 10 : LARGE;
    const lines = await readyLines(join(folder, 'empty'), say);

    const apps: Record<'small' | 'large', RunningApp> = {
      small: await filledApp(join(folder, 'small'), SMALL),
      large: await filledApp(join(folder, 'large'), large),
    };
    lines.push(alone(`start.ready.${large}`, 'ms', apps.large.readyMs));
    for (const app of [apps.small, apps.large]) {
      const size = app === apps.small ? SMALL : large;
      say(`filling the cache with ${size} conversations`);
      await fillCache(browser.context, app, size);
    }
    const still = await staticPage(browser.context, apps.large);

    const seen: Record<'still' | 'small' | 'large', Opening[]> = { still: [], small: [], large: [] };
    for (let round = 0; round <= ROUNDS; round += 1) {
      const opened = {
        still: await open(browser.context, still.url, false),
        small: await open(browser.context, apps.small.url, true),
        large: await open(browser.context, apps.large.url, true),
      };
      // The first round warms the code cache and is dropped.
      if (round === 0) continue;
      for (const which of ['still', 'small', 'large'] as const) seen[which].push(opened[which]);
      say(
        `round ${round}: static ${Math.round(opened.still.usable)}, ${SMALL} ${Math.round(opened.small.usable)}, ${large} ${Math.round(opened.large.usable)} ms`,
      );
    }
    still.server.close();
    await Promise.all([apps.small.stop(), apps.large.stop()]);

    const usable = (which: keyof typeof seen): number[] => seen[which].map((each) => each.usable);
    const rows = (which: keyof typeof seen): number => median(seen[which].map((each) => each.rows));
    return [
      ...lines,
      alone(`start.rows.${large}`, 'ms', rows('large')),
      paired(`start.usable.${large}`, 'ms', usable('large'), usable('still'), { word: '≤', ratio: 1.5 }),
      paired(`start.usable.${large}-to-${SMALL}`, 'ms', usable('large'), usable('small'), {
        word: '≤',
        ratio: 1.15,
      }),
    ];
  });
}

/** Command → ready line over an empty folder, against a bare Node, and once with the build in it. */
async function readyLines(dataDir: string, say: (text: string) => void): Promise<Line[]> {
  const ready: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round <= READY_ROUNDS; round += 1) {
    const from = performance.now();
    spawnSync(process.execPath, ['-e', '0']);
    const node = performance.now() - from;
    const app = await startOffline(`${dataDir}-${round}`);
    await app.stop();
    if (round === 0) continue;
    bare.push(node);
    ready.push(app.readyMs);
  }
  say('building once, as the first start does');
  const from = performance.now();
  const built = spawnSync(process.execPath, [join(ROOT, 'scripts', 'build-if-stale.mjs'), '--force'], {
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(built.stderr);
  const buildMs = performance.now() - from;
  return [
    against('start.ready', 'ms', median(ready), median(bare), null),
    alone('start.ready.first-with-build', 'ms', median(ready) + buildMs),
  ];
}

async function filledApp(dataDir: string, conversations: number): Promise<RunningApp> {
  await fillSpool(dataDir, { conversations });
  return startOffline(dataDir);
}

/** Opens the console and waits until every conversation is in its cache and its lists are written. */
async function fillCache(context: BrowserContext, app: RunningApp, conversations: number): Promise<void> {
  const page = await newPage(context);
  await page.goto(app.url);
  const until = performance.now() + FILL_WITHIN_MS;
  while ((await page.evaluate(countCached)) < conversations) {
    if (performance.now() > until) throw new Error('The cache was not filled in time.');
    await page.waitForTimeout(1_000);
  }
  // Messages come after their conversations; then the packed rows are written in the background.
  await page.waitForTimeout(20_000);
  await page.close();
}

/** Runs in the page: how many conversations its cache has. */
async function countCached(): Promise<number> {
  const { storageBuckets } = navigator as unknown as {
    storageBuckets: { open(name: string): Promise<{ indexedDB: IDBFactory }> };
  };
  const { indexedDB } = await storageBuckets.open('cache');
  const names = await indexedDB.databases();
  if (!names.some(({ name }) => name === 'holdfast-cache')) return 0;
  return new Promise<number>((resolve) => {
    const opening = indexedDB.open('holdfast-cache');
    opening.onerror = () => resolve(0);
    opening.onsuccess = () => {
      const db = opening.result;
      const counting = db.transaction('conversations').objectStore('conversations').count();
      counting.onsuccess = () => {
        db.close();
        resolve(counting.result);
      };
      counting.onerror = () => resolve(0);
    };
  });
}

async function newPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.setViewportSize(WINDOW);
  return page;
}

/** One opening in a new tab. @param click whether a row is opened too; the static page has nothing to open */
async function open(context: BrowserContext, url: string, click: boolean): Promise<Opening> {
  const page = await newPage(context);
  await page.addInitScript(watchOpening, { rowsPainted: ROWS_PAINTED, click });
  await page.goto(url, { waitUntil: 'commit' });
  const found = await page.waitForFunction(
    () => (globalThis as unknown as { benchOpening?: Opening }).benchOpening,
    undefined,
    { timeout: 120_000 },
  );
  const opening = (await found.jsonValue()) as Opening;
  await page.close();
  return opening;
}

/** Runs in the page from its first moment: notes when the rows are painted and when a click has opened one. */
function watchOpening({ rowsPainted, click }: { rowsPainted: number; click: boolean }): void {
  let rows = 0;
  const look = (): void => {
    const options = document.querySelectorAll('[role="option"][data-conversation]');
    const drawn = [...options].filter((row) => (row.textContent ?? '').trim() !== '');
    if (rows === 0 && drawn.length >= rowsPainted) {
      rows = performance.now();
      if (click) (drawn[3] as HTMLElement).click();
    }
    const shown = (selector: string): boolean => document.querySelector(`#root ${selector}`) !== null;
    const done = click
      ? shown('[role="option"][aria-selected="true"]') && shown('[data-pane="conversation"] h1')
      : shown('[data-pane="queue"]');
    if (rows > 0 && done) {
      // The frame in which it stands has begun; the next one comes after it was painted.
      requestAnimationFrame(() => {
        (globalThis as unknown as { benchOpening: unknown }).benchOpening = {
          rows,
          usable: performance.now(),
        };
      });
      return;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** Serves the built page with the rows that the console had painted in its HTML, and nothing behind it. */
async function staticPage(
  context: BrowserContext,
  app: RunningApp,
): Promise<{ url: string; server: Server }> {
  const page = await newPage(context);
  await page.goto(app.url);
  await page.waitForFunction(
    (rows) => document.querySelectorAll('[role="option"][data-conversation]').length >= rows,
    ROWS_PAINTED,
  );
  await page.waitForTimeout(2_000);
  const rows = await page.locator('[data-pane="queue"] [role="listbox"]').evaluate((list) => list.outerHTML);
  await page.close();
  const types: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css' };
  const built = await readFile(join(ROOT, 'out', 'renderer', 'index.html'), 'utf8');
  const html = built.replace('<div id="root">', `<div style="height:100vh">${rows}</div><div id="root">`);
  const server = createServer((incoming, answer) => {
    const path = new URL(incoming.url ?? '/', 'http://static.invalid').pathname;
    if (path === '/') {
      answer.setHeader('content-type', 'text/html; charset=utf-8').end(html);
      return;
    }
    readFile(join(ROOT, 'out', 'renderer', normalize(path))).then(
      (bytes) =>
        answer
          .setHeader('content-type', types[extname(path)] ?? 'application/octet-stream')
          .setHeader('cache-control', 'public, max-age=31536000, immutable')
          .end(bytes),
      () => answer.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}
