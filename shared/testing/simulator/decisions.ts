/** What agents decided, as the world remembers it, whatever the product makes of it. */
import type { Intent, IntentAction } from '../../domain/intents';

export interface Decision {
  /** Rising over the world; also written into a reply's text. */
  number: number;
  /** The page that decided: decisions of one page about one conversation leave in their order. */
  page: string;
  machine: string;
  /** Consoles whose journal has it: that machine's, and copies made of its profile since. */
  readonly holders: Set<string>;
  intent: Intent;
  /** The door said so: from now on it must not be lost. */
  acknowledged: boolean;
  /** The host refused to take it, and the agent saw that. */
  refusedByDoor: boolean;
  /** The agent asked for it to be taken back, or dropped; perhaps no answer ever came. */
  unwanted: boolean;
  /** The door said that it was taken back in time. */
  undone: boolean;
  /** The agent dropped a parked or held row, which may have been carried out. */
  dropped: boolean;
  /** When the newest message on screen was written, in the world's time. */
  seenUntil: number;
  /** The agent agreed that it goes to another conversation, after a merge. */
  moved: boolean;
  /** Messages that were shown beside a hold when the agent let it go. */
  seen: Set<string>;
  /** The agent sent again what nobody could tell about: that it may be there twice was said. */
  resentBlind: boolean;
  /** The agent said again what a restored server had lost. */
  resentLost: boolean;
}

export class Decisions {
  readonly all: Decision[] = [];
  readonly #byRef = new Map<string, Decision>();

  add(page: string, machine: string, make: (number: number) => Intent): Decision {
    const number = this.all.length + 1;
    const decision: Decision = {
      number,
      page,
      machine,
      holders: new Set([machine]),
      intent: make(number),
      acknowledged: false,
      refusedByDoor: false,
      unwanted: false,
      undone: false,
      dropped: false,
      seenUntil: 0,
      moved: false,
      seen: new Set(),
      resentBlind: false,
      resentLost: false,
    };
    this.all.push(decision);
    this.#byRef.set(decision.intent.ref, decision);
    return decision;
  }

  byRef(ref: string): Decision | undefined {
    return this.#byRef.get(ref);
  }
}

/** The decision that something at the server came from, by the number in its text or by its reference. */
export function numberOf(action: IntentAction): number | null {
  const text = action.kind === 'reply' || action.kind === 'note' ? action.text : null;
  const digits = text === null ? null : /^Answer (\d+)\.$/.exec(text);
  return digits === null ? null : Number(digits[1]);
}

export function textOf(number: number): string {
  return `Answer ${number}.`;
}
