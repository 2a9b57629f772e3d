// One thread of `npm run sim`: plays what it is asked to, one request at a time.
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { importTypeScript } from '../scripts/import-typescript.mjs';

const BATCH = fileURLToPath(new URL('../shared/testing/simulator/batch.ts', import.meta.url));
const { playSeeds, catchOf } = await importTypeScript(BATCH, 'sim');

parentPort.on('message', async ({ task, options }) => {
  parentPort.postMessage(await (task === 'catch' ? catchOf(options) : playSeeds(options)));
});
