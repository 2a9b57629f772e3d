/** Every way a call to a backend can fail, as kinds; decisions and words hang on the kind, never on a text. */
export const FAILURE_KINDS = [
  /** Name look-up failed. */
  'dns',
  /** The connection was refused: the request surely never arrived. */
  'refused',
  /** Nothing came back in time, or the connection broke after the request left. */
  'no-answer',
  /** Certificate not trusted. */
  'tls',
  /** The proxy that this account goes through did not let the request through: it surely never arrived. */
  'proxy',
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
  /** The server has forgotten where a feed stood, as it does after a while: read again from the start. */
  'cursor-expired',
  'rate-limited',
  /** 5xx. */
  'server',
  /** Not the backend's fault: this computer could not store what came (disk full, no rights). */
  'storage',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];
