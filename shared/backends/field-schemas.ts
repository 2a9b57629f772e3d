/** Small schemas that vendors' rows have in common. */
import { z } from 'zod';

/** An ISO-8601 time as ms since the epoch. */
export const isoTime = z.string().transform((text, context) => {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  context.addIssue({ code: 'custom', message: 'not a time' });
  return z.NEVER;
});

/** Ids arrive as strings or numbers and are strings from here on. */
export const rowId = z.union([z.string().min(1), z.number()]).transform(String);
