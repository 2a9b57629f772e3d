/**
 * What agents do, in any order that fast-check thinks of, in the simulator's world: a failing run
 * shrinks to the few actions that matter.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Draws } from './draws';
import { planOf, type Step } from './plan';
import { World } from './world';

const RUNS = 300;
/** The same actions in every run, like the seeds of the other tests; another number finds other ones. */
const SEED = 8;

/** What is known of the world without looking into it. */
interface Model {
  decided: number;
  cut: boolean;
}

class Action implements fc.AsyncCommand<Model, World> {
  constructor(
    readonly step: Step,
    /** How long until the next action, in ms. */
    readonly pauseMs: number,
  ) {}

  check(model: Readonly<Model>): boolean {
    switch (this.step.do) {
      case 'undo':
      case 'drop':
      case 'resend':
      case 'repeat':
      case 'answer':
        return model.decided > 0;
      case 'link':
        return !model.cut;
      case 'connect':
        return model.cut;
      default:
        return true;
    }
  }

  async run(model: Model, world: World): Promise<void> {
    if (this.step.do === 'decide') model.decided += 1;
    if (this.step.do === 'link') model.cut = true;
    if (this.step.do === 'connect') model.cut = false;
    world.play(this.step);
    await world.pass(this.pauseMs);
  }

  toString(): string {
    return `${JSON.stringify(this.step)}, ${this.pauseMs} ms`;
  }
}

const who = fc.integer({ min: 0, max: 5 });
const which = fc.integer({ min: 0, max: 3 });
const pauseMs = fc.constantFrom(0, 5, 200, 3_000, 12_000);
const action = (step: fc.Arbitrary<Step>): fc.Arbitrary<Action> =>
  fc.tuple(step, pauseMs).map(([taken, ms]) => new Action(taken, ms));

/** Type and send, think again, look after what waits, close, cut off, come back; a colleague answers. */
const actions = [
  fc.record({
    do: fc.constant('decide' as const),
    who,
    which,
    kind: fc.constantFrom('reply' as const, 'reply' as const, 'note' as const, 'status' as const),
    delayMs: fc.constantFrom(0, 5_000),
    file: fc.boolean(),
  }),
  fc.record({ do: fc.constant('undo' as const), who }),
  fc.record({ do: fc.constant('drop' as const), who }),
  fc.record({ do: fc.constant('resend' as const), who }),
  fc.record({ do: fc.constant('repeat' as const), who }),
  fc.record({ do: fc.constant('answer' as const), who }),
  fc.record({ do: fc.constant('quit' as const), who, awayMs: fc.constantFrom(0, 5_000) }),
  fc.record({
    do: fc.constant('crash-host' as const),
    who,
    awayMs: fc.constantFrom(0, 500),
    journalChange: fc.constantFrom(null, 1, 2, 4),
  }),
  fc.record({
    do: fc.constant('crash-page' as const),
    who,
    database: fc.boolean(),
    saving: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('link' as const),
    who,
    state: fc.constantFrom('cut' as const, 'silent' as const),
    ms: fc.constant(60_000),
  }),
  fc.record({ do: fc.constant('connect' as const), who }),
  fc.record({ do: fc.constantFrom('colleague' as const, 'customer' as const, 'open' as const), which }),
].map((step) => action(step as fc.Arbitrary<Step>));

describe('whatever agents do', () => {
  it('nothing is lost, doubled, contradicted or wrongly called sent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 100_000 }),
        fc.commands(actions, { maxCommands: 25, size: 'max' }),
        async (seed, commands) => {
          const world = new World({ seed, plan: planOf(new Draws(seed)), without: null });
          await world.pass(2_000);
          await fc.asyncModelRun(() => ({ model: { decided: 0, cut: false }, real: world }), commands);
          expect((await world.finish('liveness')).breaches).toEqual([]);
        },
      ),
      { numRuns: RUNS, seed: SEED },
    );
  }, 300_000);
});
