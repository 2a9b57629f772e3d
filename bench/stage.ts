/** What the benchmarks stand on: a data folder with a filled spool, the real host, a real browser. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeFileSystem } from '@electron/files/node-file-system';
import { openInstall } from '@electron/host/install';
import { openSpools } from '@electron/host/spools';
import type { Change } from '@shared/domain/entities';
import { startBrowser, type RunningBrowser } from '../e2e/harness/browser-process';
import { pointAt, ROOT, startApp, type RunningApp } from '../e2e/harness/processes';
import { dataSet } from './data-set';

/** The account id that `pointAt` gives. */
export const ACCOUNT = 'desk';
/** Nobody listens there: the host lives from its spool, as with the helpdesk gone. */
const NO_HELPDESK = { url: 'http://127.0.0.1:9/', token: 'none' };
const COMMIT_ROWS = 2_000;

export interface Stage {
  folder: string;
  browser: RunningBrowser;
}

/** Runs with a folder of its own, and clears it away. */
export async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Runs with a folder and a browser of its own, and clears both away. */
export function onStage<T>(run: (stage: Stage) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const browser = await startBrowser(join(folder, 'profile'));
    try {
      return await run({ folder, browser });
    } finally {
      await browser.kill();
    }
  });
}

/**
 * Fills the spool of a data folder as if that much had been pulled, and enters it as the host does: one
 * that the folder does not know is taken for what a removal left, and emptied. @returns rows written
 */
export async function fillSpool(
  dataDir: string,
  size: { conversations: number; rows?: number },
): Promise<number> {
  const folder = join(dataDir, 'console');
  const spools = await openSpools([], {
    fs: nodeFileSystem,
    folder: join(folder, 'spool'),
    install: await openInstall(nodeFileSystem, folder),
    onConversation: () => undefined,
  });
  const spool = await spools.open(ACCOUNT);
  const limit = size.rows ?? Number.POSITIVE_INFINITY;
  let written = 0;
  let batch: Change[] = [];
  const commit = async (): Promise<void> => {
    await spool.commit('bench', String(written), batch);
    batch = [];
  };
  for (const change of dataSet({
    accountId: ACCOUNT,
    conversations: size.conversations,
    now: Date.now(),
  })) {
    if (written === limit) break;
    batch.push(change);
    written += 1;
    if (batch.length === COMMIT_ROWS) await commit();
  }
  await commit();
  await spools.close();
  return written;
}

/** The host over a filled folder; its helpdesk cannot be reached. */
export async function startOffline(dataDir: string, env: NodeJS.ProcessEnv = {}): Promise<RunningApp> {
  await pointAt(dataDir, NO_HELPDESK);
  return startApp({ dataDir, env });
}

export interface LoopDelay {
  /** ms over the sampling interval. */
  p50: number;
  p99: number;
  max: number;
}

/** Watches the event loop of a host started with {@link LoopMonitor.env}. */
export class LoopMonitor {
  constructor(private readonly file: string) {}

  get env(): NodeJS.ProcessEnv {
    return {
      NODE_OPTIONS: `--import=${join(ROOT, 'bench', 'loop-monitor.mjs')}`,
      LOOP_DELAY_FILE: this.file,
    };
  }

  /** What was seen since the last reading. */
  async read(pid: number): Promise<LoopDelay> {
    await rm(this.file, { force: true });
    process.kill(pid, 'SIGUSR2');
    for (;;) {
      const text = await readFile(this.file, 'utf8').catch(() => '');
      if (text.endsWith('}')) return JSON.parse(text) as LoopDelay;
      await sleep(20);
    }
  }
}
