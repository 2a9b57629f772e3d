/**
 * Dates and clock times in the agent's language, by Intl. Chromium ships no Belarusian calendar
 * (Node does): there the Russian pattern, which is the same, is filled with Belarusian names.
 */
import belarusian from '@resources/locales/be-calendar.json';

export const DATE_STYLES = {
  /** 09:41 */
  clock: { hour: '2-digit', minute: '2-digit' },
  /** 21 Nov */
  day: { day: 'numeric', month: 'short' },
  /** 21 Nov 2025 */
  dayAndYear: { day: 'numeric', month: 'short', year: 'numeric' },
  /** Friday, 21 November 2025 at 09:41 */
  full: {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  },
  /** 21 Nov 2025, 09:41:07 */
  second: {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  },
  /** Friday, 21 November */
  weekday: { weekday: 'long', day: 'numeric', month: 'long' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;
export type DateStyle = keyof typeof DATE_STYLES;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(locale: string, style: DateStyle): Intl.DateTimeFormat {
  const name = `${locale} ${style}`;
  const known = formats.get(name);
  if (known !== undefined) return known;
  // One day-first English with a 24-hour clock, so times line up in every language.
  const made = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
    ...DATE_STYLES[style],
    hourCycle: 'h23',
  });
  formats.set(name, made);
  return made;
}

/** Stands where there is no such moment. */
const NO_MOMENT = '–';

/** Whether a calendar knows the moment (ECMA-262, time range: 8.64e15 ms either side of the epoch). */
function isMoment(at: number): boolean {
  return !Number.isNaN(new Date(at).getTime());
}

/** A moment for machines, as `<time dateTime>` wants it; `undefined` where there is no such moment. */
export function machineTime(at: number): string | undefined {
  return isMoment(at) ? new Date(at).toISOString() : undefined;
}

/**
 * Writes a moment in a style of {@link DATE_STYLES}.
 * @param at milliseconds since the epoch; shown in the agent's own time zone
 * @param hasCalendar whether Intl knows the locale's calendar; asked of Intl itself by default
 */
export function formatDate(at: number, locale: string, style: DateStyle, hasCalendar?: boolean): string {
  if (!isMoment(at)) return NO_MOMENT;
  if (style === 'clock') return clockTime(at);
  if (locale !== 'be' || (hasCalendar ?? knowsCalendar(locale))) return formatOf(locale, style).format(at);
  const { month, weekday }: Intl.DateTimeFormatOptions = DATE_STYLES[style];
  const date = new Date(at);
  return formatOf('ru', style)
    .formatToParts(at)
    .map((part) => {
      if (part.type === 'month') {
        const names = month === 'long' ? belarusian.monthsLong : belarusian.monthsShort;
        return names[date.getMonth()] ?? part.value;
      }
      if (part.type === 'weekday') {
        const names = weekday === 'long' ? belarusian.weekdaysLong : belarusian.weekdaysShort;
        return names[date.getDay()] ?? part.value;
      }
      // Russian joins date and time by its own word for "at".
      return part.type === 'literal' ? part.value.replace(' в ', ', ') : part.value;
    })
    .join('');
}

function knowsCalendar(locale: string): boolean {
  return Intl.DateTimeFormat.supportedLocalesOf(locale).length > 0;
}

/** Alike in all our languages, and on screen from the first paint on, where Intl would take 13 ms. */
function clockTime(at: number): string {
  const date = new Date(at);
  return `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
}

function twoDigits(value: number): string {
  return value.toString().padStart(2, '0');
}

/** The day as people name it in a list: clock time today, day and month this year, else with the year. */
export function formatListDate(at: number, now: number, locale: string): string {
  const date = new Date(at);
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) return formatDate(at, locale, 'clock');
  return formatDate(at, locale, date.getFullYear() === today.getFullYear() ? 'day' : 'dayAndYear');
}
