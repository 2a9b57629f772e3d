/**
 * Card numbers out of a text before it is kept, shown or logged: all digits but the last four become
 * dots (PCI DSS 4.0.1 §3.4.1 allows no more than that here). A number counts as a card's when its
 * length and first digits are an issuer's and its check digit is right (ISO/IEC 7812); the check
 * digit alone would take one in ten numbers for a card.
 */

/** `[first prefix, last prefix, lengths]`, from the issuers' published ranges (ISO/IEC 7812-1 IINs). */
const ISSUERS: readonly (readonly [from: string, to: string, lengths: readonly number[]])[] = [
  // Visa
  ['4', '4', [13, 16, 19]],
  // Mastercard
  ['51', '55', [16]],
  ['2221', '2720', [16]],
  // American Express
  ['34', '34', [15]],
  ['37', '37', [15]],
  // Discover
  ['6011', '6011', [16, 17, 18, 19]],
  ['644', '659', [16, 17, 18, 19]],
  // Diners Club
  ['300', '305', [14, 16, 17, 18, 19]],
  ['309', '309', [14, 16, 17, 18, 19]],
  ['36', '36', [14, 15, 16, 17, 18, 19]],
  ['38', '39', [14, 16, 17, 18, 19]],
  // JCB
  ['3528', '3589', [16, 17, 18, 19]],
  // UnionPay
  ['62', '62', [16, 17, 18, 19]],
  ['810', '817', [16, 17, 18, 19]],
  // Maestro
  ['5018', '5018', [13, 14, 15, 16, 17, 18, 19]],
  ['5020', '5020', [13, 14, 15, 16, 17, 18, 19]],
  ['5038', '5038', [13, 14, 15, 16, 17, 18, 19]],
  ['5893', '5893', [13, 14, 15, 16, 17, 18, 19]],
  ['6304', '6304', [13, 14, 15, 16, 17, 18, 19]],
  ['6759', '6763', [13, 14, 15, 16, 17, 18, 19]],
  // RuPay
  ['508', '508', [16]],
  ['60', '60', [16]],
  ['817', '822', [16]],
  // Mir, Belkart, NAPAS, Troy
  ['2200', '2204', [16, 17, 18, 19]],
  ['9112', '9112', [16]],
  ['9704', '9704', [16, 19]],
  ['9792', '9792', [16]],
];
const SHORTEST = 13;
const LONGEST = 19;
const SHOWN_DIGITS = 4;
const DOT = '•';

/** Where the ten digits of a script begin: ASCII, full width, Arabic-Indic (two). */
const ZEROS = [0x30, 0xff10, 0x660, 0x6f0];
/** Spaces of every width, dashes and the like, as people group a number. */
const GAP = /[\p{Zs}\t\p{Pd}\u2212._]/u;
/** Takes no place on screen: it neither groups nor ends a number. */
const UNSEEN = /[\u00ad\u180e\u200b-\u200f\u2060-\u2064\ufe0e\ufe0f\ufeff]/u;
/** More characters than this between two digits, and they belong to two numbers. */
const MOST_BETWEEN = 4;

interface Digit {
  /** 0 to 9. */
  value: number;
  /** Place in the text, and the place after it. */
  start: number;
  end: number;
  /** Nothing seen stands between it and the digit before. */
  joined: boolean;
}

/** The text with every card number in it masked; the same text when there is none. Length may change. */
export function maskCards(text: string): string {
  const kept: string[] = [];
  let at = 0;
  for (const run of digitRuns(text)) {
    for (const card of cardsIn(run)) {
      kept.push(text.slice(at, card[0]!.start), masked(text, card));
      at = card.at(-1)!.end;
    }
  }
  return at === 0 ? text : kept.join('') + text.slice(at);
}

/** Digits that may belong together, in one pass over the text. */
function* digitRuns(text: string): Generator<readonly Digit[]> {
  let run: Digit[] = [];
  let between = 0;
  let joined = false;
  for (let start = 0; start < text.length;) {
    const char = String.fromCodePoint(text.codePointAt(start) ?? 0);
    const end = start + char.length;
    const value = digitOf(char);
    if (value !== null) {
      run.push({ value, start, end, joined });
      between = 0;
      joined = true;
    } else if (run.length > 0) {
      between += 1;
      const unseen = UNSEEN.test(char);
      if (!unseen) joined = false;
      if ((!unseen && !GAP.test(char)) || between > MOST_BETWEEN) {
        if (run.length >= SHORTEST) yield run;
        run = [];
        joined = false;
      }
    }
    start = end;
  }
  if (run.length >= SHORTEST) yield run;
}

function digitOf(char: string): number | null {
  const code = char.codePointAt(0) ?? 0;
  const zero = ZEROS.find((first) => code >= first && code < first + 10);
  return zero === undefined ? null : code - zero;
}

/** Card numbers of a run, first to last: each begins and ends where a group of digits does. */
function* cardsIn(run: readonly Digit[]): Generator<readonly Digit[]> {
  for (let from = 0; from + SHORTEST <= run.length;) {
    const length = run[from]?.joined === true && from > 0 ? 0 : cardLength(run, from);
    if (length > 0) yield run.slice(from, from + length);
    from += Math.max(1, length);
  }
}

/** How many digits from here are a card number, the longest reading first; 0 when none are. */
function cardLength(run: readonly Digit[], from: number): number {
  for (let length = Math.min(LONGEST, run.length - from); length >= SHORTEST; length -= 1) {
    if (run[from + length]?.joined === true) continue;
    const digits = run.slice(from, from + length).map(({ value }) => value);
    if (isIssued(digits.join('')) && hasCheckDigit(digits)) return length;
  }
  return 0;
}

function isIssued(number: string): boolean {
  return ISSUERS.some(([from, to, lengths]) => {
    const prefix = number.slice(0, from.length);
    return lengths.includes(number.length) && prefix >= from && prefix <= to;
  });
}

/** Luhn's formula: from the right, every second digit doubled, the sum a multiple of ten. */
function hasCheckDigit(digits: readonly number[]): boolean {
  const sum = digits.toReversed().reduce((total, digit, place) => {
    const weighed = place % 2 === 0 ? digit : digit * 2;
    return total + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return sum % 10 === 0;
}

/** The groups stay as they were written, so the eye finds its place; what was unseen goes. */
function masked(text: string, card: readonly Digit[]): string {
  const shownFrom = card.length - SHOWN_DIGITS;
  return card
    .map((digit, i) => {
      const gap = i === 0 || digit.joined ? '' : text.slice(card[i - 1]!.end, digit.start);
      return gap + (i < shownFrom ? DOT : String(digit.value));
    })
    .join('');
}
