/** The built helpdesk as a real process: killed at any moment, and given bad ground. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rawMail } from './helpdesk.test-data';

const PROGRAM = fileURLToPath(new URL('../../out/main/helpdesk.js', import.meta.url));
const READY = /^Embedded helpdesk is ready: (http:\/\/127\.0\.0\.1:\d+\/)$/mu;

let folder = '';
let children: ChildProcessWithoutNullStreams[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-helpdesk-'));
});
afterEach(async () => {
  for (const child of children) {
    child.kill('SIGKILL');
    await ended(child);
  }
  children = [];
  await rm(folder, { recursive: true });
});

interface Said {
  child: ChildProcessWithoutNullStreams;
  out: () => string;
  err: () => string;
}

function run(...args: string[]): Said {
  const child = spawn(process.execPath, [PROGRAM, ...args]);
  children.push(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  return { child, out: () => out, err: () => err };
}

function ended(child: ChildProcessWithoutNullStreams): Promise<number | string | null> {
  if (child.exitCode !== null || child.signalCode !== null)
    return Promise.resolve(child.exitCode ?? child.signalCode);
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
}

interface Running extends Said {
  url: string;
  ask(method: string, path: string, body?: unknown, key?: string): Promise<{ status: number; body: any }>; // eslint-disable-line @typescript-eslint/no-explicit-any -- answers of many shapes
}

async function start(...args: string[]): Promise<Running> {
  const said = run('--port', '0', '--data', join(folder, 'data'), ...args);
  const url = await new Promise<string>((resolve, reject) => {
    said.child.stdout.on('data', () => {
      const [, found] = READY.exec(said.out()) ?? [];
      if (found) resolve(found);
    });
    said.child.once('exit', (code) => reject(new Error(`It ended with ${code}: ${said.err()}`)));
  });
  const { agent } = JSON.parse(await readFile(join(folder, 'data', 'tokens.json'), 'utf8'));
  const ask: Running['ask'] = async (method, path, body, key) => {
    const answer = await fetch(url + path.slice(1), {
      method,
      headers: {
        authorization: `Bearer ${agent.token}`,
        ...(typeof body === 'object' ? { 'content-type': 'application/json' } : {}),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };
  return { ...said, url, ask };
}

async function allMessages({
  ask,
}: Running): Promise<{ id: string; client_ref: string | null; email: unknown }[]> {
  const items = [];
  let cursor = '';
  for (;;) {
    const { body } = await ask('GET', `/api/v1/messages?limit=200${cursor && `&cursor=${cursor}`}`);
    items.push(...body.items);
    if (!body.has_more) return items;
    cursor = body.next_cursor;
  }
}

/** Message-IDs of everything in the outgoing Maildir. */
async function mailed(): Promise<string[]> {
  const path = join(folder, 'data', 'maildir', 'new');
  const names = await readdir(path);
  const raws = await Promise.all(names.map((name) => readFile(join(path, name), 'utf8')));
  return raws.map((raw) => /^Message-ID: (\S+)/imu.exec(raw)?.[1] ?? raw);
}

describe('killed while it writes', () => {
  it('finds everything it acknowledged again, once, and sends every answer out once', async () => {
    const acknowledged = new Map<string, string>();
    const asked = new Set<string>();
    let conversationId = '';
    for (let round = 0; round < 6; round += 1) {
      const desk = await start();
      if (round === 0) {
        const raw = rawMail({ From: 'olga@example.com', Subject: 'Kill', 'Message-ID': '<1@example.com>' });
        conversationId = (await desk.ask('POST', '/inbound/email', raw)).body.conversation_id;
      }
      const write = async (writer: number): Promise<void> => {
        for (let at = 0; ; at += 1) {
          const key = `r${round}-w${writer}-${at}`;
          asked.add(key);
          const made = await desk.ask(
            'POST',
            `/api/v1/conversations/${conversationId}/messages`,
            { kind: 'reply', text: `Answer ${key}`, client_ref: key },
            key,
          );
          acknowledged.set(key, made.body.message.id);
        }
      };
      const writers = [0, 1, 2].map((writer) => write(writer).catch(() => undefined));
      await expect.poll(() => acknowledged.size, { timeout: 30_000 }).toBeGreaterThan(round * 25 + 20);
      desk.child.kill('SIGKILL');
      await ended(desk.child);
      await Promise.all(writers);
    }
    expect(acknowledged.size).toBeGreaterThan(120);
    const desk = await start();
    // What was not acknowledged is asked again, as the console does: it must not double.
    for (const key of asked) {
      const body = { kind: 'reply', text: `Answer ${key}`, client_ref: key };
      const again = await desk.ask('POST', `/api/v1/conversations/${conversationId}/messages`, body, key);
      const known = acknowledged.get(key);
      if (known !== undefined) expect(again.body.message.id, key).toBe(known);
    }
    const messages = await allMessages(desk);
    const references = messages.flatMap(({ client_ref: ref }) => (ref === null ? [] : [ref]));
    expect(references.sort()).toEqual([...asked].sort());
    await expect.poll(async () => (await mailed()).length, { timeout: 30_000 }).toBe(asked.size);
    const ids = messages.flatMap(({ email, client_ref: ref }) =>
      ref === null ? [] : [(email as { message_id: string }).message_id],
    );
    expect((await mailed()).sort()).toEqual(ids.sort());
    expect(await readdir(join(folder, 'data', 'maildir', 'tmp'))).toEqual([]);
  });

  it('takes a mail that was sent again after a kill only once', async () => {
    const raw = rawMail({ From: 'olga@example.com', Subject: 'Again', 'Message-ID': '<again@example.com>' });
    for (let round = 0; round < 3; round += 1) {
      const desk = await start();
      const sent = desk.ask('POST', '/inbound/email', raw).catch(() => null);
      if (round < 2) {
        await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, round * 10))]);
        desk.child.kill('SIGKILL');
        await ended(desk.child);
        await sent;
      } else {
        await sent;
        expect(await allMessages(desk)).toHaveLength(1);
      }
    }
  });
});

describe('on the command line', () => {
  it('tells its options and takes none that mean nothing', async () => {
    const help = run('--help');
    expect([await ended(help.child), help.out()]).toEqual([0, expect.stringContaining('--import DIR')]);
    for (const args of [
      ['--prot', '1'],
      ['--port', 'x'],
      ['--seed', '-1'],
      ['--port', '70000'],
    ]) {
      const refused = run(...args);
      expect([await ended(refused.child), refused.err().split('\n').length], args.join(' ')).toEqual([2, 2]);
    }
  });

  it('says what to do about a port that is taken, and exits with 2', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const refused = run('--port', String(port), '--data', join(folder, 'data'));
    expect(await ended(refused.child)).toBe(2);
    expect(refused.err()).toMatch(new RegExp(`^Port ${port} .* taken .* --port 0 .*\\n$`, 'u'));
    other.close();
  });

  it('lets nobody else into its folder, and a killed one locks nobody out', async () => {
    const first = await start();
    const second = run('--port', '0', '--data', join(folder, 'data'));
    expect([await ended(second.child), second.err()]).toEqual([
      2,
      expect.stringContaining('already using the data folder'),
    ]);
    first.child.kill('SIGKILL');
    await ended(first.child);
    expect((await (await start()).ask('GET', '/health')).body.ok).toBe(true);
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'says what to do about a folder it may not read (skipped for root, who may read all)',
    async () => {
      await mkdir(join(folder, 'data'), { mode: 0o000 });
      const refused = run('--port', '0', '--data', join(folder, 'data'));
      expect([await ended(refused.child), refused.err()]).toEqual([
        2,
        expect.stringContaining('may read and write'),
      ]);
      await chmod(join(folder, 'data'), 0o700);
    },
  );

  it('says what to do about a folder of a newer version, and about a file in its place', async () => {
    await mkdir(join(folder, 'data'));
    await writeFile(
      join(folder, 'data', 'helpdesk.json'),
      JSON.stringify({ format: 99, mailSecret: '0123456789abcdef' }),
    );
    const newer = run('--port', '0', '--data', join(folder, 'data'));
    expect([await ended(newer.child), newer.err()]).toEqual([2, expect.stringContaining('newer version')]);
    await writeFile(join(folder, 'file'), '');
    const file = run('--port', '0', '--data', join(folder, 'file'));
    expect([await ended(file.child), file.err()]).toEqual([2, expect.stringContaining('--data')]);
  });

  it('cuts a torn tail of its journal and says so', async () => {
    const desk = await start('--seed', '5');
    desk.child.kill('SIGKILL');
    await ended(desk.child);
    const journal = join(folder, 'data', 'journal');
    const segment = (await readdir(journal))
      .filter((name) => name.endsWith('.log'))
      .sort()
      .at(-1)!;
    await appendFile(join(journal, segment), Buffer.from([200, 1, 0, 0, 9, 9]));
    const again = await start();
    expect(again.out()).toMatch(/cut off by a crash: 6 bytes .* dropped/u);
    expect((await again.ask('GET', '/api/v1/conversations')).body.items).toHaveLength(5);
  });

  it('imports a folder, fills itself, and prints its address as the last line', async () => {
    await mkdir(join(folder, 'mails'));
    await writeFile(join(folder, 'mails', 'a.eml'), rawMail({ From: 'a@example.com', Subject: 'Imported' }));
    await writeFile(join(folder, 'mails', 'b.eml'), 'no mail');
    const desk = await start('--seed', '7', '--import', join(folder, 'mails'));
    expect(desk.out().trim().split('\n')).toEqual([
      'Made 7 sample conversations.',
      expect.stringMatching(/^import 1\/2 a\.eml: taken in/u),
      expect.stringMatching(/^import 2\/2 b\.eml: not taken/u),
      'Imported: 1 taken in, 0 known already, 1 not taken.',
      expect.stringMatching(READY),
    ]);
    expect((await desk.ask('GET', '/api/v1/conversations')).body.items).toHaveLength(8);
  });

  it('ends by itself with its standard input when it is supervised, and by SIGTERM always', async () => {
    const supervised = await start('--supervised');
    supervised.child.stdin.end();
    expect(await ended(supervised.child)).toBe(0);
    const alone = await start();
    alone.child.stdin.end();
    expect((await alone.ask('GET', '/health')).status).toBe(200);
    alone.child.kill('SIGTERM');
    expect(await ended(alone.child)).toBe(0);
  });

  it('answers a 50 MB mail over a real socket with a sentence', async () => {
    const desk = await start();
    const refused = await desk.ask('POST', '/inbound/email', 'x'.repeat(50 * 1024 * 1024));
    expect([refused.status, refused.body.error.code]).toEqual([413, 'too_large']);
    expect((await desk.ask('GET', '/health')).status).toBe(200);
  });
});
