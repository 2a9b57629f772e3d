/** What a check of an account means for whoever set it up. Pure, so that every end of it is tested. */
import type { CheckProblem, CheckStep } from '@shared/contract/accounts';

export type FailedStep = Extract<CheckStep, { step: 'failed' }>;

/**
 * `good`: connect it. `warned`: it can be connected although something is not right. `failed`: it
 * would not work.
 */
export type Verdict = 'good' | 'warned' | 'failed';

/** What does not keep an account from working. */
const WARNINGS: readonly CheckProblem[] = ['clock-skew'];

export function isWarning({ problem }: FailedStep): boolean {
  return WARNINGS.includes(problem);
}

export function verdictOf(steps: readonly CheckStep[]): Verdict {
  const failed = steps.filter((step): step is FailedStep => step.step === 'failed');
  if (failed.some((step) => !isWarning(step))) return 'failed';
  const someSetAside = steps.some((step) => step.step === 'read' && step.setAside > 0);
  return failed.length > 0 || someSetAside ? 'warned' : 'good';
}

/**
 * What is being asked while these steps are known: whether anybody is there, who signs in, or what there
 * is to read. `null` once all was asked.
 */
export function askedNow(steps: readonly CheckStep[]): 'address' | 'signIn' | 'read' | null {
  const known = new Set(steps.map(({ step }) => step));
  const failed = steps.some((step) => step.step === 'failed' && !isWarning(step));
  if (failed || known.has('read')) return null;
  if (known.has('signIn')) return 'read';
  return known.has('address') ? 'signIn' : 'address';
}

/** In whole minutes, at least one: how far two clocks are apart, and which one is ahead. */
export function skewOf(detail: string): { minutes: number; ahead: boolean } {
  const ms = Number(detail);
  return { minutes: Math.max(1, Math.round(Math.abs(ms) / 60_000)), ahead: ms > 0 };
}
