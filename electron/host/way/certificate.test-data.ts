/**
 * Certificates made when a test runs, by nothing but Node: X.509 version 3 (RFC 5280 §4.1) written as
 * DER (X.690), with a key on P-256 and an ECDSA signature (RFC 5758 §3.2).
 */
import { generateKeyPairSync, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';

export interface MadeCertificate {
  commonName: string;
  /** PEM, for a TLS server. */
  key: string;
  cert: string;
  /** SHA-256, as a SeenCertificate has it. */
  fingerprint: string;
  privateKey: KeyObject;
}

export interface CertificateWishes {
  commonName?: string;
  /** Names and IPv4 addresses it is made out to. */
  names?: readonly string[];
  validFrom?: Date;
  validTo?: Date;
  /** Who signs it; left out, it does so itself. */
  issuer?: MadeCertificate;
  /** May sign others. */
  authority?: boolean;
}

const DAY_MS = 24 * 3_600_000;

export function makeCertificate(wishes: CertificateWishes = {}): MadeCertificate {
  const {
    commonName = 'desk.invalid',
    names = ['127.0.0.1', 'localhost'],
    validFrom = new Date(Date.now() - DAY_MS),
    validTo = new Date(Date.now() + 30 * DAY_MS),
    issuer,
    authority = false,
  } = wishes;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = issuer?.privateKey ?? privateKey;
  const signed = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    nameOf(issuer?.commonName ?? commonName),
    sequence(time(validFrom), time(validTo)),
    nameOf(commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensionsOf(names, authority))),
  );
  const signature = sign('sha256', signed, signer);
  const der = sequence(signed, ECDSA_WITH_SHA256, bits(signature));
  const body = der.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  const cert = `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
  return {
    commonName,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert,
    fingerprint: new X509Certificate(cert).fingerprint256,
    privateKey,
  };
}

function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const bytes = body.length.toString(16).padStart(body.length > 0xff ? 4 : 2, '0');
  const length = Buffer.from(
    body.length < 0x80 ? bytes : (0x80 + bytes.length / 2).toString(16) + bytes,
    'hex',
  );
  return Buffer.concat([Buffer.from([tag]), length, body]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => tagged(0x30, ...parts);
const integer = (bytes: Uint8Array): Buffer => tagged(0x02, bytes);
const bits = (bytes: Uint8Array): Buffer => tagged(0x03, Buffer.from([0]), bytes);
const bytesOf = (bytes: Uint8Array): Buffer => tagged(0x04, bytes);
/** Object identifiers, as their bytes. */
const id = (hex: string): Buffer => tagged(0x06, Buffer.from(hex, 'hex'));
/** UTCTime, for the years up to 2049. */
const time = (at: Date): Buffer =>
  tagged(
    0x17,
    Buffer.from(
      `${at
        .toISOString()
        .replace(/\.\d+|[-:T]/g, '')
        .slice(2)}`,
    ),
  );

/** 1.2.840.10045.4.3.2 */
const ECDSA_WITH_SHA256 = sequence(id('2a8648ce3d040302'));

function nameOf(commonName: string): Buffer {
  const part = (hex: string, text: string): Buffer =>
    tagged(0x31, sequence(id(hex), tagged(0x0c, Buffer.from(text))));
  // 2.5.4.10 is the organisation, 2.5.4.3 the common name.
  return sequence(part('55040a', 'Sample Tools'), part('550403', commonName));
}

function extensionsOf(names: readonly string[], authority: boolean): Buffer[] {
  const alternatives = names.map((name) =>
    isIP(name) === 4
      ? tagged(0x87, Buffer.from(name.split('.').map(Number)))
      : tagged(0x82, Buffer.from(name)),
  );
  const TRUE = tagged(0x01, Buffer.from([0xff]));
  return [
    // 2.5.29.19, basic constraints; 2.5.29.17, alternative names.
    sequence(id('551d13'), TRUE, bytesOf(sequence(...(authority ? [TRUE] : [])))),
    ...(names.length === 0 ? [] : [sequence(id('551d11'), bytesOf(sequence(...alternatives)))]),
  ];
}
