/** How list answers are walked. A cursor is whatever the strategy wants to keep, as one string. */
import { z } from 'zod';

export interface Pagination {
  /** Query parameters for the page after `cursor`; `null` for the first. */
  query(cursor: string | null): Readonly<Record<string, string>>;
  /** Reads an answer's envelope. Throws a `ZodError` when it is not the promised one. */
  read(body: unknown): { rows: readonly unknown[]; cursor: string; more: boolean };
}

/** The server hands out the next cursor itself: `{items, next_cursor, has_more}`. */
export function cursorPagination(limit: number): Pagination {
  const envelope = z.object({
    items: z.array(z.unknown()),
    next_cursor: z.string(),
    has_more: z.boolean(),
  });
  return {
    query: (cursor) => ({ limit: String(limit), ...(cursor === null ? {} : { cursor }) }),
    read(body) {
      const page = envelope.parse(body);
      return { rows: page.items, cursor: page.next_cursor, more: page.has_more };
    },
  };
}
