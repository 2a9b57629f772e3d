/** All tickets by id: deletions are told by nothing else (only administrators may delete). */
import { z } from 'zod';
import type { IdPage } from '../port';
import { rowId } from '../field-schemas';
import { understand } from '../response';
import type { SweepDefinition } from '../rest-definition';
import { UnreadThread } from '../threads-apart';
import { headOf, isGone } from './zammad-rows';
import { walk, type Moment } from './zammad-search';
import { statesOf, ticketsById } from './zammad-threads';

/** One by one, each with up to three requests more. */
const ROWS_BY_ID = 10;

const listedRow = z.looseObject({ id: rowId });

/** @param rowsAPage at most 200 */
export function ticketSweep(rowsAPage: number): SweepDefinition {
  return {
    kinds: ['conversation'],
    rowsAtOnce: ROWS_BY_ID,
    async ids(ask, _kind, cursor) {
      const from = cursor === null ? { at: 0, page: 1 } : (JSON.parse(cursor) as Moment);
      const found = await walk(ask, { field: 'created_at', way: 'up' }, from, rowsAPage);
      const states = await statesOf(ask);
      // An id that cannot be read must not look as if its ticket were gone.
      const listed = understand(() => found.rows.map((raw) => ({ id: listedRow.parse(raw).id, raw })));
      const ids = listed.flatMap(({ id, raw }): IdPage['ids'] => {
        const head = headOf(raw);
        if (head === null) return [{ id, age: null }];
        return isGone(states.get(head.state_id)) === null ? [{ id, age: head.updated_at }] : [];
      });
      return { ids, next: found.next === null ? null : JSON.stringify(found.next) };
    },
    async rows(ask, _kind, ids) {
      const rows = await ticketsById(ask, ids);
      return rows.filter((row) => row instanceof UnreadThread || row.of === 'ticket' || row.of === 'gone');
    },
    feedOf: () => 'tickets',
  };
}
