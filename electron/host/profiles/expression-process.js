/* The way to the host from a process: stands between the text of JSONata and that of expression-worker.js. */
/* global require, process, given */
// The text runs as a script, which knows no import.
/* eslint-disable @typescript-eslint/no-require-imports */
const { writeSync } = require('node:fs');
const { Worker } = require('node:worker_threads');
/* eslint-enable @typescript-eslint/no-require-imports */

const host = process;
/** The pipe on which the host reads where this is; whatever happens next, that is told already. */
const NOTES = 4;
const note = new DataView(new ArrayBuffer(12));
/** How often it went on, and whether anything runs: for the watch, which ends what nobody else would. */
const beat = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
const WATCH = `
const { workerData: { beat, orphanMs } } = require('node:worker_threads');
let [seen, still] = [-1, 0];
setInterval(() => {
  const now = Atomics.load(beat, 0);
  still = Atomics.load(beat, 1) === 1 && now === seen ? still + 1 : 0;
  seen = now;
  if (still >= 12) process.kill(process.pid, 'SIGKILL');
}, orphanMs / 12);`;
new Worker(WATCH, { eval: true, workerData: { beat, orphanMs: given.orphanMs } }).unref();

// eslint-disable-next-line @typescript-eslint/no-unused-vars
const link = {
  ...given,
  onTasks: (listener) =>
    host.on('message', (tasks) => {
      Atomics.store(beat, 1, 1);
      void listener(tasks);
    }),
  send(results) {
    Atomics.store(beat, 1, 0);
    host.send(results);
  },
  tell(...at) {
    Atomics.add(beat, 0, 1);
    for (const [index, value] of at.entries()) note.setInt32(4 * index, value, true);
    try {
      writeSync(NOTES, note);
    } catch {
      // The host has not read the notes before this one: it will see later ones.
    }
  },
};
