/**
 * Random schedules of faults, cut links, crashes and second thoughts, each run to its healed end.
 * The invariants are those of an agent who trusts the screen: nothing taken is lost, nothing is
 * done twice, nothing overtakes, nothing is called done that is not.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Intent, IntentAction, OutboxRow } from '../domain/intents';
import { anIntent, refOf } from '../testing/builders';
import type { Fault } from '../testing/fake-backend';
import { OutboxWorld } from '../testing/outbox-world';

/** Schedules a tier; each takes about a millisecond. */
const RUNS = 500;
const HEALED_MS = 30 * 60_000;

const CALL_FAULTS: readonly Fault[] = [
  'none',
  'drop',
  'commit-drop',
  'late-commit',
  'refused',
  'dns',
  'unauthorized',
  'rate-limited',
  'server',
  'captive',
  'nonsense',
  'invalid',
];

type Step =
  | { do: 'decide'; conversation: number; kind: 'reply' | 'note' | 'status'; delayMs: number }
  | { do: 'wait'; ms: number }
  | { do: 'crash'; awayMs: number }
  | { do: 'cut' }
  | { do: 'heal' }
  | { do: 'pull' }
  | { do: 'undo'; back: number }
  | { do: 'repeat'; back: number };

const decide = fc.record({
  do: fc.constant('decide' as const),
  conversation: fc.integer({ min: 1, max: 3 }),
  kind: fc.constantFrom('reply' as const, 'note' as const, 'status' as const),
  delayMs: fc.constantFrom(0, 0, 5_000),
});
const wait = fc.record({
  do: fc.constant('wait' as const),
  ms: fc.constantFrom(0, 2, 4, 11, 15, 400, 6_000),
});
const other = fc.oneof(
  fc.record({ do: fc.constant('crash' as const), awayMs: fc.constantFrom(0, 5, 20_000) }),
  fc.constant({ do: 'cut' as const }),
  fc.constant({ do: 'heal' as const }),
  fc.constant({ do: 'pull' as const }),
  fc.record({ do: fc.constant('undo' as const), back: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ do: fc.constant('repeat' as const), back: fc.integer({ min: 0, max: 3 }) }),
);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ weight: 4, arbitrary: decide }, { weight: 4, arbitrary: wait }, { weight: 3, arbitrary: other }),
  { minLength: 3, maxLength: 30 },
);
const faults = fc.array(fc.constantFrom(...CALL_FAULTS), { maxLength: 25 });

function action(kind: 'reply' | 'note' | 'status', n: number): IntentAction {
  if (kind === 'status') return { kind, status: n % 2 === 0 ? 'open' : 'pending' };
  return kind === 'reply'
    ? { kind, text: `Answer ${n}`, files: [], statusAfter: null }
    : { kind, text: `Note ${n}`, files: [] };
}

/** What the page does: it offers an intent until it is acknowledged, again after every restart. */
class Page {
  readonly intents: Intent[] = [];
  readonly acknowledged = new Set<string>();
  readonly undone = new Set<string>();

  constructor(readonly world: OutboxWorld) {}

  decide(step: Extract<Step, { do: 'decide' }>): void {
    const n = this.intents.length + 1;
    const intent = anIntent(n, action(step.kind, n), {
      conversationId: `c${step.conversation}`,
      delayMs: step.delayMs,
    });
    this.intents.push(intent);
    this.#offer(intent);
  }

  offerAgain(): void {
    for (const intent of this.intents) if (!this.acknowledged.has(intent.ref)) this.#offer(intent);
  }

  repeat(back: number): void {
    const intent = this.intents.at(-1 - back);
    if (intent !== undefined) this.#offer(intent);
  }

  undo(back: number): void {
    const ref = this.intents.at(-1 - back)?.ref;
    if (ref === undefined) return;
    this.world.outbox.undo(ref).then(
      () => this.undone.add(ref),
      () => undefined,
    );
  }

  #offer(intent: Intent): void {
    void this.world.outbox.accept(intent).then(() => this.acknowledged.add(intent.ref));
  }
}

async function play(world: OutboxWorld, page: Page, step: Step): Promise<void> {
  switch (step.do) {
    case 'decide':
      page.decide(step);
      return;
    case 'wait':
      return world.clock.advance(step.ms);
    case 'crash':
      world.crash();
      await world.clock.advance(step.awayMs);
      world.start();
      page.offerAgain();
      return;
    case 'cut':
      world.online = false;
      return;
    case 'heal':
      world.goOnline();
      return;
    case 'pull':
      world.pullAll();
      return;
    case 'undo':
      page.undo(step.back);
      return;
    case 'repeat':
      page.repeat(step.back);
  }
}

async function schedule(
  tier: 'T1' | 'T2' | 'T4',
  plan: readonly Step[],
  planned: readonly Fault[],
): Promise<{ world: OutboxWorld; page: Page; refused: Set<string> }> {
  const left = [...planned];
  const refused = new Set<string>();
  const world = new OutboxWorld({
    tier,
    fault: (call, ref) => {
      const fault = left.shift() ?? 'none';
      if (call !== 'upload' && fault === 'invalid') refused.add(ref);
      return fault;
    },
  });
  const page = new Page(world);
  for (const step of plan) await play(world, page, step);
  left.length = 0;
  world.goOnline();
  await world.clock.advance(HEALED_MS);
  world.pullAll();
  await world.clock.advance(1_000);
  return { world, page, refused };
}

function check(rows: readonly OutboxRow[], world: OutboxWorld, page: Page, refused: Set<string>): void {
  const performed = world.backend.performed.map(({ ref }) => ref);
  expect([...rows.map((row) => row.intent.ref)].sort()).toEqual(page.intents.map(({ ref }) => ref).sort());
  expect(new Set(performed).size, 'at most once').toBe(performed.length);
  for (const row of rows) {
    const { ref } = row.intent;
    const done = performed.includes(ref);
    if (row.state === 'parked') {
      expect(refused.has(ref), `${ref} is parked, so it was refused`).toBe(true);
      continue;
    }
    expect(['delivered', 'discarded', 'superseded'], ref).toContain(row.state);
    expect(done, `${ref} is ${row.state}`).toBe(row.state === 'delivered');
    if (row.state === 'delivered') expect(row.serverId).not.toBeNull();
    expect(row.state === 'discarded' || !page.undone.has(ref), 'undone stays undone').toBe(true);
  }
  for (const conversation of ['c1', 'c2', 'c3']) {
    const order = rows
      .filter(({ intent }) => intent.conversationId === conversation && performed.includes(intent.ref))
      .map(({ intent }) => intent.ref);
    expect(
      performed.filter((ref) => order.includes(ref)),
      'order',
    ).toEqual(order);
  }
}

describe('any schedule of faults and crashes', () => {
  it.each(['T1', 'T2'] as const)(
    'loses nothing, doubles nothing and keeps the order at tier %s',
    async (tier) => {
      await fc.assert(
        fc.asyncProperty(steps, faults, async (plan, planned) => {
          const { world, page, refused } = await schedule(tier, plan, planned);
          check(world.outbox.rows(), world, page, refused);
        }),
        { numRuns: RUNS },
      );
    },
  );

  it('at tier T4 never does anything twice, and shows what it cannot know', async () => {
    await fc.assert(
      fc.asyncProperty(steps, faults, async (plan, planned) => {
        const { world } = await schedule('T4', plan, planned);
        const performed = world.backend.performed.map(({ ref }) => ref);
        expect(new Set(performed).size).toBe(performed.length);
        for (const row of world.outbox.rows()) {
          // Held: a reply whose thread has a message that is perhaps an earlier one of our own.
          expect(['delivered', 'discarded', 'superseded', 'parked', 'held', 'queued']).toContain(row.state);
          if (row.state === 'queued') expect(row.reason?.kind).toBe('earlier-first');
          if (row.state === 'delivered') expect(performed).toContain(row.intent.ref);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('the same plan gives the same history, so a failing one can be run again', async () => {
    const plan: Step[] = [
      { do: 'decide', conversation: 1, kind: 'reply', delayMs: 0 },
      { do: 'wait', ms: 11 },
      { do: 'crash', awayMs: 5 },
      { do: 'decide', conversation: 1, kind: 'note', delayMs: 5_000 },
      { do: 'wait', ms: 400 },
    ];
    const history = async (): Promise<readonly OutboxRow[]> => {
      const { world } = await schedule('T2', plan, ['commit-drop', 'refused', 'server']);
      return world.shown;
    };
    const once = await history();
    expect(once.length).toBeGreaterThan(5);
    expect(await history()).toEqual(once);
    expect(once[0]?.intent.ref).toBe(refOf(1));
  });
});
