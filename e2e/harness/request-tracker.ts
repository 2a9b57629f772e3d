/**
 * A real Request Tracker with its own database, for tests where one is installed. Nothing is installed
 * here: the script beside the clone starts what Debian's packages brought.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './processes';

const run = promisify(execFile);

const SCRIPT = join(ROOT, '../shared/servers/rt5-up.sh');
/** Everything the script would otherwise install. */
const PACKAGES = ['request-tracker5', 'rt5-db-sqlite', 'rt5-standalone', 'curl', 'jq', 'sqlite3'];
const UP_WITHIN_MS = 420_000;

/** Agents that the script makes, each with a token. */
export type RtAgent = 'anna' | 'boris' | 'carla' | 'root';

export interface RequestTracker {
  /** What an account is set up with. */
  readonly url: string;
  readonly port: number;
  readonly tokens: Readonly<Record<RtAgent, string>>;
  /** Asks its REST API; the parsed answer. @throws when it refuses */
  api(method: string, path: string, json?: unknown, as?: RtAgent): Promise<unknown>;
  /** Gives a mail to its gateway, as a mail server does. */
  mailIn(mail: string): Promise<void>;
  /** Every mail that it has sent so far, as one text. */
  mailsOut(): Promise<string>;
  /** Ends it; its data stays. */
  pause(): Promise<void>;
  /** Starts it again with the same data, on the same port. */
  resume(): Promise<void>;
  /** Ends it and deletes its data. */
  stop(): Promise<void>;
}

/** Why there can be none here; `null` where there can. */
export async function whyNoRequestTracker(): Promise<string | null> {
  if (!existsSync(SCRIPT)) return 'There is no rt5-up.sh beside the clone.';
  if (process.getuid?.() !== 0) return 'Starting Request Tracker takes root.';
  const installed = await run('dpkg-query', ['-W', '-f', '${Package} ${Status}\\n', ...PACKAGES]).then(
    ({ stdout }) => stdout.split('\n').filter((line) => line.endsWith('install ok installed')).length,
    () => 0,
  );
  return installed === PACKAGES.length ? null : `Not all of ${PACKAGES.join(', ')} are installed.`;
}

/** @param tickets how many to make beforehand */
export async function startRequestTracker(tickets = 1): Promise<RequestTracker> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-rt-'));
  // Its server runs as another user.
  await chmod(dir, 0o755);
  const env = { ...process.env, DIR: dir, PORT: String(await freePort()), SEED: String(tickets) };
  const script = async (verb: string): Promise<void> => {
    await run('bash', [SCRIPT, verb], { env, timeout: UP_WITHIN_MS, maxBuffer: 16 * 1024 * 1024 });
  };
  await script('up');
  const origin = `http://127.0.0.1:${env.PORT}`;
  const lines = (await readFile(join(dir, 'tokens'), 'utf8')).trim().split('\n');
  const tokens = Object.fromEntries(lines.map((line) => line.split(' '))) as Record<RtAgent, string>;
  return {
    url: origin,
    port: Number(env.PORT),
    tokens,
    async api(method, path, json, as = 'root') {
      const response = await fetch(`${origin}/REST/2.0${path}`, {
        method,
        headers: { authorization: `token ${tokens[as]}`, 'content-type': 'application/json' },
        body: json === undefined ? null : JSON.stringify(json),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text === '' ? null : (JSON.parse(text) as unknown);
    },
    async mailIn(mail) {
      // What rt-mailgate does, without starting Perl for every mail.
      const form = new FormData();
      const fields = { message: mail, queue: 'Support', action: 'correspond', SessionType: 'REST' };
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      const response = await fetch(`${origin}/REST/1.0/NoAuth/mail-gateway`, { method: 'POST', body: form });
      const said = await response.text();
      if (!said.startsWith('ok')) throw new Error(`The mail gateway says: ${said}`);
    },
    mailsOut: () => readFile(join(dir, 'outgoing.mbox'), 'utf8').catch(() => ''),
    pause: () => script('down'),
    resume: () => script('up'),
    async stop() {
      await script('down');
      await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 500 });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('There is no free port.'));
        else resolve(address.port);
      });
    });
  });
}
