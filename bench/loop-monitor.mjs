// Loaded into the host with `node --import`: watches its event loop, and writes what it saw to
// LOOP_DELAY_FILE when told by SIGUSR2, then starts anew. Delays in ms over the sampling interval.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;
const file = process.env['LOOP_DELAY_FILE'];

if (file !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const over = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  delay.enable();
  process.on('SIGUSR2', () => {
    const seen = { p50: over(delay.percentile(50)), p99: over(delay.percentile(99)), max: over(delay.max) };
    writeFileSync(file, JSON.stringify(seen));
    delay.reset();
  });
}
