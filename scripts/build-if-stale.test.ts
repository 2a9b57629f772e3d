import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sourceHash } from './build-if-stale.mjs';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-build-'));
  await mkdir(join(root, 'shared', 'domain'), { recursive: true });
  await writeFile(join(root, 'shared', 'domain', 'a.ts'), 'export const a = 1;');
  await writeFile(join(root, 'package-lock.json'), '{}');
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('whether a build is stale', () => {
  it('is decided by content, not by the time of a file', async () => {
    const before = await sourceHash(root);
    await writeFile(join(root, 'shared', 'domain', 'a.ts'), 'export const a = 1;');
    expect(await sourceHash(root)).toBe(before);
  });

  it.each([
    ['a source changes', () => writeFile(join(root, 'shared', 'domain', 'a.ts'), 'export const a = 2;')],
    ['a file is added', () => writeFile(join(root, 'shared', 'b.ts'), '')],
    ['a file is renamed', () => rename(join(root, 'shared', 'domain', 'a.ts'), join(root, 'shared', 'a.ts'))],
    ['the lockfile changes', () => writeFile(join(root, 'package-lock.json'), '{"a":1}')],
  ])('changes when %s', async (_title, change) => {
    const before = await sourceHash(root);
    await change();
    expect(await sourceHash(root)).not.toBe(before);
  });

  it('does not change with a test, which is not in the build', async () => {
    const before = await sourceHash(root);
    await writeFile(join(root, 'shared', 'domain', 'a.test.ts'), 'it();');
    expect(await sourceHash(root)).toBe(before);
  });
});
