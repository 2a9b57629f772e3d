import type { KeyPress } from '../key-combo';

/** A key press as the browser tells it; without a `code`, of the key that types the letter on a US keyboard. */
export function press(key: string, code = `Key${key.toUpperCase()}`, held: Partial<KeyPress> = {}): KeyPress {
  return { key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held };
}
