/**
 * Can this account work? Asked step by step, so that whoever sets it up sees how far it gets:
 *
 *   address ──▶ helpdesk ──▶ signIn ──▶ read ──▶ tier       (clock: told beside them, stops nothing)
 *
 * What fails has a kind that the account screen and `npm run backend:check` put into their own words;
 * `detail` is the server's or the system's, for an administrator.
 */
import type { SeenCertificate } from '../../domain/certificates';
import type { Agent } from '../../domain/entities';
import { BackendError } from '../backend-error';
import { CertificateError, NoHttpsError } from '../certificate-error';
import type { Clock } from '../clock';
import type { HttpClient } from '../http';
import type { Backend, DeliveryTier } from '../port';
import { isSuccess } from '../response';
import { conversationFeed, rowsOf } from './check-kit';

export const SIGN_IN_PROBLEMS = [
  /** The name of the server is not known. */
  'unknown-name',
  /** Nothing answers at the address. */
  'nobody-there',
  /** What answers at the https address is no TLS: plain http, most often. */
  'no-https',
  /** It was reached, and gave no answer in time. */
  'silent',
  /** Its certificate is not trusted: self-signed, expired, or for another name. */
  'certificate',
  /** A proxy wants credentials of its own. */
  'proxy',
  /** Nothing answers where the account's proxy should be. */
  'proxy-unreachable',
  /** The account's proxy answers, and does not let us through. */
  'proxy-refuses',
  /** It sends us to another address (`detail` names the host). */
  'moved',
  /** A web page instead of an answer: a portal, an error page, or the helpdesk's own page and not its API. */
  'web-page',
  /** It answers, but not as a helpdesk of this kind. */
  'other-server',
  /** The credentials are not taken. */
  'bad-credentials',
  /** It says yes without saying to whom: the credentials are not known, though nothing was refused. */
  'nobody-signed-in',
  /** Signed in, without the right to read conversations. */
  'missing-right',
  /** It asks us to come back later. */
  'rate-limited',
  /** It failed by itself. */
  'server-error',
  /** Every row of the first page had a missing field or one of a wrong type. */
  'unreadable-rows',
  /** Its clock and this computer's differ too much. */
  'clock-skew',
] as const;
export type SignInProblem = (typeof SIGN_IN_PROBLEMS)[number];

/** What was found at each step that went well. */
export type SignInFinding =
  | { step: 'address'; origin: string }
  | { step: 'helpdesk'; name: string }
  | { step: 'signIn'; agent: Agent }
  | {
      step: 'read';
      /** Conversations that are neither resolved nor closed, among those that were looked at. */
      open: number;
      /** False: there are more than were looked at, so `open` is the least there can be. */
      all: boolean;
      /** How many conversations there are in all, as far as the server tells. */
      total: number | null;
      /** Rows that could not be understood, and what was wrong with the first. */
      setAside: number;
      problem: string | null;
    }
  | { step: 'tier'; tier: DeliveryTier }
  | {
      step: 'clock';
      /** How far the server's clock is ahead of this computer's, in ms; `null` where it does not tell. */
      aheadMs: number | null;
    };

export type SignInStepName = SignInFinding['step'];

export type SignInStep = ({ ok: true } & SignInFinding) | ({ ok: false; step: SignInStepName } & Explained);

/** What a failed call means. */
export interface Explained {
  problem: SignInProblem;
  detail: string;
  /** The one that was not accepted. */
  certificate?: SeenCertificate;
}

export interface SignInCheckOptions {
  /** Connects the account; `wrap` puts a client between it and the network. */
  connect(options: { wrap: (http: HttpClient) => HttpClient }): Backend;
  clock: Clock;
  signal: AbortSignal;
  /** Told as soon as it is known. */
  onStep?(step: SignInStep): void;
}

/** Beyond this, waiting times on screen would mislead. */
export const MOST_SKEW_MS = 2 * 60_000;
/** How servers say no where their status does not. */
const SAYS_NO =
  /\b(err(or|eur)?s?|fehler|fault|denied|unauthori[sz]ed|forbidden|refused|invalid|expired|login|auth\w*)\b|ошибк|помилк|lỗi/i;
/** Of an answer so much is compared with another. */
const MOST_SAID = 10_000;
/** Pages of conversations that are looked at for the count. */
const PAGES_TO_COUNT = 3;

/** Resolves with all steps up to the first that failed. Never rejects because of the server. */
export async function checkSignIn(options: SignInCheckOptions): Promise<SignInStep[]> {
  const { clock, signal, onStep } = options;
  const steps: SignInStep[] = [];
  const tell = (step: SignInStep): void => {
    steps.push(step);
    onStep?.(step);
  };
  const isReached = (): boolean => steps.some(({ step }) => step === 'address');
  // Told at the first answer, not at the end of what is asked: a slow helpdesk is seen to be there.
  const watch = watchAnswers(clock, (origin) => {
    if (!isReached()) tell({ ok: true, step: 'address', origin });
  });
  const backend = options.connect({ wrap: watch.wrap });
  const fail = (step: SignInStepName, why: Explained): SignInStep[] => {
    tell({ ok: false, step, ...why });
    return steps;
  };

  const asked = await attempt(() => backend.whoAmI(signal));
  if ('error' in asked) {
    const why = explain(asked.error);
    const { problem, detail } = why;
    // Who may not even ask who they are has not signed in.
    const belongs = problem === 'missing-right' ? 'signIn' : STEP_OF[problem];
    // It answered once and then no more: the address is not what is wrong.
    const step = belongs === 'address' && isReached() ? 'helpdesk' : belongs;
    if (step !== 'address' && !isReached()) tell({ ok: true, step: 'address', origin: watch.origin() });
    const unknown = step === 'helpdesk' && problem === 'other-server';
    const said = watch.said();
    if (unknown && (await isOfThisKind(backend, signal, () => said !== null && watch.said() === said))) {
      // Its lists are as they should be, or it says the same whatever it is asked: it does not know the credentials.
      tell({ ok: true, step: 'helpdesk', name: backend.descriptor.name });
      return fail('signIn', { problem: 'nobody-signed-in', detail });
    }
    if (step === 'signIn') tell({ ok: true, step: 'helpdesk', name: backend.descriptor.name });
    return fail(step, why);
  }
  if (!isReached()) tell({ ok: true, step: 'address', origin: watch.origin() });
  tell({ ok: true, step: 'helpdesk', name: backend.descriptor.name });
  tell({ ok: true, step: 'signIn', agent: asked.value });

  const aheadMs = watch.aheadMs();
  if (aheadMs !== null && Math.abs(aheadMs) > MOST_SKEW_MS) {
    tell({ ok: false, step: 'clock', problem: 'clock-skew', detail: String(Math.round(aheadMs)) });
  } else tell({ ok: true, step: 'clock', aheadMs });

  const counted = await attempt(() => countOpen(backend, signal));
  if ('error' in counted) {
    const why = explain(counted.error);
    return fail('read', isRefusal(counted.error) ? { ...why, problem: 'missing-right' } : why);
  }
  const { rows, setAside, problem } = counted.value;
  if (rows === 0 && setAside > 0) return fail('read', { problem: 'unreadable-rows', detail: problem ?? '' });
  const { open, all, total } = counted.value;
  tell({ ok: true, step: 'read', open, all, total, setAside, problem });
  tell({ ok: true, step: 'tier', tier: backend.descriptor.tier });
  return steps;
}

/** The step that a problem belongs to. */
const STEP_OF: Readonly<Record<SignInProblem, SignInStepName>> = {
  'unknown-name': 'address',
  'nobody-there': 'address',
  'no-https': 'address',
  silent: 'address',
  certificate: 'address',
  proxy: 'address',
  'proxy-unreachable': 'address',
  'proxy-refuses': 'address',
  moved: 'address',
  'web-page': 'helpdesk',
  'other-server': 'helpdesk',
  'rate-limited': 'helpdesk',
  'server-error': 'helpdesk',
  'bad-credentials': 'signIn',
  'nobody-signed-in': 'signIn',
  'missing-right': 'read',
  'unreadable-rows': 'read',
  'clock-skew': 'clock',
};

/** What a failed call to a backend means for whoever set up the account. */
export function explain(error: unknown): Explained {
  if (!(error instanceof BackendError)) return { problem: 'other-server', detail: wordsOf(error) };
  return {
    problem: problemOf(error),
    detail: error.message,
    ...(error instanceof CertificateError && { certificate: error.certificate }),
  };
}

/** RFC 9110 §15.5.8. */
const PROXY_SIGN_IN = 407;

function problemOf(error: BackendError): SignInProblem {
  const { kind, status } = error;
  switch (kind) {
    case 'dns':
      return 'unknown-name';
    case 'refused':
      return error instanceof NoHttpsError ? 'no-https' : 'nobody-there';
    case 'storage':
      return 'nobody-there';
    case 'no-answer':
      return 'silent';
    case 'tls':
      return 'certificate';
    case 'proxy':
      if (status === null) return 'proxy-unreachable';
      return status === PROXY_SIGN_IN ? 'proxy' : 'proxy-refuses';
    case 'captive':
      if (status === PROXY_SIGN_IN) return 'proxy';
      return status !== null && status >= 300 && status < 400 ? 'moved' : 'web-page';
    case 'unauthorized':
      return 'bad-credentials';
    case 'forbidden':
      return 'missing-right';
    case 'rate-limited':
      return 'rate-limited';
    case 'server':
      return 'server-error';
    case 'nonsense':
    case 'not-found':
    case 'conflict':
    case 'cursor-expired':
    case 'invalid':
      return 'other-server';
  }
}

/** Who is signed in may still be told that there is nothing to see: some servers hide what is forbidden. */
function isRefusal(error: unknown): boolean {
  return error instanceof BackendError && ['unauthorized', 'forbidden', 'not-found'].includes(error.kind);
}

type Attempt<T> = { value: T } | { error: unknown };

async function attempt<T>(wanted: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await wanted() };
  } catch (error) {
    return { error };
  }
}

/** @param saysTheSame whether the last answer was word for word the one before it: a no with status 200 */
async function isOfThisKind(
  backend: Backend,
  signal: AbortSignal,
  saysTheSame: () => boolean,
): Promise<boolean> {
  const pulled = await attempt(() => backend.pull(conversationFeed(backend), null, signal));
  if ('value' in pulled) return true;
  if (!(pulled.error instanceof BackendError)) return false;
  const { kind } = pulled.error;
  return kind === 'unauthorized' || kind === 'forbidden' || (kind === 'nonsense' && saysTheSame());
}

const OPEN = new Set(['new', 'open', 'pending']);

async function countOpen(
  backend: Backend,
  signal: AbortSignal,
): Promise<{
  open: number;
  all: boolean;
  total: number | null;
  rows: number;
  setAside: number;
  problem: string | null;
}> {
  const changes = [];
  let total: number | null = null;
  let setAside = 0;
  let problem: string | null = null;
  let more = true;
  let cursor: string | null = null;
  // The first answer of a feed that reads newest first only notes where news begins.
  for (let pages = 0; more && pages < PAGES_TO_COUNT + 1; pages += 1) {
    const page = await backend.pull(conversationFeed(backend), cursor, signal);
    changes.push(...page.changes);
    if (page.left !== undefined) total ??= page.left + rowsOf(changes, 'conversation').size;
    setAside += page.rejected.length;
    problem ??= page.rejected[0]?.problem ?? null;
    ({ cursor, more } = page);
  }
  const rows = rowsOf(changes, 'conversation');
  const open = [...rows.values()].filter(({ status }) => OPEN.has(status)).length;
  return { open, all: !more, total: more ? total : rows.size, rows: rows.size, setAside, problem };
}

/** A proxy's answer, or one that sends us elsewhere, is not yet the helpdesk's. */
function isFromThere(status: number): boolean {
  return status !== 407 && (status < 300 || status >= 400);
}

/**
 * Notes what the answers say beside their bodies: the server's clock, and where it is.
 * @param onReached told with the origin at each answer of the server itself
 */
function watchAnswers(
  clock: Clock,
  onReached: (origin: string) => void,
): {
  wrap: (http: HttpClient) => HttpClient;
  origin: () => string;
  aheadMs: () => number | null;
  /** What the last answer said, word for word, where it was a no with status 200; the rest of a long one is cut. */
  said: () => string | null;
} {
  let origin = '';
  let aheadMs: number | null = null;
  let said: string | null = null;
  return {
    said: () => said,
    origin: () => origin,
    aheadMs: () => aheadMs,
    wrap: (http) => async (request) => {
      origin = new URL(request.url).origin;
      const before = clock.now();
      const response = await http(request);
      if (isFromThere(response.status)) onReached(origin);
      const theirs = Date.parse(response.headers['date'] ?? '');
      // Half way between question and answer; the header counts whole seconds, cut off (RFC 9110 §5.6.7).
      if (!Number.isNaN(theirs)) aheadMs = theirs + 500 - (before + clock.now()) / 2;
      return {
        ...response,
        async text() {
          const text = await response.text();
          said = isSuccess(response.status) && SAYS_NO.test(text) ? text.slice(0, MOST_SAID) : null;
          return text;
        },
      };
    },
  };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
