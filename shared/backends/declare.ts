/** Scripts that most vendors need, made from facts. */
import type { Change } from '../domain/entities';
import { readHints } from './event-stream';
import type { Pagination } from './pagination';
import type {
  Asker,
  FeedDefinition,
  RawPage,
  RequestShape,
  RestDefinition,
  RowReader,
} from './rest-definition';
import { understand } from './response';

/** A request and how its answer is understood; `read` may throw, which makes the answer nonsense. */
export interface Exchange<T> extends RequestShape {
  read(body: unknown, accountId: string): T;
}

/** Asks once and reads the answer. */
export async function exchange<T>(ask: Asker, { read, ...shape }: Exchange<T>): Promise<T> {
  const { body } = await ask.json(shape);
  return understand(() => read(body, ask.accountId));
}

/** Where the API stands below the address that an agent gives, with or without a slash at its end. */
export function rootAt(path: string): RestDefinition['root'] {
  return ({ url }) => `${url.replace(/\/+$/, '')}${path}`;
}

/** A list whose cursor goes on from pull to pull. */
export function listFeed(options: {
  path: string;
  query?: RequestShape['query'];
  pagination: Pagination;
  row: RowReader<Change | readonly Change[]>;
  age?: FeedDefinition['age'];
}): FeedDefinition {
  const { path, query, pagination, row, age } = options;
  const first: RequestShape = { method: 'GET', path, ...(query && { query }) };
  return {
    async pull(ask, cursor) {
      const answer = await ask.json(pagination.request(first, cursor));
      return understand(() => pagination.read(answer, cursor));
    },
    row,
    ...(age && { age }),
  };
}

/**
 * A list that can only be read whole (agents, for example): read again when the last reading is
 * older than `everyMs`, and not asked for in between.
 * @param page one page from where the one before ended, `null`: from the beginning
 */
export function wholeList(
  everyMs: number,
  page: (ask: Asker, from: string | null) => Promise<RawPage>,
): FeedDefinition['pull'] {
  return async (ask, cursor) => {
    const [readAt = '', at = ''] = (cursor ?? '').split(' ');
    const age = ask.clock.now() - Number(readAt);
    // A clock that was set back must not keep the list from being read for years.
    if (readAt !== '' && at === '' && age >= 0 && age < everyMs) {
      return { rows: [], cursor: cursor ?? '', more: false };
    }
    const begun = at === '' ? String(ask.clock.now()) : readAt;
    const found = await page(ask, at === '' ? null : decodeURIComponent(at));
    return { ...found, cursor: found.more ? `${begun} ${encodeURIComponent(found.cursor)}` : begun };
  };
}

/** A feed of a {@link wholeList}. */
export function wholeListFeed(options: {
  first: RequestShape;
  pagination: Pagination;
  everyMs: number;
  row: RowReader<Change | readonly Change[]>;
}): FeedDefinition {
  const { first, pagination, everyMs, row } = options;
  const pull = wholeList(everyMs, async (ask, from) => {
    const answer = await ask.json(pagination.request(first, from));
    return understand(() => pagination.read(answer, from));
  });
  return { pull, row };
}

/**
 * An event stream (WHATWG `text/event-stream`), any frame of which means: pull now.
 * @param silenceMs a stream silent for longer is dead
 */
export function eventStreamPush(
  path: string,
  silenceMs: number,
): (ask: Asker, onHint: () => void) => Promise<void> {
  return async (ask, onHint) => {
    const response = await ask.stream({ method: 'GET', path, headers: { accept: 'text/event-stream' } });
    await readHints(response.stream(), silenceMs, ask.clock, onHint);
  };
}
