/** Finds the links in a plain text, as pieces to be rendered; no HTML is made. */

export type TextPiece = { type: 'text'; text: string } | { type: 'link'; text: string; href: string };

const LINK =
  /\bhttps?:\/\/[^\s<>"'`\u2028\u2029]{1,2000}|\bwww\.[^\s<>"'`]{3,2000}|[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.)+\p{L}{2,24}/giu;

/** Takes off what ends the sentence, not the address; keeps a bracket that the address itself opened. */
function trimEnd(link: string): string {
  let end = link.length;
  for (;;) {
    const char = link[end - 1];
    if (char === undefined) return '';
    if (/[.,;:!?…»”’*_]/.test(char)) end -= 1;
    else if (char === ')' || char === ']') {
      const opening = char === ')' ? '(' : '[';
      const inside = link.slice(0, end);
      if (inside.split(opening).length >= inside.split(char).length) return inside;
      end -= 1;
    } else return link.slice(0, end);
  }
}

/** Splits a text into words and links, in order; joining the pieces' texts gives the text back. */
export function linkify(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    const shown = trimEnd(match[0]);
    if (shown.length < 4) continue;
    const href = /^https?:/i.test(shown)
      ? shown
      : /^www\./i.test(shown)
        ? `https://${shown}`
        : `mailto:${shown}`;
    if (match.index > at) pieces.push({ type: 'text', text: text.slice(at, match.index) });
    pieces.push({ type: 'link', text: shown, href });
    at = match.index + shown.length;
  }
  if (at < text.length) pieces.push({ type: 'text', text: text.slice(at) });
  return pieces;
}
