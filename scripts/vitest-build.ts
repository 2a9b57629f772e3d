/** Before tests that start the built processes (vitest and Playwright): make out/ match the sources. */
import { buildIfStale } from './build-if-stale.mjs';

export default async function setup(): Promise<void> {
  await buildIfStale({ log: (line) => process.stdout.write(`${line}\n`) });
}
