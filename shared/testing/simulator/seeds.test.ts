/** The seeds of every test run, played by the command itself, which uses all cores. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const COMMAND = fileURLToPath(new URL('../../../sim/run.mjs', import.meta.url));
const SEEDS = 10_000;

it(
  `breaks no promise in ${SEEDS} seeded worlds`,
  async () => {
    const { sums, failures } = await new Promise<{ sums: string; failures: string }>((resolve) => {
      execFile(process.execPath, [COMMAND, '--seeds', String(SEEDS), '--json'], (_failed, sums, failures) =>
        resolve({ sums, failures }),
      );
    });
    expect(failures).toBe('');
    expect(JSON.parse(sums)).toMatchObject({
      seeds: SEEDS,
      lost: 0,
      duplicated: 0,
      out_of_order: 0,
      false_sent: 0,
      stuck: 0,
      other: 0,
      first_failing_seed: null,
    });
    // Worlds in which nothing happens would prove nothing.
    const { intents, crashes } = JSON.parse(sums) as { intents: number; crashes: number };
    expect(intents).toBeGreaterThan(4 * SEEDS);
    expect(crashes).toBeGreaterThan(SEEDS);
  },
  // About 60 s on two idle cores.
  20 * 60_000,
);
