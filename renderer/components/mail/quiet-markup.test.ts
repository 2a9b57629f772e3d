import { expect, it } from 'vitest';
import { quietMarkup } from './quiet-markup';
import { growth, LINEAR_GROWTH } from './testing/growth';

it('renames styles and handlers inside tags only', () => {
  expect(quietMarkup('<p style="color:red" onclick=x()>style = onclick = 1</p>')).toBe(
    '<p data-mail-style="color:red" data-mail-onclick=x()>style = onclick = 1</p>',
  );
  expect(quietMarkup("<IMG/STYLE='a'ONERROR = b>")).toBe("<IMG/data-mail-style='a'data-mail-onERROR = b>");
});

it('drops style elements and leaves one that never ends', () => {
  expect(quietMarkup('a<style>p > b {}</style>b<STYLE media=x>c</STYLE >d')).toBe('abd');
  expect(quietMarkup('a<style>b')).toBe('a<style>b');
  expect(quietMarkup('<styled>x</styled>')).toBe('<styled>x</styled>');
});

it('takes the meaning from a base address', () => {
  expect(quietMarkup('<base href="https://a.example/"><BASE\ntarget=x>')).toBe(
    '<basefont href="https://a.example/"><basefont\ntarget=x>',
  );
  expect(quietMarkup('<based>x</based>')).toBe('<based>x</based>');
});

it.each(['<style>', '<a ', '<a style', ' '])('reads hostile markup in one pass: %j', (piece) => {
  expect(growth(quietMarkup, (size) => `<a ${piece.repeat(size)}`, 20_000)).toBeLessThan(LINEAR_GROWTH);
});
