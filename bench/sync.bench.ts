/**
 * A first sync: 20,000 conversations with 40,000 messages and 20,000 contacts, from a helpdesk on this
 * computer through host and door into the page's IndexedDB. The baseline is a page that fetches the same
 * pages itself and puts the rows raw into the same tables and indexes, asking for the next page while it
 * writes. Sides go in turns, each round in a host, browser and profile of its own.
 *
 * The helpdesk speaks the embedded backend's API: it is the one backend without a rate limit, so what
 * is measured is ours and not a vendor's patience.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { startBrowser, type RunningBrowser } from '../e2e/harness/browser-process';
import { pointAt, startApp } from '../e2e/harness/processes';
import { serveVendor } from '../e2e/harness/serve-vendor';
import { alone, paired, type BenchContext, type Line } from './figures';
import { inFolder, LoopMonitor } from './stage';
import { createSyncServer } from './sync-server';

const CONVERSATIONS = 20_000;
const ROUNDS = 3;
/**
 * The product does all the baseline does, and besides judges every row by its schema, keeps it in the
 * host's spool on the disk before the page hears of it, sends it through a second HTTP hop, and makes it
 * findable: less than half of the raw rate would mean that one of these does its work twice.
 */
const MIN_RATIO = 0.4;
/** Pages are passed on, never gathered: what grows with the helpdesk is only the host's light index. */
const MAX_HOST_MB = 400;
/** The whole renderer process, with the queue in memory and both workers. */
const MAX_PAGE_MB = 600;
const WITHIN_MS = 300_000;
const LOOK_EVERY_MS = 200;

/** What one sync took: rows a second, the peaks of both sides in MB, the host's longest delays in ms. */
interface Sync {
  rate: number;
  usableMs: number;
  hostMb: number | null;
  pageMb: number | null;
  loopP99: number;
}

export async function run({ quick, say }: BenchContext): Promise<Line[]> {
  const conversations = quick ? CONVERSATIONS / 10 : CONVERSATIONS;
  return inFolder(async (folder) => {
    const synced: Sync[] = [];
    const raw: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const sides = [
        async () => raw.push(await rawPass(join(folder, `raw-${round}`), conversations)),
        async () => synced.push(await syncPass(join(folder, `sync-${round}`), conversations)),
      ];
      for (const side of round % 2 === 1 ? sides : sides.reverse()) await side();
      say(
        `round ${round}: sync ${Math.round(synced.at(-1)?.rate ?? 0)}, raw ${Math.round(raw.at(-1) ?? 0)} rows/s`,
      );
    }
    const peak = (of: (sync: Sync) => number | null): number =>
      Math.max(...synced.map((one) => of(one) ?? NaN));
    const rates = synced.map(({ rate }) => rate);
    return [
      paired(`sync.rows.${conversations}`, 'rows/s', rates, raw, { word: '≥', ratio: MIN_RATIO }),
      alone(
        'sync.first-rows',
        'ms',
        peak(({ usableMs }) => usableMs),
      ),
      alone(
        'sync.host.peak',
        'MB',
        peak(({ hostMb }) => hostMb),
        MAX_HOST_MB,
      ),
      alone(
        'sync.page.peak',
        'MB',
        peak(({ pageMb }) => pageMb),
        MAX_PAGE_MB,
      ),
      // Told only: the budget of the host's loop is kept by the bench `door`, where nothing else runs.
      alone(
        'sync.loop-delay.p99',
        'ms',
        peak(({ loopP99 }) => loopP99),
      ),
    ];
  });
}

/** The product: helpdesk → host → door → the page's cache. */
async function syncPass(folder: string, conversations: number): Promise<Sync> {
  const server = createSyncServer(conversations, Date.now());
  const served = await serveVendor(server);
  const dataDir = join(folder, 'app');
  await pointAt(dataDir, { url: `${served.url}/`, token: 'none' });
  const monitor = new LoopMonitor(join(folder, 'loop.json'));
  const app = await startApp({ dataDir, env: monitor.env });
  const browser = await startBrowser(join(folder, 'profile'));
  try {
    const page = await browser.context.newPage();
    await page.goto(app.url);
    await page.getByRole('main').waitFor();
    const watcher = await emptyPageAt(await browser.context.newPage(), app.origin);
    await monitor.read(app.pid);
    server.fill();
    const usableAt = await cached(watcher, 'conversations', 1);
    await cached(watcher, 'conversations', server.count('conversations'));
    await cached(watcher, 'messages', server.count('messages'));
    const endedAt = await cached(watcher, 'contacts', server.count('contacts'));
    const from = server.firstAskedAt() ?? NaN;
    const { p99 } = await monitor.read(app.pid);
    return {
      rate: (server.total / (endedAt - from)) * 1_000,
      usableMs: usableAt - from,
      hostMb: await peakMb(app.pid),
      pageMb: await peakPageMb(browser),
      loopP99: p99,
    };
  } finally {
    await browser.kill();
    await app.stop();
    await served.close();
  }
}

/** The baseline: a page fetches and puts. @returns rows a second */
async function rawPass(folder: string, conversations: number): Promise<number> {
  const server = createSyncServer(conversations, Date.now());
  server.fill();
  const served = await serveVendor(server);
  const browser = await startBrowser(join(folder, 'profile'));
  try {
    const page = await browser.context.newPage();
    await page.goto(`${served.url}/`);
    const seconds = await page.evaluate(putRaw);
    return server.total / seconds;
  } finally {
    await browser.kill();
    await served.close();
  }
}

/** The product's origin with none of its code: it looks into the cache and does nothing else. */
async function emptyPageAt(page: Page, origin: string): Promise<Page> {
  await page.route('**/*.{js,css}', (route) => route.abort());
  await page.goto(`${origin}/`);
  return page;
}

/** Waits until a table of the cache has so many rows. @returns when, in ms of `performance.now()` */
async function cached(page: Page, table: string, rows: number): Promise<number> {
  const until = performance.now() + WITHIN_MS;
  for (;;) {
    const count = await page.evaluate(countRows, table);
    if (count >= rows) return performance.now();
    if (performance.now() > until)
      throw new Error(`${count} of ${rows} ${table} came within ${WITHIN_MS} ms.`);
    await sleep(LOOK_EVERY_MS);
  }
}

/** Runs in the page. */
async function countRows(table: string): Promise<number> {
  const wait = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('IndexedDB failed.'));
    });
  // The cache has a bucket of its own (renderer/data/cache/store-bucket.ts).
  const { storageBuckets } = navigator as unknown as {
    storageBuckets: { open(name: string): Promise<{ indexedDB: IDBFactory }> };
  };
  const { indexedDB } = await storageBuckets.open('cache');
  const all = await indexedDB.databases();
  if (!all.some(({ name }) => name === 'holdfast-cache')) return 0;
  const db = await wait(indexedDB.open('holdfast-cache'));
  try {
    return db.objectStoreNames.contains(table)
      ? await wait(db.transaction(table).objectStore(table).count())
      : 0;
  } finally {
    db.close();
  }
}

/** Runs in the page. @returns seconds */
async function putRaw(): Promise<number> {
  type Row = Record<string, unknown>;
  interface Answer {
    items: Row[];
    next_cursor: string;
    has_more: boolean;
  }
  const opening = indexedDB.open('raw', 1);
  opening.onupgradeneeded = () => {
    const { result: db } = opening;
    // The tables and indexes of renderer/data/cache/cache-db.ts.
    db.createObjectStore('conversations', { keyPath: 'id' }).createIndex('contact', [
      'contact.id',
      'last_message_at',
    ]);
    db.createObjectStore('messages', { keyPath: 'id' }).createIndex('timeline', [
      'conversation_id',
      'created_at',
      'id',
    ]);
    db.createObjectStore('contacts', { keyPath: 'id' });
    db.createObjectStore('agents', { keyPath: 'id' });
  };
  const db = await new Promise<IDBDatabase>((resolve, reject) => {
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error ?? new Error('IndexedDB failed.'));
  });
  const ask = async (feed: string, limit: number, cursor: string): Promise<Answer> =>
    (await (await fetch(`/api/v1/${feed}?limit=${limit}&cursor=${cursor}`)).json()) as Answer;
  const put = (feed: string, rows: readonly Row[]): Promise<void> =>
    new Promise((resolve, reject) => {
      const work = db.transaction(feed, 'readwrite', { durability: 'relaxed' });
      for (const row of rows) work.objectStore(feed).put(row);
      work.oncomplete = () => resolve();
      work.onerror = () => reject(work.error ?? new Error('The transaction failed.'));
    });

  const from = performance.now();
  // The backend's own page sizes, in its order.
  for (const [feed, limit] of [
    ['conversations', 200],
    ['agents', 200],
    ['messages', 50],
    ['contacts', 200],
  ] as const) {
    let next: Promise<Answer> | null = ask(feed, limit, '0');
    while (next !== null) {
      const { items, next_cursor, has_more }: Answer = await next;
      next = has_more ? ask(feed, limit, next_cursor) : null;
      await put(feed, items);
    }
  }
  return (performance.now() - from) / 1_000;
}

/** The most memory a process ever held (resident), in MB; `null` where the system does not tell. */
async function peakMb(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return found === undefined ? null : Number(found) / 1_024;
}

/** The largest of the browser's pages; the product's is the only one with anything in it. */
async function peakPageMb({ context }: RunningBrowser): Promise<number | null> {
  const session = await context.browser()?.newBrowserCDPSession();
  if (session === undefined) return null;
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer');
  const peaks = await Promise.all(renderers.map(({ id }) => peakMb(id)));
  return Math.max(...peaks.map((peak) => peak ?? NaN));
}
