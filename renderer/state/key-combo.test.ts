import { describe, expect, it } from 'vitest';
import { matchesStep, parseKeys, scriptOf } from './key-combo';
import { press } from './testing/press';

const pc = { mac: false, latin: true };
const mac = { mac: true, latin: true };
const cyrillic = { mac: false, latin: false };

describe('letters', () => {
  it('match what the key types on a Latin layout, wherever the key stands', () => {
    expect(matchesStep('a', press('a', 'KeyQ'), pc)).toBe(true);
    expect(matchesStep('q', press('a', 'KeyQ'), pc)).toBe(false);
  });

  it('match by place on a Russian or Belarusian layout', () => {
    expect(matchesStep('j', press('о', 'KeyJ'), cyrillic)).toBe(true);
    expect(matchesStep('k', press('л', 'KeyK'), cyrillic)).toBe(true);
    expect(matchesStep('Mod+k', press('л', 'KeyK', { ctrlKey: true }), cyrillic)).toBe(true);
    expect(matchesStep('j', press('л', 'KeyK'), cyrillic)).toBe(false);
  });

  it('match by place even before the layout is known', () => {
    expect(matchesStep('j', press('о', 'KeyJ'), pc)).toBe(true);
  });

  it('tell a plain letter from a shifted one, also with caps lock on', () => {
    expect(matchesStep('g', press('G', 'KeyG', { shiftKey: true }), pc)).toBe(false);
    expect(matchesStep('Shift+g', press('G', 'KeyG', { shiftKey: true }), pc)).toBe(true);
    expect(matchesStep('g', press('G', 'KeyG'), pc)).toBe(true);
  });

  it('leave the browser its own combinations', () => {
    expect(matchesStep('r', press('r', 'KeyR', { ctrlKey: true }), pc)).toBe(false);
    expect(matchesStep('a', press('a', 'KeyA', { altKey: true }), pc)).toBe(false);
  });
});

describe('Mod', () => {
  it('is Control on a PC and Command on a Mac', () => {
    expect(matchesStep('Mod+Enter', press('Enter', 'Enter', { ctrlKey: true }), pc)).toBe(true);
    expect(matchesStep('Mod+Enter', press('Enter', 'Enter', { metaKey: true }), pc)).toBe(false);
    expect(matchesStep('Mod+Enter', press('Enter', 'Enter', { metaKey: true }), mac)).toBe(true);
    expect(matchesStep('Mod+Enter', press('Enter', 'Enter', { ctrlKey: true }), mac)).toBe(false);
  });
});

describe('punctuation', () => {
  it('matches what is typed, whatever Shift the layout needs for it', () => {
    expect(matchesStep('?', press('?', 'Slash', { shiftKey: true }), pc)).toBe(true);
    expect(matchesStep('?', press('?', 'Digit7', { shiftKey: true }), cyrillic)).toBe(true);
    expect(matchesStep('/', press('/', 'Digit7', { shiftKey: true }), pc)).toBe(true);
  });

  it('matches by place on a layout without Latin letters', () => {
    expect(matchesStep('/', press('.', 'Slash'), cyrillic)).toBe(true);
    expect(matchesStep('?', press(',', 'Slash', { shiftKey: true }), cyrillic)).toBe(true);
    expect(matchesStep('/', press('-', 'Slash'), pc)).toBe(false);
  });
});

describe('scriptOf', () => {
  it('knows a letter of another script from punctuation and named keys', () => {
    expect(scriptOf('ў')).toBe('other');
    expect(scriptOf('ơ')).toBe('latin');
    expect(scriptOf('.')).toBeNull();
    expect(scriptOf('Enter')).toBeNull();
  });
});

it('splits a sequence into steps', () => {
  expect(parseKeys('g g')).toEqual(['g', 'g']);
});
