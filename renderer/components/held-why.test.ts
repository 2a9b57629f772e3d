import { expect, it } from 'vitest';
import type { Hold, OutboxRow } from '@shared/domain/intents';
import type { Movement, MovedMessage } from '@shared/domain/thread-moved';
import { isStopped, whyStopped } from './held-why';

const wrote = (kind: MovedMessage['kind'], authorId: string, authorName = authorId): MovedMessage => ({
  id: `${kind}-${authorId}`,
  kind,
  authorType: kind === 'inbound' ? 'contact' : 'agent',
  authorId,
  authorName,
  createdAt: 1,
});
const movement = (patch: Partial<Movement>): Movement => ({
  newMessages: [],
  newCount: patch.newMessages?.length ?? 0,
  status: null,
  assignee: null,
  baseMissing: false,
  head: { messageId: 'm', version: null },
  ...patch,
});
const held = (hold: Hold | null) =>
  ({ state: 'held', reason: null, hold, intent: { agentId: 'me' } }) as unknown as OutboxRow;
const moved = (patch: Partial<Movement>) => whyStopped(held({ kind: 'moved', movement: movement(patch) }));

it('names a colleague who answered before a customer who wrote, and the newest of several', () => {
  const newMessages = [
    wrote('reply', 'a2', 'Boris'),
    wrote('reply', 'a3', 'Hanna'),
    wrote('inbound', 'c1', 'Ada'),
  ];
  expect(moved({ newMessages })).toMatchObject({ kind: 'answered', name: 'Hanna' });
});

it('names a note before a customer: it may say "do not answer yet"', () => {
  const newMessages = [wrote('note', 'a2', 'Boris'), wrote('inbound', 'c1', 'Ada')];
  expect(moved({ newMessages })).toMatchObject({ kind: 'noted', name: 'Boris' });
});

it('tells one’s own answer from another device as such, and takes no own note for a colleague’s', () => {
  expect(moved({ newMessages: [wrote('reply', 'me')] })?.kind).toBe('answeredByYou');
  expect(moved({ newMessages: [wrote('note', 'me')], status: { from: 'open', to: 'closed' } })?.kind).toBe(
    'status',
  );
});

it('takes nobody for oneself where several people write under one name', () => {
  const intent = { agentId: 'me', speaker: { id: 'me', name: 'Me', email: null, by: 'line' } };
  const why = (...newMessages: MovedMessage[]) => {
    const row = held({ kind: 'moved', movement: movement({ newMessages }) });
    return whyStopped({ ...row, intent } as unknown as OutboxRow);
  };
  expect(why(wrote('reply', 'me', 'Robot'))).toMatchObject({ kind: 'answered', name: 'Robot' });
  expect(why(wrote('note', 'me', 'Robot'))).toMatchObject({ kind: 'noted', name: 'Robot' });
});

it('names what changed where nobody wrote', () => {
  const status = { from: 'open', to: 'resolved' } as const;
  expect(moved({ status, assignee: { from: null, to: 'a2' } })?.kind).toBe('owner');
  expect(moved({ status })?.kind).toBe('status');
  expect(moved({ baseMissing: true })?.kind).toBe('baseMissing');
});

it('tells late, merged and unproven apart, and says nothing of what does not wait', () => {
  expect(whyStopped(held({ kind: 'late', since: 5, channel: 'chat', movement: null }))).toMatchObject({
    kind: 'late',
    since: 5,
  });
  expect(whyStopped(held({ kind: 'merged', into: '9', movement: null }))?.kind).toBe('merged');
  expect(whyStopped(held(null))?.kind).toBe('moved');
  const parked = (kind: string) =>
    ({ state: 'parked', reason: { kind, detail: null }, intent: { agentId: 'me' } }) as unknown as OutboxRow;
  expect(whyStopped(parked('no-answer'))?.kind).toBe('unproven');
  const searched = {
    ...parked('no-answer'),
    hold: { kind: 'unproven', movement: null, looked: 6_000 },
  } as const;
  expect(whyStopped(searched)).toMatchObject({ kind: 'tooLong', looked: 6_000 });
  expect(whyStopped(parked('gone'))?.kind).toBe('gone');
  expect(whyStopped(parked('elsewhere'))?.kind).toBe('elsewhere');
  // Whatever else is known of it: first that it is another helpdesk's.
  const perhaps = { ...parked('elsewhere'), hold: { kind: 'unproven', movement: null } } as const;
  expect(whyStopped(perhaps)?.kind).toBe('elsewherePerhaps');
  const note = 'a draft that was not sent, kept when its account was pointed at another helpdesk';
  const draft = { ...parked('elsewhere'), evidence: [{ at: 1, state: 'parked', note }] } as const;
  expect(whyStopped(draft)?.kind).toBe('elsewhereDraft');
  const reply = { intent: { action: { kind: 'reply' } } } as unknown as Pick<OutboxRow, 'intent'>;
  expect(isStopped({ ...perhaps, ...reply })).toBe(false);
  expect(whyStopped(parked('keeps-failing'))?.kind).toBe('keepsFailing');
  expect(whyStopped(parked('refused-by-server'))).toBeNull();
  expect(whyStopped({ ...held(null), state: 'queued' })).toBeNull();
});
