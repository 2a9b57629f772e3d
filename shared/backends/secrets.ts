/**
 * What is secret of an account, and how it is kept out of words. A server may repeat a key in any of the
 * forms in which it was sent, and words are cut: what is left of a key at a cut counts as the key.
 */
import { base64Of } from './auth';
import { wellFormed } from './field-schemas';

/** Shorter ones are words, and would tear holes into every sentence. */
const SHORTEST = 4;
/** The beginning of a secret at the end of words that were cut; shorter ones say nothing. */
const SHORTEST_PART = 6;
const MASK = '…';

/** The secret in every form in which a server may repeat it; longest first. */
export function formsOf(secret: string): string[] {
  const base64 = base64Of(secret);
  const bare = base64.replace(/=+$/, '');
  const forms = [
    secret,
    encoded(secret),
    encoded(secret).replaceAll('%20', '+'),
    new URLSearchParams({ '': secret }).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
    base64,
    bare,
    bare.replaceAll('+', '-').replaceAll('/', '_'),
    encoded(base64),
  ];
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

function encoded(text: string): string {
  return encodeURIComponent(wellFormed(text));
}

/** Takes the secrets of one account out of words. */
export class SecretMask {
  readonly #forms = new Set<string>();

  add(...secrets: readonly string[]): void {
    for (const secret of secrets) {
      if (secret.length < SHORTEST || this.#forms.has(secret)) continue;
      for (const form of formsOf(secret)) this.#forms.add(form);
    }
  }

  mask(words: string): string {
    const forms = [...this.#forms].sort((a, b) => b.length - a.length);
    let masked = words;
    for (const form of forms) masked = masked.replaceAll(form, MASK);
    return this.#withoutCutOnes(masked, forms);
  }

  /** A secret that begins within the words and whose rest was cut off. */
  #withoutCutOnes(words: string, forms: readonly string[]): string {
    let masked = words;
    for (const form of forms) {
      const start = form.slice(0, SHORTEST_PART);
      if (form.length <= SHORTEST_PART) continue;
      for (let at = masked.indexOf(start); at >= 0; at = masked.indexOf(start, at + 1)) {
        let length = start.length;
        while (length < form.length && masked[at + length] === form[length]) length += 1;
        const rest = masked.slice(at + length);
        if (rest === '' || rest.startsWith(MASK))
          masked = `${masked.slice(0, at)}${MASK}${rest.replace(/^…/, '')}`;
      }
    }
    return masked;
  }
}
