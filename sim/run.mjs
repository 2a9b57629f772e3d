// npm run sim -- --seeds N [--from S] [--mode safety|liveness] [--without PROTECTION|all] [--json]
//
// Plays seeded worlds around the product's own outbox, journal, spool, pull and projection
// (shared/testing/simulator; docs/decisions/0008) and says what broke. Exit code 1 when a seed fails,
// or, with `--without`, when none does.
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { importTypeScript } from '../scripts/import-typescript.mjs';

const DEFAULT_SEEDS = 10_000;
/** A protection that is switched off must be noticed within so many seeds. */
const DEFAULT_SEEDS_TO_CATCH = 50;
/** Seeds a thread plays before it asks for more. */
const CHUNK = 200;

const batch = await importTypeScript(
  fileURLToPath(new URL('../shared/testing/simulator/batch.ts', import.meta.url)),
  'sim',
);
const { from, seeds, mode, without, json } = readArguments();
const startedAt = performance.now();
const kept = await (without === null ? playAll() : catchAll());
process.exit(kept ? 0 : 1);

function readArguments() {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string' },
      from: { type: 'string', default: '1' },
      mode: { type: 'string', default: 'liveness' },
      without: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const asked = values.without ?? null;
  const count = Number(values.seeds ?? (asked === null ? DEFAULT_SEEDS : DEFAULT_SEEDS_TO_CATCH));
  const first = Number(values.from);
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(first) || first < 0) {
    fail('--seeds and --from are whole numbers.');
  }
  if (values.mode !== 'safety' && values.mode !== 'liveness') fail('--mode is safety or liveness.');
  if (asked !== null && asked !== 'all' && !batch.PROTECTION_NAMES.includes(asked)) {
    fail(`--without is all or one of: ${batch.PROTECTION_NAMES.join(', ')}.`);
  }
  return { from: first, seeds: count, mode: values.mode, without: asked, json: values.json };
}

async function playAll() {
  const chunks = [];
  for (let at = from; at < from + seeds; at += CHUNK) {
    chunks.push({ from: at, count: Math.min(CHUNK, from + seeds - at), mode, without: null });
  }
  let totals = batch.NOTHING;
  await spread(
    chunks.map((options) => ({ task: 'play', options })),
    (part) => {
      totals = batch.addUp(totals, part);
    },
  );
  const { failures, ...sums } = totals;
  const seconds = Math.round((performance.now() - startedAt) / 10) / 100;
  if (json) process.stdout.write(`${JSON.stringify({ ...sums, seconds })}\n`);
  else for (const [name, value] of Object.entries({ ...sums, seconds })) say(`${name.padEnd(20)} ${value}`);
  for (const { seed, breaches } of failures) {
    for (const { invariant, detail } of breaches)
      process.stderr.write(`seed ${seed}: ${invariant}: ${detail}\n`);
  }
  return failures.length === 0;
}

async function catchAll() {
  const names = without === 'all' ? batch.PROTECTION_NAMES : [without];
  const found = new Map();
  await spread(
    names.map((name) => ({ task: 'catch', options: { from, count: seeds, mode, without: name } })),
    (caught) => found.set(caught.without, caught),
  );
  for (const caught of names.map((name) => found.get(name))) {
    if (json) say(JSON.stringify(caught));
    else
      say(
        `${caught.without.padEnd(20)} ${caught.invariant ?? 'NOT NOTICED'} (seeds: ${caught.seeds_needed})`,
      );
  }
  return [...found.values()].every(({ seeds_needed }) => seeds_needed !== null);
}

/** Hands tasks to as many threads as there are cores. */
async function spread(tasks, onDone) {
  const waiting = [...tasks];
  const threads = Math.min(availableParallelism(), tasks.length);
  await Promise.all(
    Array.from({ length: threads }, async () => {
      const worker = new Worker(new URL('worker.mjs', import.meta.url));
      for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
        onDone(await answerOf(worker, task));
      }
      await worker.terminate();
    }),
  );
}

async function answerOf(worker, task) {
  worker.postMessage(task);
  const [answer] = await once(worker, 'message');
  return answer;
}

function say(line) {
  process.stdout.write(`${line}\n`);
}

function fail(line) {
  process.stderr.write(`${line}\n`);
  process.exit(2);
}
