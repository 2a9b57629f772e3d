// npm test: builds when stale, runs the unit, contract and process tests (vitest) and then the
// browser tests (Playwright), and ends with one line of sums: `N passed, N failed[, N skipped]`.
// Exit code 1 on any failure, when a runner breaks, or when nothing ran.
//
//   npm test -- --only unit|process|browser       one part
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfStale } from './build-if-stale.mjs';
import { sumUp } from './sums.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const only = process.argv[process.argv.indexOf('--only') + 1];
const wants = (part) => !process.argv.includes('--only') || only === part;

const vitest = (project) => ({
  name: project,
  file: join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'),
  args: ['run', '--project', project, '--reporter=default', '--reporter=./scripts/counts-reporter.mjs'],
});
const PARTS = [
  vitest('unit'),
  vitest('process'),
  {
    name: 'browser',
    file: join(ROOT, 'node_modules', '@playwright', 'test', 'cli.js'),
    args: ['test', '--reporter=list,./scripts/playwright-counts.mjs'],
  },
];

const folder = await mkdtemp(join(tmpdir(), 'holdfast-counts-'));
const sums = [];
try {
  await buildIfStale({ log: (line) => process.stdout.write(`${line}\n`) });
  for (const part of PARTS.filter((each) => wants(each.name))) sums.push(await run(part));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  sums.push({ passed: 0, failures: ['the build'], skipped: [] });
} finally {
  await rm(folder, { recursive: true, force: true });
}
const { lines, exitCode } = sumUp(sums);
process.stdout.write(`${lines.join('\n')}\n`);
process.exitCode = exitCode;

/** Runs one part; a runner that breaks without a report, or runs nothing, is a failure of its own. */
async function run({ name, file, args }) {
  const counts = join(folder, `${name}.json`);
  const code = await new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, COUNTS_FILE: counts },
    });
    child.on('error', reject);
    child.on('close', resolve);
  });
  const found = await readFile(counts, 'utf8').then(JSON.parse, () => null);
  if (found === null)
    return { passed: 0, failures: [`${name}: ended with ${code} and no report`], skipped: [] };
  const ran = found.passed + found.failures.length;
  if (ran === 0) found.failures.push(`${name}: no test ran`);
  if (code !== 0 && found.failures.length === 0) found.failures.push(`${name}: ended with ${code}`);
  return found;
}
