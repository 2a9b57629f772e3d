/** The command itself: its lines, its flags, its ends, and the bad ground it may stand on. */
import { get, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { appendFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '@shared/contract/door';
import { door, outboxOf, replyIntent } from './harness/door-reader';
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import { appArgs, startNode, waitForLine, type RunningApp } from './harness/processes';

const END_WITHIN_MS = 10_000;

/** The session once the embedded helpdesk is up: the ready line does not wait for it. */
async function sessionWithHelpdesk(app: RunningApp): Promise<Session> {
  const ask = async (): Promise<Session> => (await (await door(app, 'session')).json()) as Session;
  await expect.poll(async () => (await ask()).tryIt).not.toBeNull();
  return ask();
}

/** GET with no header of its own: Node's fetch would call itself a script's request. */
function lookAt(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (answer) => resolve(answer.resume())).on('error', reject);
  });
}

test('says it is ready on its last line, and is', async ({ lab }) => {
  const app = await lab.app();
  expect(app.lines().at(-1)).toMatch(/^Holdfast is ready: http:\/\/127\.0\.0\.1:\d+\/#\S{40,}$/);

  const page = await lookAt(app.origin);
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  expect(page.headers['set-cookie']).toBeUndefined();

  expect((await door(app, 'session')).status).toBe(200);
  expect((await door(app, 'session', { token: 'x'.repeat(app.token.length) })).status).toBe(401);
});

test('needs nothing set up: the embedded helpdesk is there with conversations in it', async ({ lab }) => {
  const app = await lab.app();
  await expect
    .poll(async () => {
      const accounts = (await (await door(app, 'accounts')).json()) as {
        state: string;
        asOf: number | null;
      }[];
      return accounts.map(({ state, asOf }) => `${state} ${asOf !== null}`);
    })
    .toEqual(['online true']);
  const changes = (await (await door(app, 'changes?account=embedded&after=0&limit=500')).json()) as {
    changes: { kind: string; row: { channel?: string } | null }[];
  };
  const channels = new Set(
    changes.changes.flatMap(({ kind, row }) =>
      kind === 'conversation' && row !== null ? [row.channel] : [],
    ),
  );
  expect([...channels].sort()).toEqual(expect.arrayContaining(['chat', 'email', 'social']));
});

test("keeps the backend's token away from the page", async ({ lab }) => {
  const { desk } = await lab.helpdesk();
  const app = await lab.app({ helpdesk: desk });
  for (const path of ['session', 'accounts', 'settings', 'intents?after=0']) {
    expect(await (await door(app, path)).text()).not.toContain(desk.token);
  }
});

test('a second start hands over to the one that runs', async ({ lab }) => {
  const app = await lab.app();
  const second = lab.keep('second', startNode('out/main/start.js', appArgs(app.dataDir, [])));
  expect(await second.ended).toBe(0);
  expect(second.lines().at(-1)).toMatch(new RegExp(`^Holdfast is ready: ${app.origin}`));
  expect((await door(app, 'session')).status).toBe(200);
});

test('Ctrl-C ends it cleanly, with its helpdesk, and the next start finds its data', async ({ lab }) => {
  const app = await lab.app();
  const session = await sessionWithHelpdesk(app);
  const chatUrl = session.tryIt?.chatUrl ?? '';
  expect((await fetch(chatUrl)).status).toBe(200);

  const from = Date.now();
  expect(await app.stop('SIGINT')).toBe(0);
  expect(Date.now() - from).toBeLessThan(END_WITHIN_MS);
  await expect(fetch(app.origin)).rejects.toThrow();
  await expect
    .poll(() =>
      fetch(chatUrl).then(
        () => 'up',
        () => 'down',
      ),
    )
    .toBe('down');

  const again = await lab.app();
  expect(again.origin).toBe(app.origin);
  expect(again.token).not.toBe(app.token);
  const later = (await (await door(again, 'session')).json()) as { installId: string };
  expect(later.installId).toBe(session.installId);
});

test('Ctrl-C right after the ready line ends it as cleanly, though its helpdesk is still coming up', async ({
  lab,
}) => {
  const app = await lab.app();
  const from = Date.now();
  expect(await app.stop('SIGINT')).toBe(0);
  expect(Date.now() - from).toBeLessThan(END_WITHIN_MS);
});

test('after kill -9 the next start takes the folder over and the old helpdesk is gone', async ({ lab }) => {
  const app = await lab.app();
  const session = await sessionWithHelpdesk(app);
  await app.kill();
  const again = await lab.app();
  expect(again.origin).toBe(app.origin);
  expect((await door(again, 'session')).status).toBe(200);
  const later = await sessionWithHelpdesk(again);
  if (later.tryIt?.chatUrl !== session.tryIt?.chatUrl) {
    await expect(fetch(session.tryIt?.chatUrl ?? '')).rejects.toThrow();
  }
});

test('--help names every flag and starts nothing', async ({ lab }) => {
  const help = lab.keep('help', startNode('out/main/start.js', ['--help']));
  expect(await help.ended).toBe(0);
  for (const flag of ['--web', '--no-open', '--port', '--data', '--fresh', '--help']) {
    expect(help.output()).toContain(flag);
  }
  expect(help.output()).not.toContain('Holdfast is ready');
});

test('an unknown flag is told, not ignored', async ({ lab }) => {
  const start = lab.keep('start', startNode('out/main/start.js', appArgs(lab.folder, ['--prot', '80'])));
  expect(await start.ended).not.toBe(0);
  expect(start.output()).toContain('--prot');
});

test('says that the port is taken, and what to do', async ({ lab }) => {
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
  const address = squatter.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    const start = lab.keep(
      'start',
      startNode('out/main/start.js', appArgs(join(lab.folder, 'app'), ['--port', String(port)])),
    );
    expect(await start.ended).not.toBe(0);
    expect(start.output()).toContain(String(port));
    expect(start.output()).toContain('--port');
    expect(start.output()).not.toContain('    at ');
  } finally {
    squatter.close();
  }
});

test('says that the data folder cannot be used', async ({ lab }) => {
  const file = join(lab.folder, 'a-file');
  await writeFile(file, 'not a folder');
  const start = lab.keep('start', startNode('out/main/start.js', appArgs(file, [])));
  expect(await start.ended).not.toBe(0);
  expect(start.output()).toContain(file);
  expect(start.output()).not.toContain('    at ');
});

test('does not touch a folder that a newer version wrote', async ({ lab }) => {
  const app = await lab.app();
  await app.stop('SIGINT');
  const file = join(app.dataDir, 'console', 'install.json');
  const install = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  const key = Object.keys(install).find((name) => /version|layout/i.test(name)) ?? '';
  const newer = JSON.stringify({ ...install, [key]: 999 });
  await writeFile(file, newer);
  const start = lab.keep('start', startNode('out/main/start.js', appArgs(app.dataDir, [])));
  expect(await start.ended).not.toBe(0);
  expect(start.output()).toMatch(/newer/i);
  expect(await readFile(file, 'utf8')).toBe(newer);
});

test('--fresh starts over without losing what was there', async ({ lab }) => {
  const app = await lab.app();
  const before = (await (await door(app, 'session')).json()) as { installId: string };
  await app.stop('SIGINT');
  const fresh = await lab.app({ args: ['--fresh'] });
  const after = (await (await door(fresh, 'session')).json()) as { installId: string };
  expect(after.installId).not.toBe(before.installId);
  // The old folder is put aside, not removed: an unsent reply may be in it.
  expect((await readdir(lab.folder)).length).toBeGreaterThan(1);
});

test('a torn journal tail is cut and told, and nothing acknowledged is lost', async ({ lab }) => {
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  const conversation = await client.conversation('Parcel never arrived');
  await desk.stop();
  const intent = await replyIntent(app, desk, conversation.id, 'Acknowledged before the power went');
  expect((await door(app, `intents/${intent.ref}`, { method: 'PUT', json: intent })).status).toBe(200);
  await app.kill();

  const folder = join(app.dataDir, 'console', 'journal');
  const segment = (await readdir(folder))
    .filter((name) => name.endsWith('.log'))
    .sort()
    .at(-1);
  await appendFile(join(folder, segment ?? 'none'), Buffer.from([7, 0, 0, 0, 1, 2, 3]));
  const again = await lab.app({ helpdesk: desk });
  const { rows, recovery } = await outboxOf(again);
  expect(recovery).toEqual({ tornBytes: 7, damaged: 0 });
  expect(rows.map((row) => row.intent)).toEqual([intent]);
});

test('the lock file holds the launch token for its owner only', async ({ lab }) => {
  const app = await lab.app();
  const file = join(app.dataDir, 'console', 'host.json');
  expect(await readFile(file, 'utf8')).toContain(app.token);
  const { mode } = await stat(file);
  expect(mode & 0o077).toBe(0);
});

test('the helpdesk also runs alone, and ends with its parent when told so', async ({ lab }) => {
  const { desk, client } = await lab.helpdesk({ seed: 12 });
  expect((await client.conversations()).length).toBeGreaterThanOrEqual(12);
  await desk.stop('SIGINT');

  const supervised = lab.keep(
    'supervised',
    startNode('out/main/helpdesk.js', ['--port', '0', '--data', join(lab.folder, 'other'), '--supervised']),
  );
  await waitForLine(supervised, /^Embedded helpdesk is ready/);
  supervised.endInput();
  const ended = await Promise.race([supervised.ended, sleep(END_WITHIN_MS, 'still running', { ref: false })]);
  expect(ended).toBe(0);
});
