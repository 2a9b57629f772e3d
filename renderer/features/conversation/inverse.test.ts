import { expect, it } from 'vitest';
import { applyAction } from '@shared/domain/pending-edits';
import type { Conversation } from '@shared/domain/entities';
import type { IntentAction } from '@shared/domain/intents';
import { changesAnything, inverseOf } from './inverse';

const before: Conversation = {
  accountId: 'a',
  id: '1',
  channel: 'email',
  subject: 'Kettle',
  status: 'open',
  statusLabel: null,
  priority: 'normal',
  assigneeId: null,
  contactId: 'c',
  contactName: 'Anna',
  tags: ['kettle', 'refund'],
  preview: '',
  createdAt: 0,
  updatedAt: 0,
  lastMessageAt: 0,
  lastMessageId: null,
  waitingSince: 1,
  messageCount: 1,
  version: null,
  social: null,
};

const actions: IntentAction[] = [
  { kind: 'status', status: 'resolved' },
  { kind: 'assign', assigneeId: 'me' },
  { kind: 'priority', priority: 'urgent' },
  { kind: 'tags', add: ['new', 'kettle'], remove: ['refund', 'absent'] },
];

it.each(actions)('doing $kind and taking it back leaves the conversation as it was', (action) => {
  const inverse = inverseOf(before, action);
  expect(inverse).not.toBeNull();
  const after = applyAction(applyAction(before, action), inverse as IntentAction);
  expect({ ...after, tags: [...after.tags].sort() }).toEqual(before);
});

it('cannot take back a reply by another decision', () => {
  expect(inverseOf(before, { kind: 'reply', text: 'x', files: [], statusAfter: null })).toBeNull();
});

it('knows a decision that changes nothing', () => {
  expect(changesAnything(before, { kind: 'status', status: 'open' })).toBe(false);
  expect(changesAnything(before, { kind: 'tags', add: ['kettle'], remove: ['absent'] })).toBe(false);
  expect(changesAnything(before, { kind: 'tags', add: [], remove: ['refund'] })).toBe(true);
});
