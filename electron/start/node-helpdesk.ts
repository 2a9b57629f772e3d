/** Starts the embedded helpdesk as a Node process that ends when its parent does, however that ends. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { HelpdeskLauncher } from '../host/helpdesk-launcher';

const READY = /^Embedded helpdesk is ready: (http:\/\/127\.0\.0\.1:\d{1,5}\/)\s*$/m;
const START_PATIENCE_MS = 60_000;
const STOP_PATIENCE_MS = 5_000;
const KEPT_OUTPUT_CHARACTERS = 2_000;

const tokensSchema = z.object({ agent: z.object({ token: z.string().min(1) }) });

/** The helpdesk did not come up; the sentence holds its own last words. */
export class HelpdeskStartError extends Error {
  override readonly name = 'HelpdeskStartError';
}

/** @param program path of the built helpdesk (out/main/helpdesk.js) */
export function createNodeHelpdesk(program: string): HelpdeskLauncher {
  return {
    async start({ dataDir, port, seed }) {
      const args = ['--port', String(port ?? 0), '--data', dataDir, '--seed', String(seed), '--supervised'];
      // A group of its own: Ctrl-C in the terminal reaches the host, which ends it after draining.
      const child = spawn(process.execPath, [program, ...args], {
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: process.platform !== 'win32',
        windowsHide: true,
      });
      // Writing never happens; the pipe's end is the sign to stop, and may break when it is gone.
      child.stdin?.on('error', () => {});
      const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
      const stop = async (): Promise<void> => {
        child.stdin?.end();
        const late = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
        await exited;
        clearTimeout(late);
      };
      try {
        const url = await readyLine(child, exited);
        const token = await agentToken(dataDir);
        return { url, token, exited, stop };
      } catch (error) {
        await stop();
        throw error;
      }
    },
  };
}

function readyLine(child: ChildProcess, exited: Promise<void>): Promise<string> {
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
    child.stdout?.setEncoding('utf8').on('data', hear);
    child.stderr?.setEncoding('utf8').on('data', hear);
    child.once('error', (error) => fail(`cannot start: ${error.message}`));
    void exited.then(() => fail('ended before it was ready'));
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
