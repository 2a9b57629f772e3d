/**
 * What stands between rows and the disk. WebCrypto cannot be awaited inside an IndexedDB
 * transaction, so rows are sealed before one begins and opened after it ended; only ids, times
 * and enumerations stay outside the sealed part. Every record names the key that sealed it.
 */

/** A sealed value with the key that sealed it. */
export interface Sealed {
  /** Key id; 0 is the null cipher. */
  k: number;
  data: unknown;
}

export interface Cipher {
  readonly keyId: number;
  seal(value: unknown): Promise<unknown>;
  open(data: unknown): Promise<unknown>;
}

/** Leaves values as they are. */
export const nullCipher: Cipher = {
  keyId: 0,
  seal: async (value) => value,
  open: async (data) => data,
};

/** A record was sealed with a key this page does not hold. */
export class UnknownKeyError extends Error {
  constructor(readonly keyId: number) {
    super(`No key ${keyId} to open a stored record`);
    this.name = 'UnknownKeyError';
  }
}

export interface Codec {
  sealAll(values: readonly unknown[]): Promise<Sealed[]>;
  /** @throws UnknownKeyError */
  openAll(records: readonly Sealed[]): Promise<unknown[]>;
}

/**
 * Seals with the first cipher, opens with whichever made the record. Ciphers other than the null
 * cipher get values that survive JSON.
 */
export function createCodec(current: Cipher, older: readonly Cipher[] = []): Codec {
  const byKey = new Map([...older, current].map((cipher) => [cipher.keyId, cipher]));
  return {
    async sealAll(values) {
      if (current === nullCipher) return values.map((data) => ({ k: nullCipher.keyId, data }));
      return Promise.all(
        values.map(async (value) => ({ k: current.keyId, data: await current.seal(value) })),
      );
    },
    async openAll(records) {
      if (records.every((record) => record.k === nullCipher.keyId && byKey.has(record.k))) {
        return records.map((record) => record.data);
      }
      return Promise.all(
        records.map((record) => {
          const cipher = byKey.get(record.k);
          if (cipher === undefined) throw new UnknownKeyError(record.k);
          return cipher.open(record.data);
        }),
      );
    },
  };
}
