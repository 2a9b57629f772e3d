/** The earlier mails at the foot of a plain-text answer, told apart so that they can be folded. */

export interface SplitText {
  /** What the sender wrote now. */
  text: string;
  /** The quoted remainder, with its attribution line; empty when there is none. */
  quote: string;
}

const QUOTED = /^\s*>/;
const SEPARATOR =
  /^\s*(-{2,}\s?(original message|исходное сообщение|зыходнае паведамленне|tin nhắn gốc)\s?-{2,}|_{20,})\s*$/i;

/** Splits off a trailing quote; a text that is nothing but a quote is left whole. */
export function splitQuote(text: string): SplitText {
  const whole = { text, quote: '' };
  const lines = text.split('\n');
  const separator = lines.findIndex((line) => SEPARATOR.test(line));
  let start = separator;
  if (separator === -1) {
    let last = lines.length - 1;
    while (last >= 0 && (lines[last] ?? '').trim() === '') last -= 1;
    if (last < 0 || !QUOTED.test(lines[last] ?? '')) return whole;
    start = last;
    while (start > 0 && (QUOTED.test(lines[start - 1] ?? '') || (lines[start - 1] ?? '').trim() === ''))
      start -= 1;
    // "On Monday Anna wrote:" belongs to the quote, in any language: a short line that ends in a colon.
    const attribution = lines[start - 1] ?? '';
    if (start > 0 && attribution.length < 160 && /:\s*$/.test(attribution)) start -= 1;
  }
  const kept = lines.slice(0, start).join('\n').trimEnd();
  if (kept.trim() === '') return whole;
  return { text: kept, quote: lines.slice(start).join('\n').trim() };
}
