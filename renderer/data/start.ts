import type { DexieOptions } from 'dexie';
import { CACHE_NAME, declareCacheDb, yieldWhenReplaced } from './cache/cache-db';
import { createCodec, nullCipher } from './cache/codec';
import { discardIfBroken, type StoreName } from './cache/store-bucket';
import { declareWorkDb, WORK_NAME } from './cache/work-db';
import { systemClock } from './clock';
import { setPageData } from './current';
import { DoorClient } from './door/door-client';
import { askSiblings, keepToken, takeToken } from './door/token';
import { openChannel, type WindowChannel } from './leader/channel';
import type { ToWorker } from './leader/worker-messages';
import { PageData } from './page-data';
import { hadCache } from './stores/kept-locally';

const RELOADED_KEY = 'holdfast.reloaded';
/** A reload that did not bring the right build is not tried again before this. */
const RELOAD_AGAIN_MS = 60_000;

/** A hidden page paints nothing: it goes on after this. */
const PAINT_WITHIN_MS = 300;
/** However busy the agent is, the background goes on after this. */
const IDLE_WITHIN_MS = 200;

/**
 * Starts the page's data: token, cache, leader worker. Resolves once the first rows can be drawn;
 * everything else arrives in the background, after {@link firstDrawn}. Call it once, before the first render.
 */
export async function startData(where: Record<StoreName, DexieOptions>): Promise<void> {
  const channel = openChannel();
  const cacheWasHere = hadCache(localStorage);
  let worker: Worker | null = null;
  let token = takeToken({ location, history, storage: sessionStorage });
  const tellWorker = (): void => worker?.postMessage({ token, hadCache: cacheWasHere } satisfies ToWorker);
  const startWorker = (): void => {
    worker = new Worker(new URL('./leader/leader.worker.ts', import.meta.url), { type: 'module' });
    tellWorker();
  };
  const adopt = (other: string | null): void => {
    if (other === null || other === token) return;
    token = other;
    keepToken(sessionStorage, other);
    tellWorker();
    void data.refresh();
  };
  const cache = declareCacheDb(CACHE_NAME, where.cache);
  const work = declareWorkDb(WORK_NAME, where.work);
  yieldWhenReplaced(cache, () => undefined);
  const data = new PageData({
    door: new DoorClient({
      base: '',
      token: () => token,
      fetch: (input, init) => fetch(input, init),
      onOtherBuild: () => data.outdated(),
      onWrongToken: () => data.refused(),
    }),
    channel,
    cache,
    work,
    codec: createCodec(nullCipher),
    clock: systemClock,
    local: localStorage,
    newId: () => crypto.randomUUID(),
    whenIdle,
    onWrongToken: () => void askSiblings(channel).then(adopt),
    onOtherBuild: () => void reloadOnce(data),
  });
  setPageData(data);
  channel.listen((message) => {
    if (message.type === 'cache-broken') void reloadOnce(data);
  });
  void Promise.all([discardIfBroken('cache', cache), discardIfBroken('work', work)]).then((discarded) => {
    if (discarded.includes(true)) void reloadOnce(data);
  });
  shareToken(channel, () => (data.link.get().state === 'wrong-token' ? null : token), adopt);
  if (token === null) adopt(await askSiblings(channel));
  else channel.send({ type: 'token', token });
  // A new link pasted into this tab changes only the fragment, so nothing loads by itself.
  window.addEventListener('hashchange', () => {
    adopt(takeToken({ location, history, storage: sessionStorage }));
    if (token !== null) channel.send({ type: 'token', token });
  });
  flushWhenLeaving(data);
  // A cache that is here is drawn first: the leader's look at the whole of it would compete.
  if (!cacheWasHere) startWorker();
  await data.start();
  if (cacheWasHere) void whenIdle().then(startWorker);
}

let drawn = (): void => undefined;
const painted = new Promise<void>((resolve) => {
  drawn = () => {
    setTimeout(resolve, PAINT_WITHIN_MS);
    requestAnimationFrame(() => setTimeout(resolve));
  };
});

/** Say this once the window stands in the document: what goes on in the background waits for its paint. */
export function firstDrawn(): void {
  drawn();
}

/** Resolves once the window was painted and nobody waits for a key or a click to be answered. */
async function whenIdle(): Promise<void> {
  await painted;
  await new Promise((resolve) => requestIdleCallback(resolve, { timeout: IDLE_WITHIN_MS }));
}

/** Gives the token to windows without one, and takes a newer one when ours is refused. */
function shareToken(channel: WindowChannel, ours: () => string | null, adopt: (token: string) => void): void {
  channel.listen((message) => {
    const token = ours();
    if (message.type === 'token-wanted' && token !== null) channel.send({ type: 'token', token });
    if (message.type === 'token' && token === null) adopt(message.token);
  });
}

function flushWhenLeaving(data: PageData): void {
  window.addEventListener('pagehide', () => void data.drafts.flush(true));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') void data.drafts.flush(true);
  });
}

async function reloadOnce(data: PageData): Promise<void> {
  const before = Number(sessionStorage.getItem(RELOADED_KEY) ?? 0);
  if (Date.now() - before < RELOAD_AGAIN_MS) return;
  sessionStorage.setItem(RELOADED_KEY, String(Date.now()));
  await data.drafts.flush();
  location.reload();
}
