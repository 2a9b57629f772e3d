/** What a benchmark prints, and the few sums it needs. */

export interface Line {
  name: string;
  value: number;
  unit: string;
  /** Measured in the same run; `null` where the figure stands alone. */
  baseline: number | null;
  /** value / baseline. */
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

/** A figure held against a baseline of the same run. */
export function against(
  name: string,
  unit: string,
  value: number,
  baseline: number,
  budget: { word: '≤' | '≥'; ratio: number } | null,
): Line {
  const ratio = value / baseline;
  return {
    name,
    value,
    unit,
    baseline,
    ratio,
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
