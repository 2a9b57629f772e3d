import { isEditor } from './commands';
import { useSelection } from './selection';

/**
 * Remembers where the hand is when something is asked for that may be answered late.
 * @returns a test, false once the agent opened something else or began to type: nothing may pull
 *   the hand away then
 */
export function handStays(): () => boolean {
  const { key } = useSelection.getState();
  const focused = document.activeElement;
  return () => {
    if (useSelection.getState().key !== key) return false;
    const now = document.activeElement;
    return now === focused || !(isEditor(now) || now?.closest('[role="dialog"]'));
  };
}
