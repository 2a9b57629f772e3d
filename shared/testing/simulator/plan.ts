/** What a seed makes happen: the kind of world, and who does what in it and when. */
import type { DeliveryTier } from '../../backends/port';
import type { Draws } from './draws';
import type { CallFault, LinkHabits } from './sim-link';

/** Steps of the outside world. `who` is a number to choose among those that are there. */
export type Step =
  | {
      do: 'decide';
      who: number;
      which: number;
      kind: 'reply' | 'note' | 'status' | 'priority';
      delayMs: number;
      file: boolean;
    }
  /** Cut off, the agent answers what a colleague answers at the same time. */
  /** A reply is done, its answer lost; the program ends when the feed may have brought the reply. */
  | { do: 'unheard'; who: number; which: number }
  /** Cut off, the agent writes a reply and a note; the profile is copied, and both computers come back. */
  | { do: 'copy'; who: number; which: number; ms: number; laterMs: number }
  | { do: 'crossing'; who: number; which: number; ms: number }
  | { do: 'burst'; who: number; which: number; count: number }
  | { do: 'undo' | 'repeat' | 'drop' | 'resend' | 'answer'; who: number }
  /** `journalChange`: in the middle of the nth change of the journal from then on; `null`: at once. */
  | { do: 'crash-host'; who: number; awayMs: number; journalChange: number | null }
  | { do: 'quit'; who: number; awayMs: number }
  | { do: 'crash-page'; who: number; database: boolean; saving: boolean }
  | { do: 'link'; who: number; state: 'cut' | 'silent'; ms: number }
  | { do: 'connect'; who: number }
  | { do: 'token'; who: number; ms: number }
  | { do: 'disk-full'; who: number; ms: number }
  | { do: 'clock'; who: number; byMs: number }
  | { do: 'sleep'; who: number; ms: number }
  | { do: 'customer' | 'colleague' | 'edit' | 'remove' | 'vanish' | 'open'; which: number }
  | { do: 'back-up' | 'restore' }
  | { do: 'merge'; which: number; into: number };

/** The kind of world. */
export interface Setting {
  tier: DeliveryTier;
  settleMs: number;
  pageRows: number;
  lagMs: number;
  /** Whether all ids can be compared; only then things vanish without a word. */
  sweeps: boolean;
  machines: number;
  pages: number;
  conversations: number;
  link: LinkHabits;
}

export interface Plan extends Setting {
  steps: readonly { at: number; step: Step }[];
  /** When faults end. */
  faultsUntil: number;
}

const DAY_MS = 24 * 3_600_000;

export function planOf(draws: Draws): Plan {
  const tier = draws.weighted({ T1: 4, T2: 5, T3: 2, T4: 2 });
  const settleMs = Number(draws.weighted({ 5_000: 6, 20_000: 3, 60_000: 1 }));
  const faultsUntil = draws.int(12_000, 30_000);
  const count = draws.int(10, 24);
  const steps: { at: number; step: Step }[] = Array.from({ length: count }, () => ({
    at: draws.int(1_500, faultsUntil),
    step: stepOf(draws),
  }));
  const link = linkHabits(draws, tier, settleMs);
  if (link.pageMs > 0) {
    const crossing = { do: 'crossing', who: draws.int(0, 9), which: draws.int(0, 9), ms: 9_000 } as const;
    steps.push({ at: draws.int(1_500, 4_000), step: crossing });
  }
  const sweeps = draws.chance(0.5);
  if (sweeps && draws.chance(0.5)) {
    const backedUpAt = draws.int(1_500, faultsUntil / 2);
    const at = draws.int(backedUpAt + 500, faultsUntil);
    const decided = { do: 'decide', who: draws.int(0, 9), which: draws.int(0, 9), kind: 'reply' } as const;
    steps.push(
      { at: backedUpAt, step: { do: 'back-up' } },
      { at: backedUpAt + 100, step: { ...decided, delayMs: 0, file: false } },
      { at: backedUpAt + 200, step: { ...decided, which: decided.which + 1, delayMs: 0, file: false } },
      { at, step: { do: 'restore' } },
    );
  }
  if (draws.chance(0.3)) {
    const unheard = { do: 'unheard', who: draws.int(0, 9), which: draws.int(0, 9) } as const;
    steps.push({ at: draws.int(2_000, faultsUntil - 6_000), step: unheard });
  }
  if (draws.chance(0.15)) {
    const laterMs = draws.pick([0, 0, 200, 1_000, 8_000]);
    const copy = { do: 'copy', who: draws.int(0, 9), which: draws.int(0, 9), ms: 4_000, laterMs } as const;
    steps.push({ at: draws.int(2_000, faultsUntil - 5_000), step: copy });
  }
  return {
    tier,
    settleMs,
    pageRows: draws.int(2, 12),
    lagMs: draws.chance(0.5) ? 3_000 : 0,
    sweeps,
    machines: draws.chance(0.2) ? 2 : 1,
    pages: draws.chance(0.3) ? 2 : 1,
    conversations: draws.int(1, 4),
    link,
    steps: steps.sort((a, b) => a.at - b.at),
    faultsUntil,
  };
}

function linkHabits(draws: Draws, tier: DeliveryTier, settleMs: number): LinkHabits {
  const little = (): number => (draws.chance(0.5) ? draws.next() * 0.1 : 0);
  // Each world has its own trouble, so that no trouble is drowned in the others.
  const trouble = draws.pick(['none', 'lost', 'answer-lost', 'late', 'late', 'before', 'after'] as const);
  const faults: Record<CallFault, number> = {
    none: 1,
    lost: little(),
    'answer-lost': little(),
    late: little(),
    twice: tier === 'T1' ? 0.5 : little(),
    before: little(),
    after: little(),
  };
  faults[trouble] += 0.3 + draws.next() * 1.2;
  return {
    faults,
    before: [
      'unauthorized',
      'rate-limited',
      'server',
      'conflict',
      'invalid',
      'captive',
      'nonsense',
      'forbidden',
    ],
    after:
      tier === 'T4'
        ? ['server']
        : ['server', 'nonsense', 'captive', 'unauthorized', 'rate-limited', 'conflict'],
    lifeMs: settleMs,
    push: draws.chance(0.9),
    pageMs: draws.chance(0.15) ? 7_000 : 0,
  };
}

function stepOf(draws: Draws): Step {
  const who = draws.int(0, 9);
  const which = draws.int(0, 9);
  const name = draws.weighted({
    decide: 30,
    burst: 4,
    crossing: 2,
    undo: 4,
    repeat: 4,
    drop: 3,
    resend: 3,
    answer: 4,
    'crash-host': 14,
    quit: 2,
    'crash-page': 3,
    link: 6,
    token: 1,
    'disk-full': 2,
    clock: 2,
    sleep: 1,
    customer: 6,
    colleague: 4,
    edit: 4,
    remove: 1,
    vanish: 1,
    open: 3,
    merge: 2,
  });
  switch (name) {
    case 'decide':
      return decideStep(draws, who, which);
    case 'crossing':
      return { do: name, who, which, ms: draws.int(9_000, 15_000) };
    case 'burst':
      return { do: name, who, which, count: draws.int(2, 5) };
    case 'undo':
    case 'repeat':
    case 'drop':
    case 'resend':
    case 'answer':
      return { do: name, who };
    case 'crash-host':
      return {
        do: name,
        who,
        awayMs: draws.pick([0, 50, 500, 5_000]),
        journalChange: draws.chance(0.6) ? draws.int(1, 6) : null,
      };
    case 'quit':
      return { do: name, who, awayMs: draws.pick([0, 500, 5_000]) };
    case 'crash-page':
      return { do: name, who, database: draws.chance(0.7), saving: draws.chance(0.8) };
    case 'link':
      return { do: name, who, state: draws.pick(['cut', 'silent']), ms: draws.int(200, 6_000) };
    case 'token':
      return { do: name, who, ms: draws.int(1_000, 6_000) };
    case 'disk-full':
      return { do: name, who, ms: draws.int(100, 4_000) };
    case 'clock':
      return { do: name, who, byMs: draws.pick([-DAY_MS, DAY_MS, -3_600_000, 60_000]) };
    case 'sleep':
      return { do: name, who, ms: draws.chance(0.3) ? draws.int(60_000, 120_000) : draws.int(1_000, 8_000) };
    case 'customer':
    case 'colleague':
    case 'edit':
    case 'remove':
    case 'vanish':
    case 'open':
      return { do: name, which };
    case 'merge':
      return { do: name, which, into: draws.int(0, 9) };
  }
}

function decideStep(draws: Draws, who: number, which: number): Step {
  const kind = draws.weighted({ reply: 55, note: 15, status: 20, priority: 10 });
  const speaks = kind === 'reply' || kind === 'note';
  const delayMs = speaks && draws.chance(0.3) ? 5_000 : 0;
  return { do: 'decide', who, which, kind, delayMs, file: speaks && draws.chance(0.25) };
}
