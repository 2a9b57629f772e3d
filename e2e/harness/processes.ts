/** Starts, stops and kills the built processes as a person would: by their commands and signals. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const READY_WITHIN_MS = 60_000;
const END_WITHIN_MS = 15_000;

/** A process of ours that is, or was, running. */
export interface Running {
  readonly pid: number;
  /** Everything it wrote so far, both streams, in order of arrival. */
  output(): string;
  /** Lines of its standard output so far. */
  lines(): string[];
  /** Resolves with the exit code, or the signal's name, once it has ended. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Asks it to end. @throws when it does not, having killed it */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
  /** SIGKILL: no chance to tidy up. */
  kill(): Promise<void>;
  /** Ends its standard input, as the death of its parent does. */
  endInput(): void;
}

/** Starts `node file …args` in a process group of its own. */
export function startNode(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  return watch(
    spawn(process.execPath, [join(ROOT, file), ...args], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    }),
  );
}

/** Keeps what a child says and how it ends. */
export function watch(child: ChildProcess): Running {
  const said: string[] = [];
  const out: string[] = [];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said.push(text);
    out.push(text);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => said.push(text));
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? -1));
  });
  // A failed spawn is told by whoever waits; it must not end the test run on its own.
  ended.catch(() => undefined);
  return {
    pid: child.pid ?? -1,
    output: () => said.join(''),
    lines: () =>
      out
        .join('')
        .split('\n')
        .filter((line) => line !== ''),
    ended,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      let killed = false;
      const late = setTimeout(() => (killed = child.kill('SIGKILL')), END_WITHIN_MS);
      const how = await ended;
      clearTimeout(late);
      if (killed)
        throw new Error(`It did not end within ${END_WITHIN_MS} ms of ${signal}:\n${said.join('')}`);
      return how;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    endInput() {
      child.stdin?.end();
    },
  };
}

/** Waits for a line of standard output that matches. @throws when the process ends before, with its words */
export async function waitForLine(
  running: Running,
  pattern: RegExp,
  within = READY_WITHIN_MS,
): Promise<string> {
  const deadline = Date.now() + within;
  let over = false;
  void running.ended.then(
    () => (over = true),
    () => (over = true),
  );
  for (;;) {
    const line = running.lines().find((each) => pattern.test(each));
    if (line !== undefined) return line;
    if (over) throw new Error(`It ended before saying ${pattern}:\n${running.output()}`);
    if (Date.now() > deadline) throw new Error(`No ${pattern} within ${within} ms:\n${running.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export interface RunningApp extends Running {
  /** What the ready line names: origin and token. */
  readonly url: string;
  readonly origin: string;
  readonly token: string;
  readonly dataDir: string;
  /** From the command to the ready line. */
  readonly readyMs: number;
}

export interface AppOptions {
  dataDir: string;
  /** Connects to this helpdesk; without it the app starts the embedded one itself. */
  helpdesk?: { url: string; token: string };
  /** Several accounts, or one of another backend, in place of {@link helpdesk}. */
  accounts?: readonly AccountByHand[];
  args?: readonly string[];
  env?: NodeJS.ProcessEnv;
}

const APP_READY = /^Holdfast is ready: (http:\/\/127\.0\.0\.1:\d+\/)#(\S+)$/;

/** `node out/main/start.js` in browser mode, up to its ready line. */
export async function startApp(options: AppOptions): Promise<RunningApp> {
  const { dataDir, helpdesk, accounts, args = [], env = {} } = options;
  if (helpdesk !== undefined) await pointAt(dataDir, helpdesk);
  if (accounts !== undefined) await setUpAccounts(dataDir, accounts);
  const from = performance.now();
  const running = startNode('out/main/start.js', appArgs(dataDir, args), env);
  const line = await waitForLine(running, APP_READY).catch(async (error: unknown) => {
    await running.kill();
    throw error;
  });
  const readyMs = performance.now() - from;
  const [, origin = '', token = ''] = APP_READY.exec(line) ?? [];
  return { ...running, url: `${origin}#${token}`, origin: origin.slice(0, -1), token, dataDir, readyMs };
}

/** The flags every test start has in common. */
export function appArgs(dataDir: string, args: readonly string[]): string[] {
  const port = args.includes('--port') ? [] : ['--port', '0'];
  return ['--web', '--no-open', ...port, '--data', dataDir, ...args];
}

/** An account as one would write it into the console's list by hand. */
export interface AccountByHand {
  id: string;
  name: string;
  backend: string;
  url: string;
  token: string;
}

/** Writes the console's account list, as setting up accounts by hand would. */
export async function setUpAccounts(dataDir: string, accounts: readonly AccountByHand[]): Promise<void> {
  await mkdir(join(dataDir, 'console'), { recursive: true });
  await writeFile(join(dataDir, 'console', 'accounts.json'), JSON.stringify(accounts), { mode: 0o600 });
}

/** One account, at an embedded helpdesk. */
export async function pointAt(dataDir: string, helpdesk: { url: string; token: string }): Promise<void> {
  await setUpAccounts(dataDir, [{ id: 'desk', name: 'Test desk', backend: 'embedded', ...helpdesk }]);
}

export interface RunningHelpdesk extends Running {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly agent: { id: string; name: string };
  readonly dataDir: string;
}

export interface HelpdeskOptions {
  dataDir: string;
  port?: number;
  seed?: number;
  importFolder?: string;
  /** Whose word on senders it believes. */
  authservId?: string;
}

const HELPDESK_READY = /^Embedded helpdesk is ready: (http:\/\/127\.0\.0\.1:(\d+)\/)$/;

/** `node out/main/helpdesk.js` on its own, up to its ready line. */
export async function startHelpdesk(options: HelpdeskOptions): Promise<RunningHelpdesk> {
  const { dataDir, port = 0, seed, importFolder, authservId } = options;
  const running = startNode('out/main/helpdesk.js', [
    ...['--port', String(port), '--data', dataDir],
    ...(seed === undefined ? [] : ['--seed', String(seed)]),
    ...(authservId === undefined ? [] : ['--authserv-id', authservId]),
    ...(importFolder === undefined ? [] : ['--import', importFolder]),
  ]);
  const line = await waitForLine(running, HELPDESK_READY).catch(async (error: unknown) => {
    await running.kill();
    throw error;
  });
  const [, url = '', at = ''] = HELPDESK_READY.exec(line) ?? [];
  const { agent } = JSON.parse(await readFile(join(dataDir, 'tokens.json'), 'utf8')) as {
    agent: { id: string; name: string; token: string };
  };
  return { ...running, url, port: Number(at), token: agent.token, agent, dataDir };
}
