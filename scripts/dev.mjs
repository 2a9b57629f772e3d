// `npm run dev`: the app as `npm start` runs it, built anew and started again when a source changes.
// Not Vite's own server: origin, policy and token stay those of production (docs/decisions/0004).
//
//   npm run dev -- [flags of npm start]      with data of its own unless --data says otherwise
//
// A change in renderer/ or resources/ needs only a reload of the page; one in electron/ or shared/
// starts the host again, which prints its new address.
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILDER = join(ROOT, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
const START = join(ROOT, 'out', 'main', 'start.js');
/** Folders, and whether a change in them concerns the host. */
const WATCHED = { electron: true, shared: true, renderer: false, resources: false };
/** An editor saves several files, and each in several steps. */
const SETTLE_MS = 150;

const given = process.argv.slice(2);
const flags = given.some((flag) => flag.startsWith('--data'))
  ? given
  : ['--data', join(ROOT, 'node_modules', '.cache', 'holdfast', 'dev-data'), ...given];

let host = null;
let hostConcerned = false;
let settling = null;
let building = Promise.resolve();
let ending = false;

async function build() {
  // out/ no longer is what `npm start` made of the sources: let that build again.
  await rm(join(ROOT, 'out', '.stamp'), { force: true });
  const builder = spawn(process.execPath, [BUILDER, 'build', '--logLevel', 'error'], {
    cwd: ROOT,
    // One id for all builds: an open page does not take the host for a newer one at every change.
    env: { ...process.env, NODE_ENV: 'development', HOLDFAST_BUILD_ID: 'dev' },
    stdio: 'inherit',
  });
  const code = await new Promise((resolve) => builder.on('close', resolve));
  return code === 0;
}

function start(more) {
  host = spawn(process.execPath, [START, ...flags, ...more], { cwd: ROOT, stdio: 'inherit' });
  host.on('exit', (code) => {
    if (ending) process.exit(code ?? 0);
    host = null;
  });
}

async function stop() {
  if (host === null) return;
  const ended = new Promise((resolve) => host.once('exit', resolve));
  host.kill('SIGTERM');
  await ended;
}

async function rebuild() {
  const concerned = hostConcerned;
  hostConcerned = false;
  if (!(await build())) {
    hostConcerned ||= concerned;
    return;
  }
  if (!concerned && host !== null) {
    process.stdout.write('Built; reload the page.\n');
    return;
  }
  await stop();
  start(['--no-open']);
}

function onChange(ofHost, file) {
  if (/\.(test|bench|contract)\.tsx?$|~$|\.sw.$/.test(file)) return;
  hostConcerned ||= ofHost;
  clearTimeout(settling);
  settling = setTimeout(() => {
    building = building.then(rebuild);
  }, SETTLE_MS);
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    ending = true;
    if (host === null) process.exit(0);
    // Ctrl-C reached the host as well; a second signal would end it without draining.
    if (signal === 'SIGTERM') host.kill('SIGTERM');
  });
}

if (!(await build())) process.exit(1);
start([]);
for (const [folder, ofHost] of Object.entries(WATCHED)) {
  watch(join(ROOT, folder), { recursive: true }, (_event, file) => onChange(ofHost, String(file)));
}
