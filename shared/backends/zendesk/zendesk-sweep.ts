/**
 * All tickets by id: what was deleted is told by exports alone, which only admins may read. Archived
 * tickets are not listed; asked for by id they are still there, and stay.
 */
import { z } from 'zod';
import { rowId } from '../field-schemas';
import { readAt } from '../pagination';
import type { IdPage } from '../port';
import { understand } from '../response';
import type { SweepDefinition } from '../rest-definition';
import { ageOf, headOf, isMergedAway } from './zendesk-rows';
import { UnreadThread } from '../threads-apart';
import { nextOf, ticketsById } from './zendesk-threads';

/** Each brings its comments with a request of its own. */
const ROWS_BY_ID = 25;

/** @param rowsAPage at most 100 */
export function ticketSweep(rowsAPage: number): SweepDefinition {
  return {
    kinds: ['conversation'],
    rowsAtOnce: ROWS_BY_ID,
    async ids(ask, _kind, cursor) {
      const query = {
        sort: 'id',
        'page[size]': String(rowsAPage),
        ...(cursor === null ? {} : { 'page[after]': cursor }),
      };
      const { body } = await ask.json({ method: 'GET', path: '/tickets', query });
      return understand(() => {
        // An id that cannot be read must not look as if its ticket were gone.
        const listed = readAt(z.array(z.looseObject({ id: rowId })), body, 'tickets');
        const ids = listed.flatMap((raw): IdPage['ids'] => {
          const head = headOf(raw);
          if (head === null) return [{ id: raw.id, age: null }];
          return isMergedAway(head) ? [] : [{ id: raw.id, age: ageOf(head) }];
        });
        return { ids, next: nextOf(body) };
      });
    },
    async rows(ask, _kind, ids) {
      const { rows } = await ticketsById(ask, ids);
      return rows.filter((row) => row instanceof UnreadThread || row.of === 'ticket' || row.of === 'gone');
    },
    feedOf: () => 'tickets',
  };
}
