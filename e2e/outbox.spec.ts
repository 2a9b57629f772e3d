/**
 * The outbox as people understand it: what waits, why, since when and what happens next; the log of
 * everything that was sent with its proof, and both of its files.
 */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import type { OutboxRow } from '@shared/domain/intents';
import { expectNoBarrier } from './harness/barriers';
import { Colleague } from './harness/colleague';
import { door, outboxOf, replyIntent, setSettings, unconfirmed } from './harness/door-reader';
import { expect, MAIL_FIXTURES, test, type Lab } from './harness/lab';
import { Console, DialogScreen } from './harness/screens';
import { words } from './harness/words';

const LAMP = 'Broken lamp, photo inside';
const PARCEL = 'Parcel never arrived';

/** The outbox screen. */
class OutboxScreen extends DialogScreen {
  constructor(page: Page) {
    super(page, 'outbox:title', 'x');
  }

  row(text: string | RegExp): Locator {
    return this.dialog
      .getByRole('listitem')
      .filter({ has: this.page.locator('[data-row-head]') })
      .filter({ hasText: text });
  }

  /** Takes the pointer off the list. */
  async leaveList(): Promise<void> {
    await this.dialog.getByRole('tab', { name: words('delivery:part.waiting') }).hover();
  }

  async toLog(): Promise<void> {
    await this.dialog.getByRole('tab', { name: words('delivery:part.log') }).click();
  }
}

async function world(lab: Lab, page: Page, settings: Parameters<typeof setSettings>[1] = {}) {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const proxy = await lab.proxy(desk);
  const app = await lab.app({ helpdesk: { url: proxy.url, token: desk.token } });
  await setSettings(app, { undoSendMs: 0, ...settings });
  const agent = await Console.open(page, app);
  await agent.status.expectOnline();
  const keyOf = async (subject: string) => `desk/${(await client.conversation(subject)).id}`;
  return { desk, client, proxy, app, agent, keyOf, outbox: new OutboxScreen(page) };
}

test('cut off: what waits, why, and what happens next; once back, the proof of its delivery', async ({
  lab,
  page,
}) => {
  const { proxy, agent, keyOf, outbox, app } = await world(lab, page);
  await outbox.open();
  await expect(outbox.dialog.getByText(words('outbox:empty.title'))).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(outbox.dialog).toHaveCount(0);

  await proxy.set('refuse');
  await agent.status.expectOffline();
  await agent.answer(await keyOf(LAMP), 'A new lamp is on its way.');
  await agent.answer(await keyOf(PARCEL), 'We are looking for your parcel.');
  await outbox.open();
  const row = outbox.row('A new lamp is on its way.');
  await expect(row).toContainText(LAMP);
  await expect(row).toContainText(words('delivery:state.queued'));
  await expect(row).toContainText(words('delivery:why.offline'));
  await expect(row).toContainText(words('delivery:next.reachable'));
  await expectNoBarrier(page);

  await proxy.set('none');
  await expect(outbox.dialog.getByText(words('outbox:empty.title'))).toBeVisible({ timeout: 30_000 });
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(0);

  await outbox.toLog();
  const sent = outbox.row('A new lamp is on its way.');
  await expect(sent).toContainText(words('delivery:state.delivered'));
  await sent.getByRole('button', { expanded: false }).click();
  for (const step of ['journalled', 'attempt', 'taken', 'seen'])
    await expect(sent.getByText(words(`delivery:step.${step}`))).toBeVisible();
  const known = (await outboxOf(app)).rows.find(
    ({ intent: { action } }) => 'text' in action && action.text.includes('lamp'),
  );
  await expect(sent).toContainText(known?.intent.ref ?? 'no reference');
  await expect(sent).toContainText(known?.serverId ?? 'no id');
  await expect(sent).toContainText(words('delivery:tier.T1'));
  await expectNoBarrier(page);
});

test('deleted meanwhile: it is said, and given up where it stands', async ({ lab, page }) => {
  const { desk, client, proxy, agent, keyOf, outbox } = await world(lab, page);
  const key = await keyOf(PARCEL);
  await proxy.set('refuse');
  await agent.status.expectOffline();
  await agent.answer(key, 'It is in the depot.');
  await new Colleague(desk).remove((await client.conversation(PARCEL)).id);
  await proxy.set('none');
  await agent.status.expectOnline();
  await outbox.open();
  const row = outbox.row('It is in the depot.');
  await expect(row).toContainText(words('delivery:state.parked'), { timeout: 30_000 });
  await expect(outbox.dialog.getByText(words('delivery:group.needsYou'))).toBeVisible();
  await expect(row).toContainText(words('held:why.gone'));
  await row.getByRole('button', { name: words('outbox:action.discard') }).click();
  // Under the pointer it stands on, with what became of it; the list catches up when the pointer leaves.
  await expect(row).toContainText(words('delivery:state.discarded'));
  await outbox.leaveList();
  await expect(outbox.dialog.getByText(words('outbox:empty.title'))).toBeVisible();
  await outbox.toLog();
  await expect(outbox.row('It is in the depot.')).toContainText(words('delivery:why.discarded'));
});

test('refused: the server’s own words, and by mouse alone what can be done about it, also in a narrow window', async ({
  lab,
  page,
}) => {
  const { desk, client, app, outbox } = await world(lab, page);
  await page.setViewportSize({ width: 360, height: 720 });
  const { id } = await client.conversation(PARCEL);
  const intent = {
    ...(await replyIntent(app, desk, id, '')),
    action: { kind: 'assign', assigneeId: 'nobody' },
  };
  await door(app, `intents/${intent.ref}`, { method: 'PUT', json: intent });
  await page.getByRole('button', { name: words('status:needsYou_one') }).click();
  const row = outbox.row(PARCEL);
  await expect(row).toContainText(words('delivery:why.refusedBecause'));
  await expect(row).toContainText('There is no agent nobody.');
  await row.getByRole('button', { expanded: false }).click();
  await expect(row.locator('ol')).toContainText(words('delivery:step.refused'));
  expect(await outbox.dialog.evaluate((dialog) => dialog.scrollWidth <= 360)).toBe(true);
  await expectNoBarrier(page);
  const attempts = async () => (await outboxOf(app)).rows[0]?.evidence.length ?? 0;
  const before = await attempts();
  await row.getByRole('button', { name: words('outbox:action.resend') }).click();
  await expect.poll(attempts).toBeGreaterThan(before + 1);
  await expect(row).toContainText('There is no agent nobody.');
  await row.getByRole('button', { name: words('outbox:action.discard') }).click();
  await outbox.leaveList();
  await expect(outbox.dialog.getByText(words('outbox:empty.title'))).toBeVisible();
});

test('nothing moves under the pointer: what has gone stands where it stood until the pointer leaves', async ({
  lab,
  page,
}) => {
  const { client, desk, proxy, agent, app, outbox } = await world(lab, page);
  const lamp = (await client.conversation(LAMP)).id;
  const parcel = (await client.conversation(PARCEL)).id;
  await proxy.set('refuse');
  await agent.status.expectOffline();
  const put = async (id: string, text: string) => {
    const intent = await replyIntent(app, desk, id, text);
    await door(app, `intents/${intent.ref}`, { method: 'PUT', json: intent });
    return intent.ref;
  };
  const first = await put(lamp, 'First answer');
  await put(parcel, 'שלום, החבילה שלך בדרך. '.repeat(20));
  await outbox.open();
  const [one, two] = [outbox.row('First answer'), outbox.row('שלום')];
  await expect(two).toBeVisible();
  // Right-to-left words begin at their right end, where they are not cut off.
  const said = two.locator('span[dir="auto"]', { hasText: 'שלום' });
  expect(await said.evaluate((span) => getComputedStyle(span).direction)).toBe('rtl');
  const place = async () => (await two.boundingBox())?.y;
  await two.hover();
  const before = await place();
  await door(app, `intents/${first}/undo`, { method: 'POST' });
  await expect(one).toContainText(words('delivery:state.discarded'));
  await put(lamp, 'Third answer');
  await expect(outbox.row('Third answer')).toBeVisible();
  expect(await place()).toBe(before);
  await expectNoBarrier(page);
  await outbox.leaveList();
  await expect(one).toHaveCount(0);
  expect(await place()).not.toBe(before);

  // The keys hold it as well, until the focus leaves.
  await two.locator('[data-row-head]').focus();
  await page.keyboard.press('ArrowDown');
  await expect(outbox.row('Third answer').locator('[data-row-head]')).toBeFocused();
  await proxy.set('none');
  await expect(outbox.row('Third answer')).toContainText(words('delivery:state.delivered'), {
    timeout: 30_000,
  });
  await expect(outbox.row('Third answer').locator('[data-row-head]')).toBeFocused();
  await outbox.dialog.getByRole('tab', { name: words('delivery:part.waiting') }).focus();
  await expect(outbox.dialog.getByText(words('outbox:empty.title'))).toBeVisible();
});

test('held: the row leads to its conversation, where the agent decides', async ({ lab, page }) => {
  const { desk, client, proxy, agent, keyOf, outbox } = await world(lab, page);
  const key = await keyOf(LAMP);
  await proxy.set('refuse');
  await agent.status.expectOffline();
  await agent.answer(key, 'A new lamp is on its way.');
  await agent.queue.open(await keyOf(PARCEL));
  await new Colleague(desk).change((await client.conversation(LAMP)).id, { status: 'pending' });
  await proxy.set('none');
  await outbox.open();
  const row = outbox.row('A new lamp is on its way.');
  await expect(row).toContainText(words('delivery:state.held'), { timeout: 30_000 });
  await expect(row).toContainText(words('delivery:next.decideThere'));
  await expect(row).toContainText(words('held:why.status'));
  await row.getByRole('button', { name: words('delivery:action.decideThere') }).click();
  await expect(outbox.dialog).toHaveCount(0);
  await expect(agent.conversation.title).toHaveText(LAMP);
});

test('the arrow keys move, Enter opens, Escape closes one layer after the other', async ({ lab, page }) => {
  const { desk, client, app, agent, outbox } = await world(lab, page);
  for (const [subject, text] of [
    [LAMP, 'First answer'],
    [PARCEL, 'Second answer'],
  ] as const) {
    const intent = await replyIntent(app, desk, (await client.conversation(subject)).id, text);
    await door(app, `intents/${intent.ref}`, { method: 'PUT', json: intent });
  }
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(0);
  await agent.queue.show('a');
  await outbox.open();
  await outbox.dialog.getByRole('tab', { name: words('delivery:part.waiting') }).focus();
  await page.keyboard.press('ArrowRight');
  const head = (text: string) => outbox.row(text).locator('[data-row-head]');
  await expect(head('Second answer')).toBeVisible();
  const field = outbox.dialog.getByRole('searchbox');
  await field.fill('lamp');
  await expect(head('Second answer')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(field).toHaveValue('');
  await expect(head('Second answer')).toBeVisible();
  await field.focus();
  await page.keyboard.press('ArrowDown');
  await expect(head('Second answer')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(head('First answer')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(outbox.row('First answer').getByText(words('delivery:step.journalled'))).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(head('First answer')).toBeFocused();
  await expect(head('First answer')).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.press('Escape');
  await expect(outbox.dialog).toHaveCount(0);
});

test('the log is read in pages while it scrolls, and a word finds what is far down', async ({
  lab,
  page,
}) => {
  test.setTimeout(150_000);
  const { desk, client, app, proxy, outbox, agent } = await world(lab, page);
  await proxy.set('refuse');
  await agent.status.expectOffline();
  const lamp = (await client.conversation(LAMP)).id;
  const parcel = (await client.conversation(PARCEL)).id;
  const discarded: string[] = [];
  for (let n = 0; n < 260; n += 1) {
    const intent = await replyIntent(app, desk, n === 3 ? parcel : lamp, `Answer ${n}`);
    await door(app, `intents/${intent.ref}`, { method: 'PUT', json: intent });
    discarded.push(intent.ref);
  }
  for (const ref of discarded) await door(app, `intents/${ref}/undo`, { method: 'POST' });
  await outbox.open();
  await outbox.toLog();
  await expect(outbox.row('Answer 259')).toBeVisible();
  expect(await outbox.dialog.locator('[data-row-head]').count()).toBeLessThan(40);
  const field = outbox.dialog.getByRole('searchbox');
  await field.fill('parcel');
  await expect(outbox.row('Answer 3')).toBeVisible();
  await expect(outbox.dialog.getByText(words('delivery:log.end'))).toBeVisible();
  await expect(outbox.dialog.locator('[data-row-head]')).toHaveCount(1);
  await field.fill('nobody has this name');
  await expect(outbox.dialog.getByText(words('delivery:log.nothingTitle'))).toBeVisible();
  await field.fill('');
  await outbox.row('Answer 259').locator('[data-row-head]').focus();
  // The end of what is here, from where the rest is read.
  await expect(async () => {
    await page.keyboard.press('End');
    await expect(outbox.row(/Answer 0$|Answer 0\D/)).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
});

test('both files of the log hold everything, and no cell is a formula', async ({ lab, page }) => {
  const { desk, client, app, outbox } = await world(lab, page);
  const hostile = '=HYPERLINK("http://evil.invalid","click")';
  const intent = await replyIntent(app, desk, (await client.conversation(LAMP)).id, hostile);
  await door(app, `intents/${intent.ref}`, { method: 'PUT', json: intent });
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(0);
  await outbox.open();
  await outbox.toLog();
  await expect(outbox.row('HYPERLINK')).toBeVisible();

  const save = async (format: 'csv' | 'json'): Promise<string> => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      outbox.dialog.getByRole('button', { name: words(`delivery:export.${format}`) }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(
      new RegExp(`^holdfast-delivery-log-\\d{4}-\\d\\d-\\d\\d\\.${format}$`),
    );
    expect(download.url()).not.toContain(app.token);
    await expect(outbox.dialog.getByText(words('delivery:export.done'))).toBeVisible();
    return readFile(await download.path(), 'utf8');
  };
  const rows = JSON.parse(await save('json')) as OutboxRow[];
  expect(rows.map(({ intent: { ref } }) => ref)).toEqual([intent.ref]);
  expect(rows[0]?.evidence.map(({ state }) => state)).toContain('delivered');
  const csv = await save('csv');
  expect(csv).toContain(intent.ref);
  expect(csv).toContain(`"'=HYPERLINK(""http://evil.invalid"",""click"")"`);
  expect(csv).not.toMatch(/(^|,)"?[=+@]/m);
});

test('without the host: what this window knows, and how to get the file later', async ({ lab, page }) => {
  const { proxy, app, agent, keyOf, outbox } = await world(lab, page);
  await proxy.set('refuse');
  await agent.status.expectOffline();
  await agent.answer(await keyOf(LAMP), 'A new lamp is on its way.');
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(1);
  await outbox.open();
  await expect(outbox.row('A new lamp is on its way.')).toBeVisible();
  await app.kill();
  await expect(outbox.dialog.getByText(words('delivery:log.unreachable'))).toBeVisible({ timeout: 20_000 });
  await expect(outbox.row('A new lamp is on its way.')).toBeVisible();
  await outbox.toLog();
  await expect(outbox.row('A new lamp is on its way.')).toBeVisible();
  await outbox.dialog.getByRole('button', { name: words('delivery:export.csv') }).click();
  await expect(outbox.dialog.getByText(words('delivery:export.unreachable'))).toBeVisible();
});
