/**
 * The port through which a profile's expressions run. They are foreign code of a sort: whoever supplies
 * an evaluator keeps them from running for ever, from eating the memory and from reaching anything but
 * what they are given. Everything that goes in and out is plain JSON.
 */

import type { Urgency } from '../pace';

/** What one expression gave: a value (`undefined`: nothing), or why there is none. */
export type Outcome =
  | { value: unknown }
  | {
      problem: string;
      /** Where in the expression, in characters from its start, as far as that is known. */
      position: number | null;
    };

/** Some expressions that are asked of each input; with `each`, of each thing that it gives of an input. */
export interface ExpressionTask {
  each: string | null;
  expressions: readonly string[];
}

export interface ExpressionInput {
  /** What bare names in an expression are looked up in. */
  value: unknown;
  /** `$name` in an expression. With `each`, `$row` is the input itself. */
  vars: Readonly<Record<string, unknown>>;
}

/** One thing that was read: outcomes by the place of their expression. */
export type Reading = readonly Outcome[];

/** What a task gave of one input: readings, or why `each` gave none. */
export type TaskOutcome = readonly Reading[] | Extract<Outcome, { problem: string }>;

/** Whose expressions they are, and whether somebody waits: no account waits for another one's. */
export interface Lane {
  accountId: string;
  urgency: Urgency;
}

export interface Evaluator {
  /**
   * Runs all tasks on all inputs: by the place of the task, then of the input. An expression that takes
   * too long, or too much memory, is a problem like any other, and so is an input that is too large.
   * Rejects when it was closed, and with a `BackendError` when an expression runs away for one row after
   * the other.
   */
  evaluate(
    tasks: readonly ExpressionTask[],
    inputs: readonly ExpressionInput[],
    lane: Lane,
  ): Promise<readonly (readonly TaskOutcome[])[]>;
}

export function isProblem(outcome: Outcome | TaskOutcome): outcome is Extract<Outcome, { problem: string }> {
  return 'problem' in outcome;
}
