import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDesktopBinary, runDesktopApp } from './desktop-app';

let app: string;
beforeEach(async () => {
  app = await mkdtemp(join(tmpdir(), 'holdfast-app-'));
  await mkdir(join(app, 'node_modules', 'electron', 'dist'), { recursive: true });
});
afterEach(() => rm(app, { recursive: true, force: true }));

async function install(script: string): Promise<string> {
  const binary = join(app, 'node_modules', 'electron', 'dist', 'electron');
  await writeFile(join(app, 'node_modules', 'electron', 'path.txt'), 'electron');
  await writeFile(binary, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return binary;
}

describe('the desktop app', () => {
  it('is absent when its package has no binary', () => {
    expect(findDesktopBinary(app)).toBeNull();
  });

  it('is absent when its binary was named but never arrived', async () => {
    await writeFile(join(app, 'node_modules', 'electron', 'path.txt'), 'electron');
    expect(findDesktopBinary(app)).toBeNull();
  });

  it('is found where its installer puts it', async () => {
    const binary = await install('exit 0');
    expect(findDesktopBinary(app)).toBe(binary);
  });

  it.skipIf(process.platform === 'win32')(
    'gets app and data folder, and gives its exit code back',
    async () => {
      const binary = await install(
        '[ "$2" = "--data" ] && [ "$3" = "/data" ] && [ -z "$ELECTRON_RUN_AS_NODE" ] && exit 7',
      );
      process.env['ELECTRON_RUN_AS_NODE'] = '1';
      try {
        expect(await runDesktopApp(binary, app, '/data')).toBe(7);
      } finally {
        delete process.env['ELECTRON_RUN_AS_NODE'];
      }
    },
  );
});
