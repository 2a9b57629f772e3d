/*
 * Runs in a process of its own (or in a thread, where none can be started), after the text of JSONata:
 * see expression-runner.ts. `link` is the way to the host.
 */
/* global module, link */
const jsonata = module.exports;
const { shield, mostCharacters, onTasks, send, tell } = link;

// Nothing of Node is left within reach, whatever hole an expression might find: it has values, text and
// arithmetic. Neither can it make code out of text.
for (const name of Object.getOwnPropertyNames(globalThis)) {
  if (!/^[A-Z]/.test(name) && name !== 'globalThis' && !shield.includes(name)) delete globalThis[name];
}
for (const kind of [function () {}, async function () {}, function* () {}, async function* () {}]) {
  Object.defineProperty(Object.getPrototypeOf(kind), 'constructor', { value: undefined });
}
delete globalThis.Function;
delete globalThis.WebAssembly;

/** No text or list on the way from an input to its results is longer: a thread's end would be the host's. */
const mostOnTheWay = 2 * mostCharacters;
function bounded(size) {
  if (size > mostOnTheWay) throw new Error(`It makes more than ${mostOnTheWay} characters on its way.`);
}
/** As JSON, and no further than it matters: what is named twice is written twice. */
function jsonSize(value, known = 0) {
  let size = known + 2;
  bounded(size);
  if (typeof value === 'string') size += value.length;
  else if (typeof value === 'object' && value !== null) {
    for (const name of Object.keys(value)) size = jsonSize(value[name], size + name.length);
  }
  return size;
}
const { concat, split } = String.prototype;
const { join } = Array.prototype;
const { stringify } = JSON;
String.prototype.concat = function (...others) {
  bounded(others.reduce((size, other) => size + String(other).length, this.length));
  return concat.apply(this, others);
};
String.prototype.split = function (separator, limit) {
  // Each piece takes the room of several characters.
  if (separator === '' && limit === undefined) bounded(this.length * 8);
  return split.call(this, separator, limit);
};
Array.prototype.join = function (separator = ',') {
  let size = Math.max(0, this.length - 1) * String(separator).length;
  bounded(size);
  // A list without a single entry (new Array(n)) is not walked through.
  for (const name of Object.keys(this)) size += typeof this[name] === 'string' ? this[name].length : 1;
  bounded(size);
  return join.call(this, separator);
};
JSON.stringify = (value, ...how) => {
  jsonSize(value);
  return stringify(value, ...how);
};
for (const kind of [Object, Array, String, Number, Boolean, RegExp, Promise, Map, Set, Date]) {
  Object.freeze(kind.prototype);
  Object.freeze(kind);
}

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

/** How much one input may still give, in characters of JSON: a few letters can be made into a gigabyte. */
let left = 0;

async function outcomeOf(text, value, vars) {
  try {
    const found = await programOf(text).evaluate(value, vars);
    if (typeof found === 'function' || found?._jsonata_function === true || found?._jsonata_lambda === true) {
      return { problem: 'It gives a function instead of a value.', position: null };
    }
    if (found === undefined) return {};
    // Only what JSON can say leaves: no hidden marks on lists, no functions inside.
    const said = JSON.stringify(found);
    left -= said?.length ?? 0;
    if (left < 0) return { problem: `It gives more than ${mostCharacters} characters.`, position: null };
    return { value: said === undefined ? undefined : JSON.parse(said) };
  } catch (error) {
    return { problem: String(error?.message ?? error), position: error?.position ?? null };
  }
}

onTasks(async (sent) => {
  const { tasks, inputs, skips } = JSON.parse(sent);
  const run = async (t, i, e, text, value, vars) => {
    const skip = skips.find((one) => one.task === t && one.input === i && one.expression === e);
    if (skip !== undefined) return { problem: skip.problem, position: null };
    tell(t, i, e);
    return outcomeOf(text, value, vars);
  };
  const results = tasks.map(() => []);
  for (const [i, { value, vars }] of inputs.entries()) {
    left = mostCharacters;
    for (const [t, { each, expressions }] of tasks.entries()) {
      let things = [value];
      let known = vars;
      if (each !== null) {
        const found = await run(t, i, 0, each, value, vars);
        if ('problem' in found) {
          results[t].push(found);
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
      results[t].push(readings);
    }
  }
  // As text: an expression may have made anything, but text is only text.
  send(stringify(results));
});
