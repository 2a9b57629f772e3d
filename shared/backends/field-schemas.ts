/** Small schemas that vendors' rows have in common. */
import { z } from 'zod';

/** An ISO-8601 time as ms since the epoch. */
export const isoTime = z.string().transform((text, context) => {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  context.addIssue({ code: 'custom', message: 'not a time' });
  return z.NEVER;
});

/** The longest id that the door hands on; one longer row would make a whole page of changes unreadable. */
const MAX_ID_CHARACTERS = 500;

/** Half a character (a lone surrogate, which no address can carry) or a NUL. */
const NOT_IN_AN_ID = /[\p{Surrogate}\0]/u;

/** Ids arrive as strings or numbers and are strings from here on. */
export const rowId = z
  .union([
    z
      .string()
      .min(1)
      .max(MAX_ID_CHARACTERS)
      .refine((id) => !NOT_IN_AN_ID.test(id), 'not an id that can be asked for'),
    z.number(),
  ])
  .transform(String);

/** The text with a mark in the place of every half character. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
