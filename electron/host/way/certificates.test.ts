/** The judgement itself, on handshakes as Node tells them; way.test.ts has real ones. */
import { rootCertificates, type DetailedPeerCertificate } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { CertificateError } from '@shared/backends/certificate-error';
import { judgeCertificate, type Handshake } from './certificates';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const [ONE = '', OTHER = ''] = ['0A', '0B'].map((pair) => Array.from({ length: 32 }, () => pair).join(':'));
const TARGET = { host: 'desk.invalid', port: 443, secure: true };
const PINNED = { host: 'desk.invalid', port: 443, fingerprint: ONE };

function shown(
  error: Handshake['authorizationError'],
  parts: Partial<DetailedPeerCertificate> = {},
): Handshake {
  const certificate = {
    subject: { CN: 'desk.invalid', O: 'Sample Tools' },
    issuer: { CN: 'Sample CA' },
    subjectaltname: 'DNS:desk.invalid, IP Address:192.0.2.1',
    valid_from: 'Jan  1 00:00:00 2026 GMT',
    valid_to: 'Jan  1 00:00:00 2027 GMT',
    fingerprint256: ONE,
    raw: Buffer.from('leaf'),
    ...parts,
  } as DetailedPeerCertificate;
  return { authorized: error === null, authorizationError: error, getPeerCertificate: () => certificate };
}
function refused(handshake: Handshake, trusted: typeof PINNED | null = null) {
  try {
    judgeCertificate(TARGET, handshake, trusted, NOW);
  } catch (error) {
    if (error instanceof CertificateError) return error.certificate;
    throw error;
  }
  return null;
}

/** An authority that comes with Node, as the end of a chain. */
function knownAuthority(): DetailedPeerCertificate {
  const body = (rootCertificates[0] ?? '').replaceAll(/-----[A-Z ]+-----|\s/g, '');
  const authority = { raw: Buffer.from(body, 'base64') } as DetailedPeerCertificate;
  authority.issuerCertificate = authority;
  return authority;
}

describe('a certificate', () => {
  it('is accepted when this computer vouches for it, or when it is the trusted one', () => {
    expect(refused(shown(null))).toBeNull();
    expect(refused(shown('CERT_HAS_EXPIRED'), PINNED)).toBeNull();
  });

  it('that is not the trusted one is refused although this computer vouches for it, for that alone', () => {
    expect(refused(shown(null, { fingerprint256: OTHER }), PINNED)).toMatchObject({
      host: 'desk.invalid:443',
      subject: 'desk.invalid, Sample Tools',
      names: ['desk.invalid', '192.0.2.1'],
      fingerprint: OTHER,
      trusted: ONE,
      faults: ['changed'],
    });
  });

  it('is judged as usual at another port or host than the trusted one', () => {
    for (const elsewhere of [{ port: 8443 }, { host: 'www.desk.invalid' }]) {
      expect(refused(shown('CERT_UNTRUSTED'), { ...PINNED, ...elsewhere })).toMatchObject({ trusted: null });
      expect(refused(shown(null), { ...PINNED, ...elsewhere })).toBeNull();
    }
  });

  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', {}, ['unknown-authority']],
    // OpenSSL names the last fault alone: who vouches is told from the names.
    [
      'CERT_HAS_EXPIRED',
      { issuer: { CN: 'desk.invalid', O: 'Sample Tools' }, valid_to: 'Feb  1 00:00:00 2026 GMT' },
      ['self-signed', 'expired'],
    ],
    [
      'CERT_HAS_EXPIRED',
      { issuerCertificate: knownAuthority(), valid_to: 'Feb  1 00:00:00 2026 GMT' },
      ['expired'],
    ],
    ['CERT_REVOKED', {}, ['other']],
    [
      Object.assign(new Error(), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
      { subjectaltname: 'DNS:other.invalid' },
      ['other-name'],
    ],
  ] as const)('is refused with what is wrong: %s', (error, parts, faults) => {
    const certificate = refused(shown(error, parts as unknown as Partial<DetailedPeerCertificate>));
    expect(certificate?.faults).toEqual(faults);
  });
});
