/** What a benchmark prints, and the few sums it needs. */

export interface Line {
  name: string;
  value: number;
  unit: string;
  /** Measured in the same run; `null` where the figure stands alone. */
  baseline: number | null;
  /** value / baseline; of a figure measured in turns, the median of each turn's own. */
  ratio: number | null;
  /** The budget in words, as in the table of budgets; `null` for a figure that is only told. */
  budget: string | null;
  /** Whether the budget is kept; `null` without one. */
  ok: boolean | null;
}

export interface BenchContext {
  /** A tenth of the rows: to try the benchmark, not to quote it. */
  quick: boolean;
  /** Says what is going on, on stderr. */
  say(text: string): void;
}

/** What a figure may be of its baseline. */
export interface RatioBudget {
  word: '≤' | '≥';
  ratio: number;
}

/**
 * Medians of a figure and its baseline, measured in turns. The ratio is the median of each turn's
 * own: a machine that slows down in the middle of a run slows both sides of a turn.
 */
export function paired(
  name: string,
  unit: string,
  values: readonly number[],
  baselines: readonly number[],
  budget: RatioBudget | null,
): Line {
  const ratios = values.map((value, turn) => value / (baselines[turn] ?? Number.NaN));
  return held(
    { name, unit, value: median(values), baseline: median(baselines), ratio: median(ratios) },
    budget,
  );
}

/** A figure held against a baseline of the same run. */
export function against(
  name: string,
  unit: string,
  value: number,
  baseline: number,
  budget: RatioBudget | null,
): Line {
  return held({ name, unit, value, baseline, ratio: value / baseline }, budget);
}

function held(
  figure: Pick<Line, 'name' | 'unit' | 'value' | 'baseline'> & { ratio: number },
  budget: RatioBudget | null,
): Line {
  const { ratio } = figure;
  return {
    ...figure,
    budget: budget === null ? null : `${budget.word} ${budget.ratio}×`,
    ok: budget === null ? null : budget.word === '≤' ? ratio <= budget.ratio : ratio >= budget.ratio,
  };
}

/** A figure with a limit of its own, or none. */
export function alone(name: string, unit: string, value: number, limit: number | null = null): Line {
  return {
    name,
    value,
    unit,
    baseline: null,
    ratio: null,
    budget: limit === null ? null : `≤ ${limit} ${unit}`,
    ok: limit === null ? null : value <= limit,
  };
}

/** @param share 0.5 for the median, 0.95 for p95 (nearest rank) */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
