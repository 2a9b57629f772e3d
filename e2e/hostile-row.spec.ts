/** Whatever lies in the page's database: a row that cannot be shown says so, and the window stays. */
import type { Page } from '@playwright/test';
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import { Console } from './harness/screens';
import { words } from './harness/words';

interface Buckets {
  storageBuckets: { open(name: string): Promise<{ indexedDB: IDBFactory }> };
}

/** Gives one conversation and its messages times that no calendar knows, and things for words. */
function spoil(page: Page, id: string): Promise<number> {
  return page.evaluate(async (wanted) => {
    const wait = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error('IndexedDB failed.'));
      });
    const { indexedDB } = await (navigator as unknown as Buckets).storageBuckets.open('cache');
    const db = await wait(indexedDB.open('holdfast-cache'));
    let spoiled = 0;
    for (const [store, field] of [
      ['conversations', 'id'],
      ['messages', 'conversationId'],
    ] as const) {
      const rows = db.transaction(store, 'readwrite').objectStore(store);
      for (const record of (await wait(rows.getAll())) as { data: Record<string, unknown> }[]) {
        if (record.data[field] !== wanted) continue;
        for (const name of ['createdAt', 'updatedAt', 'lastMessageAt']) {
          if (name in record.data) record.data[name] = 9_000_000_000_000_000;
        }
        if ('author' in record.data) record.data['author'] = { type: 'contact', id: null, name: { odd: 1 } };
        if ('contactName' in record.data) record.data['contactName'] = { odd: 1 };
        await wait(rows.put(record));
        spoiled += 1;
      }
    }
    db.close();
    return spoiled;
  }, id);
}

test('a conversation that cannot be shown says so, and every other one works on', async ({ lab, page }) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  const agent = await Console.open(page, app);
  await expect(agent.queue.rowWith('Nora Fielding')).toBeVisible();
  const broken = (await client.conversation('Parcel never arrived')).id;
  const whole = (await client.conversation('Broken lamp, photo inside')).id;
  await agent.queue.open(`desk/${broken}`);
  await expect(agent.conversation.message('my parcel 4471-B was due on Friday')).toBeVisible();
  await agent.queue.open(`desk/${whole}`);
  expect(await spoil(page, broken)).toBeGreaterThan(1);

  await page.reload();
  await expect(agent.queue.row(`desk/${whole}`)).toBeVisible();
  await agent.queue.open(`desk/${broken}`);
  const said = new RegExp(
    ['unshown.conversation', 'unshown.message', 'unshown.pane']
      .map((key) => words(`common:${key}`).source)
      .join('|'),
  );
  await expect(page.getByText(said).first()).toBeVisible();
  await agent.queue.open(`desk/${whole}`);
  await expect(agent.conversation.pane.locator('[data-timeline]')).toBeVisible();
  await expect(agent.conversation.pane.getByText(said)).toHaveCount(0);
  await expect(agent.queue.row(`desk/${broken}`)).toContainText(said);
});
