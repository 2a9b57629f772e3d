import { describe, expect, it } from 'vitest';
import { linkify } from './linkify';
import { inspectLink } from './links';
import { growth, LINEAR_GROWTH } from './testing/growth';

const warningsOf = (href: string, text = 'here') => inspectLink(href, text)?.warnings;

describe('inspectLink', () => {
  it('names the registrable domain', () => {
    expect(inspectLink('https://login.shop.example.co.uk/a?b=c', 'log in')).toMatchObject({
      kind: 'web',
      domain: 'example.co.uk',
      host: 'login.shop.example.co.uk',
      warnings: [],
    });
    expect(inspectLink('https://somebody.github.io/x', 'x')).toMatchObject({ domain: 'somebody.github.io' });
  });

  it('warns when the words name another site', () => {
    expect(warningsOf('https://evil.example.net/', 'https://www.mybank.com/login')).toEqual(['other-site']);
    expect(warningsOf('https://evil.example.net/', 'mybank.com')).toEqual(['other-site']);
    expect(warningsOf('https://evil.example.net/', '"mybank.com"')).toEqual(['other-site']);
    expect(warningsOf('https://www.mybank.com/a', 'mybank.com')).toEqual([]);
    expect(warningsOf('https://www.mybank.com/a', 'see report.pdfx and e.g. this')).toEqual([]);
  });

  it('warns of punycode, a name before the host, bare numbers and missing encryption', () => {
    expect(warningsOf('https://аррӏе.com/')).toEqual(['punycode']);
    expect(warningsOf('https://www.mybank.com@evil.example/')).toEqual(['user-info']);
    expect(inspectLink('https://www.mybank.com@evil.example/', 'x')).toMatchObject({
      href: 'https://evil.example/',
    });
    expect(warningsOf('https://192.0.2.7/login')).toEqual(['ip-address']);
    expect(inspectLink('http://shop.example.com/', 'x')).toMatchObject({
      href: 'https://shop.example.com/',
      warnings: ['upgraded'],
    });
  });

  it('opens mail and phone, and nothing else', () => {
    expect(inspectLink('mailto:anna@shop.example?subject=x', 'write')).toMatchObject({
      kind: 'mail',
      address: 'anna@shop.example',
    });
    expect(inspectLink('tel:+375291234567', 'call')).toMatchObject({
      kind: 'phone',
      address: '+375291234567',
    });
    for (const href of [
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'ftp://a.example',
      'x',
      '',
    ]) {
      expect(inspectLink(href, 'x')).toBeNull();
    }
    expect(inspectLink('mailto:%E0%A4%A', 'x')).toMatchObject({ address: '%E0%A4%A' });
  });
});

describe('linkify', () => {
  it('finds addresses and leaves the sentence its punctuation', () => {
    const text = 'See https://a.example/x_(y), (www.b.example). Or write to anna@shop.example!';
    const pieces = linkify(text);
    expect(pieces.filter((piece) => piece.type === 'link').map((piece) => piece.href)).toEqual([
      'https://a.example/x_(y)',
      'https://www.b.example',
      'mailto:anna@shop.example',
    ]);
    expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  });

  it('gives back every text unchanged', () => {
    for (const text of [
      '',
      'plain',
      'http://',
      'a@b',
      'https://x',
      'я@почта.бел и точка.',
      'javascript:alert(1)',
    ]) {
      expect(
        linkify(text)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text);
    }
    expect(linkify('javascript:alert(1)').every((piece) => piece.type === 'text')).toBe(true);
  });

  it.each(['a.', `${'a'.repeat(60)}@`, 'https://'])(
    'is not slowed down by a text made to be slow: %j',
    (piece) => {
      expect(growth(linkify, (size) => piece.repeat(size), 2_000)).toBeLessThan(LINEAR_GROWTH);
    },
  );
});
