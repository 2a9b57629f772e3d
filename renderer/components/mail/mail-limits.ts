/**
 * How heavy a mail's HTML is, told from its text alone, before any parser builds a tree of it:
 * 20,000 nested elements cost a browser more than a second, and a stranger may send them.
 */

/** Longest HTML that is shown as HTML, in characters. */
export const MAX_HTML_CHARS = 3_000_000;
/** Deepest nesting; the newsletters at hand stay under 120. */
export const MAX_DEPTH = 400;
/** Most elements. */
export const MAX_ELEMENTS = 40_000;

/** Elements without an end tag, and those whose end tag may be left out: these do not nest by themselves. */
const FLAT = new Set(
  'area base br col embed hr img input link meta param source track wbr p li dt dd tr td th thead tbody tfoot colgroup option optgroup'.split(
    ' ',
  ),
);

/**
 * Counts elements and an upper bound of the nesting depth in one pass. Open tags are counted by
 * name, so a closing tag that the parser would ignore can lower only its own count.
 */
export function measureHtml(html: string): { depth: number; elements: number } {
  const open = new Map<string, number>();
  let depth = 0;
  let deepest = 0;
  let elements = 0;
  for (const tag of html.matchAll(/<(\/?)([a-z][a-z0-9:-]{0,40})/gi)) {
    const name = (tag[2] ?? '').toLowerCase();
    if (tag[1] === '') elements += 1;
    if (FLAT.has(name)) continue;
    const count = open.get(name) ?? 0;
    if (tag[1] === '') {
      open.set(name, count + 1);
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (count > 0) {
      open.set(name, count - 1);
      depth -= 1;
    }
    if (deepest > MAX_DEPTH || elements > MAX_ELEMENTS) break;
  }
  return { depth: deepest, elements };
}

/** True when a mail is to be shown as text because its HTML is too large, too deep or too busy. */
export function isTooHeavy(html: string): boolean {
  if (html.length > MAX_HTML_CHARS) return true;
  const { depth, elements } = measureHtml(html);
  return depth > MAX_DEPTH || elements > MAX_ELEMENTS;
}
