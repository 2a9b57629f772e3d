/**
 * Judges one backend on the server it is pointed at, capability by capability. Absent is not a pass: a
 * missing must-have fails, any other absence is told with the vendor's reason, and what was not tried
 * says so.
 */
import { BackendError } from '../backend-error';
import { absenceOf, CAPABILITIES, contradicts, MUST_HAVES, type Capability } from '../capability';
import type { Clock } from '../clock';
import { between, type HttpClient } from '../http';
import type { Backend } from '../port';
import {
  CheckFailure,
  conversationFeed,
  NotShown,
  rowsOf,
  SAMPLE_FILE,
  type CheckContext,
} from './check-kit';
import { CHECKS } from './checks';
import { lookAt } from './look';
import { proveTier } from './lost-answer';
import { checkSignIn, explain, type SignInProblem, type SignInStep } from './sign-in-check';
import { watchLimits } from './watch-limits';

export interface CheckLine {
  backend: string;
  /** A step of signing in, a {@link Capability}, `tier`, `rateLimits`, `probe` or `cleanUp`. */
  capability: string;
  result: 'pass' | 'fail' | 'absent';
  reason: string;
  ms: number;
}

/** What a line's reader may want to know beside it. */
export interface LineCause {
  /** Why it failed, where the server or the way to it is to blame. */
  problem: SignInProblem | null;
}

export interface BackendCheckOptions {
  /** What stands in the lines. */
  name: string;
  connect(options: { wrap: (http: HttpClient) => HttpClient }): Backend;
  clock: Clock;
  signal: AbortSignal;
  /** A conversation may be made (or the one named here be used), written into and cleaned up. */
  write: boolean;
  conversationId?: string;
  /** How long the server may take until what was done can be read, in ms. */
  patienceMs: number;
  /** Customers and colleagues at the server; what they cannot is done by the backend's own `probe`. */
  others?: Partial<Pick<CheckContext, 'create' | 'remove' | 'merge'>>;
  /** What this very server cannot show beside what the backend lacks, each with its reason. */
  lacks?: Readonly<Partial<Record<string, string>>>;
  /** A step of signing in, in words. */
  words(step: SignInStep): string;
  onLine?(line: CheckLine, cause: LineCause): void;
}

/** Resolves with a line for everything that was judged. Never rejects because of the server. */
export async function checkBackend(options: BackendCheckOptions): Promise<CheckLine[]> {
  const { clock, signal } = options;
  const report = new Report(options);
  const limits = watchLimits();
  const connect: CheckContext['connect'] = ({ wrap } = {}) =>
    options.connect({
      wrap(http) {
        const limited = between(http, limits.wrap);
        return wrap === undefined ? limited : between(limited, wrap);
      },
    });

  const signedIn = await report.signIn(connect);
  if (!signedIn) return report.lines;

  const backend = connect();
  const made: string[] = [];
  const { probe } = backend;
  const { merge } = options.others ?? {};
  const create = async (text: string): Promise<string> => {
    const id = await (options.others?.create?.(text) ?? probe?.create(text, signal));
    if (id === undefined) throw new NotShown('It cannot make a conversation to try things on.');
    made.push(id);
    return id;
  };
  const forget = (id: string): void => void made.splice(made.indexOf(id), 1);
  const takeAway = async (id: string): Promise<void> => {
    forget(id);
    await (options.others?.remove?.(id) ?? probe?.remove(id, signal));
  };
  const context: CheckContext = {
    connect,
    clock,
    signal,
    conversationId: '',
    file: null,
    patienceMs: options.patienceMs,
    look: lookAt(signal),
    create,
    remove: (options.others?.remove ?? probe?.remove) ? takeAway : undefined,
    merge:
      merge &&
      (async (id, into) => {
        await merge(id, into);
        forget(id);
      }),
  };
  await report.judge('probe', async () => {
    context.conversationId = await subjectOf(options, backend, create);
    return `conversation ${context.conversationId}`;
  });
  // Without a conversation to write into nothing can be tried; without one to read, that is said of each.
  if (context.conversationId !== '' || !options.write) await judgeAll(options, report, backend, context);
  report.limits(backend, limits);
  // A simulated server goes with its test.
  const left = options.others?.create === undefined ? [...made] : [];
  for (const id of left) await report.judge('cleanUp', () => takeAway(id).then(() => `conversation ${id}`));
  return report.lines;
}

async function judgeAll(
  { write, lacks }: BackendCheckOptions,
  report: Report,
  { descriptor }: Backend,
  context: CheckContext,
): Promise<void> {
  for (const capability of CAPABILITIES) {
    const absent = whyAbsent(descriptor, capability, lacks);
    if (absent !== null) {
      report.tell(capability, absent);
      continue;
    }
    const check = CHECKS.find((one) => one.capability === capability);
    const empty = context.conversationId === '' ? NO_CONVERSATION : null;
    const untried = untriedBecause(check?.reads === true, check !== undefined, write) ?? empty;
    if (check === undefined || untried !== null) {
      report.tell(capability, { result: 'absent', reason: untried ?? '' });
      continue;
    }
    const passed = await report.judge(capability, () => check.run(context));
    if (passed && capability === 'attachmentsOut') context.file = SAMPLE_FILE;
  }
  if (write) await report.judge('tier', () => proveTier(context));
  else report.tell('tier', { result: 'absent', reason: `${NOT_TRIED} ${descriptor.tier} is claimed.` });
}

const NO_CONVERSATION = 'There is no conversation to look at.';
const NOT_TRIED = 'Not tried: only with --write.';

function untriedBecause(reads: boolean, exists: boolean, write: boolean): string | null {
  if (!exists) return 'Claimed; nothing here can try it.';
  return reads || write ? null : NOT_TRIED;
}

type Verdict = Pick<CheckLine, 'result' | 'reason'>;

/** `null`: it is claimed, so it must be shown. */
function whyAbsent(
  descriptor: Backend['descriptor'],
  capability: Capability,
  lacks: BackendCheckOptions['lacks'],
): Verdict | null {
  if (contradicts(descriptor, capability)) {
    return { result: 'fail', reason: 'Its adapter claims it and gives a reason for its absence.' };
  }
  const here = lacks?.[capability];
  const absence = absenceOf(descriptor, capability) ?? (here === undefined ? null : { reason: here });
  if (absence === null) return null;
  const must = MUST_HAVES.includes(capability);
  const reason = absence.reason ?? 'Its adapter neither claims it nor says why not.';
  return { result: must || absence.reason === null ? 'fail' : 'absent', reason };
}

/** The conversation that things are tried on. */
async function subjectOf(
  { write, conversationId, signal }: BackendCheckOptions,
  backend: Backend,
  create: (text: string) => Promise<string>,
): Promise<string> {
  if (conversationId !== undefined) return conversationId;
  if (write) {
    return create('Please check').catch((error: unknown) => {
      throw error instanceof NotShown
        ? new CheckFailure(`${error.message} Name one with --conversation.`)
        : error;
    });
  }
  let cursor: string | null = null;
  for (let more = true; more;) {
    const page = await backend.pull(conversationFeed(backend), cursor, signal);
    const [first] = rowsOf(page.changes, 'conversation').keys();
    if (first !== undefined) return first;
    ({ cursor, more } = page);
  }
  throw new NotShown(NO_CONVERSATION);
}

class Report {
  readonly lines: CheckLine[] = [];
  readonly #options: BackendCheckOptions;

  constructor(options: BackendCheckOptions) {
    this.#options = options;
  }

  tell(capability: string, { result, reason }: Verdict, ms = 0, problem: SignInProblem | null = null): void {
    const line = { backend: this.#options.name, capability, result, reason, ms: Math.round(ms) };
    this.lines.push(line);
    this.#options.onLine?.(line, { problem });
  }

  /** True when nothing but the clock is wrong. */
  async signIn(connect: CheckContext['connect']): Promise<boolean> {
    const { clock, signal, words } = this.#options;
    let from = clock.monotonic();
    const steps = await checkSignIn({
      connect,
      clock,
      signal,
      onStep: (step) => {
        const verdict: Verdict = { result: step.ok ? 'pass' : 'fail', reason: words(step) };
        // The tier is proved below; here it is only claimed.
        if (step.step !== 'tier')
          this.tell(step.step, verdict, clock.monotonic() - from, step.ok ? null : step.problem);
        from = clock.monotonic();
      },
    });
    return steps.every((step) => step.ok || step.step === 'clock');
  }

  /** True when it passed. */
  async judge(capability: string, run: () => Promise<string | void>): Promise<boolean> {
    const { clock } = this.#options;
    const from = clock.monotonic();
    try {
      const reason = (await run()) ?? '';
      this.tell(capability, { result: 'pass', reason }, clock.monotonic() - from);
      return true;
    } catch (error) {
      const result = error instanceof NotShown ? 'absent' : 'fail';
      const { problem, reason } = causeOf(error);
      this.tell(capability, { result, reason }, clock.monotonic() - from, problem);
      return false;
    }
  }

  limits({ descriptor }: Backend, { seen, refusals }: ReturnType<typeof watchLimits>): void {
    const told = Object.entries(seen()).map(([name, value]) => `${name}: ${value}`);
    const perMinute = descriptor.limit?.perMinute ?? Infinity;
    const kept = perMinute === Infinity ? '' : ` The adapter keeps to ${perMinute} a minute.`;
    const refused = refusals() === 0 ? '' : ` Refused ${refusals()} times (429).`;
    if (told.length > 0) {
      this.tell('rateLimits', { result: 'pass', reason: `${told.join(', ')}.${kept}${refused}` });
    } else {
      this.tell('rateLimits', { result: 'absent', reason: `Its answers tell of none.${kept}${refused}` });
    }
  }
}

function causeOf(error: unknown): { reason: string; problem: SignInProblem | null } {
  const reason = error instanceof Error ? error.message : String(error);
  const problem = error instanceof BackendError ? explain(error).problem : null;
  // Past signing in, a refusal is about the thing that was tried, and its words are the server's.
  return { reason, problem: problem === 'other-server' ? null : problem };
}
