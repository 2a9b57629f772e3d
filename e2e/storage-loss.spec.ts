/** The page's database is only a projection: whatever happens to it, the screen is rebuilt and no work is lost. */
import type { Page } from '@playwright/test';
import { setSettings, unconfirmed } from './harness/door-reader';
import { expect, MAIL_FIXTURES, test, type Lab } from './harness/lab';
import { Console } from './harness/screens';

const DRAFT = 'A half-written answer that must not be lost';
const UNSENT = 'An answer that waits for the helpdesk';

/** The databases live in storage buckets (renderer/data/cache/store-bucket.ts), which have no types yet. */
interface Buckets {
  storageBuckets: { open(name: string): Promise<{ indexedDB: IDBFactory }> };
}

/** Empties every store of every database, as a damaged profile comes back. */
function emptyDatabases(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const wait = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error('IndexedDB failed.'));
      });
    for (const bucket of ['cache', 'work']) {
      const { indexedDB } = await (navigator as unknown as Buckets).storageBuckets.open(bucket);
      const db = await wait(indexedDB.open(`holdfast-${bucket}`));
      const stores = [...db.objectStoreNames];
      if (stores.length > 0) {
        const work = db.transaction(stores, 'readwrite');
        const done = new Promise((resolve) => (work.oncomplete = resolve));
        for (const store of stores) work.objectStore(store).clear();
        await done;
      }
      db.close();
    }
  });
}

/** Deletes every database, as clearing the site's data does. */
function deleteDatabases(page: Page): Promise<void> {
  return page.evaluate(async () => {
    for (const bucket of ['cache', 'work']) {
      const { indexedDB } = await (navigator as unknown as Buckets).storageBuckets.open(bucket);
      await new Promise((resolve) => {
        const request = indexedDB.deleteDatabase(`holdfast-${bucket}`);
        request.onsuccess = resolve;
        request.onerror = resolve;
        request.onblocked = resolve;
      });
    }
  });
}

/** With an unsent answer, a draft and the helpdesk gone: everything now lives in the host and the page alone. */
async function cutOffWithWork(lab: Lab, page: Page) {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  await setSettings(app, { undoSendMs: 0 });
  const agent = await Console.open(page, app);
  await expect(agent.queue.rowWith('Nora Fielding')).toBeVisible();
  const keyOf = async (subject: string): Promise<string> => `desk/${(await client.conversation(subject)).id}`;
  const keys = {
    parcel: await keyOf('Parcel never arrived'),
    lamp: await keyOf('Broken lamp, photo inside'),
  };
  const size = (await client.conversations()).length;
  await desk.stop();
  await agent.status.expectOffline();
  await agent.queue.show('a');
  await expect.poll(() => agent.queue.size()).toBe(size);
  await agent.answer(keys.parcel, UNSENT);
  await agent.queue.open(keys.lamp);
  await agent.composer.write(DRAFT);
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(1);
  return { desk, client, app, agent, keys, size };
}

for (const [title, lose] of [
  ['emptied', emptyDatabases],
  ['deleted', deleteDatabases],
] as const) {
  test(`IndexedDB ${title} while the console is closed: rebuilt from the host, nothing lost`, async ({
    lab,
    page,
  }) => {
    test.setTimeout(150_000);
    const { desk, client, app, keys, size } = await cutOffWithWork(lab, page);
    // The draft is the host's within a second; closing must not be what saves it.
    await page.waitForTimeout(2_000);
    await page.goto(`${app.origin}/nothing-here.txt`).catch(() => undefined);
    await lose(page);

    const agent = await Console.open(page, app);
    await agent.queue.show('a');
    await expect.poll(() => agent.queue.size()).toBe(size);
    await agent.queue.open(keys.parcel);
    await expect(agent.conversation.message(UNSENT)).toBeVisible();
    await expect(agent.conversation.message('my parcel 4471-B was due on Friday')).toBeVisible();
    await agent.queue.open(keys.lamp);
    await expect(agent.composer.editor).toHaveValue(DRAFT);

    await lab.helpdesk({ port: desk.port });
    await expect.poll(async () => (await unconfirmed(app)).length, { timeout: 30_000 }).toBe(0);
    expect(await client.timesArrived(UNSENT)).toBe(1);
  });

  test(`IndexedDB ${title} under the open console: what is typed and sent then is not lost`, async ({
    lab,
    page,
  }) => {
    test.setTimeout(150_000);
    const { desk, client, app, agent, keys, size } = await cutOffWithWork(lab, page);
    await lose(page);
    await agent.queue.open(keys.lamp);
    await expect(agent.composer.editor).toHaveValue(DRAFT);
    await agent.composer.send();
    await expect.poll(async () => (await unconfirmed(app)).length).toBe(2);

    await page.reload();
    await agent.queue.show('a');
    await expect.poll(() => agent.queue.size()).toBe(size);
    await lab.helpdesk({ port: desk.port });
    await expect.poll(async () => (await unconfirmed(app)).length, { timeout: 30_000 }).toBe(0);
    expect(await client.timesArrived(UNSENT)).toBe(1);
    expect(await client.timesArrived(DRAFT)).toBe(1);
  });
}
