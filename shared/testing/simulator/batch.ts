/** Many seeds in a row, and what they add up to. */
import type { Breach, Invariant } from './judge';
import { PROTECTIONS } from './protections';
import { simulate } from './simulation';
import type { Judgement, Mode } from './world';

export interface BatchOptions {
  from: number;
  count: number;
  mode: Mode;
  without: string | null;
}

/** Sums over seeds, in the words of the command's JSON. */
export interface Totals {
  seeds: number;
  intents: number;
  crashes: number;
  lost: number;
  duplicated: number;
  out_of_order: number;
  false_sent: number;
  stuck: number;
  /** Breaches of the other invariants. */
  other: number;
  first_failing_seed: number | null;
  /** The first few failing seeds, with what they broke. */
  failures: readonly { seed: number; breaches: readonly Breach[] }[];
}

export interface Catch {
  without: string;
  first_failing_seed: number | null;
  /** How many seeds it took; `null` when all of them passed. */
  seeds_needed: number | null;
  invariant: Invariant | null;
}

const MOST_FAILURES = 10;
const COUNTED: Partial<Record<Invariant, 'lost' | 'duplicated' | 'out_of_order' | 'false_sent' | 'stuck'>> = {
  lost: 'lost',
  forgot: 'lost',
  duplicated: 'duplicated',
  'out-of-order': 'out_of_order',
  'false-sent': 'false_sent',
  stuck: 'stuck',
};

export const NOTHING: Totals = {
  seeds: 0,
  intents: 0,
  crashes: 0,
  lost: 0,
  duplicated: 0,
  out_of_order: 0,
  false_sent: 0,
  stuck: 0,
  other: 0,
  first_failing_seed: null,
  failures: [],
};

export async function playSeeds({ from, count, mode, without }: BatchOptions): Promise<Totals> {
  const limited = Error as { stackTraceLimit?: number };
  const { stackTraceLimit = 10 } = limited;
  // Thousands of made failures, whose stacks nobody reads, cost a good part of the time.
  limited.stackTraceLimit = 0;
  try {
    let totals = NOTHING;
    for (let seed = from; seed < from + count; seed += 1) {
      totals = addUp(totals, totalsOf(seed, await simulate({ seed, mode, without })));
    }
    return totals;
  } finally {
    limited.stackTraceLimit = stackTraceLimit;
  }
}

function totalsOf(seed: number, { intents, crashes, breaches }: Judgement): Totals {
  const one = { ...NOTHING, seeds: 1, intents, crashes };
  for (const { invariant } of breaches) one[COUNTED[invariant] ?? 'other'] += 1;
  if (breaches.length === 0) return one;
  return { ...one, first_failing_seed: seed, failures: [{ seed, breaches }] };
}

export function addUp(a: Totals, b: Totals): Totals {
  const firsts = [a.first_failing_seed, b.first_failing_seed].filter((seed) => seed !== null);
  return {
    seeds: a.seeds + b.seeds,
    intents: a.intents + b.intents,
    crashes: a.crashes + b.crashes,
    lost: a.lost + b.lost,
    duplicated: a.duplicated + b.duplicated,
    out_of_order: a.out_of_order + b.out_of_order,
    false_sent: a.false_sent + b.false_sent,
    stuck: a.stuck + b.stuck,
    other: a.other + b.other,
    first_failing_seed: firsts.length === 0 ? null : Math.min(...firsts),
    failures: [...a.failures, ...b.failures].sort((x, y) => x.seed - y.seed).slice(0, MOST_FAILURES),
  };
}

/** Plays seeds without a protection until one of them notices. */
export async function catchOf({
  from,
  count,
  mode,
  without,
}: BatchOptions & { without: string }): Promise<Catch> {
  for (let seed = from; seed < from + count; seed += 1) {
    const { breaches } = await simulate({ seed, mode, without });
    const [first] = breaches;
    if (first !== undefined) {
      return { without, first_failing_seed: seed, seeds_needed: seed - from + 1, invariant: first.invariant };
    }
  }
  return { without, first_failing_seed: null, seeds_needed: null, invariant: null };
}

export const PROTECTION_NAMES: readonly string[] = PROTECTIONS.map(({ name }) => name);
