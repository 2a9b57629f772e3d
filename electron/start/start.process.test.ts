/** The built `npm start` with what surrounds it: a browser, a display, an older host. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const START = join(import.meta.dirname, '..', '..', 'out', 'main', 'start.js');
const READY = /^Holdfast is ready: (http:\/\/127\.0\.0\.1:\d+)\/#([\w-]{43})\n$/m;

interface Started {
  child: ChildProcess;
  said(): string;
  ended: Promise<number | null>;
}

let folder: string;
let data: string;
let all: Started[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-start-'));
  data = join(folder, 'data');
});
afterEach(async () => {
  for (const { child, ended } of all) {
    child.kill('SIGKILL');
    await ended;
  }
  all = [];
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

function start(flags: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
  const child = spawn(process.execPath, [START, '--port', '0', '--data', data, ...flags], {
    env: { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => (text += part.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const started = { child, said: () => text, ended };
  all.push(started);
  return started;
}

async function ready(started: Started): Promise<{ origin: string; token: string }> {
  await vi.waitFor(() => expect(started.said()).toMatch(READY), 30_000);
  const [, origin = '', token = ''] = READY.exec(started.said()) ?? [];
  return { origin, token };
}

/** A folder for PATH with one browser in it, which writes down how it was called. */
async function fakeBrowser(): Promise<{ PATH: string; calls(): Promise<string[]> }> {
  const bin = join(folder, 'bin');
  const log = join(folder, 'calls.txt');
  await mkdir(bin);
  await writeFile(
    join(bin, 'google-chrome'),
    `#!/bin/sh\nfor word in "$@"; do echo "$word" >> '${log}'; done\n`,
  );
  await chmod(join(bin, 'google-chrome'), 0o755);
  return {
    PATH: bin,
    calls: async () =>
      (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
  };
}

describe.skipIf(process.platform === 'win32')('npm start with a display and a browser', () => {
  it('opens an app window with a profile in the data folder, and no token on the command line', async () => {
    const { PATH, calls } = await fakeBrowser();
    const app = start(['--web'], { DISPLAY: ':1', PATH });
    const { origin, token } = await ready(app);
    await vi.waitFor(async () => expect((await calls()).length).toBe(4), 10_000);
    const words = await calls();
    expect(words[0]).toMatch(new RegExp(`^--app=${origin}/open\\?code=[\\w-]{43}$`));
    expect(words[1]).toBe(`--user-data-dir=${join(data, 'browser')}`);
    expect(words.join(' ')).not.toContain(token);

    const second = start(['--web'], { DISPLAY: ':1', PATH });
    expect(await ready(second)).toEqual({ origin, token });
    expect(await second.ended).toBe(0);
    await vi.waitFor(async () => expect((await calls()).length).toBe(8), 10_000);
    expect((await calls())[4]).not.toBe(words[0]);
  });

  it('opens nothing with --no-open', async () => {
    const { PATH, calls } = await fakeBrowser();
    await ready(start(['--web', '--no-open'], { DISPLAY: ':1', PATH }));
    expect(await calls()).toEqual([]);
  });

  it('says that no browser could be started, and goes on', async () => {
    const app = start(['--web'], { DISPLAY: ':1', PATH: join(folder, 'empty') });
    await ready(app);
    expect(app.said()).toContain('No browser could be started; open the address below in one.');
  });
});

describe('npm start beside a running host', () => {
  it('takes the place of an older build, which drains and ends cleanly, and keeps the port', async () => {
    const old = start(['--web', '--no-open']);
    const before = await ready(old);
    // What an older version would have written there.
    const lock = join(data, 'console', 'host.json');
    await writeFile(lock, (await readFile(lock, 'utf8')).replace(/"build":"[^"]*"/, '"build":"0.0.1+aa"'));
    const next = start(['--web', '--no-open']);
    const after = await ready(next);
    expect(await old.ended).toBe(0);
    expect(after.origin).toBe(before.origin);
    expect(after.token).not.toBe(before.token);
  });

  it('does not move the data of a running host away with --fresh', async () => {
    await ready(start(['--web', '--no-open']));
    const fresh = start(['--web', '--no-open', '--fresh']);
    expect(await fresh.ended).toBe(1);
    expect(fresh.said()).toContain('Close it first, then use --fresh.');
  });

  it('ends with code 0 at a signal, in any moment of its start', async () => {
    for (const delayMs of [150, 400, 800]) {
      const app = start(['--web', '--no-open']);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      app.child.kill('SIGINT');
      // Before Node has read the program, the signal itself ends it.
      expect([0, null]).toContain(await app.ended);
    }
  });
});

describe('npm start ended with work under way', () => {
  async function put(at: { origin: string; token: string }, text: string, delayMs: number): Promise<void> {
    const headers = { 'x-holdfast-token': at.token, 'content-type': 'application/json' };
    const session = await fetch(`${at.origin}/door/session`, { headers });
    const { installId } = (await session.json()) as { installId: string };
    const ref = `${installId}-${randomUUID()}`;
    const intent = {
      ref,
      accountId: 'desk',
      conversationId: 'c1',
      agentId: 'a1',
      decidedAt: Date.now(),
      base: { messageId: null, version: null },
      delayMs,
      action: { kind: 'reply', text, files: [], statusAfter: null },
    };
    const answer = await fetch(`${at.origin}/door/intents/${ref}`, {
      method: 'PUT',
      headers,
      body: JSON.stringify(intent),
    });
    expect(answer.status).toBe(200);
  }

  it('says at Ctrl-C how many replies wait or are in their undo time, and nothing of their words', async () => {
    // Nobody listens there: nothing can leave.
    const account = {
      id: 'desk',
      name: 'Desk',
      backend: 'embedded',
      url: 'http://127.0.0.1:9/',
      token: 't',
    };
    await mkdir(join(data, 'console'), { recursive: true });
    await writeFile(join(data, 'console', 'accounts.json'), JSON.stringify([account]), { mode: 0o600 });
    const app = start(['--web', '--no-open']);
    const at = await ready(app);
    await put(at, 'Secret words', 0);
    await put(at, 'More of them', 0);
    await put(at, 'And the last', 60_000);
    app.child.kill('SIGINT');
    expect(await app.ended).toBe(0);
    expect(app.said()).toContain(
      'Nothing is lost: 2 replies still wait, 1 reply is in its undo time; they leave at the next start.\n',
    );
    expect(app.said()).not.toMatch(/Secret|More of|the last/);

    const again = start(['--web', '--no-open']);
    await ready(again);
    again.child.kill('SIGINT');
    expect(await again.ended).toBe(0);
    expect(again.said()).toContain('2 replies still wait');
  });

  it('says nothing of it when nothing waits', async () => {
    const app = start(['--web', '--no-open']);
    await ready(app);
    app.child.kill('SIGINT');
    expect(await app.ended).toBe(0);
    expect(app.said()).not.toContain('Nothing is lost');
  });
});
