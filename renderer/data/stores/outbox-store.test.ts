import 'fake-indexeddb/auto';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { applyAction } from '@shared/domain/pending-edits';
import { isUnconfirmed, DELIVERY_STATES, type Intent, type OutboxRow } from '@shared/domain/intents';
import { createCodec, nullCipher } from '../cache/codec';
import { declareWorkDb, type WorkDb } from '../cache/work-db';
import { DoorFailure } from '../door/failure';
import { conversation, intent, outboxRow } from '../testing/builders';
import { OutboxStore, type OutboxStoreDeps } from './outbox-store';

let databases = 0;
let work: WorkDb;

beforeEach(() => {
  work = declareWorkDb(`outbox-${(databases += 1)}`);
});
afterEach(() => work.delete());

/** A host whose answers the test gives by hand. */
class HandHost {
  readonly asked: string[] = [];
  answer: (verb: string, of: string) => Promise<OutboxRow> = () => new Promise(() => undefined);

  readonly door: OutboxStoreDeps['door'] = {
    putIntent: (of: Intent) => this.#ask('put', of.ref),
    changeIntent: (ref: string, verb) => this.#ask(verb, ref),
    intents: () => Promise.resolve({ rows: [], revision: 0, recovery: { tornBytes: 0, damaged: 0 } }),
  };

  #ask(verb: string, ref: string): Promise<OutboxRow> {
    this.asked.push(verb);
    return this.answer(verb, ref);
  }
}

function store(host: HandHost): OutboxStore {
  return new OutboxStore({
    door: host.door,
    work,
    codec: createCodec(nullCipher),
    onChange: () => undefined,
  });
}

const away = (): Promise<never> => Promise.reject(new DoorFailure('unreachable', 'away'));

describe('a reply that was held because its conversation was merged', () => {
  it('stands in the conversation that goes on too, and lays nothing over it', () => {
    const woken: string[] = [];
    const outbox = new OutboxStore({
      door: new HandHost().door,
      work,
      codec: createCodec(nullCipher),
      onChange: (key) => woken.push(key),
    });
    const held = outboxRow(intent('7'), {
      state: 'held',
      hold: { kind: 'merged', into: '9', movement: null },
    });
    const edit = outboxRow(intent('7', { action: { kind: 'status', status: 'resolved' } }), { order: 2 });
    outbox.take([held, edit]);
    expect(outbox.rowsOf('desk/9')).toEqual([held]);
    expect(outbox.worstOf('desk/9')).toBe('held');
    expect(outbox.pendingActions('desk/9')).toEqual([]);
    expect(woken).toContain('desk/9');
    woken.length = 0;
    outbox.take([{ ...held, state: 'discarded', revision: 2 }]);
    expect(outbox.rowsOf('desk/9')).toEqual([]);
    expect(woken).toContain('desk/9');
  });
});

describe('a decision', () => {
  it('is on screen before anybody answers, and kept on this device', async () => {
    const outbox = store(new HandHost());
    const of = intent('1');
    await outbox.decide(of);
    expect(outbox.savingOf('desk/1')).toMatchObject([{ state: 'saving', intent: of }]);
    expect(outbox.worstOf('desk/1')).toBe('saving');
    expect(await work.saving.count()).toBe(1);
  });

  it('is forgotten here once the journal has it', async () => {
    const host = new HandHost();
    const outbox = store(host);
    const of = intent('1');
    host.answer = async () => outboxRow(of);
    await outbox.decide(of);
    await vi.waitFor(() => expect(outbox.saving.get()).toEqual([]));
    expect(outbox.unconfirmed.get().map((row) => row.state)).toEqual(['queued']);
    await vi.waitFor(async () => expect(await work.saving.count()).toBe(0));
  });

  it('is brought again by the next page when this one ended before the answer', async () => {
    const of = intent('1');
    await store(new HandHost()).decide(of);
    const host = new HandHost();
    const next = store(host);
    host.answer = async () => outboxRow(of);
    await next.start();
    await vi.waitFor(() => expect(next.unconfirmed.get()).toHaveLength(1));
    await vi.waitFor(async () => expect(await work.saving.count()).toBe(0));
  });

  it('reaches the journal after the one before it, also when that one has to be said twice', async () => {
    const host = new HandHost();
    const outbox = store(host);
    const [first, second, elsewhere] = [intent('1'), intent('1'), intent('2')];
    const heard: string[] = [];
    let lost = 1;
    host.answer = async (_verb, ref) => {
      await new Promise((resolve) => setTimeout(resolve));
      if (ref === first.ref && lost-- > 0) return away();
      heard.push(ref);
      return outboxRow([first, second, elsewhere].find((each) => each.ref === ref) ?? first);
    };
    await Promise.all([first, second, elsewhere].map((each) => outbox.decide(each)));
    await vi.waitFor(() => expect(heard).toEqual([elsewhere.ref]));
    outbox.retry();
    await vi.waitFor(() => expect(outbox.saving.get()).toEqual([]));
    expect(heard).toEqual([elsewhere.ref, first.ref, second.ref]);
  });

  it('keeps its place over a restart, whatever the clock did meanwhile', async () => {
    const before = store(new HandHost());
    const noon = 1_800_000_000_000;
    const decided = [noon, noon - 86_400_000, noon + 5].map((at) => ({ ...intent('1'), decidedAt: at }));
    for (const each of decided) await before.decide(each);
    const host = new HandHost();
    const heard: string[] = [];
    host.answer = async (_verb, ref) => {
      heard.push(ref);
      return outboxRow(decided.find((each) => each.ref === ref) ?? intent('1'));
    };
    await store(host).start();
    await vi.waitFor(() => expect(heard).toEqual(decided.map(({ ref }) => ref)));
  });

  it('that the host refuses stays on screen with the reason, without its effect, until it is given up', async () => {
    const host = new HandHost();
    const outbox = store(host);
    host.answer = () => Promise.reject(new DoorFailure('bad-request', 'no'));
    const of = intent('1', { action: { kind: 'status', status: 'resolved' } });
    await outbox.decide(of);
    await vi.waitFor(() => expect(outbox.savingOf('desk/1')[0]?.refusedBecause).toBe('bad-request'));
    expect(outbox.pendingActions('desk/1')).toEqual([]);
    expect(outbox.worstOf('desk/1')).toBe('parked');
    outbox.retry();
    expect(host.asked).toEqual(['put']);
    await outbox.discard(of.ref);
    expect(outbox.saving.get()).toEqual([]);
  });

  it('that the host refused can be brought again', async () => {
    const host = new HandHost();
    const outbox = store(host);
    host.answer = () => Promise.reject(new DoorFailure('too-large', 'no'));
    const of = intent('1');
    await outbox.decide(of);
    await vi.waitFor(() => expect(outbox.savingOf('desk/1')[0]?.refusedBecause).toBe('too-large'));
    host.answer = async () => outboxRow(of);
    await outbox.resend(of.ref);
    expect(outbox.saving.get()).toEqual([]);
  });

  it('survives a disk that takes nothing', async () => {
    const host = new HandHost();
    const outbox = store(host);
    vi.spyOn(work.saving, 'put').mockRejectedValue(new DOMException('Full', 'QuotaExceededError'));
    const of = intent('1');
    host.answer = async () => outboxRow(of);
    await outbox.decide(of);
    await vi.waitFor(() => expect(outbox.unconfirmed.get()).toHaveLength(1));
  });
});

describe('undo', () => {
  it('before the acknowledgement hides it at once and takes it back as soon as the host has it', async () => {
    const host = new HandHost();
    const outbox = store(host);
    const of = intent('1', { delayMs: 5_000 });
    let acknowledge!: (row: OutboxRow) => void;
    host.answer = (verb) =>
      verb === 'put'
        ? new Promise((resolve) => (acknowledge = resolve))
        : Promise.resolve(outboxRow(of, { state: 'discarded', revision: 2 }));
    await outbox.decide(of);
    const undone = outbox.undo(of.ref);
    expect(outbox.savingOf('desk/1')).toEqual([]);
    expect(outbox.pendingActions('desk/1')).toEqual([]);
    acknowledge(outboxRow(of, { state: 'delayed' }));
    await undone;
    expect(host.asked).toEqual(['put', 'undo']);
    expect(outbox.unconfirmed.get()).toEqual([]);
  });

  it('is remembered over a restart: the next page brings it and takes it back', async () => {
    const host = new HandHost();
    host.answer = away;
    const outbox = store(host);
    const of = intent('1', { delayMs: 5_000 });
    await outbox.decide(of);
    void outbox.undo(of.ref);
    await vi.waitFor(async () => expect((await work.saving.get(of.ref))?.undoing).toBe(true));

    const later = new HandHost();
    later.answer = async (verb) =>
      verb === 'put'
        ? outboxRow(of, { state: 'delayed' })
        : outboxRow(of, { state: 'discarded', revision: 2 });
    const next = store(later);
    await next.start();
    await vi.waitFor(() => expect(later.asked).toEqual(['put', 'undo']));
    await vi.waitFor(async () => expect(await work.saving.count()).toBe(0));
    expect(next.unconfirmed.get()).toEqual([]);
  });

  it('that comes too late says so and shows the row again', async () => {
    const host = new HandHost();
    const outbox = store(host);
    const of = intent('1');
    let acknowledge!: (row: OutboxRow) => void;
    host.answer = (verb) =>
      verb === 'put'
        ? new Promise((resolve) => (acknowledge = resolve))
        : Promise.reject(new DoorFailure('too-late', 'gone'));
    await outbox.decide(of);
    const undone = outbox.undo(of.ref);
    acknowledge(outboxRow(of, { state: 'sending' }));
    await expect(undone).rejects.toMatchObject({ code: 'too-late' });
    expect(outbox.rowsOf('desk/1').map((row) => row.state)).toEqual(['sending']);
  });
});

describe('the projection of the outbox', () => {
  it('shows the newest revision of each row whatever the order and repetition of the news', () => {
    const history = fc
      .array(fc.record({ of: fc.integer({ min: 0, max: 5 }), state: fc.constantFrom(...DELIVERY_STATES) }), {
        maxLength: 30,
      })
      .map((steps) =>
        steps.map(({ of, state }, i) =>
          outboxRow(
            intent(String(of % 3), {
              ref: `0badcafe-00000000-0000-4000-8000-00000000000${of}`,
              action: { kind: 'tags', add: [`tag-${of}`], remove: [] },
            }),
            { order: of + 1, revision: i + 1, state },
          ),
        ),
      );
    const shuffled = history.chain((rows) =>
      fc.tuple(
        fc.constant(rows),
        fc
          .array(fc.nat({ max: Math.max(0, rows.length - 1) }))
          .map((extra) => extra.flatMap((i) => rows[i] ?? [])),
        fc.shuffledSubarray(rows, { minLength: rows.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([rows, repeated, order]) => {
        const outbox = store(new HandHost());
        for (const row of [...order, ...repeated]) outbox.take([row]);
        const newest = new Map(rows.map((row) => [row.intent.ref, row]));
        const expected = [...newest.values()]
          .filter((row) => isUnconfirmed(row.state))
          .sort((a, b) => a.order - b.order);
        expect(outbox.unconfirmed.get()).toEqual(expected);
        for (const id of ['0', '1', '2']) {
          const shown = outbox.pendingActions(`desk/${id}`).reduce(applyAction, conversation(id));
          const tags = expected
            .filter((row) => row.intent.conversationId === id && row.state !== 'parked')
            .map((row) => `tag-${row.order - 1}`);
          expect(shown.tags).toEqual(tags);
        }
      }),
    );
  });
});

describe('a reply that is held', () => {
  const held = (of: Intent, patch: Partial<OutboxRow> = {}): OutboxRow =>
    outboxRow(of, { revision: 2, state: 'held', ...patch });

  it('is told once it stops while this window watches, and not when it was found so', () => {
    const outbox = store(new HandHost());
    const [found, watched] = [intent('1'), intent('2')];
    outbox.take([held(found), outboxRow(watched)]);
    expect(outbox.stopped.get()).toBeNull();
    outbox.take([held(watched)]);
    expect(outbox.stopped.get()).toBe(watched.ref);
  });

  it('leaves its customer waiting, and so do the replies behind it', () => {
    const outbox = store(new HandHost());
    const behind = outboxRow(intent('1'), { order: 2, reason: { kind: 'earlier-first', detail: null } });
    const claim = outboxRow(intent('1', { action: { kind: 'assign', assigneeId: 'agent-1' } }), { order: 3 });
    outbox.take([held(intent('1')), behind, claim]);
    expect(outbox.pendingActions('desk/1')).toEqual([claim.intent.action]);
    expect(outbox.worstOf('desk/1')).toBe('held');
  });

  it('stands in the conversation it was merged into once the agent sends it there', async () => {
    const host = new HandHost();
    const outbox = store(host);
    const of = intent('1');
    outbox.take([held(of, { hold: { kind: 'merged', into: '9', movement: null } })]);
    expect(outbox.rowsOf('desk/1')).toHaveLength(1);
    const seen = { base: of.base, toConversationId: '9' };
    const release = { at: 1, base: of.base, seenIds: [], toConversationId: '9', via: null };
    host.answer = () => Promise.resolve(outboxRow(of, { revision: 3, release }));
    await outbox.decideAgain(of.ref, 'send-as-is', seen);
    expect(host.asked).toEqual(['send-as-is']);
    expect(outbox.rowsOf('desk/1')).toEqual([]);
    expect(outbox.rowsOf('desk/9')).toMatchObject([{ state: 'queued' }]);
  });
});

it('a decision for another helpdesk waits in the outbox, and changes no conversation that has the same id', () => {
  const outbox = store(new HandHost());
  const before = outboxRow(intent('1'));
  outbox.take([before]);
  expect(outbox.worstOf('desk/1')).toBe('queued');
  const reason = { kind: 'elsewhere', detail: 'old.desk.invalid' } as const;
  outbox.take([{ ...before, revision: before.revision + 1, state: 'parked', reason }]);
  expect(outbox.unconfirmed.get()).toHaveLength(1);
  expect(outbox.rowsOf('desk/1')).toEqual([]);
  expect(outbox.worstOf('desk/1')).toBeNull();
});
