/** Waits for a helpdesk process to be ready, whoever started it, and reads the token it left. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { HelpdeskLauncher } from '../host/helpdesk-launcher';

const READY = /^Embedded helpdesk is ready: (http:\/\/127\.0\.0\.1:\d{1,5}\/)\s*$/m;
const START_PATIENCE_MS = 60_000;
const KEPT_OUTPUT_CHARACTERS = 2_000;

const tokensSchema = z.object({ agent: z.object({ token: z.string().min(1) }) });

/** A helpdesk process just started: by Node on its own, by Electron's utility process on the desktop. */
export interface HelpdeskChild {
  stdout: Readable | null;
  stderr: Readable | null;
  /** Resolves when it has ended; rejects when it could not even be started. */
  exited: Promise<void>;
  /** Ends it, resolving once it has. */
  stop(): Promise<void>;
}

/** The helpdesk did not come up; the sentence holds its own last words. */
export class HelpdeskStartError extends Error {
  override readonly name = 'HelpdeskStartError';
}

/** @param spawnChild starts out/main/helpdesk.js with these arguments */
export function createHelpdeskLauncher(
  spawnChild: (args: readonly string[]) => HelpdeskChild,
): HelpdeskLauncher {
  return {
    async start({ dataDir, port, seed }) {
      const child = spawnChild(['--port', String(port ?? 0), '--data', dataDir, '--seed', String(seed)]);
      const { stop } = child;
      const exited = child.exited.catch(() => undefined);
      try {
        const url = await readyLine(child);
        const token = await agentToken(dataDir);
        return { url, token, exited, stop };
      } catch (error) {
        await stop();
        throw error;
      }
    },
  };
}

function readyLine({ stdout, stderr, exited }: HelpdeskChild): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (what: string): void => {
      clearTimeout(late);
      const words = said.trim().split('\n').at(-1) ?? '';
      reject(new HelpdeskStartError(`The embedded helpdesk ${what}${words === '' ? '.' : `: ${words}`}`));
    };
    const late = setTimeout(
      () => fail(`was not ready within ${START_PATIENCE_MS / 1_000} s`),
      START_PATIENCE_MS,
    );
    const hear = (text: string): void => {
      said = (said + text).slice(-KEPT_OUTPUT_CHARACTERS);
      const url = READY.exec(said)?.[1];
      if (url === undefined) return;
      clearTimeout(late);
      resolve(url);
    };
    stdout?.setEncoding('utf8').on('data', hear);
    stderr?.setEncoding('utf8').on('data', hear);
    exited.then(
      () => fail('ended before it was ready'),
      (error: unknown) => fail(`cannot be started (${(error as Error).message})`),
    );
  });
}

async function agentToken(dataDir: string): Promise<string> {
  try {
    return tokensSchema.parse(JSON.parse(await readFile(join(dataDir, 'tokens.json'), 'utf8'))).agent.token;
  } catch (error) {
    throw new HelpdeskStartError(`The embedded helpdesk left no readable tokens.json in ${dataDir}.`, {
      cause: error,
    });
  }
}
