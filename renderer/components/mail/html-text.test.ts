import { describe, expect, it } from 'vitest';
import { htmlToText } from './html-text';
import { growth, LINEAR_GROWTH } from './testing/growth';
import { isTooHeavy, MAX_DEPTH, MAX_HTML_CHARS, measureHtml } from './mail-limits';
import { splitQuote } from './text-quotes';

describe('htmlToText', () => {
  it('turns blocks into lines and keeps the words', () => {
    expect(htmlToText('<p>Good  day,</p><div>line <b>one</b><br>line two</div><ul><li>a<li>b</ul>')).toBe(
      'Good day,\n\nline one\nline two\n\n– a\n– b',
    );
  });

  it('leaves out what is not words', () => {
    expect(
      htmlToText(
        '<head><title>t</title><style>p{color:red}</style></head>a<script>alert("</p>")</script><!-- b -->c',
      ),
    ).toBe('ac');
  });

  it('reads entities, also broken ones', () => {
    expect(htmlToText('&lt;b&gt; &amp;&#x41;&#66;&nbsp;&unknown; &#0; &#99999999;')).toBe(
      '<b> &AB &unknown;',
    );
  });

  it('survives markup that never ends', () => {
    expect(htmlToText('a <b title="x>y')).toBe('a');
    expect(htmlToText('a < b and c > d')).toBe('a < b and c > d');
    expect(htmlToText('x<!-- never closed')).toBe('x');
    expect(htmlToText('<script>never closed')).toBe('');
  });

  it.each(['<', '<a href="', '<!--'])('reads hostile brackets in time that grows with them: %j', (piece) => {
    expect(growth(htmlToText, (size) => piece.repeat(size), 20_000)).toBeLessThan(LINEAR_GROWTH);
  });
});

describe('measureHtml', () => {
  it('finds mails that are too deep, too large or too busy', () => {
    expect(isTooHeavy('<div>'.repeat(20_000))).toBe(true);
    expect(isTooHeavy('<b><table></b>'.repeat(MAX_DEPTH + 1))).toBe(true);
    expect(isTooHeavy('x'.repeat(MAX_HTML_CHARS + 1))).toBe(true);
    expect(isTooHeavy('<br>'.repeat(50_000))).toBe(true);
  });

  it('lets ordinary mails through, also with end tags left out', () => {
    expect(isTooHeavy('<p>one<p>two'.repeat(3_000))).toBe(false);
    expect(isTooHeavy('<ul>' + '<li>x'.repeat(3_000) + '</ul>')).toBe(false);
    expect(measureHtml('<div><table><tr><td><b>x</b></td></tr></table></div>').depth).toBe(3);
  });
});

describe('splitQuote', () => {
  it('folds a trailing quote with its attribution line', () => {
    expect(splitQuote('Yes, Tuesday.\n\nOn Mon, Anna wrote:\n> When?\n>\n> Anna\n')).toEqual({
      text: 'Yes, Tuesday.',
      quote: 'On Mon, Anna wrote:\n> When?\n>\n> Anna',
    });
    expect(splitQuote('Да.\n\n12 мая Анна написала:\n> Когда?').text).toBe('Да.');
    expect(splitQuote('Ok\n-----Original Message-----\nFrom: a\nhello').text).toBe('Ok');
  });

  it('leaves answers between the lines and forwarded texts whole', () => {
    const between = '> When?\nTuesday.\n> Where?\nHere.';
    expect(splitQuote(between)).toEqual({ text: between, quote: '' });
    const forwarded = '> all\n> quoted';
    expect(splitQuote(forwarded)).toEqual({ text: forwarded, quote: '' });
    expect(splitQuote('nothing quoted')).toEqual({ text: 'nothing quoted', quote: '' });
  });
});
