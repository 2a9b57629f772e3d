/** The plain words of what was written, for previews and for those who show no markup. */

const PREVIEW_CHARS = 200;
const SUBJECT_CHARS = 80;

/** The start of a text as one line of at most 200 characters. */
export function previewOf(text: string): string {
  return oneLine(text, PREVIEW_CHARS);
}

/** A subject for a conversation that has none of its own: the start of what was said. */
export function subjectOf(text: string): string {
  return oneLine(text, SUBJECT_CHARS);
}

function oneLine(text: string, most: number): string {
  const line = text
    .slice(0, most * 8)
    .replace(/\s+/gu, ' ')
    .trim();
  const characters = [...line.slice(0, most * 2)];
  return characters.length <= most ? line : `${characters.slice(0, most - 1).join('')}…`;
}

/** The words of an HTML body, for previews and for mail programs that show no HTML. */
export function textOfHtml(html: string): string {
  return html
    .slice(0, 200_000)
    .replace(/<!--[\s\S]*?(?:-->|$)/gu, ' ')
    .replace(/<(script|style|head|title)\b[\s\S]*?(?:<\/\1\s*>|$)/giu, ' ')
    .replace(/<\/?(?:p|div|br|tr|li|h[1-6]|blockquote)\b[^>]*>/giu, '\n')
    .replace(/<[^>]*>/gu, ' ')
    .replace(/&(#x?[0-9a-f]+|[a-z]+);/giu, (whole, name: string) => entity(name) ?? whole)
    .replace(/[^\S\n]+/gu, ' ')
    .replace(/\s*\n\s*/gu, '\n')
    .trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

function entity(name: string): string | null {
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? null;
  const code = /^#x/iu.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : null;
}
