/**
 * Keys as the registry writes them, matched against keyboard events of any layout.
 *
 * A binding is one or more steps separated by spaces (`g g`); a step is a key with its modifiers
 * (`Mod+Enter`, `Shift+g`, `?`). `Mod` is Command on a Mac and Control elsewhere.
 *
 * Letters are matched by what the key types; where it types no Latin letter (a Russian, Belarusian
 * or Greek layout), by the place of the key, so `j` works without changing the layout.
 * Punctuation is matched by what it types, whatever Shift was needed for it; on a layout without
 * Latin letters also by its place on a US keyboard (`/` is the key right of the full stop).
 */

/** The part of a KeyboardEvent that decides; a message from the mail frame has the same fields. */
export interface KeyPress {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

interface Step {
  /** Lower-case letter, a punctuation character, or a name such as `Enter`. */
  key: string;
  mod: boolean;
  alt: boolean;
  shift: boolean;
}

/** Where the keyboard is: `mod` is Command there; `latin` as far as the last letters showed. */
export interface KeyboardKind {
  mac: boolean;
  latin: boolean;
}

/** Place on a US keyboard of each punctuation character the registry may use, with its Shift. */
const PUNCTUATION_PLACES: Readonly<Record<string, { code: string; shift: boolean }>> = {
  '/': { code: 'Slash', shift: false },
  '?': { code: 'Slash', shift: true },
  ';': { code: 'Semicolon', shift: false },
  ',': { code: 'Comma', shift: false },
  '.': { code: 'Period', shift: false },
  '[': { code: 'BracketLeft', shift: false },
  ']': { code: 'BracketRight', shift: false },
};

const LATIN_LETTER = /^[a-z]$/;

/** Splits a binding into its steps. */
export function parseKeys(keys: string): readonly string[] {
  return keys.split(' ').filter((step) => step !== '');
}

function parseStep(text: string): Step {
  const parts = text.split('+');
  const key = parts.at(-1) ?? '';
  return {
    key: key.length === 1 ? key.toLowerCase() : key,
    mod: parts.includes('Mod'),
    alt: parts.includes('Alt'),
    shift: parts.includes('Shift'),
  };
}

/** True for a key that types a letter, of whatever script: tells which layout is active. */
export function scriptOf(key: string): 'latin' | 'other' | null {
  if ([...key].length !== 1) return null;
  if (/\p{Script=Latin}/u.test(key)) return 'latin';
  return /\p{L}/u.test(key) ? 'other' : null;
}

/**
 * How a press may be read: by what it typed, or also by where the key stands. The registry asks for
 * the first before it settles for the second, so a typed `?` is never taken for the `/` of its key.
 */
export type Reading = 'typed' | 'placed';

/** Whether a key press is a step of a binding (`Mod+k`, `?`, `g`). */
export function matchesStep(
  text: string,
  press: KeyPress,
  keyboard: KeyboardKind,
  reading: Reading = 'placed',
): boolean {
  const step = parseStep(text);
  const mod = keyboard.mac ? press.metaKey : press.ctrlKey;
  const otherMod = keyboard.mac ? press.ctrlKey : press.metaKey;
  if (step.mod !== mod || otherMod || step.alt !== press.altKey) return false;
  if (LATIN_LETTER.test(step.key))
    return step.shift === press.shiftKey && typesLetter(step.key, press, reading);
  const place = PUNCTUATION_PLACES[step.key];
  if (place !== undefined) {
    if (press.key === step.key) return true;
    if (reading === 'typed' || keyboard.latin) return false;
    return press.code === place.code && press.shiftKey === place.shift;
  }
  return step.shift === press.shiftKey && press.key === step.key;
}

function typesLetter(letter: string, press: KeyPress, reading: Reading): boolean {
  const typed = press.key.toLowerCase();
  if (LATIN_LETTER.test(typed)) return typed === letter;
  return (
    reading === 'placed' && scriptOf(press.key) === 'other' && press.code === `Key${letter.toUpperCase()}`
  );
}
