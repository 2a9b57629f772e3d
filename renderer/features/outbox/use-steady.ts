/** Lines that keep their places while the agent's hand is on their list. */
import { useState, type FocusEvent, type KeyboardEvent } from 'react';
import { outboxRow } from '@renderer/data/outbox';
import { steadyLines, type WaitingLine } from './steady';

/** Keys that only leave the list, or do nothing by themselves. */
const NOT_AT_WORK: ReadonlySet<string> = new Set(['Escape', 'Shift', 'Control', 'Alt', 'Meta']);

export interface Hand {
  isOn: boolean;
  /** For the element around the list. */
  handlers: {
    onPointerMove: () => void;
    onPointerLeave: () => void;
    onKeyDown: (event: KeyboardEvent) => void;
    onBlur: (event: FocusEvent) => void;
  };
}

/**
 * Whether the hand is on a list: the pointer was moved over it, or keys are pressed in it. A pointer
 * that lies still where the list appeared (it enters, but does not move), and a focus that nobody
 * moved, do not count.
 */
export function useHand(): Hand {
  const [pointer, setPointer] = useState(false);
  const [keys, setKeys] = useState(false);
  return {
    isOn: pointer || keys,
    handlers: {
      onPointerMove: () => setPointer(true),
      onPointerLeave: () => {
        setPointer(false);
        setKeys(false);
      },
      onKeyDown: ({ key }) => {
        if (!NOT_AT_WORK.has(key)) setKeys(true);
      },
      onBlur: ({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) setKeys(false);
      },
    },
  };
}

/**
 * @param fresh the lines where they belong now; the same array as long as nothing changed
 * @param hold true while nothing may change its place
 */
export function useSteadyLines(fresh: readonly WaitingLine[], hold: boolean): readonly WaitingLine[] {
  const [drawn, setDrawn] = useState({ fresh, hold, lines: fresh });
  if (drawn.fresh === fresh && drawn.hold === hold) return drawn.lines;
  const lines = hold ? steadyLines(drawn.lines, fresh, outboxRow) : fresh;
  setDrawn({ fresh, hold, lines });
  return lines;
}
