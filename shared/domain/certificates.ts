/** What a server's certificate says of itself, for the person who decides whether it is trusted. */

export const CERTIFICATE_FAULTS = [
  /** Another one than the one that is trusted for this account. */
  'changed',
  /** Nobody vouches for it but itself. */
  'self-signed',
  /** An authority vouches for it that this computer does not know. */
  'unknown-authority',
  'expired',
  'not-yet-valid',
  /** It is made out to other names than the one that was asked for. */
  'other-name',
  /** What the TLS library found beyond these. */
  'other',
] as const;
export type CertificateFault = (typeof CERTIFICATE_FAULTS)[number];

export interface SeenCertificate {
  /** Who showed it: host and port. */
  host: string;
  /** Whose it is and who issued it, most telling part first. */
  subject: string;
  issuer: string;
  /** Names and addresses it is made out to. */
  names: string[];
  /** In ms. */
  validFrom: number;
  validTo: number;
  /** SHA-256 of the whole certificate: pairs of capital hex digits with colons between. */
  fingerprint: string;
  /** Why it was not accepted, at least one. */
  faults: CertificateFault[];
  /** The fingerprint that is trusted for this account, where there is one. */
  trusted: string | null;
}

/** How a fingerprint is written, here and by `openssl x509 -fingerprint -sha256`. */
export const FINGERPRINT = /^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/;
