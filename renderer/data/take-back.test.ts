import { expect, it } from 'vitest';
import { withContent } from './take-back';

const file = (name: string) => ({ hash: 'a'.repeat(64), name, mediaType: 'text/plain', size: 1 });

it('brings the text back as it was', () => {
  expect(withContent(null, { mode: 'note', text: 'Call her.\n', files: [file('a')] }, 7)).toEqual({
    mode: 'note',
    text: 'Call her.\n',
    files: [file('a')],
    typedAt: 7,
  });
});

it('loses nothing of what was typed meanwhile', () => {
  const draft = { mode: 'reply' as const, text: 'And one more thing', files: [file('b')], typedAt: 1 };
  expect(withContent(draft, { mode: 'reply', text: 'Hello', files: [file('a')] }, 7)).toEqual({
    mode: 'reply',
    text: 'Hello\n\nAnd one more thing',
    files: [file('a'), file('b')],
    typedAt: 7,
  });
});
