/** One seed: its plan is drawn, played and judged. The same seed gives the same world, event by event. */
import { Draws } from './draws';
import { planOf } from './plan';
import { World, type Judgement, type Mode, type WorldOptions } from './world';

export type SimulationOptions = Pick<WorldOptions, 'seed' | 'without' | 'onEvent'> & { mode: Mode };

/** Plays a seed. Never rejects for what the product does. */
export async function simulate({ seed, mode, without, onEvent }: SimulationOptions): Promise<Judgement> {
  const plan = planOf(new Draws(seed * 16));
  const world = new World({ seed, plan, without, onEvent });
  for (const { at, step } of plan.steps) world.plan(at, step);
  await world.pass(plan.faultsUntil);
  return world.finish(mode);
}
