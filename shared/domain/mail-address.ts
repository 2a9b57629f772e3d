/**
 * The form in which mail addresses, handles and the names of agents compare. ASCII letters alone are
 * folded: Unicode's own rules make the Kelvin sign a "k", and anybody can have a mailbox with it
 * (RFC 6531). Marks that stand apart or together are the same letter (RFC 6532, NFC), unless that
 * would make ASCII of what is none.
 */
export function addressForm(text: string): string {
  return text
    .trim()
    .split(BECOMES_ASCII)
    .map((part) => (BECOMES_ASCII.test(part) ? part : part.normalize('NFC')))
    .join('')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** All characters outside ASCII whose NFC is inside: Greek question mark, varia, Kelvin sign. */
const BECOMES_ASCII = /([\u037e\u1fef\u212a])/;

/** The address of a line like `Name <address>`. */
export function addressIn(line: string): string {
  return /<([^<>]*)>\s*$/.exec(line)?.[1] ?? line.trim();
}
