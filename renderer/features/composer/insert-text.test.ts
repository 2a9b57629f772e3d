import { expect, it } from 'vitest';
import { findReplies, insertAt, wordsOf } from './insert-text';

const reply = (title: string, shortcut: string | null = null, folder: string | null = null) => ({
  title,
  shortcut,
  folder,
});

it('puts the words in place of what is selected, with the caret behind them', () => {
  expect(insertAt('Hello you.', { start: 6, end: 9 }, 'Ada')).toEqual({ text: 'Hello Ada.', caret: 9 });
  expect(insertAt('', { start: 0, end: 0 }, 'Thanks')).toEqual({ text: 'Thanks', caret: 6 });
});

it('turns a helpdesk’s HTML into words, and leaves text as it is', () => {
  expect(wordsOf({ type: 'html', content: '<p>Dear &amp; kind</p><script>bad()</script>' }).trim()).toBe(
    'Dear & kind',
  );
  expect(wordsOf({ type: 'text', content: '<b>is typed so</b>\r\n' })).toBe('<b>is typed so</b>');
});

it('finds by words of title, shortcut and folder, whatever their marks, shortcuts first', () => {
  const all = [
    reply('Депозит проверяется', null, 'Русский'),
    reply('Thanks for the deposit'),
    reply('Other', 'deposit'),
  ];
  expect(findReplies(all, 'deposit').map(({ title }) => title)).toEqual(['Other', 'Thanks for the deposit']);
  expect(findReplies(all, 'русск депоз').map(({ title }) => title)).toEqual(['Депозит проверяется']);
  expect(findReplies(all, 'nothing so')).toEqual([]);
  expect(findReplies(all, ' ')).toHaveLength(3);
});
