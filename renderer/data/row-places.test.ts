import { describe, expect, it } from 'vitest';
import type { OutboxRow } from '@shared/domain/intents';
import { guestsOf, homeOf, mergedInto, rowsShownIn } from './row-places';
import { intent, outboxRow } from './testing/builders';

const written = intent('7');
const merged = outboxRow(written, {
  order: 1,
  state: 'held',
  hold: { kind: 'merged', into: '9', movement: null },
});
const second = outboxRow(intent('7'), {
  order: 2,
  reason: { kind: 'earlier-first', detail: null },
});
const edit = outboxRow(intent('7', { action: { kind: 'status', status: 'resolved' } }), { order: 3 });
const there = outboxRow(intent('9'), { order: 4 });
const elsewhere = outboxRow(intent('5'), { order: 5, state: 'held' });
const rows = [merged, second, edit, there, elsewhere];

describe('a reply that was held because its conversation was merged', () => {
  it('stands where it was written and in the conversation that goes on, with what waits behind it', () => {
    expect(rowsShownIn('desk/9', rows)).toEqual([merged, second, there]);
    expect(rowsShownIn('desk/7', rows)).toEqual([merged, second, edit]);
    expect(rowsShownIn('desk/5', rows)).toEqual([elsewhere]);
  });

  it('is a guest no longer once the agent agreed to send it there', () => {
    const agreed: OutboxRow = {
      ...merged,
      state: 'queued',
      hold: null,
      release: { at: 0, base: written.base, seenIds: [], toConversationId: '9', via: null },
    };
    expect(homeOf(agreed)).toBe('desk/9');
    expect(mergedInto(agreed)).toBeNull();
    expect(guestsOf([agreed, second])).toEqual(new Map());
  });
});

it('what was decided for another helpdesk stands in no conversation of this one that has the same id', () => {
  const moved = outboxRow(intent('7'), { state: 'parked', reason: { kind: 'elsewhere', detail: null } });
  expect(rowsShownIn('desk/7', [moved, second])).toEqual([second]);
});
