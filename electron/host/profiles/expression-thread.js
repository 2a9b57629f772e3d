/* The way to the host from a thread: stands between the text of JSONata and that of expression-worker.js. */
/* global require */
// The text runs as a script, which knows no import.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { parentPort, workerData } = require('node:worker_threads');
const { progress, given } = workerData;
// eslint-disable-next-line @typescript-eslint/no-unused-vars
const link = {
  ...given,
  onTasks: (listener) => parentPort.on('message', listener),
  send: (results) => parentPort.postMessage(results),
  tell(...at) {
    for (const [index, value] of at.entries()) Atomics.store(progress, index, value);
    Atomics.add(progress, 3, 1);
  },
};
