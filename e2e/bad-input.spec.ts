/** What can come in wrong: each gets a sentence, the app stays up, and nothing typed is lost. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { door, setSettings, unconfirmed } from './harness/door-reader';
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import { Console } from './harness/screens';
import { words } from './harness/words';

const SAID_WITHIN_MS = 10_000;

/** A server that answers everything the same way. */
async function always(status: number, type: string, body: string): Promise<{ url: string; server: Server }> {
  const server = createServer((incoming, answer) => {
    incoming.resume();
    answer.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

test('a wrong token: said as a matter of credentials, the cache is still read and answered', async ({
  lab,
  page,
}) => {
  test.setTimeout(120_000);
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  let app = await lab.app({ helpdesk: desk });
  await setSettings(app, { undoSendMs: 0 });
  let agent = await Console.open(page, app);
  await expect(agent.queue.rowWith('Nora Fielding')).toBeVisible();
  await app.stop();

  app = await lab.app({ helpdesk: { url: desk.url, token: 'not-the-token' } });
  agent = await Console.open(page, app);
  await expect(agent.status.connection.filter({ hasText: words('status:refused') })).toBeVisible({
    timeout: SAID_WITHIN_MS,
  });
  const key = `desk/${(await client.conversation('Parcel never arrived')).id}`;
  await agent.answer(key, 'Written with a wrong token.');
  await expect.poll(async () => (await unconfirmed(app)).length).toBe(1);
  await app.stop();

  app = await lab.app({ helpdesk: desk });
  await expect.poll(async () => (await unconfirmed(app)).length, { timeout: 30_000 }).toBe(0);
  expect(await client.timesArrived('Written with a wrong token.')).toBe(1);
});

test('a page with a wrong token says what to do, asks no more, and works once it has the right address', async ({
  lab,
  page,
}) => {
  const { desk } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  let refused = 0;
  page.context().on('response', (answer) => {
    if (answer.status() === 401) refused += 1;
  });
  await page.goto(`${app.origin}/#${'x'.repeat(app.token.length)}`);
  await expect(page.getByRole('heading', { name: words('notices:wrongToken.title') })).toBeVisible();
  await expect(page.getByText(words('notices:wrongToken.kept'))).toBeVisible();
  // The questions of the start, each once: the page's own and its worker's.
  await page.waitForTimeout(2_000);
  const atTheStart = refused;
  expect(atTheStart).toBeLessThanOrEqual(6);
  await page.waitForTimeout(10_000);
  expect(refused).toBe(atTheStart);

  // Only the fragment differs, so nothing loads anew.
  const agent = await Console.open(page, app);
  await expect(agent.queue.rowWith('Nora Fielding')).toBeVisible();
  await agent.status.expectOnline();
});

for (const { title, status, type, body, reason } of [
  {
    reason: 'nonsense',
    title: 'JSON that no helpdesk sends',
    status: 200,
    type: 'application/json',
    body: '{"items":"plenty"}',
  },
  { reason: 'nonsense', title: 'broken JSON', status: 200, type: 'application/json', body: '{"items":[' },
  { reason: 'server', title: 'errors only', status: 500, type: 'text/plain', body: 'oops' },
] as const) {
  test(`a helpdesk that answers ${title}: said within 10 s, the app stays up`, async ({ lab, page }) => {
    const { url, server } = await always(status, type, body);
    try {
      const app = await lab.app({ helpdesk: { url, token: 'any' } });
      const agent = await Console.open(page, app);
      await agent.status.expectOffline(SAID_WITHIN_MS);
      await agent.status.expectReason(reason);
      expect((await door(app, 'session')).status).toBe(200);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
}

test('mail that is not mail neither stops the helpdesk nor the queue', async ({ lab, page }) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  const agent = await Console.open(page, app);
  await expect(agent.queue.rowWith('Nora Fielding')).toBeVisible();
  const noise = new Uint8Array(4_096).map((_, n) => (n * 37) % 256);
  for (const body of [noise, new Uint8Array(0), new TextEncoder().encode('\r\n\r\n')]) {
    await client.mail(body).catch(() => undefined);
  }
  await client.mail(
    'From: Walt Crane <walt@example.com>\r\nTo: help@desk.example\r\nSubject: After the noise\r\nMessage-ID: <w@example.com>\r\n\r\nHello\r\n',
  );
  await expect(agent.queue.rowWith('After the noise')).toBeVisible();
});

test('a 50 MB attachment is refused in words and what was typed stays', async ({ lab, page }) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  const agent = await Console.open(page, app);
  await agent.queue.open(`desk/${(await client.conversation('Parcel never arrived')).id}`);
  await agent.composer.write('The film is attached.');
  const path = join(lab.folder, 'film.bin');
  const file = await open(path, 'w');
  await file.truncate(50 * 1024 * 1024);
  await file.close();
  await agent.conversation.pane.locator('input[type="file"]').setInputFiles(path);
  await expect(agent.conversation.pane.getByText('film.bin').first()).toBeVisible();
  await expect(agent.conversation.pane.getByText(/25/).first()).toBeVisible();
  await expect(agent.composer.editor).toHaveValue('The film is attached.');
});

test('a picture goes up in pieces and arrives with the answer, byte for byte', async ({ lab, page }) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  await setSettings(app, { undoSendMs: 0 });
  const agent = await Console.open(page, app);
  const { id } = await client.conversation('Parcel never arrived');
  await agent.queue.open(`desk/${id}`);
  await agent.composer.write('The receipt is attached.');
  const bytes = Buffer.alloc(2_500_000, 'Holdfast receipt ');
  await agent.conversation.pane
    .locator('input[type="file"]')
    .setInputFiles({ name: 'квитанция.bin', mimeType: 'application/octet-stream', buffer: bytes });
  await expect(agent.conversation.pane.getByText('квитанция.bin').first()).toBeVisible();
  await expect(agent.conversation.pane.getByRole('progressbar')).toHaveCount(0);
  await agent.composer.send();
  await expect.poll(() => client.timesArrived('The receipt is attached.')).toBe(1);
  const [sent] = await client.mailsOnceThere(1);
  const attached = sent?.mail.attachments[0];
  expect(attached?.filename).toBe('квитанция.bin');
  expect(Buffer.compare(Buffer.from(attached?.content as ArrayBuffer), bytes)).toBe(0);
});
