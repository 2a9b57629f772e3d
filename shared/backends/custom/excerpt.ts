/** A short picture of an answer for an error: its shape whole, its texts and lists cut. */
import { maskCards } from '../../domain/mask-cards';

const TEXT_CHARACTERS = 40;
const LIST_ITEMS = 2;
const NAMES = 12;
const EXCERPT_CHARACTERS = 240;

export function excerptOf(value: unknown): string {
  const text = maskCards(JSON.stringify(cut(value, 0)) ?? 'nothing');
  return text.length <= EXCERPT_CHARACTERS ? text : `${text.slice(0, EXCERPT_CHARACTERS - 1)}…`;
}

function cut(value: unknown, depth: number): unknown {
  if (typeof value === 'string') {
    return cutText(value);
  }
  if (Array.isArray(value)) {
    const shown = value.slice(0, LIST_ITEMS).map((item) => cut(item, depth + 1));
    return value.length <= LIST_ITEMS ? shown : [...shown, `… ${value.length - LIST_ITEMS} more`];
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 4) return '…';
  const shown = Object.entries(value).slice(0, NAMES);
  return Object.fromEntries(shown.map(([name, inner]) => [cutText(name), cut(inner, depth + 1)]));
}

function cutText(text: string): string {
  return text.length <= TEXT_CHARACTERS ? text : `${text.slice(0, TEXT_CHARACTERS)}…`;
}

/** About how long a value is as JSON; counting ends beyond `most`. */
export function charactersIn(value: unknown, most: number): number {
  const open: unknown[] = [value];
  let found = 0;
  while (open.length > 0 && found <= most) {
    const next = open.pop();
    found += typeof next === 'string' ? next.length + 2 : 5;
    if (typeof next !== 'object' || next === null) continue;
    if (Array.isArray(next)) {
      for (let index = 0; index < next.length && found + open.length <= most; index += 1)
        open.push(next[index]);
      continue;
    }
    for (const [name, inner] of Object.entries(next)) {
      found += name.length + 3;
      open.push(inner);
    }
  }
  return found;
}
