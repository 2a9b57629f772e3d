import { describe, expect, it } from 'vitest';
import { DATE_STYLES, formatDate, formatListDate, machineTime } from './dates';

const at = new Date(2025, 10, 21, 9, 5).getTime();

describe('formatDate', () => {
  it('puts the day first and keeps a 24-hour clock in English', () => {
    expect(formatDate(at, 'en', 'dayAndYear')).toBe('21 Nov 2025');
    expect(formatDate(at, 'en', 'clock')).toBe('09:05');
  });

  it.each(['en', 'ru', 'be', 'vi'])('writes the clock in %s as Intl does', (locale) => {
    const intl = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
      ...DATE_STYLES.clock,
      hourCycle: 'h23',
    });
    for (const hour of [0, 9, 12, 23]) {
      const moment = new Date(2025, 10, 21, hour, 5).getTime();
      expect(formatDate(moment, locale, 'clock')).toBe(intl.format(moment));
    }
  });

  it('speaks Belarusian also where the browser has no Belarusian calendar', () => {
    expect(formatDate(at, 'be', 'day', false)).toBe('21 ліст.');
    const full = formatDate(at, 'be', 'full', false);
    expect(full).toContain('пятніца, 21 лістапада 2025');
    expect(full).toContain('09:05');
    expect(full).not.toContain(' в ');
  });

  it('gives every month a Belarusian name', () => {
    const months = Array.from({ length: 12 }, (_, month) =>
      formatDate(new Date(2025, month, 3).getTime(), 'be', 'day', false),
    );
    expect(new Set(months).size).toBe(12);
    expect(months.join(' ')).not.toMatch(/янв|фев|мар|апр|июн|июл|авг|сен|окт|ноя|дек/);
  });
});

describe('a moment that no calendar knows', () => {
  it.each([9_000_000_000_000_000, Number.NaN, -Infinity])('is a dash and no error: %s', (at) => {
    for (const style of Object.keys(DATE_STYLES) as (keyof typeof DATE_STYLES)[]) {
      expect(formatDate(at, 'be', style, false)).toBe('–');
    }
    expect(formatListDate(at, 0, 'en')).toBe('–');
    expect(machineTime(at)).toBeUndefined();
  });
});

describe('formatListDate', () => {
  it('says the time today, the day this year and the year before that', () => {
    expect(formatListDate(at, new Date(2025, 10, 21, 18).getTime(), 'en')).toBe('09:05');
    expect(formatListDate(at, new Date(2025, 11, 1).getTime(), 'en')).toBe('21 Nov');
    expect(formatListDate(at, new Date(2026, 0, 1).getTime(), 'en')).toBe('21 Nov 2025');
  });
});
