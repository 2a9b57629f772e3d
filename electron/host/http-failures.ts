/** Node's and axios's errors (axios keeps what failed as its cause), read as kinds. What matters most: had the request left or not. */
import { BackendError } from '@shared/backends/backend-error';
import { NoHttpsError } from '@shared/backends/certificate-error';

/** How far a request had come when it failed. */
export type RequestPhase = 'dialling' | 'sent';

const NAME_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'ENODATA']);

const CERTIFICATE_CODE =
  /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|EPROTO$)/;

/** OpenSSL's words for an answer that is no TLS: SSL_R_WRONG_VERSION_NUMBER and its kin. */
const NO_TLS = /wrong[ _]version[ _]number|packet[ _]length[ _]too[ _]long|http[ _]request/i;

/**
 * A request that had not left surely did nothing (`dns`, `tls`, `proxy`, `refused`). Once it has left, no
 * error of the connection can say whether the server acted on it: always `no-answer`, never
 * `refused`, also when the code is the same.
 */
export function failureOf(error: unknown, phase: RequestPhase): BackendError {
  const known = error instanceof Error && error.cause instanceof BackendError ? error.cause : error;
  if (known instanceof BackendError) return known;
  const code = codeOf(error);
  if (phase === 'sent') return new BackendError('no-answer', `The connection broke (${code}).`);
  if (NAME_CODES.has(code)) return new BackendError('dns', `The name could not be looked up (${code}).`);
  if (NO_TLS.test(`${code} ${known instanceof Error ? known.message : ''}`)) return new NoHttpsError(code);
  if (CERTIFICATE_CODE.test(code)) {
    return new BackendError('tls', `The certificate was not accepted (${code}).`);
  }
  return new BackendError('refused', `No connection could be made (${code}).`);
}

function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    return error.code;
  }
  return 'unknown error';
}
