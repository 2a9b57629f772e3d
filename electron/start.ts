/** `npm start`: the desktop app where it is installed, else the host with a browser window. */
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { unusableFolder } from './host/install';
import { DataFolderError } from './host/json-file';
import { AlreadyRunningError, findOwner, StuckOwnerError, type RunningElsewhere } from './host/lock';
import { startHost, type RunningHost } from './host/start-host';
import { askRunning } from './host/transport/ask-running';
import { PortTakenError } from './host/transport/ports';
import { hasDisplay, openCommands, openWindow, thisComputer } from './start/browser';
import { DataFolderProblem, defaultDataFolder, moveAside, prepareDataFolder } from './start/data-folder';
import { findDesktopBinary, runDesktopApp } from './start/desktop-app';
import { createNodeHelpdesk } from './start/node-helpdesk';
import { HELP, readOptions, UsageError, type StartOptions } from './start/options';

/** This file is built to out/main/start.js. */
const OUT_FOLDER = import.meta.dirname;
const APP_FOLDER = dirname(dirname(OUT_FOLDER));
const USAGE_EXIT_CODE = 2;
/** Longer than a drain (5 s) and the helpdesk's end (5 s). */
const END_PATIENCE_MS = 15_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function run(options: StartOptions): Promise<number> {
  const dataFolder =
    options.data === null
      ? defaultDataFolder(process.platform, process.env, homedir())
      : resolve(process.env['INIT_CWD'] ?? process.cwd(), options.data);
  if (options.fresh) await beginFresh(dataFolder);
  await prepareDataFolder(dataFolder);

  const display = hasDisplay(thisComputer);
  const desktop = options.web || !options.open || !display ? null : findDesktopBinary(APP_FOLDER);
  if (desktop !== null) {
    say('Opening the desktop app. `npm start -- --web` opens the console in a browser instead.');
    return runDesktopApp(desktop, APP_FOLDER, dataFolder);
  }
  return runHere(dataFolder, options, display);
}

async function beginFresh(dataFolder: string): Promise<void> {
  const owner = await findOwner(join(dataFolder, 'console')).catch((error: unknown) => {
    throw unusableFolder(dataFolder, error);
  });
  if (owner !== null) {
    throw new DataFolderProblem(
      `Holdfast runs with the data folder ${dataFolder} (process ${owner}). Close it first, then use --fresh.`,
    );
  }
  const aside = await moveAside(dataFolder, new Date());
  if (aside !== null) say(`The old data lies in ${aside}`);
}

/** Browser mode: this process is the host. */
async function runHere(dataFolder: string, options: StartOptions, display: boolean): Promise<number> {
  // Before the host starts, so that a signal in between also ends it cleanly.
  const asked = signalToEnd();
  const calledOff = new AbortController();
  void asked.then(() => calledOff.abort());
  let host: RunningHost;
  try {
    host = await startHost({
      dataDir: dataFolder,
      listen: { kind: 'tcp', port: options.port },
      pageFolder: join(OUT_FOLDER, '..', 'renderer'),
      build: __BUILD_ID__,
      helpdesk: createNodeHelpdesk(join(OUT_FOLDER, 'helpdesk.js')),
      log: say,
      signal: calledOff.signal,
    });
  } catch (error) {
    if (calledOff.signal.aborted) return 0;
    if (error instanceof AlreadyRunningError) return handOver(error.running, dataFolder, options, display);
    throw error;
  }
  if (calledOff.signal.aborted) {
    await host.close();
    return 0;
  }
  if (findDesktopBinary(APP_FOLDER) === null) {
    say('To get the desktop app: npm run desktop:install, then npm start.');
  }
  if (options.open && display) await openConsole(addressOf(host), dataFolder);
  say(`Holdfast is ready: ${host.url}`);

  await Promise.race([asked, host.closed]);
  const late = setTimeout(() => process.exit(1), END_PATIENCE_MS);
  late.unref();
  try {
    await host.close();
    return 0;
  } catch (error) {
    const { message } = unusableFolder(dataFolder, error) as Error;
    process.stderr.write(`Not everything could be written on closing. ${message}\n`);
    return 1;
  }
}

/** A second start: shows where the first one is, and its window. */
async function handOver(
  running: RunningElsewhere,
  dataFolder: string,
  options: StartOptions,
  display: boolean,
): Promise<number> {
  if (running.endpoint.kind === 'socket') {
    say('Holdfast is open as the desktop app with this data folder. Close it to use it in a browser.');
    return 1;
  }
  say(`Holdfast runs already (process ${running.pid}).`);
  if (options.open && display) await openConsole(running, dataFolder);
  say(`Holdfast is ready: ${running.origin}/#${running.token}`);
  return 0;
}

async function openConsole(
  at: Pick<RunningElsewhere, 'origin' | 'token' | 'endpoint'>,
  dataFolder: string,
): Promise<void> {
  // Every user of the computer sees command lines: a code that works once goes there, not the token.
  const asked = await askRunning(at, 'POST', '/control/open').catch(() => null);
  const { path } = (asked?.body ?? {}) as { path?: string };
  const commands = openCommands(thisComputer, `${at.origin}${path ?? '/'}`, join(dataFolder, 'browser'));
  if (!(await openWindow(commands))) say('No browser could be started; open the address below in one.');
}

function addressOf({ origin, token }: RunningHost): Pick<RunningElsewhere, 'origin' | 'token' | 'endpoint'> {
  return { origin, token, endpoint: { kind: 'tcp', port: Number(new URL(origin).port) } };
}

/** Resolves at the first signal; a second one ends the process at once. */
function signalToEnd(): Promise<void> {
  return new Promise((resolve) => {
    let seen = false;
    const end = (): void => {
      if (seen) process.exit(130);
      seen = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  });
}

function sentenceOf(error: unknown): string {
  const known = [UsageError, DataFolderProblem, DataFolderError, StuckOwnerError, PortTakenError];
  if (known.some((kind) => error instanceof kind)) return (error as Error).message;
  return `Holdfast could not start: ${error instanceof Error ? error.message : String(error)}`;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  else process.exitCode = await run(options);
} catch (error) {
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exitCode = error instanceof UsageError ? USAGE_EXIT_CODE : 1;
}
