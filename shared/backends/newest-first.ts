/**
 * A first sync of a large helpdesk that is usable at once: where news begins is noted first, then what
 * there is comes newest first, page by page, and news is looked for in between.
 *
 *   (none) ──head──▶ older, with news every so often ──the oldest was read──▶ news only
 *
 * The cursor holds all of it, so a restart goes on where it was. A row read by both paths is merged by
 * its age, like every other row.
 */
import { z } from 'zod';
import type { Asker, FeedDefinition, RawPage } from './rest-definition';

export interface NewestFirst {
  /** A cursor of the news feed that stands at now, and how many rows there are before it, if it tells. */
  head(ask: Asker): Promise<{ cursor: string; count?: number }>;
  news(ask: Asker, cursor: string): Promise<RawPage>;
  /** One page of what is older than `cursor`, newest first; `null`: from the newest on. */
  older(
    ask: Asker,
    cursor: string | null,
  ): Promise<{ rows: readonly unknown[]; cursor: string | null; left?: number }>;
  /** While older rows are read, news is looked for this often, in ms. */
  newsEveryMs: number;
}

const position = z.object({
  news: z.string(),
  /** Where the older rows stand; absent: not begun; `null`: all read. */
  older: z.string().nullable().optional(),
  /** When news was last looked for, wall clock in ms. */
  at: z.number(),
});
type Position = z.infer<typeof position>;

/** The `pull` of a feed that reads newest first. */
export function newestFirst({ head, news, older, newsEveryMs }: NewestFirst): FeedDefinition['pull'] {
  return async (ask, cursor) => {
    if (cursor === null) {
      const { cursor: begin, count } = await head(ask);
      return page([], { news: begin, at: ask.clock.now() }, true, count);
    }
    const now = positionOf(cursor);
    const due = Math.abs(ask.clock.now() - now.at) >= newsEveryMs;
    if (now.older === null || due) {
      const found = await news(ask, now.news);
      // More news is asked for at once, older rows after it: `at` is moved on only at its end.
      const at = found.more ? now.at : ask.clock.now();
      return page(found.rows, { ...now, news: found.cursor, at }, found.more || now.older !== null);
    }
    const found = await older(ask, now.older ?? null);
    return page(found.rows, { ...now, older: found.cursor }, found.cursor !== null, found.left);
  };
}

/** The cursor with its news part moved back, for a feed with an overlap. */
export function rewindNews(cursor: string, rewind: (news: string) => string): string {
  const now = positionOf(cursor);
  return JSON.stringify({ ...now, news: rewind(now.news) });
}

/**
 * A cursor that begins with news, as if all older rows were read; any other kind of cursor as it is.
 * For looking at news alone, never to be stored.
 */
export function skipOlder(cursor: string): string {
  try {
    return JSON.stringify({ ...positionOf(cursor), older: null });
  } catch {
    return cursor;
  }
}

function page(rows: readonly unknown[], at: Position, more: boolean, left?: number): RawPage {
  return { rows, cursor: JSON.stringify(at), more, ...(left === undefined ? {} : { left }) };
}

function positionOf(cursor: string): Position {
  return position.parse(JSON.parse(cursor));
}
