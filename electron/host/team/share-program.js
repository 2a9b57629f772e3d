/* Runs in a process or thread of its own (see share.ts), where a folder that never answers stops nobody. */
/* global process, require, Buffer */
'use strict';
// The text runs as a script, which knows no import.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const fs = require('node:fs');
const [work, path, figure] = process.argv.slice(-3);

/** @returns the file; throws what the system says, or why it is not taken. */
function read(most) {
  // A pipe would wait for a writer when it is opened.
  if (!fs.statSync(path).isFile()) throw Object.assign(new Error(), { code: 'EINVAL' });
  const file = fs.openSync(path, 'r');
  try {
    if (fs.fstatSync(file).size > most) throw Object.assign(new Error(), { code: 'EFBIG' });
    const bytes = fs.readFileSync(file);
    if (bytes.length > most) throw Object.assign(new Error(), { code: 'EFBIG' });
    return bytes;
  } finally {
    fs.closeSync(file);
  }
}

/** Atomic and durable, as far as the folder can be either. */
function write(mode, bytes) {
  const temporary = `${path}.${process.pid}-${Date.now()}.tmp`;
  try {
    const file = fs.openSync(temporary, 'wx', 0o600);
    try {
      fs.writeFileSync(file, bytes);
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
    try {
      fs.chmodSync(temporary, mode);
    } catch {
      // Where modes mean nothing (a share, Windows) the folder's own rights count.
    }
    fs.renameSync(temporary, path);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
  return Buffer.alloc(0);
}

async function main() {
  const pieces = [];
  for await (const piece of process.stdin) pieces.push(piece);
  try {
    const answer = work === 'read' ? read(Number(figure)) : write(Number(figure), Buffer.concat(pieces));
    process.stdout.write(Buffer.concat([Buffer.from('+'), answer]));
  } catch (error) {
    process.stdout.write(`-${error.code ?? error.message}`);
  }
}

// From here on its time is measured: the first byte says that it runs.
process.stdout.write('.', () => void main());
