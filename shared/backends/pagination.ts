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

/**
 * The next page's address stands in the `Link` header (RFC 8288). Its path and query are believed, never
 * its host: behind a proxy many servers know their own name wrongly.
 */
export function linkPagination(options: {
  limit: { name: string; value: number };
  rows: Place;
  /** Where the API begins; a next page elsewhere on the server is not followed. */
  root: string;
}): Pagination {
  const { limit, rows, root } = options;
  return {
    request(first, cursor) {
      const whole = withQuery(first, { [limit.name]: String(limit.value) });
      return cursor === null || cursor === '' ? whole : following(whole, cursor, root);
    },
    read({ body, headers }, before) {
      const next = nextLink(headers['link'] ?? '');
      if (next !== null && next === before) {
        throw new BackendError('nonsense', `The Link header names a page as its own next one: ${next}`);
      }
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

/** A target of a link that stands by itself; kept cursors of earlier versions are queries alone. */
const TARGET = /^([?/.]|[a-z][a-z0-9+.-]*:)/i;

/** The request for what a link leads to. The link's parameters go before those of the first request. */
function following(first: RequestShape, cursor: string, root: string): RequestShape {
  const base = new URL(/^https?:/.test(first.path) ? first.path : root + first.path);
  const rootPath = new URL(root).pathname.replace(/\/+$/, '');
  const { pathname, search, searchParams } = targetOf(TARGET.test(cursor) ? cursor : `?${cursor}`, base);
  const own = base.pathname.slice(rootPath.length);
  // A proxy may serve the same path below another one.
  const same = pathname === base.pathname || pathname.endsWith(own);
  if (!same && !pathname.startsWith(`${rootPath}/`)) {
    throw new BackendError('nonsense', `The Link header leads out of ${rootPath}: ${pathname}`);
  }
  const kept = Object.entries(first.query ?? {}).filter(([name]) => !searchParams.has(name));
  const path = same ? first.path.replace(/\?.*$/s, '') : pathname.slice(rootPath.length);
  return { ...first, path: path + search, query: Object.fromEntries(kept) };
}

function targetOf(target: string, base: URL): URL {
  try {
    return new URL(target, base);
  } catch {
    throw new BackendError('nonsense', `The Link header leads nowhere: ${target}`);
  }
}

/** One link of a `Link` header, by the grammar of RFC 8288, 3: `<target>` and `; name=value` after it. */
const LINK = /<([^<>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)/g;
const PARAMETER = /;\s*([^\s=;,]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/g;

/** The target of the first link whose relations include "next"; `null` where there is none. */
function nextLink(header: string): string | null {
  for (const [, target = '', written = ''] of header.matchAll(LINK)) {
    const parameters = [...written.matchAll(PARAMETER)].map(
      ([, name = '', quoted, token = '']) =>
        [name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? token.replace(/^'(.*)'$/, '$1')] as const,
    );
    // Only the first `rel` counts (3.3), and with an anchor it is about another page (3.2).
    const relations = parameters.find(([name]) => name === 'rel')?.[1] ?? '';
    if (parameters.some(([name]) => name === 'anchor')) continue;
    if (!relations.toLowerCase().split(/\s+/).includes('next')) continue;
    return TARGET.test(target) ? target : `./${target}`;
  }
  return null;
}
