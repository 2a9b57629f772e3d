import { describe, expect, it } from 'vitest';
import {
  cursorPagination,
  keysetPagination,
  linkPagination,
  offsetPagination,
  pagePagination,
  type Pagination,
} from './pagination';
import type { Answer, RequestShape } from './rest-definition';

const FIRST: RequestShape = { method: 'GET', path: '/things', query: { sort: 'up' } };
const ROOT = 'https://helpdesk.invalid/desk/api';
const limit = { name: 'per_page', value: 2 };

/** Walks a list that a server cuts into pages by the query it is asked with. */
function walk(
  pagination: Pagination,
  serve: (query: Readonly<Record<string, string>>) => { body: unknown; headers?: Record<string, string> },
): { rows: unknown[]; asked: Readonly<Record<string, string>>[]; cursor: string } {
  const rows: unknown[] = [];
  const asked: Readonly<Record<string, string>>[] = [];
  for (let cursor: string | null = null; ;) {
    const { path, query: own = {} } = pagination.request(FIRST, cursor);
    const query = { ...own, ...Object.fromEntries(new URL(path, ROOT).searchParams) };
    asked.push(query);
    const { body, headers = {} } = serve(query);
    const answer: Answer = { status: 200, headers, body };
    const page = pagination.read(answer, cursor);
    rows.push(...page.rows);
    cursor = page.cursor;
    if (!page.more) return { rows, asked, cursor };
    if (asked.length > 20) throw new Error('It never ends.');
  }
}

const THINGS = [1, 2, 3, 4, 5].map((id) => ({ id }));

describe('paging', () => {
  it('follows page numbers until a page is not full, and begins anew', () => {
    const { rows, asked, cursor } = walk(
      pagePagination({ limit, param: 'page', rows: 'payload.things' }),
      ({ page }) => ({
        body: { payload: { things: THINGS.slice((Number(page) - 1) * 2, Number(page) * 2) } },
      }),
    );
    expect(rows).toEqual(THINGS);
    expect(asked.map(({ page }) => page)).toEqual(['1', '2', '3']);
    expect(asked[0]).toMatchObject({ sort: 'up', per_page: '2' });
    expect(cursor).toBe('1');
  });

  it('says that a list is longer than the pages the server gives instead of ending early', () => {
    const pages = pagePagination({ limit, param: 'page', rows: '', maxPages: 2 });
    expect(() => walk(pages, () => ({ body: [{}, {}] }))).toThrow('2 pages');
  });

  it('counts rows where a server wants an offset', () => {
    const { rows, asked } = walk(offsetPagination({ limit, param: 'start', rows: '' }), ({ start }) => ({
      body: THINGS.slice(Number(start), Number(start) + 2),
    }));
    expect(rows).toEqual(THINGS);
    expect(asked.map(({ start }) => start)).toEqual(['0', '2', '4']);
  });

  it('hands back the cursor that it was given, and keeps the last one at the end', () => {
    const next: Record<string, string | null> = { '': 'a', a: 'b', b: null };
    const { asked, cursor } = walk(
      cursorPagination({ limit, param: 'after', rows: 'items', next: 'meta.next' }),
      ({ after = '' }) => ({ body: { items: [], meta: { next: next[after] } } }),
    );
    expect(asked.map(({ after }) => after)).toEqual([undefined, 'a', 'b']);
    expect(cursor).toBe('b');
  });

  it('lets a list that says where it ends have no cursor there, and only there', () => {
    const told = cursorPagination({ limit, param: 'after', rows: 'items', next: 'next', more: 'more' });
    const read = (body: unknown) => told.read({ status: 200, headers: {}, body }, 'before');
    expect(read({ items: [], next: null, more: false })).toEqual({ rows: [], cursor: 'before', more: false });
    expect(() => read({ items: [], next: null, more: true })).toThrow('next');
  });

  it('follows the Link header and believes nothing of it but the query', () => {
    const { rows, asked } = walk(linkPagination({ limit, rows: '', root: ROOT }), ({ cursor = '0' }) => {
      const at = Number(cursor);
      const link = `<https://elsewhere.invalid/things?cursor=${at + 2}&per_page=2&q=a%20b+c>; rel="next", <https://x.invalid/?cursor=0>; rel="first"`;
      return { body: THINGS.slice(at, at + 2), ...(at + 2 < 5 ? { headers: { link } } : {}) };
    });
    expect(rows).toEqual(THINGS);
    expect(asked.map(({ cursor }) => cursor)).toEqual([undefined, '2', '4']);
    expect(asked[1]).toMatchObject({ q: 'a b c', sort: 'up' });
  });

  it('asks behind the greatest id it saw, whatever happens to the pages meanwhile', () => {
    const { rows, asked, cursor } = walk(
      keysetPagination({ limit, after: (id) => ({ query: `id > ${id}` }), rows: 'items', id: 'id' }),
      ({ query }) => {
        const after = Number(/\d+/.exec(query ?? '')?.[0]);
        return { body: { items: THINGS.filter(({ id }) => id > after && id !== 3).slice(0, 2) } };
      },
    );
    expect(rows).toEqual(THINGS.filter(({ id }) => id !== 3));
    expect(asked.map(({ query }) => query)).toEqual(['id > 0', 'id > 2', 'id > 5']);
    expect(cursor).toBe('5');
  });

  it('ends where a server gives the same rows whatever is asked for', () => {
    const pages = keysetPagination({ limit, after: (id) => ({ after: id }), rows: '', id: 'id' });
    const answer = { status: 200, headers: {}, body: [{ id: 1 }, { id: 2 }] };
    expect(pages.read(answer, '0')).toMatchObject({ cursor: '2', more: true });
    expect(pages.read(answer, '2')).toMatchObject({ cursor: '2', more: false });
    expect(() => pages.read({ ...answer, body: [{ id: 'x' }] }, '2')).toThrow('number');
  });

  it('names the place of what is not there', () => {
    const pages = offsetPagination({ limit, param: 'start', rows: 'data.items' });
    expect(() => pages.read({ status: 200, headers: {}, body: { data: {} } }, null)).toThrow(
      /"data",\s*"items"/,
    );
  });
});

describe('the Link header', () => {
  const pages = linkPagination({ limit, rows: '', root: ROOT });
  const next = (link: string): string | null => {
    const { cursor, more } = pages.read({ status: 200, headers: { link }, body: [] }, null);
    if (!more) return null;
    const { path, query = {} } = pages.request(FIRST, cursor);
    return `${path} ${new URLSearchParams(query).toString()}`;
  };

  it.each([
    ['</desk/api/things/page/2>; rel="next"', '/things/page/2 sort=up&per_page=2'],
    ['<?p=2>; rel="last next"', '/things?p=2 sort=up&per_page=2'],
    ["<?p=2>; rel='next'", '/things?p=2 sort=up&per_page=2'],
    ['<?p=2>;REL=NEXT', '/things?p=2 sort=up&per_page=2'],
    ['<?p=1>; rel=prev, <?p=3>; title="a, b; rel=\\"x\\""; rel="next"', '/things?p=3 sort=up&per_page=2'],
    ['<?ids[]=1&ids[]=2&sort=down>; rel=next', '/things?ids[]=1&ids[]=2&sort=down per_page=2'],
    ['<http://inside.invalid:8080/api/things?p=2>; rel=next', '/things?p=2 sort=up&per_page=2'],
    ['<things?p=2>; rel=next', '/things?p=2 sort=up&per_page=2'],
  ])('%s leads to %s', (link, wanted) => {
    expect(next(link)).toBe(wanted);
  });

  it.each([
    '',
    '<?p=2>; rel="nextish"',
    '<?p=2>; rel=prev; rel=next',
    '<?p=2>; rel=next; anchor="/other"',
    'nonsense; rel=next',
  ])('%j leads nowhere', (link) => {
    expect(next(link)).toBeNull();
  });

  it('that leads to another part of the server is told, never taken for the end', () => {
    expect(() => next('</elsewhere?p=2>; rel=next')).toThrow('/elsewhere');
    expect(() => next('<http://[>; rel=next')).toThrow('nowhere');
  });

  it('that names a page as its own next one is told', () => {
    const headers = { link: '<?p=2>; rel=next' };
    expect(() => pages.read({ status: 200, headers, body: [] }, '?p=2')).toThrow('own next');
  });

  it('goes on from a place that an earlier version kept', () => {
    expect(pages.request(FIRST, 'p=2')).toMatchObject({ path: '/things?p=2' });
  });
});
