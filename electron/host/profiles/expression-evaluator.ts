/**
 * Runs expressions of profiles (JSONata) in a worker thread, which is killed when one of them takes too
 * long and cannot grow beyond its memory. Whatever it did is then told as that expression's problem,
 * and the rest is run again without it.
 */
import { Worker } from 'node:worker_threads';
import jsonataSource from 'jsonata/jsonata.min.js?raw';
import { BackendError } from '@shared/backends/backend-error';
import type {
  Evaluator,
  ExpressionInput,
  ExpressionTask,
  TaskOutcome,
} from '@shared/backends/custom/evaluator';
import workerSource from './expression-worker.js?raw';

export interface EvaluatorOptions {
  /** How long a single expression may run on a single thing, in ms. */
  limitMs?: number;
  /** How large the worker may grow, in MB. */
  memoryMb?: number;
}

export interface ClosableEvaluator extends Evaluator {
  /** Ends the worker; what runs is rejected. */
  close(): Promise<void>;
}

const LIMIT_MS = 1_000;
const MEMORY_MB = 96;
/** So often it is looked at within its time: a computer that slept between two looks has proved nothing. */
const LOOKS = 4;
/** How long a thread may take to begin, in ms: this computer may be busy. */
const START_LIMIT_MS = 15_000;
/** A batch in which so many expressions had to be killed is given up. */
const MOST_KILLS = 8;
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

interface Skip {
  task: number;
  input: number;
  /** 0: the task's `each`; n: the expression at n − 1. */
  expression: number;
  problem: string;
}

interface Running {
  worker: Worker;
  progress: Int32Array;
}

/** Starts its worker when it is first needed. */
export function createExpressionEvaluator(options: EvaluatorOptions = {}): ClosableEvaluator {
  const { limitMs = LIMIT_MS, memoryMb = MEMORY_MB } = options;
  let running: Running | null = null;
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  function start(): Running {
    const progress = new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT);
    const worker = new Worker(`${jsonataSource}\n;${workerSource}`, {
      eval: true,
      env: {},
      execArgv: [],
      stdin: false,
      workerData: { progress, shield: SHIELD },
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
    });
    worker.unref();
    return { worker, progress: new Int32Array(progress) };
  }

  /** One try: the results, or where it was when it had to be ended and why. */
  function attempt(message: unknown): Promise<readonly (readonly TaskOutcome[])[] | Skip> {
    running ??= start();
    const { worker, progress } = running;
    return new Promise((resolve, reject) => {
      const before = Atomics.load(progress, 3);
      let seen = before;
      let [still, ticks] = [0, 0];
      const watch = setInterval(() => {
        const now = Atomics.load(progress, 3);
        ticks += 1;
        still = now === seen ? still + 1 : 0;
        seen = now;
        // A thread that has not begun is slow to start, which is no fault of an expression.
        const starting = now === before && (ticks * limitMs) / LOOKS < START_LIMIT_MS;
        if (still >= LOOKS && !starting) end(`It took longer than ${limitMs} ms and was stopped.`);
      }, limitMs / LOOKS);
      const settle = (): void => {
        clearInterval(watch);
        worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      };
      const end = (problem: string): void => {
        settle();
        running = null;
        void worker.terminate();
        if (closed) return reject(new Error('The evaluator was closed.'));
        const [task = 0, input = 0, expression = 0] = progress;
        resolve({ task, input, expression, problem });
      };
      const onMessage = (text: string): void => {
        settle();
        resolve(JSON.parse(text) as readonly (readonly TaskOutcome[])[]);
      };
      const onError = ({ code, message: words }: NodeJS.ErrnoException): void => {
        const tooLarge = code === 'ERR_WORKER_OUT_OF_MEMORY';
        end(tooLarge ? `It needed more than ${memoryMb} MB and was stopped.` : `It broke off: ${words}`);
      };
      const onExit = (): void => end('It ended its worker.');
      worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      worker.postMessage(message);
    });
  }

  async function evaluate(
    tasks: readonly ExpressionTask[],
    inputs: readonly ExpressionInput[],
  ): Promise<readonly (readonly TaskOutcome[])[]> {
    const skips: Skip[] = [];
    let suspect: Skip | null = null;
    for (let kills = 0; ; kills += 1) {
      if (closed) throw new Error('The evaluator was closed.');
      const found = await attempt({ tasks, inputs, skips });
      if (!('problem' in found)) return found;
      if (kills >= MOST_KILLS) {
        const { each, expressions } = tasks[found.task] ?? { each: null, expressions: [] };
        const text = found.expression === 0 ? each : expressions[found.expression - 1];
        // Setting aside one row after the other would lose them all: this waits for a better profile.
        throw new BackendError('nonsense', `The expression "${text ?? ''}" runs away: ${found.problem}`);
      }
      // Once may be the fault of a busy computer; nobody's row is set aside for that.
      if (suspect !== null && isSame(suspect, found)) skips.push(found);
      suspect = found;
    }
  }

  return {
    evaluate(tasks, inputs) {
      const mine = last.then(() => evaluate(tasks, inputs));
      last = mine.catch(() => undefined);
      return mine;
    },
    async close() {
      closed = true;
      await running?.worker.terminate();
      running = null;
    },
  };
}

function isSame(one: Skip, other: Skip): boolean {
  return one.task === other.task && one.input === other.input && one.expression === other.expression;
}
