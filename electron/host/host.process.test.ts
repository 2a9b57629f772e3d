/** The built host as a real process: killed, cut off, and given bad ground. Faults are made here. */
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { outboxPageSchema, sessionSchema, TOKEN_HEADER, type Draft } from '@shared/contract/door';
import { hostToParentSchema, type HostToParent, type ParentToHost } from '@shared/contract/host-parent';
import type { Intent } from '@shared/domain/intents';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../out/main/host.js', import.meta.url));

let folder = '';
let hosts: ChildProcess[] = [];
let servers: Server[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-host-'));
  await mkdir(join(folder, 'data', 'console'), { recursive: true });
  // A helpdesk that is away: everything stays queued.
  const account = { id: 'a1', name: 'Sample', backend: 'embedded', url: 'http://127.0.0.1:9/', token: 'x' };
  await writeFile(join(folder, 'data', 'console', 'accounts.json'), JSON.stringify([account]));
});
afterEach(async () => {
  for (const server of servers) server.close();
  for (const host of hosts) await killed(host);
  hosts = [];
  servers = [];
  await rm(folder, { recursive: true });
});

interface StartedHost {
  process: ChildProcess;
  socket: string;
  token: string;
}

/** Forks the host; resolves with its first word. `words`: all of them, as they come. */
async function forked(): Promise<{
  process: ChildProcess;
  socket: string;
  said: HostToParent;
  words: readonly HostToParent[];
}> {
  const socket = join(folder, `${hosts.length}.sock`);
  const child = fork(PROGRAM, ['--data', join(folder, 'data'), '--socket', socket], { stdio: 'ignore' });
  hosts.push(child);
  const words: HostToParent[] = [];
  const said = await new Promise<HostToParent>((resolve, reject) => {
    child.on('message', (raw) => {
      const message = hostToParentSchema.parse(raw);
      words.push(message);
      if (message.type !== 'keychain') return resolve(message);
      child.send({ type: 'keychain-answer', ask: message.ask, bytes: null } satisfies ParentToHost);
    });
    child.once('exit', (code) => reject(new Error(`The host ended with ${code}.`)));
  });
  return { process: child, socket, said, words };
}
async function started(): Promise<StartedHost> {
  const { process, socket, said } = await forked();
  if (said.type !== 'ready') throw new Error(`The host said ${JSON.stringify(said)}`);
  return { process, socket, token: said.token };
}
function exitOf(child: ChildProcess): Promise<number | string | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  if (child.signalCode !== null) return Promise.resolve(child.signalCode);
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
}
async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await exitOf(child);
}

/** One request on a connection of its own. */
function ask(
  { socket, token }: Pick<StartedHost, 'socket' | 'token'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: unknown }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        socketPath: socket,
        method,
        path,
        agent: false,
        headers: {
          host: 'console',
          [TOKEN_HEADER]: token,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
      },
      async (response) => {
        try {
          const parts: Buffer[] = [];
          for await (const part of response) parts.push(part as Buffer);
          resolve({ status: response.statusCode ?? 0, json: JSON.parse(Buffer.concat(parts).toString()) });
        } catch (error) {
          reject(error as Error);
        }
      },
    );
    request.once('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function intentOf(n: number): Intent {
  return {
    ref: `0a0a0a0a-${randomUUID()}`,
    accountId: 'a1',
    conversationId: `c${n % 5}`,
    agentId: 'agent-1',
    decidedAt: n,
    base: { messageId: null, version: null },
    delayMs: 0,
    action: { kind: 'note', text: `Sample note ${n}`, files: [] },
  };
}
const putIntent = (host: Pick<StartedHost, 'socket' | 'token'>, intent: Intent) =>
  ask(host, 'PUT', `/door/intents/${intent.ref}`, intent);
async function intentsOf(host: StartedHost) {
  return outboxPageSchema.parse((await ask(host, 'GET', '/door/intents')).json);
}
async function draftsOf(host: StartedHost): Promise<readonly Draft[]> {
  return (await ask(host, 'GET', '/door/drafts')).json as readonly Draft[];
}

/** A wire to the host that, while `cutting`, breaks as soon as the host answers. */
async function brittleWire(target: string): Promise<{ socket: string; cutting: boolean; cuts: number }> {
  const wire = { socket: join(folder, `${randomUUID()}.wire`), cutting: false, cuts: 0 };
  const server = createServer((near) => {
    const far = connect(target);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.pipe(far);
    far.on('data', (bytes) => {
      if (!wire.cutting) return void near.write(bytes);
      wire.cuts += 1;
      near.destroy();
      far.destroy();
    });
    far.on('end', () => near.end());
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(wire.socket, resolve));
  return wire;
}

describe('the host process', () => {
  it('takes an intent once when the socket closes after the journal, 50 times', async () => {
    const host = await started();
    const wire = await brittleWire(host.socket);
    const intents = Array.from({ length: 50 }, (_, n) => intentOf(n));
    for (const intent of intents) {
      wire.cutting = true;
      await expect(putIntent({ ...host, socket: wire.socket }, intent)).rejects.toThrow();
      wire.cutting = false;
      const answer = await putIntent({ ...host, socket: wire.socket }, intent);
      expect(answer.status).toBe(200);
    }
    expect(wire.cuts).toBe(50);
    const before = await intentsOf(host);
    expect(before.rows.map((row) => row.intent)).toEqual(intents);
    expect(before.rows.map((row) => row.order)).toEqual(intents.map((_, n) => n + 1));
    await killed(host.process);
    const after = await intentsOf(await started());
    expect(after.rows.map((row) => row.intent.ref)).toEqual(before.rows.map((row) => row.intent.ref));
  });

  it('has every acknowledged intent and draft after being killed, again and again', async () => {
    const intents: string[] = [];
    const drafts = new Map<string, string>();
    for (const killAfter of [1, 3, 10, 25, 60]) {
      const host = await started();
      let acknowledged = 0;
      const work = async (worker: number): Promise<void> => {
        for (let n = 0; ; n++) {
          const intent = intentOf(n);
          if ((await putIntent(host, intent)).status === 200) intents.push(intent.ref);
          const text = `draft ${killAfter} ${n}`;
          const draft = { mode: 'reply', text, files: [], typedAt: Date.now() };
          // Drafts wait for a shared fsync: the kill finds some of them waiting.
          void ask(host, 'PUT', `/door/drafts/a1/c${worker}-${n}`, draft).then(
            ({ status }) => void (status === 200 && drafts.set(`c${worker}-${n}`, text)),
            () => undefined,
          );
          acknowledged += 1;
          if (acknowledged === killAfter) await killed(host.process);
        }
      };
      await Promise.all([0, 1, 2, 3].map((worker) => work(worker).catch(() => undefined)));
    }
    const host = await started();
    const { rows, recovery } = await intentsOf(host);
    expect(intents.length).toBeGreaterThanOrEqual(99);
    expect(rows.map((row) => row.intent.ref)).toEqual(expect.arrayContaining(intents));
    expect(new Set(rows.map((row) => row.order)).size).toBe(rows.length);
    expect(recovery.damaged).toBe(0);
    const found = new Map((await draftsOf(host)).map((draft) => [draft.conversationId, draft.text]));
    expect(drafts.size).toBeGreaterThan(0);
    for (const [conversation] of drafts) expect(found.has(conversation)).toBe(true);
  });

  it('tells a torn journal and keeps what was whole', async () => {
    const first = await started();
    await putIntent(first, intentOf(1));
    await killed(first.process);
    const journal = join(folder, 'data', 'console', 'journal');
    const [segment = ''] = (await readdir(journal)).filter((name) => name.endsWith('.log'));
    await appendFile(join(journal, segment), '1 0badc0de - {"rows":[{"inte');
    const second = await started();
    const page = await intentsOf(second);
    expect(page.rows).toHaveLength(1);
    expect(page.recovery).toEqual({ tornBytes: 28, damaged: 0 });
    expect((await putIntent(second, intentOf(2))).status).toBe(200);
  });

  it('keeps install id and epoch over restarts', async () => {
    const session = async (host: StartedHost) =>
      sessionSchema.parse((await ask(host, 'GET', '/door/session')).json);
    const first = await started();
    const { installId, epoch } = await session(first);
    await killed(first.process);
    expect(await session(await started())).toMatchObject({ installId, epoch });
  });

  it('gives another epoch when the spool was lost, so that pages empty their cache', async () => {
    const first = await started();
    const before = sessionSchema.parse((await ask(first, 'GET', '/door/session')).json);
    await killed(first.process);
    await rm(join(folder, 'data', 'console', 'spool'), { recursive: true });
    const after = sessionSchema.parse((await ask(await started(), 'GET', '/door/session')).json);
    expect(after.epoch).not.toBe(before.epoch);
  });

  it('writes what waits and ends when told to, though a page still listens', async () => {
    const host = await started();
    const listening = ask(host, 'GET', '/door/events').catch(() => undefined);
    const draft = { mode: 'reply', text: 'x', files: [], typedAt: Date.now() };
    await ask(host, 'PUT', '/door/drafts/a1/c1', draft);
    const waiting = ask(host, 'PUT', '/door/drafts/a1/c2', draft);
    await ask(host, 'GET', '/door/session');
    host.process.send({ type: 'close' } satisfies ParentToHost);
    expect(await exitOf(host.process)).toBe(0);
    await listening;
    const answered = (await waiting.catch(() => null))?.status === 200;
    const found = (await draftsOf(await started())).map((one) => one.conversationId);
    expect(found).toEqual(answered ? ['c1', 'c2'] : expect.arrayContaining(['c1']));
  });

  it('ends when its parent is gone', async () => {
    const host = await started();
    host.process.disconnect();
    expect(await exitOf(host.process)).toBe(0);
  });

  it('has the embedded helpdesk launched by its parent when no account is set up', async () => {
    await rm(join(folder, 'data', 'console', 'accounts.json'));
    const { words } = await forked();
    // Its first word may be this one or that it is ready, and the other may come in the same moment.
    await expect
      .poll(() => words.find(({ type }) => type === 'launch-helpdesk'), { timeout: 30_000 })
      .toMatchObject({ dataDir: join(folder, 'data', 'helpdesk') });
  });

  it.each([
    ['is damaged', 'accounts.json', '[{"id":', 'accounts.json is damaged'],
    ['comes from a newer version', 'install.json', '{"layout":99}', 'newer version of Holdfast'],
    [
      'names an unknown backend',
      'accounts.json',
      JSON.stringify([{ id: 'a', name: 'a', backend: 'none', url: 'http://127.0.0.1:9/', token: '' }]),
      '"none"',
    ],
  ])('says what to do when the data folder %s', async (_what, name, text, words) => {
    await writeFile(join(folder, 'data', 'console', name), text);
    const { process: child, said } = await forked();
    expect(said).toMatchObject({ type: 'failed', message: expect.stringContaining(words) as string });
    expect(await exitOf(child)).toBe(1);
    expect(await readFile(join(folder, 'data', 'console', name), 'utf8')).toBe(text);
  });

  it('says what to do when the data folder cannot be used', async () => {
    await rm(join(folder, 'data'), { recursive: true });
    await writeFile(join(folder, 'data'), 'not a folder');
    const { process: child, said } = await forked();
    expect(said).toMatchObject({
      type: 'failed',
      message: expect.stringContaining('choose another') as string,
    });
    expect(await exitOf(child)).toBe(1);
  });
});
