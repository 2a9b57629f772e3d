import { useRef, useState } from 'react';
import { failureCode, type DoorFailureCode } from './door/failure';

export interface Step {
  busy: boolean;
  /** Why the last one failed; `null` when it did not. */
  failed: DoorFailureCode | null;
  /** Runs one at a time; one that comes meanwhile is not run. @returns whether it was done */
  run: (step: () => Promise<unknown>) => Promise<boolean>;
  /** What was said of the last one is not true any more. */
  forget: () => void;
}

/** A step that the host does, and how it went. */
export function useStep(): Step {
  const [state, setState] = useState<Pick<Step, 'busy' | 'failed'>>({
    busy: false,
    failed: null,
  });
  const running = useRef(false);
  const run = async (step: () => Promise<unknown>) => {
    // Enter in a field sends a form again, whatever its button says.
    if (running.current) return false;
    running.current = true;
    setState({ busy: true, failed: null });
    try {
      await step();
      setState({ busy: false, failed: null });
      return true;
    } catch (failure) {
      setState({ busy: false, failed: failureCode(failure) });
      return false;
    } finally {
      running.current = false;
    }
  };
  const forget = () => setState((now) => ({ ...now, failed: null }));
  return { ...state, run, forget };
}
