import type { DeliveryState, IntentAction, OutboxRow } from '@shared/domain/intents';
import { anOutboxRow } from '@shared/testing/builders';
import { describe, expect, it } from 'vitest';
import { unsentSentence } from './unsent';

const REPLY: IntentAction = { kind: 'reply', text: 'Hello', files: [], statusAfter: null };
const STATUS: IntentAction = { kind: 'status', status: 'open' };

let made = 0;
function rows(state: DeliveryState, count: number, action: IntentAction = REPLY): OutboxRow[] {
  return Array.from({ length: count }, () => anOutboxRow((made += 1), action, { state }));
}

describe('what is said on ending', () => {
  it('is nothing when everything has reached its helpdesk', () => {
    const done = (['accepted', 'delivered', 'bounced', 'discarded', 'superseded'] as const).flatMap((state) =>
      rows(state, 2),
    );
    expect(unsentSentence(done)).toBeNull();
  });

  it('counts what waits, and says that it leaves at the next start', () => {
    expect(unsentSentence(rows('queued', 1))).toBe(
      'Nothing is lost: 1 reply still waits; it leaves at the next start.',
    );
    expect(unsentSentence([...rows('queued', 2), ...rows('unknown', 1, STATUS)])).toBe(
      'Nothing is lost: 2 replies and 1 other change still wait; they leave at the next start.',
    );
  });

  it('tells apart what is in its undo time', () => {
    expect(unsentSentence([...rows('queued', 1), ...rows('delayed', 2)])).toBe(
      'Nothing is lost: 1 reply still waits, 2 replies are in their undo time; they leave at the next start.',
    );
  });

  it('does not promise that what needs a decision leaves by itself', () => {
    expect(unsentSentence([...rows('held', 1), ...rows('parked', 1)])).toBe(
      'Nothing is lost: 2 wait for your decision.',
    );
    expect(unsentSentence([...rows('delayed', 1), ...rows('held', 1)])).toBe(
      'Nothing is lost: 1 reply is in its undo time; it leaves at the next start; 1 waits for your decision.',
    );
  });
});
