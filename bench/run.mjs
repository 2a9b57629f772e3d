// npm run bench [-- <name>… [--json] [--quick]]: runs bench/<name>.bench.ts, all of them by default.
//
// Prints one line a figure: name, value, unit, baseline, ratio, budget, ok. The baseline is measured
// in the same run, interleaved, so a slow machine slows both. `--json` prints each line as one JSON
// object; `--quick` takes a tenth of the rows (for trying a benchmark out; its figures are not
// comparable). Exit code 1 when a budget is not kept.
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildIfStale } from '../scripts/build-if-stale.mjs';
import { importTypeScript } from '../scripts/import-typescript.mjs';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const SUFFIX = '.bench.ts';

const asked = process.argv.slice(2);
const flags = asked.filter((word) => word.startsWith('--'));
const all = (await readdir(FOLDER)).filter((file) => file.endsWith(SUFFIX)).sort();
const known = all.map((file) => file.slice(0, -SUFFIX.length));
const names = asked.filter((word) => !word.startsWith('--'));
const unknown = [
  ...names.filter((name) => !known.includes(name)),
  ...flags.filter((flag) => !['--json', '--quick'].includes(flag)),
];
if (unknown.length > 0) {
  process.stderr.write(
    `Unknown: ${unknown.join(', ')}. Benchmarks: ${known.join(', ')}; flags: --json, --quick\n`,
  );
  process.exit(2);
}

const json = flags.includes('--json');
const say = (text) => process.stderr.write(`${text}\n`);
await buildIfStale({ log: say });

let kept = true;
for (const name of names.length > 0 ? names : known) {
  const module = await importTypeScript(`${FOLDER}${name}${SUFFIX}`, 'bench');
  const lines = await module.run({
    quick: flags.includes('--quick'),
    say: (text) => say(`${name}: ${text}`),
  });
  for (const line of lines) {
    kept &&= line.ok !== false;
    process.stdout.write(`${json ? JSON.stringify(line) : table(line)}\n`);
  }
}
// A bench that left a handle open must not keep the figures from being used.
process.exit(kept ? 0 : 1);

function table({ name, value, unit, baseline, ratio, budget, ok }) {
  const cells = [
    name.padEnd(34),
    `${round(value)} ${unit}`.padStart(16),
    baseline === null ? ''.padStart(18) : `base ${round(baseline)}`.padStart(18),
    ratio === null ? ''.padStart(10) : `×${round(ratio)}`.padStart(10),
    (budget ?? '').padStart(14),
    ok === null ? '' : ok ? 'ok' : 'NOT KEPT',
  ];
  return cells.join('  ').trimEnd();
}

function round(value) {
  return Math.abs(value) >= 100 ? Math.round(value).toString() : value.toPrecision(3);
}
