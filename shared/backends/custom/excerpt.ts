/** A short picture of an answer for an error: its shape whole, its texts and lists cut. */
import { maskCards } from '../../domain/mask-cards';

const TEXT_CHARACTERS = 40;
const LIST_ITEMS = 2;
const EXCERPT_CHARACTERS = 240;

export function excerptOf(value: unknown): string {
  const text = maskCards(JSON.stringify(cut(value, 0)) ?? 'nothing');
  return text.length <= EXCERPT_CHARACTERS ? text : `${text.slice(0, EXCERPT_CHARACTERS - 1)}…`;
}

function cut(value: unknown, depth: number): unknown {
  if (typeof value === 'string') {
    return value.length <= TEXT_CHARACTERS ? value : `${value.slice(0, TEXT_CHARACTERS)}…`;
  }
  if (Array.isArray(value)) {
    const shown = value.slice(0, LIST_ITEMS).map((item) => cut(item, depth + 1));
    return value.length <= LIST_ITEMS ? shown : [...shown, `… ${value.length - LIST_ITEMS} more`];
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth > 4) return '…';
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, cut(inner, depth + 1)]));
}
