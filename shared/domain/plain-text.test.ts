import { describe, expect, it } from 'vitest';
import { previewOf, textOfHtml } from './plain-text';

describe('previews', () => {
  it('are one line of at most 200 characters, cut between characters', () => {
    const preview = previewOf(`first\n\n second ${'👩‍👧'.repeat(200)}`);
    expect([...preview]).toHaveLength(200);
    expect(preview.startsWith('first second')).toBe(true);
    // No half of a pair is left.
    expect(() => encodeURIComponent(preview)).not.toThrow();
  });

  it('hold the words of HTML, not its code', () => {
    const html =
      '<head><title>t</title><style>p{}</style></head><p>One &amp; two</p><script>three()</script><!-- four --><div>&#1087;&#x44f;ть</div>';
    expect(textOfHtml(html)).toBe('One & two\nпять');
  });

  it('survive HTML that never ends', () => {
    expect(textOfHtml('<p>words<script>evil(')).toBe('words');
    expect(textOfHtml('a <b')).toContain('a');
  });
});
