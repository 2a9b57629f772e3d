/* Runs in a worker thread of its own, after the text of JSONata (see expression-evaluator.ts). */
/* global module, require */
'use strict';
const jsonata = module.exports;
// The text runs as a script, which knows no import.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { parentPort, workerData } = require('node:worker_threads');
const { shield } = workerData;

// Nothing of Node is left within reach, whatever hole an expression might find: it has values, text and
// arithmetic. Neither can it make code out of text.
const port = parentPort;
for (const name of Object.getOwnPropertyNames(globalThis)) {
  if (!/^[A-Z]/.test(name) && name !== 'globalThis' && !shield.includes(name)) delete globalThis[name];
}
for (const kind of [function () {}, async function () {}, function* () {}, async function* () {}]) {
  Object.defineProperty(Object.getPrototypeOf(kind), 'constructor', { value: undefined });
}
delete globalThis.Function;
delete globalThis.WebAssembly;
for (const kind of [Object, Array, String, Number, Boolean, RegExp, Promise, Map, Set, Date]) {
  Object.freeze(kind.prototype);
  Object.freeze(kind);
}

/** Where it is: task, input, expression (0 is `each`, n the one before n), and how often it went on. */
const progress = new Int32Array(workerData.progress);
const MOST_COMPILED = 2_000;
const compiled = new Map();

function programOf(text) {
  let program = compiled.get(text);
  if (program === undefined) {
    if (compiled.size >= MOST_COMPILED) compiled.clear();
    program = jsonata(text);
    compiled.set(text, program);
  }
  return program;
}

async function outcomeOf(text, value, vars) {
  try {
    const found = await programOf(text).evaluate(value, vars);
    if (typeof found === 'function' || found?._jsonata_function === true || found?._jsonata_lambda === true) {
      return { problem: 'It gives a function instead of a value.', position: null };
    }
    // Only what JSON can say leaves: no hidden marks on lists, no functions inside.
    return found === undefined ? {} : { value: JSON.parse(JSON.stringify(found)) };
  } catch (error) {
    return { problem: String(error?.message ?? error), position: error?.position ?? null };
  }
}

port.on('message', async ({ tasks, inputs, skips }) => {
  Atomics.add(progress, 3, 1);
  const skipped = (t, i, e) =>
    skips.find((skip) => skip.task === t && skip.input === i && skip.expression === e);
  const run = async (t, i, e, text, value, vars) => {
    const skip = skipped(t, i, e);
    if (skip !== undefined) return { problem: skip.problem, position: null };
    progress[0] = t;
    progress[1] = i;
    progress[2] = e;
    Atomics.add(progress, 3, 1);
    return outcomeOf(text, value, vars);
  };
  const results = [];
  for (const [t, { each, expressions }] of tasks.entries()) {
    const ofTask = [];
    for (const [i, { value, vars }] of inputs.entries()) {
      let things = [value];
      let known = vars;
      if (each !== null) {
        const found = await run(t, i, 0, each, value, vars);
        if ('problem' in found) {
          ofTask.push(found);
          continue;
        }
        things = found.value === undefined || found.value === null ? [] : [found.value].flat();
        known = { ...vars, row: value };
      }
      const readings = [];
      for (const thing of things) {
        const reading = [];
        for (const [e, text] of expressions.entries()) {
          reading.push(await run(t, i, e + 1, text, thing, known));
        }
        readings.push(reading);
      }
      ofTask.push(readings);
    }
    results.push(ofTask);
  }
  // As text: an expression may have made anything, but text is only text.
  port.postMessage(JSON.stringify(results));
});
