import type { FailureKind } from '../domain/failures';
import { maskCards } from '../domain/mask-cards';

/** The server's own words are kept to this many characters. */
const MAX_WORDS = 500;

/**
 * A failed backend call. `retryAfterMs` is the server's own wish, already clamped. A server may
 * repeat what it was sent: card numbers are masked here, before the words are stored or shown.
 */
export class BackendError extends Error {
  constructor(
    readonly kind: FailureKind,
    message: string,
    readonly status: number | null = null,
    readonly retryAfterMs: number | null = null,
  ) {
    super(maskCards(message).slice(0, MAX_WORDS));
    this.name = 'BackendError';
  }
}

/** What a backend was asked: whatever else it fails with is its own fault too, and never the disk's. */
export async function asBackend<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof BackendError) throw error;
    const name = error instanceof Error ? error.name : 'unknown';
    throw new BackendError('nonsense', `What came cannot be understood (${name}).`);
  }
}

/**
 * A thread is longer than may be looked through, and what was looked for is not in the part that was: so
 * it is neither proved nor disproved, and asking again brings the same.
 */
export class ThreadTooLongError extends BackendError {
  /** @param looked how many messages (or entries of its log) were looked at */
  constructor(
    readonly looked: number,
    message = 'The thread is too long to be looked through for a reference.',
  ) {
    super('nonsense', message);
    this.name = 'ThreadTooLongError';
  }
}

/** What a failure means for the thing that was tried. */
export type FailureVerdict =
  /** Surely not done; the link is down: try again when it is back. */
  | 'link-down'
  /** Perhaps done: settle and read back before anything else. */
  | 'unknown'
  /** Credentials or rights: pause the account, no attempt used. */
  | 'account'
  /** Surely not done; wait and try again. */
  | 'later'
  /** Refused for good: only a person can repair it. */
  | 'refused'
  /** The thread moved under the version guard. */
  | 'moved';

/** The one place that decides on retry, from the kind alone. */
export function verdictOf(kind: FailureKind): FailureVerdict {
  switch (kind) {
    case 'dns':
    case 'refused':
    case 'tls':
    case 'proxy':
    case 'storage':
      return 'link-down';
    case 'no-answer':
    case 'captive':
    case 'nonsense':
    // Said of feeds alone; of anything else it proves nothing.
    case 'cursor-expired':
    case 'server':
      return 'unknown';
    case 'unauthorized':
      return 'account';
    case 'rate-limited':
      return 'later';
    case 'conflict':
      return 'moved';
    case 'forbidden':
    case 'not-found':
    case 'invalid':
      return 'refused';
  }
}
