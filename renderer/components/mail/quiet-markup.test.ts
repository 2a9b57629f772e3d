import { expect, it } from 'vitest';
import { quietMarkup } from './quiet-markup';

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

it('reads hostile brackets in one pass', () => {
  const started = performance.now();
  quietMarkup('<style>'.repeat(300_000));
  quietMarkup('<a '.repeat(500_000));
  quietMarkup('<a style'.repeat(200_000));
  quietMarkup(`<a ${' '.repeat(1_000_000)}`);
  expect(performance.now() - started).toBeLessThan(3_000);
});
