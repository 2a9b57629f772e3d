/**
 * Where the expressions of a profile run: a process of its own, so that whatever becomes of it (V8 ends a
 * process that reaches its heap limit, and a thread takes its whole process along) the host goes on.
 * An Electron utility process can start none; there it is a thread, with the same text and the same limits.
 */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import jsonataSource from 'jsonata/jsonata.min.js?raw';
import processLink from './expression-process.js?raw';
import threadLink from './expression-thread.js?raw';
import workerSource from './expression-worker.js?raw';

/** Where it is: the places of task and input, and of the expression (0: the task's `each`; n: the one at n − 1). */
export interface Progress {
  task: number;
  input: number;
  expression: number;
  /** Changes whenever it goes on. */
  count: number;
}

export interface RunnerListener {
  results(text: string): void;
  /** It ended, and nobody had asked it to. */
  ended(why: string): void;
}

export interface ExpressionRunner {
  /** Tasks and inputs as JSON; answered by `results`, or by `ended` if it does not survive them. */
  run(tasks: string): void;
  progress(): Progress;
  /** Whom to tell from now on; `null`: nobody. */
  listen(listener: RunnerListener | null): void;
  kill(): void;
}

export interface RunnerLimits {
  /** How large it may grow, in MB. */
  memoryMb: number;
  /** How much may be made of one input, in characters of JSON. */
  mostCharacters: number;
}

/** Globals in lower case that the language itself needs. */
const SHIELD = [
  'undefined',
  'isNaN',
  'isFinite',
  'parseInt',
  'parseFloat',
  'encodeURI',
  'encodeURIComponent',
  'decodeURI',
  'decodeURIComponent',
  'queueMicrotask',
  'setTimeout',
  'clearTimeout',
];
/** A host that was killed ends nothing: a process that is not getting on ends itself after this, in ms. */
const ORPHAN_MS = 60_000;
const ENDED = 'It ended what it ran in.';
/** Bytes of one note of where it is: three whole numbers. */
const NOTE_BYTES = 12;

/** Starts one; it takes tasks at once. */
export function startRunner(limits: RunnerLimits): ExpressionRunner {
  return process.versions['electron'] === undefined ? processRunner(limits) : threadRunner(limits);
}

/** A child of this process. The program is told and not written to disk: nothing of it has to be found. */
export function processRunner({ memoryMb, mostCharacters }: RunnerLimits): ExpressionRunner {
  const bootstrap = `process.once('message', (text) => new Function('require', 'process', 'given', text)(
    require, process, ${JSON.stringify({ shield: SHIELD, mostCharacters, orphanMs: ORPHAN_MS })}))`;
  const { SystemRoot } = process.env;
  const child = spawn(process.execPath, [`--max-old-space-size=${memoryMb}`, '-e', bootstrap], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
    // Windows' sockets need to know where Windows is.
    env: SystemRoot === undefined ? {} : { SystemRoot },
    serialization: 'advanced',
    windowsHide: true,
  });
  let listener: RunnerListener | null = null;
  let gone: string | null = null;
  // First of all: an error that nobody hears would end the host.
  child.on('error', (error) => {
    gone ??= `No process could be started for it: ${error.message}.`;
    listener?.ended(gone);
  });
  // Where this computer gives no more pipes the child has none, nor a channel: the error comes next.
  const { [4]: pipe } = (child.stdio as typeof child.stdio | undefined) ?? [];
  const notes = pipe as (Readable & { unref?(): void }) | undefined;
  let at: Progress = { task: 0, input: 0, expression: 0, count: 0 };
  let rest: Buffer = Buffer.alloc(0);
  notes?.on('data', (bytes: Buffer) => {
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const whole = all.length - (all.length % NOTE_BYTES);
    rest = all.subarray(whole);
    if (whole === 0) return;
    const note = all.subarray(whole - NOTE_BYTES, whole);
    const [task, input, expression] = [note.readInt32LE(0), note.readInt32LE(4), note.readInt32LE(8)];
    at = { task, input, expression, count: at.count + whole / NOTE_BYTES };
  });
  // What it is being told when it dies is lost with it.
  notes?.on('error', () => undefined);
  child.unref();
  child.channel?.unref();
  notes?.unref?.();
  const module = 'const module = { exports: {} }, exports = module.exports;';
  const tell = (text: string): void => {
    if (notes !== undefined) child.send(text, () => undefined);
  };
  tell(`${module}${jsonataSource}\n;${processLink}\n;${workerSource}`);
  child.on('message', (text) => listener?.results(String(text)));
  // Behind the last of its notes.
  child.on('close', (_code, signal) => {
    gone ??=
      signal === 'SIGABRT' || signal === 'SIGTRAP' || signal === 'SIGILL' ? tooMuchMemory(memoryMb) : ENDED;
    listener?.ended(gone);
  });
  return {
    run(tasks) {
      if (gone === null) tell(tasks);
      else listener?.ended(gone);
    },
    progress: () => at,
    listen: (told) => void (listener = told),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** A thread of this process. */
export function threadRunner({ memoryMb, mostCharacters }: RunnerLimits): ExpressionRunner {
  const shared = new Int32Array(new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(`${jsonataSource}\n;${threadLink}\n;${workerSource}`, {
    eval: true,
    env: {},
    execArgv: [],
    stdin: false,
    workerData: { progress: shared, given: { shield: SHIELD, mostCharacters } },
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
  });
  worker.unref();
  let listener: RunnerListener | null = null;
  let why = ENDED;
  worker.on('message', (text: string) => listener?.results(text));
  worker.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    why = code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuchMemory(memoryMb) : `It broke off: ${message}`;
  });
  worker.on('exit', () => listener?.ended(why));
  return {
    run: (tasks) => worker.postMessage(tasks),
    progress: () => ({
      task: Atomics.load(shared, 0),
      input: Atomics.load(shared, 1),
      expression: Atomics.load(shared, 2),
      count: Atomics.load(shared, 3),
    }),
    listen: (told) => void (listener = told),
    kill: () => void worker.terminate(),
  };
}

function tooMuchMemory(memoryMb: number): string {
  return `It needed more than ${memoryMb} MB and was stopped.`;
}
