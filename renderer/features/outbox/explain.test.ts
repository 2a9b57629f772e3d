import delivery from '@resources/locales/en/delivery.json';
import held from '@resources/locales/en/held.json';
import outbox from '@resources/locales/en/outbox.json';
import speaker from '@resources/locales/en/speaker.json';
import { DELIVERY_STATES, type DeliveryReason, type Hold, type OutboxRow } from '@shared/domain/intents';
import type { Movement } from '@shared/domain/thread-moved';
import { describe, expect, it } from 'vitest';
import { intent, NOON, outboxRow } from '@renderer/data/testing/builders';
import { isStopped } from '@renderer/components/held-why';
import { explain, isOfAnother, needsYou, plannedAt, type AccountFacts, type Phrase } from './explain';

const DESK: AccountFacts = { name: 'Desk', state: 'online', stateSince: NOON };
const WORDS: Readonly<Record<string, object>> = { delivery, held, outbox, speaker };

function row(patch: Partial<OutboxRow>): OutboxRow {
  return outboxRow(intent('c1'), patch);
}
function because(kind: DeliveryReason['kind'], detail: string | null = null): DeliveryReason {
  return { kind, detail };
}
const MOVED: Movement = {
  newMessages: [],
  newCount: 0,
  status: { from: 'open', to: 'pending' },
  assignee: null,
  baseMissing: false,
  head: { messageId: null, version: null },
};

/** The English text of a phrase, filled; fails when there is none. */
function english({ key, values = {} }: Phrase): string {
  const [namespace = '', path] = key.includes(':') ? key.split(':') : ['delivery', key];
  const look = (full: string) =>
    full
      .split('.')
      .reduce<unknown>((node, step) => (node as Record<string, unknown>)?.[step], WORDS[namespace]);
  const found = look(path ?? '') ?? look(`${path}_other`);
  if (typeof found !== 'string') throw new Error(`No text ${key}`);
  return found.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name] ?? `?${name}?`));
}
function told(of: OutboxRow, account: AccountFacts | undefined = DESK, now = NOON): string[] {
  const { why, next } = explain(of, account, now);
  return [english(why), next === null ? '' : english(next)];
}

describe('why it waits and what happens next', () => {
  it('says since when its helpdesk cannot be reached, and that it leaves by itself', () => {
    const { why, next } = explain(row({}), { ...DESK, state: 'offline', stateSince: NOON - 5_000 }, NOON);
    expect(why).toEqual({ key: 'why.offline', values: { account: 'Desk', since: NOON - 5_000 } });
    expect(next).toEqual({ key: 'next.reachable' });
  });

  it.each(['connecting', 'refused', 'paused'] as const)('knows an account that is %s', (state) => {
    const [why, next] = told(row({ reason: because('rate-limited') }), { ...DESK, state });
    expect(why).toContain('Desk');
    expect(next).not.toBe('');
  });

  it('counts seconds down when the next try is near, and names the time when it is not', () => {
    const at = (ms: number) => row({ reason: because('rate-limited'), nextAttemptAt: NOON + ms });
    expect(explain(at(11_400), DESK, NOON).next).toEqual({ key: 'next.tryIn', values: { count: 12 } });
    expect(explain(at(600_000), DESK, NOON)).toEqual({
      why: { key: 'why.askedToWait', values: { time: NOON + 600_000 } },
      next: { key: 'next.tryAt', values: { time: NOON + 600_000 } },
    });
    expect(told(at(-1))).toEqual(['The helpdesk asked to wait; that is over.', 'It leaves now.']);
  });

  it('tells an earlier answer that is on its way from one that waits for a decision', () => {
    const behind = row({
      reason: because('earlier-first'),
      evidence: [{ at: NOON, state: 'queued', note: 'a reply before it is held' }],
    });
    expect(told(behind)[1]).toBe('Leaves after you have decided about that one.');
    expect(told(row({ reason: because('earlier-first') }))[1]).toBe('Leaves right after that one.');
    // Cut off, the decision is still what is missing.
    expect(told(behind, { ...DESK, state: 'offline' })[1]).toContain('you have decided');
  });

  it('promises of an unanswered one that it is looked up and not sent twice', () => {
    const settling = row({ state: 'unknown', reason: because('settling'), nextAttemptAt: NOON + 20_000 });
    expect(told(settling)[1]).toBe('It is looked up in 20 seconds, and not sent twice.');
    expect(told(settling, { ...DESK, state: 'offline' })[1]).toContain('when the helpdesk can be reached');
  });

  it('repeats the words of the server that refused', () => {
    const refused = row({ state: 'parked', reason: because('refused-by-server', 'Subject is closed') });
    expect(told(refused)).toEqual([
      'The helpdesk refused it: “Subject is closed”',
      'Edit it, send it again or leave it.',
    ]);
  });

  it('leads a held reply and an unproven one to the conversation, but not a change of status', () => {
    const hold: Hold = { kind: 'moved', movement: MOVED };
    const held = row({ state: 'held', hold });
    const unproven = row({ state: 'parked', reason: because('no-answer') });
    const edit = { ...unproven, intent: intent('c1', { action: { kind: 'status', status: 'open' } }) };
    expect([held, unproven, edit].map(isStopped)).toEqual([true, true, false]);
    expect([held, unproven, edit].every(needsYou)).toBe(true);
    expect(explain(held, DESK, NOON).why.key).toBe('held:why.status');
    expect(told(edit)[1]).toBe('Edit it, send it again or leave it.');
  });

  it('says how far a thread was looked through that is too long', () => {
    const hold: Hold = { kind: 'unproven', movement: null, looked: 6_000 };
    const parked = row({ state: 'parked', reason: because('no-answer'), hold });
    expect(told(parked)[0]).toContain('too long to look through: 6000 messages looked at');
  });

  it('says so when a reply stands at the helpdesk under another name', () => {
    const misnamed = row({ state: 'delivered', leftAs: 'Sample Robot' });
    expect(told(misnamed)[0]).toBe('The helpdesk shows it under another name: Sample Robot.');
  });

  it('says first that it was decided for another helpdesk, and offers no way to send it', () => {
    const moved = row({ state: 'parked', reason: because('elsewhere', 'old.desk.invalid') });
    expect(told(moved)[0]).toMatch(/^Decided for another helpdesk/);
    expect(told(moved)[1]).toBe('Copy the words to where they belong, or discard them.');
    const edit = { ...moved, intent: intent('c1', { action: { kind: 'status', status: 'open' } }) };
    expect(told(edit)[1]).toBe('It can only be discarded.');
    const note = 'taken by the helpdesk that its account was before';
    const taken = row({ state: 'delivered', evidence: [{ at: NOON, state: 'delivered', note }] });
    expect(told(taken)[0]).toBe('The helpdesk that this account was before has it.');
    expect([taken, row({ state: 'delivered' })].map(isOfAnother)).toEqual([true, false]);
  });

  it('tells what was taken back from what was given up', () => {
    const ended = (note: string) =>
      told(row({ state: 'discarded', evidence: [{ at: NOON, state: 'discarded', note }] }))[0];
    expect(ended('taken back by the agent')).toBe('You took it back before it left.');
    expect(ended('dropped by the agent')).toBe('You decided not to send it.');
  });

  it('counts down the undo time by the plan of the host', () => {
    const delayed = row({ state: 'delayed', nextAttemptAt: NOON + 4_001 });
    expect(plannedAt(delayed)).toBe(NOON + 4_001);
    expect(told(delayed)).toEqual(['You can still take it back.', 'Leaves in 5 seconds.']);
  });

  it('has words for what the host has not got, or will not take', () => {
    const saving = { state: 'saving', intent: intent('c1'), refusedBecause: null, undoing: false } as const;
    expect(english(explain(saving, DESK, NOON).why)).not.toBe('');
    const refused = explain({ ...saving, refusedBecause: 'too-large' }, DESK, NOON);
    expect(english(refused.why)).toContain('too large');
    expect(needsYou({ ...saving, refusedBecause: 'too-large' })).toBe(true);
  });

  it('has words for every state, reason and hold, also without its account', () => {
    const kinds = [
      ...['undo-time', 'earlier-first', 'account-offline', 'account-refused', 'rate-limited', 'no-answer'],
      ...['refused-by-server', 'file-missing', 'settling', 'thread-unread', 'gone', 'keeps-failing'],
      ...['rolled-back', 'elsewhere'],
    ] as DeliveryReason['kind'][];
    const holds: (Hold | null)[] = [
      null,
      { kind: 'moved', movement: MOVED },
      { kind: 'late', since: NOON, channel: 'chat', movement: null },
      { kind: 'merged', into: 'c2', movement: null },
      { kind: 'unproven', movement: null },
    ];
    for (const state of DELIVERY_STATES) {
      for (const reason of [null, ...kinds.flatMap((kind) => [because(kind), because(kind, 'Sorry')])]) {
        for (const hold of state === 'held' ? holds : [null]) {
          for (const account of [DESK, undefined]) {
            for (const words of told(row({ state, reason, hold }), account))
              expect(words, `${state} ${reason?.kind}`).not.toContain('?');
          }
        }
      }
    }
  });
});
