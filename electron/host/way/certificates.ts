/** Judges a server's certificate before anything is sent, and says what it is when it is not accepted. */
import * as tls from 'node:tls';
import { CertificateError } from '@shared/backends/certificate-error';
import type { CertificateFault, SeenCertificate } from '@shared/domain/certificates';
import { authorityOf, type Target, type Way } from './way';

/** What a finished handshake tells; `tls.TLSSocket` has it. */
export interface Handshake {
  /** The authorities of this computer vouch for it, its time has come and not passed, its name fits. */
  authorized: boolean;
  /** What OpenSSL or Node's check of the name found first; unset or `null` when nothing. */
  authorizationError: Error | string | null;
  /** @param detailed with those that vouch for it, as far as they are known */
  getPeerCertificate(detailed: true): tls.DetailedPeerCertificate;
}

/**
 * Returns when the certificate is the one that is trusted for this server, or, where none is, one that
 * this computer's authorities vouch for.
 * @param now in ms
 * @throws CertificateError
 */
export function judgeCertificate(
  { host, port }: Target,
  shown: Handshake,
  trusted: Way['trusted'],
  now: number,
): void {
  const pinned = trusted?.host === host && trusted.port === port ? trusted.fingerprint : null;
  if (pinned === null && shown.authorized) return;
  const certificate = shown.getPeerCertificate(true);
  const fingerprint = certificate.fingerprint256;
  if (pinned !== null && fingerprint === pinned) return;

  const code = codeOf(shown.authorizationError);
  const faults = shown.authorized ? [] : faultsOf(host, certificate, code, now);
  if (pinned !== null) faults.unshift('changed');
  const why =
    pinned === null
      ? `The certificate was not accepted (${code}).`
      : `The server shows another certificate than the one that is trusted for this account. Trusted: ${pinned}. Shown: ${fingerprint}.`;
  const seen: SeenCertificate = {
    host: authorityOf({ host, port }),
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    names: namesIn(certificate.subjectaltname),
    validFrom: Date.parse(certificate.valid_from),
    validTo: Date.parse(certificate.valid_to),
    fingerprint,
    faults,
    trusted: pinned,
  };
  throw new CertificateError(why, seen);
}

/** X509_verify_cert_error_string(3ssl) by the names Node gives: nobody known vouches for the chain. */
const UNKNOWN_CHAIN = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
]);

/** Behind these OpenSSL hides that nobody known vouches. */
const TIME = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/**
 * Whether the chain ends at an authority that can be listed here. Those of NODE_EXTRA_CA_CERTS can only
 * from Node 22.15 on: before, an expired certificate of theirs is told as nobody's as well.
 */
function isVouchedFor(certificate: tls.DetailedPeerCertificate): boolean {
  let top = certificate;
  // Node lets the last one vouch for itself; when nobody is known, it names none.
  while ((top.issuerCertificate as unknown) !== undefined && top.issuerCertificate !== top) {
    top = top.issuerCertificate;
  }
  const body = top.raw.toString('base64');
  return authorities().some((pem) => pem.replaceAll(/-----[A-Z ]+-----|\s/g, '') === body);
}

/** OpenSSL names one fault; an agent who decides has to see every one. */
function faultsOf(
  host: string,
  certificate: tls.DetailedPeerCertificate,
  code: string,
  now: number,
): CertificateFault[] {
  const faults: CertificateFault[] = [];
  const vouchesForItself = nameOf(certificate.subject) === nameOf(certificate.issuer);
  if (vouchesForItself) faults.push('self-signed');
  else if (UNKNOWN_CHAIN.has(code) || (TIME.has(code) && !isVouchedFor(certificate))) {
    faults.push('unknown-authority');
  }
  if (now > Date.parse(certificate.valid_to)) faults.push('expired');
  if (now < Date.parse(certificate.valid_from)) faults.push('not-yet-valid');
  if (tls.checkServerIdentity(host, certificate) !== undefined) faults.push('other-name');
  return faults.length === 0 ? ['other'] : faults;
}

function codeOf(error: Handshake['authorizationError']): string {
  if (error === null || error === undefined) return 'not judged';
  if (typeof error === 'string') return error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

/** The parts of a name (RFC 5280 §4.1.2.4) that tell a person something. */
function nameOf(name: tls.Certificate | undefined): string {
  const { CN, OU, O, L, C } = name ?? ({} as Partial<tls.Certificate>);
  return [CN, OU, O, L, C]
    .flat()
    .filter((part) => part !== undefined && part !== '')
    .join(', ');
}

/** Node writes them as `DNS:desk.example, IP Address:192.0.2.1`. */
function namesIn(alternatives: string | undefined): string[] {
  return (alternatives ?? '')
    .split(', ')
    .map((one) => one.replace(/^[A-Za-z ]+:/, ''))
    .filter((one) => one !== '');
}

type ReadsSystemStore = typeof tls & { getCACertificates?(type: 'default' | 'system'): string[] };

/** Who is known on this computer, as far as Node lists it. */
function authorities(): readonly string[] {
  const { getCACertificates } = tls as ReadsSystemStore;
  if (getCACertificates === undefined) return tls.rootCertificates;
  return [...getCACertificates('default'), ...getCACertificates('system')];
}

let known: { context: tls.SecureContext | undefined } | null = null;

/**
 * The authorities of this computer's own store beside Node's, where Node can read it (22.15 and newer);
 * else `undefined`: those of Node, and of NODE_EXTRA_CA_CERTS. Read once: it takes a while.
 */
export function systemAuthorities(): tls.SecureContext | undefined {
  known ??= { context: readSystemStore() };
  return known.context;
}

function readSystemStore(): tls.SecureContext | undefined {
  if ((tls as ReadsSystemStore).getCACertificates === undefined) return undefined;
  try {
    return tls.createSecureContext({ ca: [...authorities()] });
  } catch {
    // A store that cannot be read vouches for nobody; Node's own authorities still do.
    return undefined;
  }
}
