/**
 * Files in folders of the team, which may lie at the other end of a dead network. A system call into
 * such a folder may never return, and Node has four threads for all of them: so each piece of work is
 * done by a program of its own, which is killed when its time is over.
 *
 *   asked ──▶ program started ──'.'──▶ its time runs ──'+' bytes or '-' code──▶ ended
 *                                          └──over──▶ killed, told as ETIMEDOUT
 *
 * A packaged app cannot start Node again (its RunAsNode fuse is off): there it is a thread, which
 * cannot be killed out of a system call, but holds up no other.
 */
import { spawn } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { codeOf } from '../json-file';
import { noteThread } from '../threads';
import programText from './share-program.js?raw';

export interface ShareLimits {
  /** Until the program runs, in ms: this computer may be busy. */
  startMs: number;
  /** For the work, in ms. */
  workMs: number;
}
export const SHARE_LIMITS: ShareLimits = { startMs: 15_000, workMs: 5_000 };
/** So many folders are waited for at once. */
const MOST_AT_ONCE = 4;

/** `code` is the system's own (ENOENT, EACCES…), ETIMEDOUT, EFBIG, EBUSY, EINVAL (no regular file). */
export class ShareError extends Error {
  override readonly name = 'ShareError';
  constructor(readonly code: string) {
    super(`The shared folder does not do it: ${code}`);
  }
}

export interface Share {
  /** A whole file of at most so many bytes. @throws ShareError; what the signal says */
  read(path: string, mostBytes: number, signal?: AbortSignal): Promise<Uint8Array>;
  /** Replaces a file, readable as `mode` says. @throws ShareError */
  write(path: string, bytes: Uint8Array, mode: number): Promise<void>;
  /** Ends all work now, whatever the folder does. */
  close(): void;
}

/** What runs the text of a program. */
interface Running {
  stdin: Writable;
  stdout: Readable;
  /** Once, with what went wrong in starting it or ''. */
  onEnd(listener: (problem: string) => void): void;
  kill(): void;
}
export type ProgramStarter = (text: string, args: readonly string[]) => Running;

export const asProcess: ProgramStarter = (text, args) => {
  const child = spawn(process.execPath, ['-e', text, '--', ...args], {
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
  });
  child.unref();
  // Where this computer gives no more pipes the child has none, whatever its type says: an error comes next.
  const { stdin, stdout } = child as Partial<Pick<typeof child, 'stdin' | 'stdout'>>;
  return {
    stdin: stdin ?? new PassThrough(),
    stdout: stdout ?? new PassThrough(),
    onEnd(listener) {
      child.once('error', (error) => listener(codeOf(error)));
      child.once('close', () => listener(''));
    },
    kill: () => void child.kill('SIGKILL'),
  };
};

export const asThread: ProgramStarter = (text, args) => {
  const worker = new Worker(text, { eval: true, argv: [...args], stdin: true, stdout: true, stderr: true });
  worker.unref();
  noteThread(worker);
  return {
    stdin: worker.stdin!,
    stdout: worker.stdout,
    onEnd(listener) {
      worker.once('error', (error) => listener(codeOf(error)));
      worker.once('exit', () => listener(''));
    },
    kill: () => void worker.terminate(),
  };
};

const START = process.versions['electron'] === undefined ? asProcess : asThread;

/** @param text of the program; tests give one that hangs */
export function openShare(limits = SHARE_LIMITS, start: ProgramStarter = START, text = programText): Share {
  /** By work and path; also what was killed and has not ended, because the system holds it. */
  const working = new Map<string, Promise<Uint8Array>>();
  const closing = new AbortController();

  function run(args: readonly string[], input: Uint8Array, onGone: () => void): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      let program: Running;
      try {
        program = start(text, args);
      } catch (error) {
        onGone();
        return reject(new ShareError(codeOf(error)));
      }
      const said: Uint8Array[] = [];
      const giveUp = (code: string): void => {
        settle();
        reject(new ShareError(code));
        program.kill();
      };
      const late = (): void => giveUp('ETIMEDOUT');
      const callOff = (): void => giveUp('closing');
      let timer = setTimeout(late, limits.startMs);
      closing.signal.addEventListener('abort', callOff, { once: true });
      const settle = (): void => {
        clearTimeout(timer);
        closing.signal.removeEventListener('abort', callOff);
      };
      program.stdout.on('data', (piece: Uint8Array) => {
        if (said.length === 0) {
          clearTimeout(timer);
          timer = setTimeout(late, limits.workMs);
        }
        said.push(piece);
      });
      program.onEnd((problem) => {
        onGone();
        settle();
        const all = Buffer.concat(said);
        if (all.toString('latin1', 0, 2) === '.+') resolve(all.subarray(2));
        else reject(new ShareError(problem || all.toString('utf8', 2) || 'it ended'));
      });
      program.stdin.on('error', () => undefined);
      program.stdin.end(input);
    });
  }

  function begin(args: readonly string[], input: Uint8Array): Promise<Uint8Array> {
    const key = args.slice(0, 2).join(' ');
    if (closing.signal.aborted) return Promise.reject(new ShareError('closing'));
    // What two ask for is read once; what hangs is told so at once.
    const known = working.get(key);
    if (known !== undefined) return known;
    if (working.size >= MOST_AT_ONCE) return Promise.reject(new ShareError('EBUSY'));
    let isGone = false;
    const answer = run(args, input, () => {
      isGone = true;
      working.delete(key);
    });
    if (!isGone) working.set(key, answer);
    return answer;
  }

  return {
    read(path, mostBytes, signal) {
      const answer = begin(['read', path, String(mostBytes)], new Uint8Array());
      return signal === undefined ? answer : unless(signal, answer);
    },
    async write(path, bytes, mode) {
      // Two at once would each believe that theirs lies there.
      if (working.has(`write ${path}`)) throw new ShareError('ETIMEDOUT');
      await begin(['write', path, String(mode)], bytes);
    },
    close: () => closing.abort(),
  };
}

/** The answer, or sooner what the signal says. */
function unless<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
