/** What an agent typed and did not send survives everything. */
import type { Draft } from '@shared/contract/door';
import { door, setSettings } from './harness/door-reader';
import { expect, MAIL_FIXTURES, test, type Lab } from './harness/lab';
import type { RunningApp } from './harness/processes';
import { Console } from './harness/screens';

const TEXT = 'Dear Nora,\n\nthe courier says — «завтра» — chậm nhất là mai.';
/** A draft is in the host's journal at most this long after the last key. */
const SAVED_WITHIN_MS = 2_000;

async function world(lab: Lab) {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  await setSettings(app, { undoSendMs: 0 });
  const key = `desk/${(await client.conversation('Parcel never arrived')).id}`;
  const other = `desk/${(await client.conversation('Broken lamp, photo inside')).id}`;
  return { desk, client, app, key, other };
}

test('a draft survives a reload and stays with its own conversation', async ({ lab, page }) => {
  const { app, key, other } = await world(lab);
  const agent = await Console.open(page, app);
  await agent.queue.open(key);
  await agent.composer.write(TEXT);
  await page.reload();
  await agent.queue.open(other);
  await expect(agent.composer.editor).toHaveValue('');
  await agent.queue.open(key);
  await expect(agent.composer.editor).toHaveValue(TEXT);
});

test('a draft survives kill -9 of browser and host with the helpdesk gone', async ({ lab }) => {
  test.setTimeout(120_000);
  const { desk, app, key } = await world(lab);
  const browser = await lab.browser();
  const page = await browser.context.newPage();
  const agent = await Console.open(page, app);
  await agent.queue.open(key);
  await desk.stop();
  await agent.composer.write(TEXT);
  await page.waitForTimeout(SAVED_WITHIN_MS);
  await Promise.all([browser.kill(), app.kill()]);

  const again = await lab.app({ helpdesk: desk });
  // Another profile: only the host can have kept it.
  const elsewhere = await lab.browser('another-profile');
  const later = await Console.open(await elsewhere.context.newPage(), again);
  await later.queue.open(key);
  await expect(later.composer.editor).toHaveValue(TEXT);
});

test('typing goes on while the host is down, and is kept once it is back', async ({ lab }) => {
  test.setTimeout(120_000);
  const { desk, app, key } = await world(lab);
  const browser = await lab.browser();
  const page = await browser.context.newPage();
  const agent = await Console.open(page, app);
  await agent.queue.open(key);
  await agent.composer.write('Before the host died. ');
  await app.kill();
  await agent.composer.editor.press('End');
  await page.keyboard.type('And after.');
  await expect(agent.composer.editor).toHaveValue('Before the host died. And after.');

  const again = await lab.app({ helpdesk: desk });
  expect(again.origin).toBe(app.origin);
  await page.goto(again.url);
  await page.reload();
  await agent.queue.open(key);
  await expect(agent.composer.editor).toHaveValue('Before the host died. And after.');
});

test('a sent draft is gone, and does not come back after a reload', async ({ lab, page }) => {
  const { app, client, key } = await world(lab);
  const agent = await Console.open(page, app);
  await agent.answer(key, TEXT);
  await expect.poll(() => client.timesArrived(TEXT)).toBe(1);
  await page.reload();
  await agent.queue.show('a');
  await agent.queue.open(key);
  await expect(agent.conversation.message('the courier says')).toBeVisible();
  await expect(agent.composer.editor).toHaveValue('');
});

test('a pasted picture stays in its draft through kill -9 of browser and host, and leaves with the answer', async ({
  lab,
}) => {
  test.setTimeout(120_000);
  const { desk, client, app, key } = await world(lab);
  const browser = await lab.browser();
  const page = await browser.context.newPage();
  const agent = await Console.open(page, app);
  await agent.queue.open(key);
  await desk.stop();
  await agent.composer.write('The screen is below.');
  const bytes = Array.from({ length: 300_000 }, (_, n) => (n * 31) % 251);
  await agent.composer.editor.evaluate((editor, content) => {
    const clipboard = new DataTransfer();
    clipboard.items.add(new File([new Uint8Array(content)], 'image.png', { type: 'image/png' }));
    editor.dispatchEvent(new ClipboardEvent('paste', { clipboardData: clipboard, bubbles: true }));
  }, bytes);
  await expect.poll(async () => (await draftOf(app))?.files.map(({ size }) => size)).toEqual([bytes.length]);
  await Promise.all([browser.kill(), app.kill()]);

  await lab.helpdesk({ port: desk.port });
  const again = await lab.app({ helpdesk: desk });
  const later = await Console.open(await (await lab.browser('another-profile')).context.newPage(), again);
  await later.queue.open(key);
  await expect(later.composer.editor).toHaveValue('The screen is below.');
  await later.composer.editor.focus();
  await later.composer.send();
  await expect.poll(() => client.timesArrived('The screen is below.')).toBe(1);
  const [mail] = await client.mailsOnceThere(1);
  const attached = mail?.mail.attachments.map(({ content }) => [...new Uint8Array(content as ArrayBuffer)]);
  expect(attached).toEqual([bytes]);
});

test('what a colleague and the customer do meanwhile never touches a draft', async ({ lab, page }) => {
  const { app, client, key } = await world(lab);
  const agent = await Console.open(page, app);
  await agent.queue.open(key);
  await agent.composer.write(TEXT);
  await client.mail(
    'From: Nora Fielding <nora.fielding@example.com>\r\nTo: help@desk.example\r\nSubject: Re: Parcel never arrived\r\nMessage-ID: <third@example.com>\r\nIn-Reply-To: <parcel-1@example.com>\r\n\r\nAnother line from me.\r\n',
  );
  await expect(agent.conversation.message('Another line from me.')).toBeAttached();
  await page.waitForTimeout(SAVED_WITHIN_MS);
  await expect(agent.composer.editor).toHaveValue(TEXT);
  expect((await draftOf(app))?.text).toBe(TEXT);
});

async function draftOf(app: RunningApp): Promise<Draft | undefined> {
  return ((await (await door(app, 'drafts')).json()) as Draft[])[0];
}
