import { describe, expect, it } from 'vitest';
import { intent, NOON, outboxRow } from '@renderer/data/testing/builders';
import type { DeliveryState } from '@shared/domain/intents';
import type { Row } from './explain';
import { groupWaiting } from './groups';

function row(name: string, order: number, state: DeliveryState, accountId = 'desk'): Row {
  const [conversation = ''] = name.split(' ');
  const of = intent(conversation, {
    accountId,
    decidedAt: NOON + order,
    action: { kind: 'note', text: name, files: [] },
  });
  return outboxRow(of, { order, state });
}
function saving(name: string, decidedAt: number, refused: boolean): Row {
  const of = intent('a', { decidedAt: NOON + decidedAt, action: { kind: 'note', text: name, files: [] } });
  return { state: 'saving', intent: of, refusedBecause: refused ? 'too-large' : null, undoing: false };
}
const names = (rows: readonly Row[]) =>
  rows.map(({ intent: { action } }) => ('text' in action ? action.text : ''));

describe('what waits', () => {
  it('begins with what needs the agent, the longest waiting first', () => {
    const { needsYou } = groupWaiting(
      [row('b 1', 5, 'held'), row('a 1', 3, 'parked'), row('c 1', 1, 'queued'), saving('s', 4, true)],
      ['desk'],
    );
    expect(names(needsYou)).toEqual(['a 1', 's', 'b 1']);
  });

  it('keeps the rows of a conversation together and in the order they leave', () => {
    const { byItself } = groupWaiting(
      [
        saving('not yet', 0, false),
        row('b 2', 4, 'queued'),
        row('a 2', 5, 'delayed'),
        row('b 1', 2, 'unknown'),
        row('a 1', 1, 'sending'),
      ],
      ['desk'],
    );
    expect(byItself.map(({ rows }) => names(rows))).toEqual([['a 1', 'a 2', 'not yet', 'b 1', 'b 2']]);
  });

  it('follows the order of the accounts, and leaves out those where nothing waits', () => {
    const { byItself } = groupWaiting(
      [row('a 1', 1, 'queued', 'shop'), row('b 1', 2, 'queued', 'desk'), row('c 1', 3, 'queued', 'gone')],
      ['desk', 'quiet', 'shop'],
    );
    expect(byItself.map(({ accountId }) => accountId)).toEqual(['desk', 'shop', 'gone']);
  });

  it('leaves out what the helpdesk has, and what will not be sent', () => {
    const states: DeliveryState[] = ['accepted', 'delivered', 'bounced', 'discarded', 'superseded'];
    const rows = states.map((state, i) => row(`${state} 1`, i, state));
    expect(groupWaiting(rows, ['desk'])).toEqual({ needsYou: [], byItself: [] });
  });
});
