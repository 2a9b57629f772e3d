/**
 * What is left of a style attribute of a stranger's mail. An allow-list of properties, and values
 * of plain words, numbers, colours and quoted font names only: no function but `rgb()`/`hsl()`,
 * no escape, no comment, so nothing can load, cover, move or measure anything.
 */
import { isPaperWhite, readableOnBoth } from './colours';

/**
 * `own`: the mail paints its own ground, so it keeps its colours on light paper.
 * `plain`: the mail is text; it takes the theme's paper, face and size.
 */
export type MailPaper = 'own' | 'plain';

export interface FilteredStyle {
  /** Ready for a style attribute; empty when nothing was left. */
  style: string;
  /** Addresses on the internet that the style wanted to load. */
  remote: number;
}

const DISPLAY =
  /^(none|block|inline|inline-block|table|inline-table|table-row|table-cell|table-row-group|table-header-group|list-item)$/;
const LENGTH = /^(auto|normal|0|-?[\d.]{1,9}(px|pt|em|rem|ex|ch|%|in|cm|mm|pc)?)$/;
const BOX = /^((auto|0|[\d.]{1,9}(px|pt|em|rem|%|in|cm|mm)?)\s*){1,4}$/;
const COLOUR = /^(#[0-9a-f]{3,8}|[a-z]{3,24}|(rgb|rgba|hsl|hsla)\([\d\s.,%/]{1,60}\))$/;
const FONT_FAMILY = /^[\p{L}\p{N}\s,'"_-]{1,300}$/u;
const BORDER = /^[\w\s#.,%()-]{1,120}$/;
const LENGTH_OR_WORD = /^([a-z-]{1,20}|0|-?[\d.]{1,9}(px|pt|em|rem|%)?)$/;
const WORD = /^[a-z-]{1,30}$/;

const PROPERTIES: Readonly<Record<string, RegExp>> = {
  color: COLOUR,
  'background-color': COLOUR,
  background: COLOUR,
  'font-family': FONT_FAMILY,
  'font-size': /^([\d.]{1,6}(px|pt|em|rem|%)|[a-z-]{3,10})$/,
  'font-style': WORD,
  'font-weight': /^([a-z]{4,7}|[1-9]00)$/,
  'font-variant': WORD,
  'line-height': LENGTH,
  'letter-spacing': LENGTH,
  'text-align': WORD,
  'text-decoration': /^[a-z\s-]{1,40}$/,
  'text-decoration-line': /^[a-z\s-]{1,40}$/,
  'text-transform': WORD,
  'text-indent': LENGTH,
  'vertical-align': LENGTH_OR_WORD,
  'white-space': /^(normal|nowrap|pre|pre-wrap|pre-line)$/,
  'word-break': WORD,
  'word-wrap': WORD,
  'overflow-wrap': WORD,
  direction: /^(ltr|rtl)$/,
  'unicode-bidi': WORD,
  display: DISPLAY,
  float: /^(left|right|none)$/,
  clear: /^(left|right|both|none)$/,
  width: LENGTH,
  'min-width': LENGTH,
  'max-width': LENGTH_OR_WORD,
  height: LENGTH,
  'max-height': LENGTH_OR_WORD,
  margin: BOX,
  padding: BOX,
  border: BORDER,
  'border-collapse': WORD,
  'border-spacing': BOX,
  'border-radius': BOX,
  'table-layout': WORD,
  'list-style-type': WORD,
  'list-style-position': WORD,
  'caption-side': WORD,
  'empty-cells': WORD,
};
const SIDES = /^(margin|padding|border)-(top|right|bottom|left)(-(color|width|style))?$/;

function ruleOf(property: string): RegExp | undefined {
  const named = PROPERTIES[property];
  if (named !== undefined) return named;
  const side = SIDES.exec(property);
  if (side === null) return undefined;
  return side[1] === 'border' ? BORDER : BOX;
}

/** A mail's height is its own, but no element may push the rest of the thread out of reach. */
const MAX_LENGTH_PX = 5_000;

function tooLong(value: string): boolean {
  return (value.match(/[\d.]+/g) ?? []).some((number) => Number(number) > MAX_LENGTH_PX);
}

/** Sizes a text mail uses for ordinary words; the theme's own reading size replaces them. */
function isOrdinarySize(value: string): boolean {
  const size = /^([\d.]+)(px|pt|em|rem|%)$/.exec(value);
  if (size === null) return /^(medium|initial|inherit|small)$/.test(value);
  const number = Number(size[1]);
  const px = { px: 1, pt: 4 / 3, em: 15, rem: 15, '%': 0.15 }[size[2] ?? 'px'] ?? 1;
  return number * px >= 12 && number * px <= 17;
}

function keptInPlain(property: string, value: string): boolean {
  if (property === 'color') return readableOnBoth(value);
  if (property === 'background' || property === 'background-color') return !isPaperWhite(value);
  if (property === 'font-family') return /mono|courier|consolas|menlo/i.test(value);
  if (property === 'font-size') return !isOrdinarySize(value);
  return property !== 'line-height' && property !== 'letter-spacing';
}

/** Splits declarations at semicolons outside quotes and brackets. */
function declarations(style: string): string[] {
  const found: string[] = [];
  let start = 0;
  let quote = '';
  let depth = 0;
  for (let at = 0; at <= style.length; at += 1) {
    const char = style[at];
    if (char === undefined || (char === ';' && quote === '' && depth <= 0)) {
      found.push(style.slice(start, at));
      start = at + 1;
    } else if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
  }
  return found;
}

/** Longest style attribute that is read at all. */
const MAX_STYLE_CHARS = 4_000;

/** Filters one style attribute; see the head of this file for what may stay. */
export function filterStyle(style: string, paper: MailPaper): FilteredStyle {
  if (style.length > MAX_STYLE_CHARS) return { style: '', remote: 0 };
  const remote = (style.match(/(?:url\s*\(|image-set\s*\()\s*["']?\s*(?:https?:)?\/\//gi) ?? []).length;
  const kept: string[] = [];
  for (const declaration of declarations(style)) {
    const colon = declaration.indexOf(':');
    if (colon === -1) continue;
    const property = declaration.slice(0, colon).trim().toLowerCase();
    const value = declaration
      .slice(colon + 1)
      .replace(/!\s*important\s*$/i, '')
      .trim();
    const rule = ruleOf(property);
    if (rule === undefined || value === '' || /[\\<>{}@]|\/\*|--/.test(value)) continue;
    if (!rule.test(property === 'font-family' ? value : value.toLowerCase())) continue;
    if (/\w\s*\(/.test(value) && !/(^|\s)(rgb|hsl)a?\([\d\s.,%/]+\)/i.test(value)) continue;
    if (tooLong(value) || (paper === 'plain' && !keptInPlain(property, value))) continue;
    kept.push(`${property}: ${value}`);
  }
  return { style: kept.join('; '), remote };
}

/**
 * Whether the mail paints a ground of its own (anything but white). Read from the raw text: it may
 * take a mail for painted that is not, which only means light paper in the dark theme.
 */
export function paperOf(html: string): MailPaper {
  const grounds = html.matchAll(
    /bgcolor\s*=\s*["']?\s*([#\w]+(?:\([^)"']{1,60}\))?)|background(?:-color)?\s*:\s*([#\w]+(?:\([^)"';]{1,60}\))?)/gi,
  );
  for (const ground of grounds) {
    if (!isPaperWhite(ground[1] ?? ground[2] ?? '')) return 'own';
  }
  return 'plain';
}
