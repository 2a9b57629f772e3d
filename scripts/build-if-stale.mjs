// Builds out/ when the sources have changed since the last build, and says nothing otherwise.
//
//   node scripts/build-if-stale.mjs            builds when stale
//   node scripts/build-if-stale.mjs --force    builds always
//
// The build goes to a folder aside and is swapped in whole, so a failed or interrupted build leaves
// the last good one, and two starts at once wait for each other instead of sharing a half-made out/.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = join(ROOT, 'out');
const STAMP = join(OUT, '.stamp');
const CACHE = join(ROOT, 'node_modules', '.cache', 'holdfast');
const LOCK = join(CACHE, 'build.lock');

const SOURCE_FOLDERS = ['electron', 'renderer', 'shared', 'resources'];
const SOURCE_FILES = [
  'package.json',
  'package-lock.json',
  'electron.vite.config.ts',
  'tsconfig.base.json',
  'tsconfig.json',
];
const NOT_BUILT = /\.(test|bench|contract)\.tsx?$/;
const LOCK_POLL_MS = 200;

/**
 * One hash over everything the bundles are made from: path and content of each source file, sorted.
 * @param {string} [root] the project's folder
 * @returns {Promise<string>} SHA-256, lower-case hex
 */
export async function sourceHash(root = ROOT) {
  const listed = await Promise.all(SOURCE_FOLDERS.map((folder) => filesUnder(join(root, folder))));
  const files = [
    ...listed.flat().filter((file) => !NOT_BUILT.test(file)),
    ...SOURCE_FILES.map((file) => join(root, file)),
  ]
    .filter((file) => existsSync(file))
    .sort();
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(relative(root, file)).update('\0');
    hash.update(await readFile(file)).update('\0');
  }
  return hash.digest('hex');
}

/**
 * Makes out/ match the sources.
 * @param {{force?: boolean, log?: (line: string) => void}} [options]
 * @returns {Promise<boolean>} whether a build ran
 */
export async function buildIfStale({ force = false, log = () => {} } = {}) {
  if (!force && (await isFresh(await sourceHash()))) return false;
  await mkdir(CACHE, { recursive: true });
  await takeLock();
  try {
    const hash = await sourceHash();
    if (!force && (await isFresh(hash))) return false;
    log(
      existsSync(STAMP)
        ? 'Building Holdfast (the sources have changed)…'
        : 'Building Holdfast (first start only)…',
    );
    await build(hash);
    return true;
  } finally {
    await rm(LOCK, { recursive: true, force: true });
  }
}

async function isFresh(hash) {
  const stamp = await readFile(STAMP, 'utf8').catch(() => '');
  return stamp.trim() === hash;
}

async function build(hash) {
  const aside = join(CACHE, `out-${process.pid}`);
  await rm(aside, { recursive: true, force: true });
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  await runElectronVite(aside, `${version}+${hash.slice(0, 12)}`);
  await writeFile(join(aside, '.stamp'), `${hash}\n`);
  const old = join(CACHE, `old-${process.pid}`);
  if (existsSync(OUT)) await rename(OUT, old);
  await rename(aside, OUT);
  await rm(old, { recursive: true, force: true });
}

function runElectronVite(outDir, buildId) {
  const cli = join(ROOT, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const child = spawn(process.execPath, [cli, 'build', '--outDir', outDir, '--logLevel', 'warn'], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'production', HOLDFAST_BUILD_ID: buildId },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = [];
  child.stdout.on('data', (chunk) => said.push(chunk));
  child.stderr.on('data', (chunk) => said.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`The build failed.\n${Buffer.concat(said).toString('utf8').trim()}`));
    });
  });
}

/** A folder is the lock (mkdir is atomic); a lock whose owner is gone is taken over. */
async function takeLock() {
  for (;;) {
    try {
      await mkdir(LOCK);
      await writeFile(join(LOCK, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(join(LOCK, 'pid'), 'utf8').catch(() => '0'));
    if (owner !== 0 && !isAlive(owner)) await rm(LOCK, { recursive: true, force: true });
    else await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function filesUnder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await buildIfStale({
      force: process.argv.includes('--force'),
      log: (line) => process.stdout.write(`${line}\n`),
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
