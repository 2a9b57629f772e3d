/**
 * A disk with no room left, by the browser's own quota: a storage bucket made beforehand with almost
 * none. What is written still leaves, what cannot be kept is told, and nothing already there is lost.
 */
import type { Page } from '@playwright/test';
import { setSettings, unconfirmed } from './harness/door-reader';
import { expect, MAIL_FIXTURES, test, type Lab } from './harness/lab';
import { Console } from './harness/screens';
import { words } from './harness/words';

/** Chromium takes the first few writes of an empty database whatever its quota says. */
const NO_ROOM_BYTES = 1_000;

interface Buckets {
  storageBuckets: {
    open(name: string, options?: { quota: number }): Promise<unknown>;
    delete(name: string): Promise<void>;
  };
}

async function opened(lab: Lab, page: Page, full: readonly ('cache' | 'work')[]) {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  await setSettings(app, { undoSendMs: 0 });
  await page.goto(`${app.origin}/nothing-here.txt`);
  await page.evaluate(
    async ([names, quota]) => {
      for (const name of names) await (navigator as unknown as Buckets).storageBuckets.open(name, { quota });
    },
    [full, NO_ROOM_BYTES] as const,
  );
  const agent = await Console.open(page, app);
  const key = `desk/${(await client.conversation('Parcel never arrived')).id}`;
  return { desk, client, app, agent, key };
}

test('no room for what the page must not lose: answers and drafts go straight to the host', async ({
  lab,
  page,
}) => {
  const { client, app, agent, key } = await opened(lab, page, ['work']);
  await agent.queue.show('a');
  await agent.answer(key, 'Written on a full disk');
  await expect.poll(() => client.timesArrived('Written on a full disk')).toBe(1);
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(0);
  await agent.composer.write('A draft on a full disk');
  await page.waitForTimeout(2_000);
  await page.reload();
  await agent.queue.show('a');
  await agent.queue.open(key);
  await expect(agent.composer.editor).toHaveValue('A draft on a full disk');
});

test('no room for the cache: said with what to do, and filled by itself once there is room', async ({
  lab,
  page,
}) => {
  const { client, agent } = await opened(lab, page, ['cache']);
  const said = page.getByText(words('notices:full'));
  await expect(said).toBeVisible();
  // A person frees some room; the bucket's quota stays, so a new one stands for the freed disk.
  await page.evaluate(() => (navigator as unknown as Buckets).storageBuckets.delete('cache'));
  await page.reload();
  await agent.queue.show('a');
  await expect.poll(() => agent.queue.size()).toBe((await client.conversations()).length);
  await expect(said).toBeHidden();
});
