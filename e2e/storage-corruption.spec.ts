/**
 * Disks and profiles get damaged in ways nobody chose. Whatever happens to the page's database or to
 * the end of the host's logs, the screen is rebuilt and no unsent answer and no draft is lost.
 *
 * `npm test` damages 8 profiles and 24 folders; HOLDFAST_CORRUPTIONS=50 npx playwright test
 * storage-corruption is the full figure. HOLDFAST_SEED chooses other damage.
 */
import { appendFile, open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChangesPage, Draft } from '@shared/contract/door';
import { seededRandom } from '../bench/data-set';
import { door, outboxOf, replyIntent, setSettings, unconfirmed } from './harness/door-reader';
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import type { RunningApp } from './harness/processes';
import { Console } from './harness/screens';

const ASKED = process.env['HOLDFAST_CORRUPTIONS'];
const PROFILES = Number(ASKED ?? 8);
const FOLDERS = Number(ASKED ?? 24);
const SEED = Number(process.env['HOLDFAST_SEED'] ?? 1);
const DRAFT = 'A half-written answer that must not be lost';

type Random = () => number;
const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

/** Files below a folder, deepest included. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Does to one file what crashes, full disks and failing cells do. @returns what was done, in words */
async function damage(file: string, random: Random): Promise<string> {
  const { size } = await stat(file);
  const way = pick(random, ['delete', 'truncate', 'empty', 'scribble', 'scribble'] as const);
  if (way === 'delete') await rm(file);
  if (way === 'truncate') await truncate(file, Math.floor(random() * size));
  if (way === 'empty') await truncate(file, 0);
  if (way === 'scribble') {
    const handle = await open(file, 'r+');
    const bytes = Buffer.from(Array.from({ length: 48 }, () => Math.floor(random() * 256)));
    await handle.write(bytes, 0, bytes.length, Math.floor(random() * Math.max(1, size)));
    await handle.close();
  }
  return `${way} ${file}`;
}

test(`${PROFILES} damaged browser profiles: the screen is rebuilt, unsent answers and the draft are there`, async ({
  lab,
}) => {
  test.setTimeout(90_000 + PROFILES * 20_000);
  const random = seededRandom(SEED);
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  await setSettings(app, { undoSendMs: 0 });
  const parcel = `desk/${(await client.conversation('Parcel never arrived')).id}`;
  const lamp = `desk/${(await client.conversation('Broken lamp, photo inside')).id}`;
  const size = (await client.conversations()).length;

  let browser = await lab.browser();
  let agent = await Console.open(await browser.context.newPage(), app);
  await agent.queue.show('a');
  await expect.poll(() => agent.queue.size()).toBe(size);
  await desk.stop();
  await agent.status.expectOffline();
  await agent.queue.open(lamp);
  await agent.composer.write(DRAFT);
  await expect.poll(async () => (await draftsOf(app)).map(({ text }) => text)).toEqual([DRAFT]);

  const unsent: string[] = [];
  for (let n = 1; n <= PROFILES; n += 1) {
    const text = `Unsent answer ${n}`;
    await agent.answer(parcel, text);
    unsent.push(text);
    await expect.poll(async () => (await unconfirmed(app)).length).toBe(unsent.length);
    await (random() < 0.5 ? browser.kill() : browser.close());
    const database = join(lab.folder, 'profile', 'Default', 'WebStorage');
    const done = await damage(pick(random, await filesBelow(database)), random);

    await test.step(done.replace(lab.folder, ''), async () => {
      browser = await lab.browser();
      agent = await Console.open(await browser.context.newPage(), app);
      // A folder beyond opening is replaced by a page that starts once more, in its first view.
      await expect(async () => {
        await agent.queue.show('a');
        await expect.poll(() => agent.queue.size(), { timeout: 2_000 }).toBe(size);
      }).toPass({ timeout: 15_000 });
      await agent.queue.open(lamp);
      await expect(agent.composer.editor).toHaveValue(DRAFT);
      await agent.queue.open(parcel);
      await expect(agent.conversation.message(text)).toBeVisible();
      await expect(agent.conversation.message('my parcel 4471-B was due on Friday')).toBeAttached();
    });
  }
  expect((await unconfirmed(app)).length).toBe(PROFILES);
  await lab.helpdesk({ port: desk.port });
  await expect.poll(async () => (await unconfirmed(app)).length, { timeout: 60_000 }).toBe(0);
  for (const text of unsent) expect(await client.timesArrived(text)).toBe(1);
});

test(`${FOLDERS} damaged data folders: what was acknowledged is there, what was cached is pulled again`, async ({
  lab,
}) => {
  test.setTimeout(90_000 + FOLDERS * 6_000);
  const random = seededRandom(SEED);
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const start = (): Promise<RunningApp> => lab.app({ helpdesk: desk });
  const conversation = (await client.conversation('Parcel never arrived')).id;
  const size = (await client.conversations()).length;
  let app = await start();
  await expect.poll(() => cachedConversations(app)).toBe(size);
  await desk.stop();

  const refs: string[] = [];
  const console = join(app.dataDir, 'console');
  for (let n = 1; n <= FOLDERS; n += 1) {
    const intent = await replyIntent(app, desk, conversation, `Acknowledged ${n}`);
    const put = await door(app, `intents/${intent.ref}`, { method: 'PUT', json: intent });
    expect(put.status).toBe(200);
    refs.push(intent.ref);
    const draft = { mode: 'reply', text: `Draft ${n}`, files: [], typedAt: Date.now() };
    const kept = await door(app, `drafts/desk/${conversation}`, { method: 'PUT', json: draft });
    expect(kept.status).toBe(200);
    await app.kill();

    // The newest record of a log may be torn; what was pulled may be damaged in any way.
    await tear(pick(random, [join(console, 'journal'), join(console, 'drafts')]), random);
    const done = await damage(pick(random, await filesBelow(join(console, 'spool'))), random);
    await test.step(done.replace(lab.folder, ''), async () => {
      app = await start();
      expect((await outboxOf(app)).rows.map((row) => row.intent.ref)).toEqual(refs);
      expect((await draftsOf(app)).map(({ text }) => text)).toEqual([`Draft ${n}`]);
    });
  }

  await lab.helpdesk({ port: desk.port });
  await expect.poll(async () => (await unconfirmed(app)).length, { timeout: 60_000 }).toBe(0);
  const replies = (await client.messages(conversation)).filter(({ kind }) => kind === 'reply');
  expect(replies.map(({ client_ref: ref }) => ref)).toEqual(refs);
  await expect.poll(() => cachedConversations(app)).toBe(size);
});

/** What a power cut leaves behind the last acknowledged record of a log. */
async function tear(folder: string, random: Random): Promise<void> {
  const last = (await readdir(folder))
    .filter((name) => name.endsWith('.log'))
    .sort()
    .at(-1);
  const record = '1 0badc0de - {"rows":[{"intent":{"ref":"never acknowledged"';
  const tail = pick(random, [record, record.slice(0, 9), '\0'.repeat(64), '1 ', '\u0007\u0000\u0001']);
  await appendFile(join(folder, last ?? 'none'), tail);
}

async function draftsOf(app: RunningApp): Promise<Draft[]> {
  return (await (await door(app, 'drafts')).json()) as Draft[];
}

/** Live conversations in the host's spool. */
async function cachedConversations(app: RunningApp): Promise<number> {
  let found = 0;
  for (let after = 0, more = true; more;) {
    const page = (await (await door(app, `changes?account=desk&after=${after}`)).json()) as ChangesPage;
    found += page.changes.filter((change) => change.kind === 'conversation' && change.row !== null).length;
    ({ seq: after, more } = page);
  }
  return found;
}
