/** Keys of a settings bundle: Ed25519 (RFC 8032); public keys travel as 32 bytes in base64url. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';

export interface KeyPair {
  publicKey: string;
  /** PKCS #8, DER, base64: for the vault alone. */
  privateKey: string;
}

export function newKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    publicKey: publicKey.export({ format: 'jwk' }).x ?? '',
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  };
}

/** @param purpose keeps a signature for one thing from counting for another */
export function signText(privateKey: string, purpose: string, text: string): string {
  const key = createPrivateKey({
    key: Buffer.from(privateKey, 'base64'),
    format: 'der',
    type: 'pkcs8',
  });
  return sign(null, Buffer.from(`${purpose}\n${text}`), key).toString('base64url');
}

/** False also for a key or a signature that is none. */
export function isSignedBy(publicKey: string, purpose: string, text: string, signature: string): boolean {
  try {
    return verify(
      null,
      Buffer.from(`${purpose}\n${text}`),
      keyOf(publicKey),
      Buffer.from(signature, 'base64url'),
    );
  } catch {
    return false;
  }
}

/** Whether this is a public key at all. */
export function isPublicKey(text: string): boolean {
  try {
    return keyOf(text).asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}

function keyOf(publicKey: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
}

/** Without letters that are taken for one another (Crockford's base 32). */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Four groups of four characters, 80 bits of the key's SHA-256: to compare by eye or on the phone. */
export function fingerprintOf(publicKey: string): string {
  const digest = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest();
  const letters = [...digest.subarray(0, 16)].map((byte) => LETTERS[byte % 32]).join('');
  return letters.match(/.{4}/g)?.join(' ') ?? '';
}
