/** Every backend on what is at hand: real servers where there are some, else simulators. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createExpressionEvaluator } from '@electron/host/profiles/expression-evaluator';
import { compileProfile } from '@shared/backends/custom/compile-profile';
import { readProfile, sentenceOf } from '@shared/backends/custom/read-profile';
import { BACKEND_IDS } from '@shared/backends/registry';
import { harnessOf, type VendorSimulator } from '@shared/testing/vendor-kit';
import { PROFILE_SIMULATORS, SIMULATORS } from '@shared/testing/vendors/simulators';
import { ROOT } from '../e2e/harness/processes';
import { PATIENCE_MS, REAL_SERVERS } from './real-servers';
import { judgeTarget, tellNoServer, type Told } from './target';

const PROFILES = join(ROOT, 'resources', 'backends');

/** What a simulated server has before it is judged. */
const EARLIER_CONVERSATIONS = 30;

/** Judges one backend on one server of its own. */
type Judge = (told: Told) => Promise<void>;

/** @param names only these; all where none is named */
export async function judgeAll(names: readonly string[], told: Told): Promise<void> {
  for (const [name, judge] of await judges()) {
    if (names.length > 0 && !names.includes(name)) continue;
    await judge(told).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      told({ backend: name, capability: 'server', result: 'fail', reason, ms: 0 }, { problem: null });
    });
  }
}

async function judges(): Promise<Map<string, Judge>> {
  const found = new Map<string, Judge>();
  for (const id of BACKEND_IDS) found.set(id, (told) => judgeVendor(id, told));
  for (const file of (await readdir(PROFILES).catch(() => [])).sort()) {
    if (file.endsWith('.yaml')) found.set(file, (told) => judgeProfile(file, told));
  }
  return found;
}

async function judgeVendor(id: string, told: Told): Promise<void> {
  const real = REAL_SERVERS[id];
  const open = SIMULATORS[id];
  if (real !== undefined) await real(told);
  if (open !== undefined) await judgeSimulated(id, await open(), told);
  if (real === undefined && open === undefined) tellNoServer(id, 'It has no simulator.', told);
}

async function judgeSimulated(name: string, simulator: VendorSimulator, told: Told): Promise<void> {
  await simulator.keepsSavedReply?.('A checked title', 'A checked text');
  const harness = harnessOf(simulator);
  // Something to count, to page through and to sort.
  for (let n = 1; n <= EARLIER_CONVERSATIONS; n += 1) await harness.customerWrites(`Sample question ${n}`);
  await judgeTarget(
    {
      name: `${name} (simulated)`,
      connect: (options) => harness.connect(options),
      clock: simulator.clock,
      write: true,
      patienceMs: PATIENCE_MS,
      others: {
        create: (text) => harness.customerWrites(text),
        remove: harness.remove?.bind(harness),
        merge: harness.merge?.bind(harness),
      },
      lacks: simulator.lacks ?? {},
    },
    told,
  );
}

async function judgeProfile(file: string, told: Told): Promise<void> {
  const open = PROFILE_SIMULATORS[file];
  if (open === undefined) return tellNoServer(file, 'It has no simulator.', told);
  const read = readProfile(file, await readFile(join(PROFILES, file), 'utf8'));
  if ('problems' in read) throw new Error(read.problems.map((one) => sentenceOf(file, one)).join(' '));
  const evaluator = createExpressionEvaluator();
  try {
    await judgeSimulated(file, await open(compileProfile(read, evaluator)), told);
  } finally {
    await evaluator.close();
  }
}
