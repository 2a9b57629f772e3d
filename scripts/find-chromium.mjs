// Finds a Chromium for the browser tests, without installing anything by hand:
// CHROMIUM_PATH → Playwright's own → one installed on the machine → the one inside the
// @sparticuz/chromium package, unpacked once into node_modules/.cache/chromium.
//
//   node scripts/find-chromium.mjs      prints the path
import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { chromium } from '@playwright/test';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PACKED = join(ROOT, 'node_modules', '@sparticuz', 'chromium', 'bin');
const CACHE = join(ROOT, 'node_modules', '.cache', 'chromium');

const INSTALLED = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/**
 * @returns {Promise<string>} path of an executable that Playwright can launch
 * @throws when there is none, saying what to do
 */
export async function findChromium() {
  const asked = process.env['CHROMIUM_PATH'];
  if (asked !== undefined && asked !== '') {
    if (!existsSync(asked)) throw new Error(`CHROMIUM_PATH names ${asked}, and there is no such file.`);
    return asked;
  }
  const found = [playwrightsOwn(), ...INSTALLED].find((path) => path !== null && existsSync(path));
  return found ?? (await unpackChromium());
}

function playwrightsOwn() {
  try {
    return chromium.executablePath();
  } catch {
    return null;
  }
}

/**
 * Unpacks the packaged Chromium, and its libraries and a font where the machine has none.
 * @returns {Promise<string>}
 */
export async function unpackChromium() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      'No Chromium was found. Install Chrome, or set CHROMIUM_PATH to a Chromium, Chrome or Edge executable.',
    );
  }
  const binary = join(CACHE, 'chromium');
  if (!existsSync(binary)) await unpackBinary(binary);
  return startsBare(binary) ? binary : await withLibraries(binary);
}

/** Written aside and renamed, so that two test runs at once never execute half a file. */
async function unpackBinary(binary) {
  await mkdir(CACHE, { recursive: true });
  const aside = `${binary}.${process.pid}`;
  await pipeline(
    createReadStream(join(PACKED, 'chromium.br')),
    createBrotliDecompress(),
    createWriteStream(aside),
  );
  await chmod(aside, 0o755);
  await rename(aside, binary);
}

/** A machine without NSS (a bare container) fails here: the loader names the missing library. */
function startsBare(binary) {
  if (!existsSync('/etc/fonts/fonts.conf')) return false;
  return spawnSync(binary, ['--version', '--no-sandbox', '--headless'], { stdio: 'ignore' }).status === 0;
}

async function withLibraries(binary) {
  const wrapper = join(CACHE, 'chromium.sh');
  if (existsSync(wrapper)) return wrapper;
  for (const name of ['al2023', 'fonts']) {
    const folder = join(CACHE, name);
    const aside = `${folder}.${process.pid}`;
    await mkdir(aside, { recursive: true });
    const tar = `${aside}.tar`;
    await pipeline(
      createReadStream(join(PACKED, `${name}.tar.br`)),
      createBrotliDecompress(),
      createWriteStream(tar),
    );
    const unpacked = spawnSync('tar', ['-xf', tar, '-C', aside], { encoding: 'utf8' });
    if (unpacked.status !== 0) throw new Error(`Could not unpack ${name}: ${unpacked.stderr}`);
    await rm(tar);
    await rm(folder, { recursive: true, force: true });
    await rename(aside, folder);
  }
  const fonts = join(CACHE, 'fonts.conf');
  await writeFile(
    fonts,
    `<?xml version="1.0"?>\n<fontconfig><dir>${join(CACHE, 'fonts')}</dir><cachedir>${join(CACHE, 'font-cache')}</cachedir></fontconfig>\n`,
  );
  const lines = [
    '#!/bin/sh',
    `export LD_LIBRARY_PATH="${join(CACHE, 'al2023', 'lib')}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`,
    `[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="${fonts}"`,
    `exec "${binary}" "$@"`,
    '',
  ];
  const aside = `${wrapper}.${process.pid}`;
  await writeFile(aside, lines.join('\n'), { mode: 0o755 });
  await rename(aside, wrapper);
  return wrapper;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write(`${await findChromium()}\n`);
}
