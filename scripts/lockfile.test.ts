import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

interface Locked {
  optionalDependencies?: Record<string, string>;
}

const lock = JSON.parse(
  readFileSync(fileURLToPath(new URL('../package-lock.json', import.meta.url)), 'utf8'),
) as {
  packages: Record<string, Locked>;
};
const paths = new Set(Object.keys(lock.packages));

/** Where Node would look for a package from inside another one, nearest first. */
function placesOf(name: string, from: string): string[] {
  const parts = from.split('/node_modules/');
  return [...parts.keys()]
    .reverse()
    .map((i) => `${parts.slice(0, i + 1).join('/node_modules/')}/node_modules/${name}`)
    .concat(`node_modules/${name}`);
}

it('holds every platform’s optional package, so that a clean install works everywhere', () => {
  const missing: string[] = [];
  for (const [path, { optionalDependencies }] of Object.entries(lock.packages)) {
    for (const name of Object.keys(optionalDependencies ?? {})) {
      if (!placesOf(name, path).some((place) => paths.has(place))) missing.push(`${name} of ${path}`);
    }
  }
  expect(missing).toEqual([]);
  expect([...paths].some((path) => path.endsWith('-darwin-arm64'))).toBe(true);
  expect([...paths].some((path) => path.endsWith('-win32-x64-msvc'))).toBe(true);
});
