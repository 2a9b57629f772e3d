/**
 * Packages the built app with electron-builder around a stand-in for Electron's binary, which is all that
 * the tools look at: a file with the fuse wire in it. Nothing is fetched: the proxy leads nowhere.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createPackage, extractFile, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APP_ID } from './desktop';

const ROOT = join(import.meta.dirname, '..', '..');
const require = createRequire(import.meta.url);
const FUSE_SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** An enabled fuse in the wire: the character `1`. */
const ENABLED = 0x31;
const NOWHERE = 'http://127.0.0.1:9';

interface BuilderConfig {
  appId: string;
  electronFuses: object;
  [platform: string]: unknown;
}

describe('electron-builder.yml', () => {
  it('is a configuration that electron-builder accepts, for Windows, macOS and Linux', async () => {
    const { getConfig, validateConfiguration } = require('app-builder-lib/out/util/config/config.js') as {
      getConfig(root: string, path: null, own: null): Promise<BuilderConfig>;
      validateConfiguration(config: BuilderConfig, debug: { add(): void; isEnabled: boolean }): Promise<void>;
    };
    const config = await getConfig(ROOT, null, null);
    const quiet = { add: () => undefined, isEnabled: false };
    await validateConfiguration(config, quiet);
    await expect(validateConfiguration({ ...config, asarr: true }, quiet)).rejects.toThrow('asarr');
    expect(config.appId).toBe(APP_ID);
    expect(config).toMatchObject({
      win: { target: 'nsis' },
      mac: { target: 'dmg', hardenedRuntime: true },
      linux: { target: ['AppImage', 'deb'] },
    });
  });
});

describe('the packaged app', () => {
  let folder: string;
  let unpacked: string;
  let files: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-package-'));
    await makeFakeElectron(join(folder, 'electron'));
    const packaged = promisify(execFile)(
      process.execPath,
      [
        join(ROOT, 'node_modules', 'electron-builder', 'cli.js'),
        ...['--linux', '--dir', '--publish', 'never'],
        `-c.electronDist=${join(folder, 'electron')}`,
        `-c.directories.output=${join(folder, 'dist')}`,
      ],
      { cwd: ROOT, env: { ...process.env, HTTP_PROXY: NOWHERE, HTTPS_PROXY: NOWHERE } },
    );
    await packaged.catch(({ stdout }: { stdout: string }) => {
      throw new Error(`electron-builder failed:\n${stdout}`);
    });
    unpacked = join(folder, 'dist', 'linux-unpacked');
    files = listPackage(asar(), { isPack: false }).map((path) => path.replaceAll('\\', '/'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const asar = (): string => join(unpacked, 'resources', 'app.asar');

  it('holds the shell, the host, the helpdesk, the preload script, the page and the icons', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        '/package.json',
        '/out/main/main.js',
        '/out/main/host.js',
        '/out/main/helpdesk.js',
        '/out/preload/preload.cjs',
        '/out/renderer/index.html',
        '/resources/icons/tray.png',
        '/resources/icons/trayTemplate@2x.png',
        '/resources/icons/icon-512.png',
      ]),
    );
  });

  it('holds nothing else: no packages, sources, tests, maps, data or browser mode', () => {
    const known =
      /^\/(package\.json|(out|resources)(\/(main|preload|renderer|icons))?$|out\/(main|preload|renderer)\/|resources\/icons\/[\w@-]+\.png$)/;
    expect(files.filter((path) => !known.test(path))).toEqual([]);
    expect(
      files.filter((path) => /node_modules|\.(ts|tsx|map)$|\.env|tokens\.json|start\.js$/.test(path)),
    ).toEqual([]);
  });

  it('starts at the shell, whose every import is Node’s, Electron’s or in the package', () => {
    const manifest = JSON.parse(extractFile(asar(), 'package.json').toString()) as { main: string };
    expect(manifest.main).toBe('./out/main/main.js');
    const imports = files
      .filter((path) => /^\/out\/main\/.*\.js$/.test(path))
      .flatMap((path) => importsOf(extractFile(asar(), path.slice(1)).toString()));
    expect(imports).toContain('electron');
    const foreign = imports.filter(
      (name) => !isBuiltin(name) && name !== 'electron' && !/^\.{1,2}\//.test(name),
    );
    expect(foreign).toEqual([]);
  });

  it('brings Chromium’s own words only in the languages of the console', async () => {
    expect((await readdir(join(unpacked, 'locales'))).sort()).toEqual(['en-US.pak', 'ru.pak', 'vi.pak']);
  });

  it('has every fuse as decided, read back from the binary', async () => {
    const wire = await getCurrentFuseWire(join(unpacked, 'holdfast'));
    const on = (fuse: FuseV1Options): boolean => Number(wire[fuse]) === ENABLED;
    expect({
      runAsNode: on(FuseV1Options.RunAsNode),
      cookieEncryption: on(FuseV1Options.EnableCookieEncryption),
      nodeOptions: on(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
      nodeCliInspect: on(FuseV1Options.EnableNodeCliInspectArguments),
      asarIntegrity: on(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
      onlyLoadAppFromAsar: on(FuseV1Options.OnlyLoadAppFromAsar),
      fileProtocolExtraPrivileges: on(FuseV1Options.GrantFileProtocolExtraPrivileges),
    }).toEqual({
      runAsNode: false,
      cookieEncryption: true,
      nodeOptions: false,
      nodeCliInspect: false,
      asarIntegrity: true,
      onlyLoadAppFromAsar: true,
      fileProtocolExtraPrivileges: false,
    });
  });
});

/** What electron-builder and the fuse tools read of an unpacked Electron: all fuses as they are shipped. */
async function makeFakeElectron(folder: string): Promise<void> {
  await mkdir(join(folder, 'resources'), { recursive: true });
  await mkdir(join(folder, 'locales'));
  for (const language of ['en-US', 'ru', 'vi', 'de'])
    await writeFile(join(folder, 'locales', `${language}.pak`), '');
  await mkdir(join(folder, 'empty'));
  await writeFile(join(folder, 'empty', 'package.json'), '{"main":"main.js"}');
  await createPackage(join(folder, 'empty'), join(folder, 'resources', 'default_app.asar'));
  await rm(join(folder, 'empty'), { recursive: true });
  const { version } = JSON.parse(
    readFileSync(join(ROOT, 'node_modules', 'electron', 'package.json'), 'utf8'),
  ) as { version: string };
  await writeFile(join(folder, 'version'), version);
  const wire = `\u007fELF${FUSE_SENTINEL}\u0001\u0009111111111`;
  await writeFile(join(folder, 'electron'), wire, { encoding: 'latin1', mode: 0o755 });
}

/** Static imports and re-exports at the start of a line, as the bundler writes them. */
function importsOf(code: string): string[] {
  return [
    ...code.matchAll(/^(?:import|export)\b[^'"\n]*?from\s*["']([^"']+)["']|^import\s*["']([^"']+)["']/gm),
  ].map(([, from, bare]) => from ?? bare ?? '');
}
