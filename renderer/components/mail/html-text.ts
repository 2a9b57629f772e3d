/**
 * The words of an HTML text, without a parser: for mails too heavy to show, for quotes and for
 * snippets. The result is text and is only ever rendered as text.
 */

const DROPPED_WITH_CONTENT = new Set([
  'script',
  'style',
  'head',
  'title',
  'template',
  'noscript',
  'svg',
  'math',
]);
const BLOCKS = new Set(
  'address article aside blockquote center div dl dd dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tr ul'.split(
    ' ',
  ),
);
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ensp: ' ',
  emsp: ' ',
  thinsp: ' ',
  zwnj: '',
  zwj: '\u200d',
  shy: '',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  hellip: '…',
  bull: '•',
  middot: '·',
  copy: '©',
  reg: '®',
  trade: '™',
  euro: '€',
  pound: '£',
  times: '×',
};

function decodeEntity(whole: string, body: string): string {
  if (body.startsWith('#')) {
    const hex = body[1] === 'x' || body[1] === 'X';
    const code = parseInt(body.slice(hex ? 2 : 1), hex ? 16 : 10);
    return Number.isFinite(code) && code > 8 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  }
  return ENTITIES[body] ?? whole;
}

/** Where a tag that starts at `at` ends: after its `>`, with quoted attribute values skipped. */
function endOfTag(html: string, at: number): number {
  let quote = '';
  for (let index = at; index < html.length; index += 1) {
    const char = html[index];
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '>') return index + 1;
    // A quote opens a value only after an equals sign; a stray one must not swallow the rest.
    else if ((char === '"' || char === "'") && /=\s*$/.test(html.slice(Math.max(at, index - 4), index))) {
      quote = char;
    }
  }
  return html.length;
}

/**
 * Text of an HTML string: blocks become lines, list items get a dash, quotes a `> `.
 * Linear in the input, reads at most `maxChars` of it.
 */
export function htmlToText(html: string, maxChars = 3_000_000): string {
  const source = html.slice(0, maxChars);
  const lower = source.toLowerCase();
  const parts: string[] = [];
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf('<', at);
    const text = source.slice(at, open === -1 ? source.length : open);
    if (text !== '') parts.push(text.replace(/\s+/g, ' '));
    if (open === -1) break;
    if (source.startsWith('<!--', open)) {
      const close = source.indexOf('-->', open + 4);
      at = close === -1 ? source.length : close + 3;
      continue;
    }
    const name = /^<\/?([a-z][a-z0-9]{0,20})/i.exec(source.slice(open, open + 24))?.[1]?.toLowerCase();
    if (name === undefined && !/^<[!?/]/.test(source.slice(open, open + 2))) {
      parts.push('<');
      at = open + 1;
      continue;
    }
    at = endOfTag(source, open + 1);
    if (name === undefined) continue;
    const closing = source[open + 1] === '/';
    if (!closing && DROPPED_WITH_CONTENT.has(name)) {
      const end = lower.indexOf(`</${name}`, at);
      at = end === -1 ? source.length : endOfTag(source, end + 2);
    } else if (name === 'br') parts.push('\n');
    else if (name === 'td' || name === 'th') parts.push(closing ? ' ' : '');
    else if (BLOCKS.has(name)) parts.push(name === 'li' && !closing ? '\n– ' : '\n');
  }
  return parts
    .join('')
    .replace(/&(#x?[0-9a-f]{1,10}|[a-z]{2,8});?/gi, decodeEntity)
    .replace(/[ \t\u00a0]*\n[ \t\u00a0]*/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
