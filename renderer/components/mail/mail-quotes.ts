/** Finds the earlier mails at the foot of an HTML mail, in the tree that is being sanitised. */

/** How the mail programs in use mark what they quote. */
const QUOTE =
  'blockquote[type="cite" i], .gmail_quote, .gmail_extra, .yahoo_quoted, .moz-cite-prefix, .protonmail_quote, #divRplyFwdMsg, #appendonsend, #OLK_SRC_BODY_SECTION';

/** Marks from which on everything that follows is quoted, not only what is inside. */
const FROM_HERE = '#divRplyFwdMsg, #appendonsend';

function hasWords(node: Node): boolean {
  return (
    (node.textContent ?? '').trim() !== '' || (node instanceof Element && node.querySelector('img') !== null)
  );
}

function wordsAfter(node: Element, root: Node): boolean {
  for (let at: Node | null = node; at !== null && at !== root; at = at.parentNode) {
    for (let next = at.nextSibling; next !== null; next = next.nextSibling) {
      if (hasWords(next)) return true;
    }
  }
  return false;
}

function wordsBefore(node: Element, root: Node): boolean {
  for (let at: Node | null = node; at !== null && at !== root; at = at.parentNode) {
    for (let previous = at.previousSibling; previous !== null; previous = previous.previousSibling) {
      if (hasWords(previous)) return true;
    }
  }
  return false;
}

/**
 * True for an element that starts the quoted remainder of an answer: nothing is written after it,
 * something before it, and it is not a forwarded mail (whose quote is the message).
 */
export function isTrailingQuote(node: Element, root: Node): boolean {
  if (!node.matches(QUOTE)) return false;
  if (/^\s*-{5,}/.test((node.textContent ?? '').slice(0, 200))) return false;
  if (!wordsBefore(node, root)) return false;
  if (node.matches(FROM_HERE)) return true;
  // "On Monday Anna wrote:" goes with the quote below it.
  const quote = node.matches('.moz-cite-prefix') ? node.nextElementSibling : node;
  return quote !== null && !wordsAfter(quote, root);
}

/** Takes the quote out of the tree, with everything behind it. */
export function removeFrom(node: Element, root: Node): void {
  let at: Node = node;
  while (at.parentNode !== null && at !== root) {
    while (at.nextSibling !== null) at.parentNode.removeChild(at.nextSibling);
    at = at.parentNode;
  }
  node.remove();
}
