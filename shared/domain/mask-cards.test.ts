import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskCards } from './mask-cards';

/** Published test numbers of the issuers; none is anybody's. */
const CARDS = [
  '4111111111111111',
  '4222222222222',
  '4000000000000000006',
  '5555555555554444',
  '2223003122003222',
  '378282246310005',
  '6011111111111117',
  '30569309025904',
  '36227206271667',
  '3530111333300000',
  '6200000000000005',
  '2200000000000004',
  '9112000000000006',
  '6759649826438453',
];

/** The digit that makes a number pass Luhn's formula. */
function checkDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const weighed = Number(digit) * (i % 2 === 0 ? 2 : 1);
    return total + (weighed > 9 ? weighed - 9 : weighed);
  }, 0);
  return String((10 - (sum % 10)) % 10);
}

const digitsOf = (text: string): string => text.replace(/\D/g, '');

describe('a card number', () => {
  it.each(CARDS)('%s keeps its last four digits only', (card) => {
    expect(maskCards(`Card ${card} was declined.`)).toBe(
      `Card ${'•'.repeat(card.length - 4)}${card.slice(-4)} was declined.`,
    );
  });

  it.each([
    ['spaces', '4111 1111 1111 1111', '•••• •••• •••• 1111'],
    ['dashes', '4111-1111-1111-1111', '••••-••••-••••-1111'],
    ['other dashes', '4111–1111—1111−1111', '••••–••••—••••−1111'],
    ['no-break spaces', '4111\u00a01111\u202f1111\u20091111', '••••\u00a0••••\u202f••••\u20091111'],
    ['full-width digits', '４１１１１１１１１１１１１１１１', '••••••••••••1111'],
    ['zero-width characters', '4\u200b111\u200d1111\ufeff1111\u20601111', '••••••••••••1111'],
    ['a soft hyphen in the last group', '4111 1111 1111 11\u00ad11', '•••• •••• •••• 1111'],
    ['Arabic-Indic digits', '٤١١١١١١١١١١١١١١١', '••••••••••••1111'],
    ['uneven groups', '3782 822463 10005', '•••• •••••• •0005'],
    ['the expiry behind it', '4111 1111 1111 1111 12/27', '•••• •••• •••• 1111 12/27'],
    ['a number before it', 'order 77 4111 1111 1111 1111', 'order 77 •••• •••• •••• 1111'],
    ['letters around it', 'PAN4111111111111111.', 'PAN••••••••••••1111.'],
    ['another card behind it', '4111111111111111, 5555555555554444', '••••••••••••1111, ••••••••••••4444'],
    ['another card one space on', '4111111111111111 378282246310005', '••••••••••••1111 •••••••••••0005'],
  ])('is found with %s', (_, text, expected) => {
    expect(maskCards(text)).toBe(expected);
  });

  it.each([
    ['a wrong check digit', '4111111111111112'],
    ['no issuer', '1234567890123452'],
    ['a length its issuer does not use', '55555555555544447'],
    ['part of a longer number', '994111111111111111100'],
    ['digits of two numbers far apart', '41111111, and later 11111111'],
    ['a phone number', '+375 29 123-45-67'],
    ['a time', '2026-11-22 04:05:06.789'],
    ['too few digits', '411111111111'],
  ])('is not seen in %s', (_, text) => {
    expect(maskCards(text)).toBe(text);
  });
});

describe('masking', () => {
  const issuer = fc.constantFrom('4', '51', '2221', '37', '6011', '3528', '62', '2200', '9112');
  const gap = fc.constantFrom('', ' ', '-', '\u00a0', '\u200b', '\u2009', ' - ');
  const planted = fc
    .record({
      prefix: issuer,
      rest: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 15, maxLength: 15 }),
      gap,
      before: fc.constantFrom('', 'card: ', 'Карта ', '「', '№'),
      after: fc.constantFrom('', '.', ' please', ' 12/29', '」'),
    })
    .map(({ prefix, rest, ...around }) => {
      const length = prefix === '37' ? 15 : 16;
      const open = (prefix + rest.join('')).slice(0, length - 1);
      return { card: open + checkDigit(open), ...around };
    });

  it('leaves no planted card readable, however it was grouped', () => {
    fc.assert(
      fc.property(planted, ({ card, gap: between, before, after }) => {
        const text = before + card.match(/.{1,4}/g)!.join(between) + after;
        const shown = maskCards(text);
        expect(digitsOf(shown)).toBe(digitsOf(before) + card.slice(-4) + digitsOf(after));
      }),
      { numRuns: 2_000 },
    );
  });

  it('changes nothing the second time, and nothing that holds no digits', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            planted.map(({ card }) => card),
            fc.string(),
          ),
        ),
        (parts) => {
          const once = maskCards(parts.join(' '));
          expect(maskCards(once)).toBe(once);
        },
      ),
    );
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Nd}/u.test(text)),
        (text) => {
          expect(maskCards(text)).toBe(text);
        },
      ),
    );
  });

  it('takes few other numbers for cards: under 1.5 % of random ones of 10 to 20 digits', () => {
    let hits = 0;
    const numbers = fc.sample(
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 10, maxLength: 20 }).map((d) => d.join('')),
      { numRuns: 5_000, seed: 7 },
    );
    for (const number of numbers) if (maskCards(number) !== number) hits += 1;
    expect(hits / numbers.length).toBeLessThan(0.015);
  });

  it('reads a text made to be slow in one pass', () => {
    const started = performance.now();
    maskCards('4 1'.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
