import { expect, it } from 'vitest';
import type { Movement } from '@shared/domain/thread-moved';
import { notThereIn, placeOf, seenBase } from './second-thoughts';
import { intent, outboxRow } from './testing/builders';

const base = { messageId: 'm1', version: '1' };
const head = { messageId: 'm2', version: '2' };
const movement: Movement = {
  newMessages: [],
  newCount: 1,
  status: null,
  assignee: null,
  baseMissing: false,
  head,
};
const written = intent('7', { base });

it('bases a reply that is let go on what is on screen, when that is as new as the hold', () => {
  const held = outboxRow(written, { state: 'held', hold: { kind: 'moved', movement } });
  const onScreen = { messageId: 'm3', version: '3' };
  expect(seenBase(held, onScreen)).toEqual(onScreen);
});

it('bases it on what the hold showed, when the thread has not arrived here yet', () => {
  const held = outboxRow(written, { state: 'held', hold: { kind: 'moved', movement } });
  expect(seenBase(held, null)).toEqual(head);
});

it('leaves its base alone when nothing is known of the thread', () => {
  const late = { kind: 'late', since: 1, channel: 'chat', movement: null } as const;
  expect(seenBase(outboxRow(written, { state: 'held', hold: late }), null)).toEqual(base);
});

it('says what was on screen when a reply was not found, and nothing newer than its base while the thread is not here', () => {
  const parked = outboxRow(written, { state: 'parked', hold: { kind: 'unproven', movement } });
  const onScreen = { messageId: 'm3', version: '3' };
  const window = (newest: string | null) =>
    ({
      timelines: { known: () => ({ newestSeen: () => newest }) },
      baseOnScreen: () => onScreen,
    }) as unknown as Parameters<typeof notThereIn>[1];
  expect(notThereIn(parked, window('m3'))).toEqual({ notThere: true, base: onScreen });
  expect(notThereIn(parked, window(null))).toEqual({ notThere: true, base });
});

it('looks for a reply where its conversation went', () => {
  const merged = outboxRow(written, { state: 'held', hold: { kind: 'merged', into: '9', movement } });
  expect(placeOf(merged)).toBe('desk/9');
  expect(placeOf(outboxRow(written))).toBe('desk/7');
  const agreed = { at: 1, base, seenIds: [], toConversationId: '9', via: null };
  expect(placeOf(outboxRow(written, { release: agreed }))).toBe('desk/9');
});
