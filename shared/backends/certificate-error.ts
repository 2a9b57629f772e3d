import type { SeenCertificate } from '../domain/certificates';
import { BackendError } from './backend-error';

/** The server's certificate was not accepted; nothing was sent to it. */
export class CertificateError extends BackendError {
  constructor(
    message: string,
    readonly certificate: SeenCertificate,
  ) {
    super('tls', message);
    this.name = 'CertificateError';
  }
}

/** What answers at an https address is no TLS (often plain http); nothing was sent to it. */
export class NoHttpsError extends BackendError {
  constructor(code: string) {
    super('refused', `What answers there speaks no https (${code}).`);
    this.name = 'NoHttpsError';
  }
}
