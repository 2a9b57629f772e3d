import { describe, expect, it } from 'vitest';
import { filterStyle, paperOf } from './style-filter';
import { growth, LINEAR_GROWTH } from './testing/growth';

describe('filterStyle', () => {
  it('keeps what a mail needs to look like itself', () => {
    expect(filterStyle('color: #1f497d; font-family: "Segoe UI", Arial; padding: 4px 8px', 'own').style).toBe(
      'color: #1f497d; font-family: "Segoe UI", Arial; padding: 4px 8px',
    );
  });

  it.each([
    'background: url(https://tracker.example/x.gif)',
    'background-image: url("//tracker.example/x")',
    'background: \\75rl(https://tracker.example/x)',
    'background: u\\rl(https://tracker.example/x)',
    'list-style-image: url(x)',
    'list-style-type: url(x)',
    'width: expression(alert(1))',
    'border: 1px solid image-set("x.png" 1x)',
    'content: attr(title)',
    'position: fixed; top: 0; left: 0',
    'position: sticky',
    'z-index: 99999',
    'transform: scale(100)',
    'animation: spin 1s infinite',
    'behavior: url(#default#time2)',
    '-moz-binding: url(x)',
    'cursor: url(x), auto',
    'filter: url(#f)',
    'height: 100vh',
    'margin-top: -500px',
    'width: 999999px',
    'color: var(--secret)',
    '--x: 1',
    'color: re/**/d',
    '@import "x"',
    'font-family: x;}</style><script>alert(1)</script>',
    'color',
    '',
  ])('leaves nothing of %s', (style) => {
    const left = filterStyle(style, 'own').style;
    expect(left === '' || left === 'font-family: x').toBe(true);
  });

  it('counts what wanted to load from the internet', () => {
    expect(
      filterStyle('background: url(https://a.example/1); border-image: url( "//b.example/2")', 'own').remote,
    ).toBe(2);
  });

  it('gives a plain mail the paper, face and size of the theme', () => {
    expect(
      filterStyle(
        'color: black; background: white; font-family: Calibri; font-size: 11pt; font-weight: bold',
        'plain',
      ).style,
    ).toBe('font-weight: bold');
    expect(filterStyle('color: #d03030; font-size: 24px; font-family: monospace', 'plain').style).toBe(
      'color: #d03030; font-size: 24px; font-family: monospace',
    );
  });

  it.each(['a ', '(', 'x'])('is not slowed down by a style made to be slow: %j', (piece) => {
    const filter = (style: string): void => void filterStyle(style, 'own');
    expect(growth(filter, (size) => `font-family:${piece.repeat(size)}!`, 450)).toBeLessThan(LINEAR_GROWTH);
  });
});

describe('paperOf', () => {
  it('calls a mail with a ground of its own painted, and a white one plain', () => {
    expect(paperOf('<table bgcolor="#f0f4ff"><tr><td>x</table>')).toBe('own');
    expect(paperOf('<div style="background-color:rgb(20, 30, 40)">x</div>')).toBe('own');
    expect(paperOf('<body bgcolor=white><div style="background:#FFFFFF">x</div>')).toBe('plain');
    expect(paperOf('<p>hello</p>')).toBe('plain');
  });
});
