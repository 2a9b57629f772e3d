/**
 * The door: 100,000 rows from the host's spool through HTTP and JSON into IndexedDB, against the
 * same puts of the same rows already in the page's memory. Both sides write the cache's tables and
 * indexes in batches of one page, in turns; the door's side asks for the next page while it writes.
 */
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { TOKEN_HEADER } from '@shared/contract/door';
import { startBrowser } from '../e2e/harness/browser-process';
import type { RunningApp } from '../e2e/harness/processes';
import { alone, paired, type BenchContext, type Line } from './figures';
import { fillSpool, LoopMonitor, onStage, startOffline } from './stage';

const ROWS = 100_000;
const ROUNDS = 5;
const PAGE_ROWS = 1_000;
const MIN_RATIO = 0.9;
const MAX_LOOP_DELAY_P99_MS = 20;

/** Where the rows of a pass come from. */
type Source = 'door' | 'memory';

export async function run({ quick, say }: BenchContext): Promise<Line[]> {
  return onStage(async ({ folder }) => {
    const dataDir = join(folder, 'app');
    const rows = await fillSpool(dataDir, { conversations: ROWS, rows: quick ? ROWS / 10 : ROWS });
    say(`${rows} rows are in the spool`);
    const monitor = new LoopMonitor(join(folder, 'loop.json'));
    const app = await startOffline(dataDir, monitor.env);
    const seen: Record<Source, number[]> = { door: [], memory: [] };
    const delays: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const order: Source[] = round % 2 === 1 ? ['memory', 'door'] : ['door', 'memory'];
      for (const from of order) {
        const profile = join(folder, `${from}-${round}`);
        seen[from].push(await passInFreshBrowser(profile, app, from, () => monitor.read(app.pid)));
        if (from === 'door') delays.push((await monitor.read(app.pid)).p99);
      }
      say(
        `round ${round}: door ${Math.round(seen.door.at(-1) ?? 0)}, memory ${Math.round(seen.memory.at(-1) ?? 0)} rows/s`,
      );
    }
    await app.stop();
    return [
      paired('door.rows', 'rows/s', seen.door, seen.memory, { word: '≥', ratio: MIN_RATIO }),
      alone('door.loop-delay.p99', 'ms', Math.max(...delays), MAX_LOOP_DELAY_P99_MS),
    ];
  });
}

/**
 * One pass in a browser and profile of its own: what an earlier pass deleted from IndexedDB is
 * still being cleared away by the browser and slowed the next one by a third.
 * @returns rows per second
 */
async function passInFreshBrowser(
  profile: string,
  app: RunningApp,
  from: Source,
  onMeasured: () => Promise<unknown>,
): Promise<number> {
  const browser = await startBrowser(profile);
  try {
    const page = await emptyPageAt(await browser.context.newPage(), app.origin);
    const ask = { token: app.token, header: TOKEN_HEADER, limit: PAGE_ROWS };
    // Both sides read everything once: the disk is warm, and the baseline has its rows.
    await page.evaluate(passRows, { ...ask, from: 'door' as const, keep: from === 'memory', put: false });
    await onMeasured();
    return await page.evaluate(passRows, { ...ask, from, keep: false, put: true });
  } finally {
    await browser.kill();
  }
}

/** The page's origin with none of the page's code: the bench must be alone with its database. */
async function emptyPageAt(page: Page, origin: string): Promise<Page> {
  await page.route('**/*.{js,css}', (route) => route.abort());
  await page.goto(`${origin}/`);
  return page;
}

interface Pass {
  token: string;
  header: string;
  limit: number;
  from: Source;
  /** Keep the rows in the page for later passes from memory. */
  keep: boolean;
  /** Write the rows into IndexedDB. */
  put: boolean;
}

/** Runs in the page. @returns rows per second */
async function passRows({ token, header, limit, from, keep, put }: Pass): Promise<number> {
  interface Row {
    seq: number;
    kind: string;
    id: string;
    row: Record<string, unknown> | null;
  }
  const shelf = globalThis as unknown as { benchPages?: Row[][] };
  const wait = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('IndexedDB failed.'));
    });

  const name = 'bench-door';
  await wait(indexedDB.deleteDatabase(name));
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => {
    const { result: db } = opening;
    // The tables and indexes of renderer/data/cache/cache-db.ts.
    const conversations = db.createObjectStore('conversation', { keyPath: 'key' });
    conversations.createIndex('contact', ['contact', 'lastMessageAt']);
    const messages = db.createObjectStore('message', { keyPath: 'key' });
    messages.createIndex('timeline', ['conversation', 'createdAt', 'id']);
    db.createObjectStore('contact', { keyPath: 'key' });
    db.createObjectStore('agent', { keyPath: 'key' });
    db.createObjectStore('cursors', { keyPath: 'account' });
  };
  const db = await wait(opening);

  const store = (rows: readonly Row[]): Promise<void> =>
    new Promise((resolve, reject) => {
      if (!put) return resolve();
      const stores = ['conversation', 'message', 'contact', 'agent', 'cursors'];
      const work = db.transaction(stores, 'readwrite', { durability: 'relaxed' });
      for (const { kind, id, row } of rows) {
        const body = JSON.stringify(row);
        const key = `desk/${id}`;
        if (kind === 'conversation') {
          work.objectStore(kind).put({
            key,
            contact: `desk/${String(row?.['contactId'])}`,
            lastMessageAt: row?.['lastMessageAt'],
            body,
          });
        } else if (kind === 'message') {
          work.objectStore(kind).put({
            key,
            id,
            conversation: `desk/${String(row?.['conversationId'])}`,
            createdAt: row?.['createdAt'],
            body,
          });
        } else work.objectStore(kind).put({ key, body });
      }
      work.objectStore('cursors').put({ account: 'desk', seq: rows.at(-1)?.seq ?? 0 });
      work.oncomplete = () => resolve();
      work.onerror = () => reject(work.error ?? new Error('The transaction failed.'));
    });

  interface Answer {
    changes: Row[];
    seq: number;
    more: boolean;
  }
  const ask = async (after: number): Promise<Answer> => {
    const answer = await fetch(`/door/changes?account=desk&after=${after}&limit=${limit}`, {
      headers: { [header]: token },
    });
    if (!answer.ok) throw new Error(`The door answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };

  let rows = 0;
  const start = performance.now();
  if (from === 'memory') {
    for (const page of shelf.benchPages ?? []) {
      rows += page.length;
      await store(page);
    }
  } else {
    const pages: Row[][] = [];
    let next: Promise<Answer> | null = ask(0);
    while (next !== null) {
      const answer: Answer = await next;
      next = answer.more ? ask(answer.seq) : null;
      rows += answer.changes.length;
      if (keep) pages.push(answer.changes);
      await store(answer.changes);
    }
    if (keep) shelf.benchPages = pages;
  }
  const seconds = (performance.now() - start) / 1_000;
  db.close();
  return rows / seconds;
}
