import { expect, it } from 'vitest';
import { languageFor } from './i18n';

it('takes the first language the browser asks for that we speak', () => {
  expect(languageFor('system', ['de-DE', 'be-BY', 'ru'])).toBe('be');
  expect(languageFor('system', ['VI'])).toBe('vi');
});

it('falls back to English, and prefers what the agent chose', () => {
  expect(languageFor('system', ['de'])).toBe('en');
  expect(languageFor('ru', ['vi'])).toBe('ru');
});
