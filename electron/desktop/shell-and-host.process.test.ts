/**
 * The shell's forwarder and supervisor with the real host and helpdesk, started by Node here where
 * Electron would start them.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sessionSchema, TOKEN_HEADER } from '@shared/contract/door';
import { createNodeHelpdesk } from '../start/node-helpdesk';
import { createForwarder, type Forward } from './forwarder';
import { superviseHost, type HostChild, type Supervisor } from './supervisor';

const OUT = join(import.meta.dirname, '..', '..', 'out');

let folder: string;
let forward: Forward;
let supervisor: Supervisor;
let tokens: Channel<string>;
let token: string;
const children: ChildProcess[] = [];

/** Values that were told and not yet asked for, or asked for and not yet told. */
class Channel<T> {
  private readonly told: T[] = [];
  private readonly waiting: ((value: T) => void)[] = [];
  put(value: T): void {
    const next = this.waiting.shift();
    if (next === undefined) this.told.push(value);
    else next(value);
  }
  next(): Promise<T> {
    const value = this.told.shift();
    return value === undefined
      ? new Promise((resolve) => this.waiting.push(resolve))
      : Promise.resolve(value);
  }
}

function nodeHost(socket: string): HostChild {
  const child = fork(join(OUT, 'main', 'host.js'), ['--data', folder, '--socket', socket], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.push(child);
  return {
    postMessage: (message) => void child.send(message),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', (code) => listener(code ?? 1)),
    kill: () => void child.kill('SIGKILL'),
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-shell-'));
  const socket = join(folder, 'host.sock');
  tokens = new Channel();
  const helpdesk = createNodeHelpdesk(join(OUT, 'main', 'helpdesk.js'));
  supervisor = superviseHost({
    startHost: () => nodeHost(socket),
    askKeychain: () => null,
    launchHelpdesk: (o) => helpdesk.start(o),
    onReady: (told) => tokens.put(told),
    onFailed: (sentence) => {
      throw new Error(sentence);
    },
    now: Date.now,
  });
  forward = createForwarder(socket);
  token = await tokens.next();
});
afterAll(async () => {
  await supervisor.close();
  await rm(folder, { recursive: true, force: true });
});

const ask = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  forward(new Request(`holdfast://console${path}`, { headers: { [TOKEN_HEADER]: token, ...headers } }));

describe('the app’s scheme, answered by the real host', () => {
  it('gives the page with a policy for the desktop’s origins, and all that it names', async () => {
    const page = await ask('/');
    expect(page.headers.get('content-security-policy')).toContain('frame-src holdfast://mail');
    const html = await page.text();
    const named = [...html.matchAll(/(?:src|href)="(?:\.)?(\/assets\/[^"]+)"/g)].map(
      ([, path]) => path ?? '',
    );
    expect(named.length).toBeGreaterThan(0);
    for (const path of named) expect((await ask(path)).status).toBe(200);
  });

  it('gives the mail frame on its own origin, for the console alone', async () => {
    const frame = await forward(new Request('holdfast://mail/mail-frame'));
    expect(frame.status).toBe(200);
    expect(frame.headers.get('content-security-policy')).toContain('frame-ancestors holdfast://console');
  });

  it('opens the door with the token, and not without or from the mail origin', async () => {
    const session = sessionSchema.parse(await (await ask('/door/session')).json());
    expect(session.mailFrameUrl).toBe('holdfast://mail/mail-frame');
    expect((await ask('/door/session', { [TOKEN_HEADER]: 'A'.repeat(43) })).status).toBe(401);
    expect((await ask('/door/session', { Origin: 'holdfast://mail' })).status).toBe(403);
    const fromMail = new Request('holdfast://mail/door/session', { headers: { [TOKEN_HEADER]: token } });
    expect((await forward(fromMail)).status).toBe(404);
  });

  it('takes a chunk of an upload', async () => {
    const bytes = new Uint8Array(200_000).fill(7);
    const put = await forward(
      new Request(
        `holdfast://console/door/uploads/${randomUUID()}?offset=0&total=${bytes.length}&name=a.png&type=image%2Fpng`,
        {
          method: 'PUT',
          headers: { [TOKEN_HEADER]: token, 'Content-Type': 'application/octet-stream' },
          body: bytes,
        },
      ),
    );
    expect(await put.json()).toMatchObject({ received: bytes.length, file: { size: bytes.length } });
  });

  it('streams events, and the host goes on after the page went away', async () => {
    const events = await ask('/door/events');
    expect(events.headers.get('content-type')).toContain('text/event-stream');
    const reader = events.body?.getReader();
    expect((await reader?.read())?.value?.length).toBeGreaterThan(0);
    await reader?.cancel();
    expect((await ask('/door/session')).status).toBe(200);
  });

  it('answers 503 while a killed host is away, and again as soon as it is back, with a new token', async () => {
    const old = token;
    children.at(-1)?.kill('SIGKILL');
    await new Promise((resolve) => children.at(-1)?.once('exit', resolve));
    expect((await ask('/door/session')).status).toBe(503);
    token = await tokens.next();
    expect(token).not.toBe(old);
    expect((await ask('/door/session')).status).toBe(200);
    expect((await ask('/door/session', { [TOKEN_HEADER]: old })).status).toBe(401);
  });

  it('names the running host to a second start in the data folder, which keeps the socket in mind', async () => {
    const lock = JSON.parse(await readFile(join(folder, 'console', 'host.json'), 'utf8')) as { at: object };
    expect(lock.at).toMatchObject({ origin: 'holdfast://console', endpoint: { kind: 'socket' } });
  });
});
