/** A profile's way of paging, as the engine's. */
import {
  cursorPagination,
  keysetPagination,
  linkPagination,
  offsetPagination,
  pagePagination,
  rowsAt,
  type Pagination,
} from '../pagination';
import type { Paging } from './profile-schema';

/** Stands for a size that the server does not take as a parameter. */
const NO_PARAM = '';

/** @param root where the API of the account's server begins */
export function paginationOf(paging: Paging, rows: string, root: string): Pagination {
  if (paging.kind === 'none') {
    return {
      request: (first) => first,
      read: ({ body }) => ({ rows: rowsAt(body, rows), cursor: '', more: false }),
    };
  }
  const limit = { name: paging.sizeParam ?? NO_PARAM, value: paging.size };
  return withoutSize(limited(paging, limit, rows, root));
}

function limited(
  paging: Exclude<Paging, { kind: 'none' }>,
  limit: { name: string; value: number },
  rows: string,
  root: string,
): Pagination {
  switch (paging.kind) {
    case 'page': {
      const { param, from, maxPages } = paging;
      return pagePagination({ limit, param, rows, from, ...(maxPages !== undefined && { maxPages }) });
    }
    case 'offset':
      return offsetPagination({ limit, param: paging.param, rows });
    case 'cursor': {
      const { param, next, more } = paging;
      return cursorPagination({ limit, param, rows, next, ...(more !== undefined && { more }) });
    }
    case 'link':
      return linkPagination({ limit, rows, root });
    case 'keyset':
      return keysetPagination({ limit, after: (id) => ({ [paging.param]: id }), rows, id: paging.id });
  }
}

function withoutSize({ request, read }: Pagination): Pagination {
  return {
    request(first, cursor) {
      const asked = request(first, cursor);
      const { [NO_PARAM]: _unsent, ...query } = asked.query ?? {};
      return { ...asked, query };
    },
    read,
  };
}
