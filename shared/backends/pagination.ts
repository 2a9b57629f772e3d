/** How list answers are walked. A cursor is whatever the strategy wants to keep, as one string. */
import { z } from 'zod';
import { BackendError } from './backend-error';
import type { Answer, Query, RawPage, RequestShape } from './rest-definition';

export interface Pagination {
  /** The request for the page after `cursor`; `null` for the first. */
  request(first: RequestShape, cursor: string | null): RequestShape;
  /** Reads an answer's envelope. Throws a `ZodError` when it is not the promised one. */
  read(answer: Answer, cursor: string | null): RawPage;
}

/** Where in an answer something stands: `''` is the body itself, `a.b` a field of a field. */
export type Place = string;

const list = z.array(z.unknown());
const handedOut = z.union([z.string(), z.number()]);
const numeric = z.union([z.number(), z.string().regex(/^\d+$/, 'not a number').transform(Number)]);

/** What stands at a place; `undefined` where there is no such place. */
export function at(body: unknown, place: Place): unknown {
  let found = body;
  for (const step of place === '' ? [] : place.split('.')) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Record<string, unknown>)[step];
  }
  return found;
}

/** What stands at a place, as a schema wants it. Throws a `ZodError` that names the place. */
export function readAt<T>(schema: z.ZodType<T>, body: unknown, place: Place): T {
  const read = schema.safeParse(at(body, place));
  if (read.success) return read.data;
  const steps = place === '' ? [] : place.split('.');
  throw new z.ZodError(read.error.issues.map((issue) => ({ ...issue, path: [...steps, ...issue.path] })));
}

/** The rows of an answer. Throws a `ZodError` with the place when there is no list. */
export function rowsAt(body: unknown, place: Place): readonly unknown[] {
  return readAt(list, body, place);
}

const withQuery = (first: RequestShape, query: Query): RequestShape => ({
  ...first,
  query: { ...first.query, ...query },
});

/** The server hands out the next cursor itself. */
export function cursorPagination(options: {
  limit: { name: string; value: number };
  /** Name of the query parameter that takes a cursor. */
  param: string;
  rows: Place;
  next: Place;
  /** Where it says whether there is more; left out: there is while it hands out a cursor. */
  more?: Place;
}): Pagination {
  const { limit, param, rows, next, more } = options;
  return {
    request: (first, cursor) =>
      withQuery(first, {
        [limit.name]: String(limit.value),
        ...(cursor === null || cursor === '' ? {} : { [param]: cursor }),
      }),
    read({ body }, before) {
      const found = readAt(more === undefined ? handedOut.nullish() : handedOut.nullable(), body, next);
      const cursor = found === null || found === undefined ? '' : String(found);
      const goesOn = more === undefined ? cursor !== '' : readAt(z.boolean(), body, more);
      // Only the end of a list may have no cursor.
      if (goesOn && cursor === '') readAt(handedOut, body, next);
      // A list whose end has no cursor is asked for again from where it ended.
      return { rows: rowsAt(body, rows), cursor: cursor === '' ? (before ?? '') : cursor, more: goesOn };
    },
  };
}

/** Pages with numbers, the first one `from`; it ends with a page that is not full. */
export function pagePagination(options: {
  limit: { name: string; value: number };
  param: string;
  rows: Place;
  from?: number;
  /** Servers refuse pages beyond it; reaching it is an error, never a silent end. */
  maxPages?: number;
}): Pagination {
  const { limit, param, rows, from = 1, maxPages = Infinity } = options;
  return {
    request: (first, cursor) =>
      withQuery(first, { [limit.name]: String(limit.value), [param]: cursor ?? String(from) }),
    read({ body }, before) {
      const found = rowsAt(body, rows);
      const page = Number(before ?? from);
      const more = found.length >= limit.value;
      if (more && page - from + 1 >= maxPages) {
        throw new BackendError('nonsense', `The list is longer than the ${maxPages} pages the server gives.`);
      }
      return { rows: found, cursor: String(more ? page + 1 : from), more };
    },
  };
}

/** The first row's place in the whole list, in rows; it ends with a page that is not full. */
export function offsetPagination(options: {
  limit: { name: string; value: number };
  param: string;
  rows: Place;
}): Pagination {
  const { limit, param, rows } = options;
  return {
    request: (first, cursor) =>
      withQuery(first, { [limit.name]: String(limit.value), [param]: cursor ?? '0' }),
    read({ body }, before) {
      const found = rowsAt(body, rows);
      const more = found.length >= limit.value;
      return { rows: found, cursor: String(more ? Number(before ?? 0) + found.length : 0), more };
    },
  };
}

/** The next page's address stands in the `Link` header (RFC 8288); only its query is believed. */
export function linkPagination(options: { limit: { name: string; value: number }; rows: Place }): Pagination {
  const { limit, rows } = options;
  return {
    request: (first, cursor) =>
      withQuery(first, {
        [limit.name]: String(limit.value),
        ...(cursor === null || cursor === '' ? {} : queryOf(cursor)),
      }),
    read({ body, headers }) {
      const next = nextLink(headers['link'] ?? '');
      return { rows: rowsAt(body, rows), cursor: next ?? '', more: next !== null };
    },
  };
}

/**
 * Rows with rising ids are asked for behind the greatest one seen: nothing that is inserted or
 * deleted meanwhile moves a page's edge. It ends with an empty page.
 */
export function keysetPagination(options: {
  limit: { name: string; value: number };
  /** Query parameters that ask for rows behind an id. */
  after(id: string): Query;
  rows: Place;
  id: Place;
}): Pagination {
  const { limit, after, rows, id } = options;
  return {
    request: (first, cursor) =>
      withQuery(first, { [limit.name]: String(limit.value), ...after(cursor ?? '0') }),
    read({ body }, before) {
      const found = rowsAt(body, rows);
      const ids = found.map((row) => readAt(numeric, row, id));
      const from = Number(before ?? 0);
      const greatest = ids.reduce((most, one) => Math.max(most, one), from);
      // Rows from before the cursor come only from a server that does not heed it.
      return { rows: found, cursor: String(greatest), more: greatest > from };
    },
  };
}

function nextLink(header: string): string | null {
  const found = header.split(/,(?=\s*<)/).find((link) => /;\s*rel="?next"?/i.test(link));
  const address = found === undefined ? undefined : /<([^>]*)>/.exec(found)?.[1];
  if (address === undefined) return null;
  const from = address.indexOf('?');
  return from < 0 ? null : address.slice(from + 1);
}

function queryOf(text: string): Query {
  const query: Record<string, string> = {};
  for (const part of text.split('&')) {
    const equals = part.indexOf('=');
    const name = decode(equals < 0 ? part : part.slice(0, equals));
    if (name !== '') query[name] = equals < 0 ? '' : decode(part.slice(equals + 1));
  }
  return query;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
