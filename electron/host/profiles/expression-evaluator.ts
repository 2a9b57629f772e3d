/**
 * Runs the expressions of profiles (JSONata) where they can do no harm (expression-runner.ts). One that
 * takes too long or too much is ended with what it runs in, which is told as its problem on that one input;
 * the rest is run again without it. Each account has a runner of its own, and in its queue agents go first.
 */
import { createHash } from 'node:crypto';
import { BackendError } from '@shared/backends/backend-error';
import type {
  Evaluator,
  ExpressionInput,
  ExpressionTask,
  Lane,
  TaskOutcome,
} from '@shared/backends/custom/evaluator';
import { charactersIn } from '@shared/backends/custom/excerpt';
import { startRunner, type ExpressionRunner, type RunnerLimits } from './expression-runner';

export interface EvaluatorOptions {
  /** How long a single expression may run on a single thing, in ms. */
  limitMs?: number;
  /** How large what runs them may grow, in MB. */
  memoryMb?: number;
  /** How large one input may be, and what is made of it, in characters of JSON. */
  mostCharacters?: number;
  start?: (limits: RunnerLimits) => ExpressionRunner;
}

export interface ClosableEvaluator extends Evaluator {
  /** Ends everything; what runs is rejected. */
  close(): Promise<void>;
}

const LIMIT_MS = 1_000;
const MEMORY_MB = 128;
const MOST_CHARACTERS = 4 * 1_048_576;
/** So often it is looked at within its time: a computer that slept between two looks has proved nothing. */
const LOOKS = 4;
/** How long a runner may take to begin, in ms: this computer may be busy. */
const START_LIMIT_MS = 15_000;
/** So many inputs go over at once: an agent who asks meanwhile waits for no more. */
const MOST_INPUTS = 25;
/** An expression that had to be ended so often, and more often than it came to an end, is given up. */
const MOST_KILLS = 8;
/** So many good ends are remembered of an expression. */
const MOST_PASSES = 20;
/** So many inputs that an expression runs away on are remembered: none costs a second kill. */
const MOST_REMEMBERED = 5_000;
/** A runner that never begins is started so often before that is told. */
const MOST_STILLBORN = 3;
/** A runner with nothing to do is ended after this, in ms. */
const IDLE_MS = 5 * 60_000;

type Results = (readonly TaskOutcome[])[];

interface Job {
  tasks: readonly ExpressionTask[];
  inputs: readonly ExpressionInput[];
  /** By task; filled from the first input on. */
  results: TaskOutcome[][];
  done: number;
  resolve(results: Results): void;
  reject(error: Error): void;
}

/** An expression that is not asked of an input (again). */
interface Skip {
  task: number;
  input: number;
  /** 0: the task's `each`; n: the expression at n − 1. */
  expression: number;
  problem: string;
}

export function createExpressionEvaluator(options: EvaluatorOptions = {}): ClosableEvaluator {
  const lanes = new Map<string, AccountLane>();
  return {
    evaluate(tasks, inputs, lane) {
      let own = lanes.get(lane.accountId);
      if (own === undefined) lanes.set(lane.accountId, (own = new AccountLane(options)));
      return own.evaluate(tasks, inputs, lane.urgency);
    },
    close() {
      for (const lane of lanes.values()) lane.close();
      return Promise.resolve();
    },
  };
}

class AccountLane {
  readonly #limitMs: number;
  readonly #limits: RunnerLimits;
  readonly #start: (limits: RunnerLimits) => ExpressionRunner;
  readonly #waiting: Readonly<Record<Lane['urgency'], Job[]>> = { agent: [], pull: [] };
  /** What is known of inputs that an expression runs away on, by a mark of both. */
  readonly #runaways = new Map<string, string>();
  readonly #record = new Map<string, { kills: number; passes: number }>();
  #runner: ExpressionRunner | null = null;
  /** How often in a row a runner ended before it had begun. */
  #stillborn = 0;
  #working = false;
  #closed = false;
  #idle: NodeJS.Timeout | null = null;
  #callOff: (() => void) | null = null;

  constructor(options: EvaluatorOptions) {
    const { limitMs = LIMIT_MS, memoryMb = MEMORY_MB, mostCharacters = MOST_CHARACTERS } = options;
    this.#limitMs = limitMs;
    this.#limits = { memoryMb, mostCharacters };
    this.#start = options.start ?? startRunner;
  }

  evaluate(
    tasks: readonly ExpressionTask[],
    inputs: readonly ExpressionInput[],
    urgency: Lane['urgency'],
  ): Promise<Results> {
    return new Promise((resolve, reject) => {
      this.#waiting[urgency].push({ tasks, inputs, results: tasks.map(() => []), done: 0, resolve, reject });
      void this.#work();
    });
  }

  close(): void {
    this.#closed = true;
    this.#end();
    this.#callOff?.();
    for (const job of [...this.#waiting.agent, ...this.#waiting.pull]) job.reject(closedError());
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    if (this.#idle !== null) clearTimeout(this.#idle);
    for (;;) {
      const queue = this.#waiting.agent.length > 0 ? this.#waiting.agent : this.#waiting.pull;
      const [job] = queue;
      if (job === undefined) break;
      const settle = (): void => void queue.splice(queue.indexOf(job), 1);
      try {
        if (this.#closed) throw closedError();
        if (job.done < job.inputs.length) await this.#step(job);
        if (job.done < job.inputs.length) continue;
        settle();
        job.resolve(job.results);
      } catch (error) {
        settle();
        job.reject(error as Error);
      }
    }
    this.#working = false;
    this.#idle = setTimeout(() => this.#end(), IDLE_MS).unref();
  }

  /** The next few inputs of a job. An ended runner leaves them for the next turn, without what ended it. */
  async #step(job: Job): Promise<void> {
    const { mostCharacters } = this.#limits;
    const first = job.inputs[job.done];
    const size = charactersIn(first, mostCharacters);
    if (size > mostCharacters) {
      const problem = `It is larger than the ${mostCharacters} characters that expressions are asked of.`;
      for (const outcomes of job.results) outcomes.push({ problem, position: null });
      job.done += 1;
      return;
    }
    let together = size;
    let count = 1;
    for (; count < MOST_INPUTS && job.done + count < job.inputs.length; count += 1) {
      together += charactersIn(job.inputs[job.done + count], mostCharacters);
      if (together > mostCharacters) break;
    }
    const inputs = job.inputs.slice(job.done, job.done + count);
    const skips = this.#skipsOf(job.tasks, inputs);
    const found = await this.#attempt(JSON.stringify({ tasks: job.tasks, inputs, skips }));
    if (typeof found === 'string') {
      this.#stillborn = 0;
      const results = JSON.parse(found) as Results;
      for (const [task, outcomes] of results.entries()) job.results[task]?.push(...outcomes);
      job.done += count;
      this.#passed(job.tasks, count);
      return;
    }
    if (found.began) return this.#ranAway(job, inputs, found);
    this.#stillborn += 1;
    if (this.#stillborn < MOST_STILLBORN) return;
    this.#stillborn = 0;
    throw new BackendError('nonsense', `No expression can be run here: ${found.problem}`);
  }

  #skipsOf(tasks: readonly ExpressionTask[], inputs: readonly ExpressionInput[]): readonly Skip[] {
    if (this.#runaways.size === 0) return [];
    return inputs.flatMap((value, input) => {
      const mark = markOf(value);
      return tasks.flatMap((wanted, task) =>
        textsOf(wanted).flatMap((text, expression) => {
          const problem = this.#runaways.get(`${mark} ${text}`);
          return problem === undefined ? [] : [{ task, input, expression, problem }];
        }),
      );
    });
  }

  /** An expression ran away: nobody asks it of that input again. */
  #ranAway(job: Job, inputs: readonly ExpressionInput[], { task, input, expression, problem }: Skip): void {
    const wanted = job.tasks[task];
    const text = (wanted === undefined ? undefined : textsOf(wanted)[expression]) ?? '';
    const mark = markOf(inputs[input]);
    if (this.#runaways.size >= MOST_REMEMBERED) this.#runaways.clear();
    this.#runaways.set(`${mark} ${text}`, problem);
    const record = this.#recordOf(text);
    record.kills += 1;
    if (record.kills < MOST_KILLS || record.kills <= record.passes) return;
    // Setting aside one row after the other would lose them all: this waits for a better profile.
    record.kills = MOST_KILLS - 1;
    for (const key of this.#runaways.keys()) if (key.endsWith(` ${text}`)) this.#runaways.delete(key);
    throw new BackendError('nonsense', `The expression "${text}" runs away: ${problem}`);
  }

  #passed(tasks: readonly ExpressionTask[], count: number): void {
    for (const text of new Set(tasks.flatMap(textsOf))) {
      const record = this.#record.get(text);
      const passes = Math.min(MOST_PASSES, (record?.passes ?? 0) + count);
      this.#record.set(text, { passes, kills: Math.max(0, (record?.kills ?? 0) - Math.floor(count / 10)) });
    }
  }

  #recordOf(text: string): { kills: number; passes: number } {
    const known = this.#record.get(text) ?? { kills: 0, passes: 0 };
    this.#record.set(text, known);
    return known;
  }

  /** One try: the results, or where it was when it had to be ended and why. */
  #attempt(message: string): Promise<string | (Skip & { began: boolean })> {
    const runner = (this.#runner ??= this.#start(this.#limits));
    const limitMs = this.#limitMs;
    return new Promise((resolve, reject) => {
      const before = runner.progress().count;
      let seen = before;
      let [still, ticks] = [0, 0];
      const end = (problem: string): void => {
        const { task, input, expression, count } = runner.progress();
        settle();
        this.#end();
        resolve({ task, input, expression, problem, began: count !== before });
      };
      const watch = setInterval(() => {
        const now = runner.progress().count;
        ticks += 1;
        still = now === seen ? still + 1 : 0;
        seen = now;
        // One that has not begun is slow to start, which is no fault of an expression.
        const starting = now === before && (ticks * limitMs) / LOOKS < START_LIMIT_MS;
        if (still >= LOOKS && !starting) end(`It took longer than ${limitMs} ms and was stopped.`);
      }, limitMs / LOOKS);
      const settle = (): void => {
        clearInterval(watch);
        this.#callOff = null;
        runner.listen(null);
      };
      this.#callOff = () => {
        settle();
        reject(closedError());
      };
      runner.listen({
        results(text) {
          settle();
          resolve(text);
        },
        ended: end,
      });
      runner.run(message);
    });
  }

  #end(): void {
    this.#runner?.kill();
    this.#runner = null;
  }
}

/** Every expression of a task by its place: `each` at 0, empty where there is none. */
function textsOf({ each, expressions }: ExpressionTask): readonly string[] {
  return [each ?? '', ...expressions];
}

function markOf(input: unknown): string {
  return createHash('sha256').update(JSON.stringify(input)).digest('base64url');
}

function closedError(): Error {
  return new Error('The evaluator was closed.');
}
