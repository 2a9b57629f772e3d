/** One check a capability, in the order in which they are shown. What one leaves behind harms no later one. */
import { ACTION_CHECKS } from './action-checks';
import { CAPABILITIES } from '../capability';
import type { Check } from './check-kit';
import { READING_CHECKS } from './reading-checks';

export const CHECKS: readonly Check[] = [...ACTION_CHECKS, ...READING_CHECKS].sort(
  (one, other) => CAPABILITIES.indexOf(one.capability) - CAPABILITIES.indexOf(other.capability),
);
