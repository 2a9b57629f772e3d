import { expect, it } from 'vitest';
import { addressForm, addressIn } from './mail-address';

it('is equal however the address was written, in ASCII', () => {
  expect(addressForm(' One@Sample.INVALID ')).toBe('one@sample.invalid');
  expect(addressForm('jose\u0301@sample.invalid')).toBe(addressForm('jos\u00e9@sample.invalid'));
});

it('is not equal for a letter that only looks or folds alike', () => {
  const kelvin = '\u212a@sample.invalid';
  expect(addressForm(kelvin)).not.toBe(addressForm('k@sample.invalid'));
  expect(addressForm('\u0130@sample.invalid')).not.toBe(addressForm('i@sample.invalid'));
  // Every character whose NFC is ASCII is known.
  for (let code = 0x80; code <= 0x10ffff; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const form = addressForm(String.fromCodePoint(code));
    if (/^[!-~]+$/.test(form)) throw new Error(`U+${code.toString(16)} becomes ${form}`);
  }
});

it('stands at the end of a line with a name', () => {
  expect(addressIn('Sample <one@sample.invalid>')).toBe('one@sample.invalid');
  expect(addressIn('one@sample.invalid')).toBe('one@sample.invalid');
});
