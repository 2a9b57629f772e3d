/** The words on screen, by their key in the locales: tests name a meaning, not an English sentence. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './processes';

export type Locale = 'en' | 'ru' | 'be' | 'vi';

/**
 * A pattern for one text of a locale, whatever its parameters were.
 * @param key `namespace:path.to.key`, as the page names it
 */
export function words(key: string, locale: Locale = 'en'): RegExp {
  const [namespace = '', path = ''] = key.split(':');
  const file = join(ROOT, 'resources', 'locales', locale, `${namespace}.json`);
  const tree: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const found = path
    .split('.')
    .reduce<unknown>(
      (node, step) =>
        typeof node === 'object' && node !== null ? (node as Record<string, unknown>)[step] : undefined,
      tree,
    );
  if (typeof found !== 'string') throw new Error(`${file} has no text ${path}.`);
  const literal = found.split(/\{\{[^}]*\}\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(literal.join('.+'));
}
