/**
 * Makes a mail's HTML quiet before the browser parses it: inline styles and event handlers get names
 * of our own, style elements go. The page's policy reports each of them (a long newsletter has
 * thousands) although nothing of it would run; a base address gets the name of a void element that does
 * nothing. The sanitiser comes after this and does not rely on
 * it: what is missed here is only noise.
 */

/** The name under which an inline style travels to the sanitiser. */
export const STYLE_ATTRIBUTE = 'data-mail-style';

const BASE = /<base(?=[\s/>])/gi;
const TAG = /<[a-z][^<>]*/gi;
const STYLE = /([\s"'/])style(?=\s*=)/gi;
const HANDLER = /([\s"'/])on(?=[a-z]{2,40}\s*=)/gi;

export function quietMarkup(html: string): string {
  return withoutStyleElements(html)
    .replace(BASE, '<basefont')
    .replace(TAG, (tag) => tag.replace(STYLE, `$1${STYLE_ATTRIBUTE}`).replace(HANDLER, '$1data-mail-on'));
}

/** One pass forward: a style element that never ends is left where it is. */
function withoutStyleElements(html: string): string {
  const opening = /<style(?=[\s>/])[^<>]*>/gi;
  const closing = /<\/style[^<>]*>/gi;
  const kept: string[] = [];
  let at = 0;
  for (;;) {
    opening.lastIndex = at;
    const start = opening.exec(html);
    if (start === null) break;
    closing.lastIndex = opening.lastIndex;
    const end = closing.exec(html);
    if (end === null) break;
    kept.push(html.slice(at, start.index));
    at = closing.lastIndex;
  }
  return at === 0 ? html : kept.join('') + html.slice(at);
}
