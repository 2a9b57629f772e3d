/**
 * What every backend must do, judged on a server that really runs. A harness plays the customers and
 * the other agents; the suite plays the console. Cases that need no customer are the checks of
 * `npm run backend:check`. What a server cannot do is told as absent, with the vendor's reason.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { absenceOf, contradicts, CAPABILITIES, MUST_HAVES } from '../backends/capability';
import { SAMPLE_FILE, type Check } from '../backends/check/check-kit';
import { CHECKS } from '../backends/check/checks';
import type { BackendDescriptor } from '../backends/port';
import { ACTION_CASES } from './backend-actions.contract';
import { BAD_INPUT_CASES } from './backend-bad-input.contract';
import { FEED_CASES } from './backend-feeds.contract';
import { SWEEP_CASES } from './backend-sweep.contract';
import { THREAD_CASES } from './backend-threads.contract';
import { UNREAD_CASES } from './backend-unread.contract';
import {
  checkContext,
  type BackendHarness,
  type ContractCase,
  type ContractTraits,
  type Need,
} from './contract-kit';

export interface ContractOptions {
  /** Runs only cases whose title matches. Matching none fails. */
  only?: RegExp;
  traits?: ContractTraits;
  /** What this server cannot show beside what its descriptor lacks, each with its reason. */
  lacks?: Readonly<Partial<Record<Need, string>>>;
}

/** What a backend says of itself, as its test believes it. */
export type Claims = Pick<BackendDescriptor, 'supports' | 'lacks'>;

/** A check is a case that needs nothing but a conversation. */
const caseOf = ({ title, capability, run }: Check): ContractCase => ({
  title,
  needs: capability,
  async run(harness, traits) {
    const withFile = capability === 'attachmentsIn' ? SAMPLE_FILE : undefined;
    if (capability === 'savedReplies') await harness.keepsSavedReply?.('A checked title', 'A checked text');
    await run(await checkContext(harness, traits, withFile));
  },
});

/** Registers the suite for one backend. */
export function backendContract(
  name: string,
  claims: Claims,
  open: () => Promise<BackendHarness>,
  { only, traits: given = {}, lacks = {} }: ContractOptions = {},
): void {
  const cases = [
    ...BAD_INPUT_CASES,
    ...FEED_CASES,
    ...THREAD_CASES,
    ...UNREAD_CASES,
    ...ACTION_CASES,
    ...CHECKS.map(caseOf),
    ...SWEEP_CASES,
  ];
  const chosen = cases.filter(({ title }) => only?.test(title) ?? true);
  if (chosen.length === 0) throw new Error(`No case of the backend contract matches ${only}.`);
  const traits: Required<ContractTraits> = {
    newStatus: 'new',
    smallestPage: 2,
    patienceMs: 0,
    ...given,
  };

  /** Why a case cannot run here; `null` when it can. */
  function whyNot({ needs = [] }: ContractCase): string | null {
    for (const need of [needs].flat() as Need[]) {
      const here = lacks[need];
      if (here !== undefined) return `${need}: ${here}`;
      const absent = need === 'quietRefusal' || need === 'threadRequest' ? null : absenceOf(claims, need);
      if (absent !== null) return `${need}: ${absent.reason ?? 'nobody says why'}`;
    }
    return null;
  }

  describe(`backend contract: ${name}`, () => {
    let harness: BackendHarness;
    beforeAll(async () => {
      harness = await open();
    });
    afterAll(async () => {
      await harness.close();
    });
    it('claims what the suite believed it to support, and gives a reason for all that it lacks', () => {
      const { supports, lacks: lacking } = harness.connect().descriptor;
      expect({ supports, lacks: lacking }).toEqual({ supports: claims.supports, lacks: claims.lacks });
      const unexplained = CAPABILITIES.filter((one) => absenceOf(claims, one)?.reason === null);
      expect(unexplained).toEqual([]);
      expect(CAPABILITIES.filter((one) => contradicts(claims, one))).toEqual([]);
      expect(MUST_HAVES.filter((one) => absenceOf(claims, one) !== null)).toEqual([]);
    });
    for (const one of chosen) {
      const absent = whyNot(one);
      // Skipped, never left out: the run's report has its title with the reason.
      it(absent === null ? one.title : `${one.title} (absent: ${absent})`, (test) =>
        absent === null ? one.run(harness, traits) : test.skip(absent),
      );
    }
  });
}
