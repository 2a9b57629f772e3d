/** Every way a backend call can fail, as kinds; decisions are made on the kind, never on a text. */

export const FAILURE_KINDS = [
  /** Name look-up failed. */
  'dns',
  /** The connection was refused: the request surely never arrived. */
  'refused',
  /** Nothing came back in time, or the connection broke after the request left. */
  'no-answer',
  /** Certificate not trusted. */
  'tls',
  /** HTML where JSON belongs: a captive portal, a proxy, an error page. */
  'captive',
  /** JSON, but not what the backend's schema promises. */
  'nonsense',
  'unauthorized',
  'forbidden',
  'not-found',
  /** The version guard said the thing moved (409, 412). */
  'conflict',
  /** The server refused this request for good (400, 413, 422). */
  'invalid',
  'rate-limited',
  /** 5xx. */
  'server',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** A failed backend call. `retryAfterMs` is the server's own wish, already clamped. */
export class BackendError extends Error {
  constructor(
    readonly kind: FailureKind,
    message: string,
    readonly status: number | null = null,
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
    this.name = 'BackendError';
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
      return 'link-down';
    case 'no-answer':
    case 'captive':
    case 'nonsense':
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
