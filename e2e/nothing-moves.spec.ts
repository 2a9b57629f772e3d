/** Nothing moves under the pointer or the eye while others work. */
import { Colleague } from './harness/colleague';
import type { Page } from '@playwright/test';
import { expect, test, type Lab } from './harness/lab';
import { Console } from './harness/screens';
import { words } from './harness/words';

test('rows that leave and rise above leave the row under the pointer where it is', async ({ lab, page }) => {
  const { desk } = await lab.helpdesk({ seed: 60 });
  const app = await lab.app({ helpdesk: desk });
  const agent = await Console.open(page, app);
  await expect(agent.queue.rows.first()).toBeVisible();
  const keys = await agent.queue.keys();
  const row = keys[5];
  const box = row === undefined ? null : await agent.queue.row(row).boundingBox();
  if (row === undefined || box === null) throw new Error('The queue is shorter than six rows.');
  await agent.queue.list.evaluate((list) => list.scrollTo({ top: 280 }));
  const point = { x: box.x + 60, y: box.y + 20 };
  await page.mouse.move(point.x, point.y);
  const underPointer = () =>
    page.evaluate(
      ({ x, y }) =>
        document.elementFromPoint(x, y)?.closest('[role="option"]')?.getAttribute('data-conversation') ?? '',
      point,
    );
  const held = await underPointer();
  const colleague = new Colleague(desk);
  const size = await agent.queue.size();

  for (const key of keys.filter((each) => each !== held).slice(0, 3)) {
    await colleague.change(key.slice('desk/'.length), { status: 'resolved' });
    await page.mouse.move(point.x + 1, point.y);
    await page.mouse.move(point.x, point.y);
  }

  await expect.poll(() => agent.queue.size()).toBe(size - 3);
  expect(await underPointer()).toBe(held);
});

test('a message that comes while older ones are read is offered and moves nothing', async ({ lab, page }) => {
  const { desk, long } = await atTheLongThread(lab, page);
  const timeline = page.locator('[data-timeline]');
  await timeline.hover();
  await page.mouse.wheel(0, -2_500);
  await expect(page.getByRole('button', { name: words('conversation:timeline.toEnd') })).toBeVisible();
  const reading = await timeline.evaluate((root) => {
    const top = root.getBoundingClientRect().top;
    const seen = [...root.querySelectorAll('article')].find((one) => one.getBoundingClientRect().top > top);
    seen?.setAttribute('data-reading', '');
    return seen?.getBoundingClientRect().top;
  });

  await new Colleague(desk).note(long.id, 'Something new at the end');

  await expect(page.getByRole('button', { name: words('conversation:timeline.newBelow') })).toBeVisible();
  const now = await page.locator('[data-reading]').evaluate((one) => one.getBoundingClientRect().top);
  expect(Math.abs(now - (reading ?? 0))).toBeLessThan(2);
});

test('a thread read at its end follows what grows there, also when the browser anchors it meanwhile', async ({
  lab,
  page,
}) => {
  await atTheLongThread(lab, page);
  const timeline = page.locator('[data-timeline]');
  const toEnd = () => timeline.evaluate((root) => root.scrollHeight - root.scrollTop - root.clientHeight);
  await expect.poll(toEnd).toBeLessThan(2);

  // Chromium tells of its anchoring at the start of a frame, before the growth is observed.
  await timeline.evaluate((root) => {
    const grown = document.createElement('div');
    grown.style.height = '400px';
    root.firstElementChild?.append(grown);
    root.dispatchEvent(new Event('scroll'));
  });
  await expect.poll(toEnd).toBeLessThan(2);

  await timeline.hover();
  await page.mouse.wheel(0, -600);
  await expect.poll(toEnd).toBeGreaterThan(300);
  await timeline.evaluate((root) => {
    const grown = document.createElement('div');
    grown.style.height = '50px';
    root.firstElementChild?.append(grown);
  });
  expect(await toEnd()).toBeGreaterThan(300);
});

/** The console with the sample's thread of 300 messages open at its end. */
async function atTheLongThread(lab: Lab, page: Page) {
  const { desk, client } = await lab.helpdesk({ seed: 60 });
  const app = await lab.app({ helpdesk: desk });
  const agent = await Console.open(page, app);
  const long = (await client.conversations()).find(({ message_count }) => message_count >= 300);
  if (long === undefined) throw new Error('The sample holds no thread of 300 messages.');
  await expect(agent.queue.rows.first()).toBeVisible();
  await agent.queue.show('a');
  await expect.poll(() => agent.queue.size()).toBe(60);
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('combobox').fill(long.contact.name);
  await page.getByRole('dialog').getByRole('option', { name: long.contact.name }).first().click();
  await expect(agent.conversation.title).toBeVisible();
  return { desk, long };
}
