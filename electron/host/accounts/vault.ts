/**
 * Where the credentials of accounts are: one file of this user's alone (0600), each entry sealed with
 * AES-256-GCM (NIST SP 800-38D). The file's key is wrapped by the system's keychain where the shell
 * offers one; else it lies in the file, and the mode of the file is what protects it.
 *
 *   no file ──▶ a new key ──▶ wrapped, where there is a keychain
 *   key in the file + a keychain ──▶ wrapped from now on
 *   wrapped key + no keychain (another desktop, a browser) ──▶ locked: entries are asked for again
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SignInFieldName } from '@shared/contract/accounts';
import { SIGN_IN_FIELDS } from '@shared/contract/accounts';
import type { FileSystem } from '@shared/storage/file-system';
import { z } from 'zod';
import { readJson, writeJson } from '../json-file';

/** Wraps a key so that only this user of this system can unwrap it. */
export interface Keychain {
  wrap(key: Uint8Array): Promise<Uint8Array>;
  /** Rejects when the keychain does not know what it is given. */
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}

/** By the names of the sign-in form. */
export type Credentials = Readonly<Partial<Record<SignInFieldName, string>>>;

export interface Vault {
  /** What protects the key. */
  readonly kind: 'keychain' | 'file';
  /** `null` when nothing is kept, or what is kept cannot be opened here. */
  get(accountId: string): Credentials | null;
  /** True when something is kept that cannot be opened here. */
  isLocked(accountId: string): boolean;
  /** Resolves once it is durable. */
  set(accountId: string, credentials: Credentials): Promise<void>;
  delete(accountId: string): Promise<void>;
}

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
/** The length SP 800-38D recommends; drawn anew for each sealing. */
const IV_BYTES = 12;

const base64 = z.base64();
const fileSchema = z.object({
  version: z.literal(1),
  key: z.object({ wrappedBy: z.enum(['keychain', 'nothing']), bytes: base64 }),
  entries: z.record(z.string(), z.object({ iv: base64, tag: base64, sealed: base64 })),
});
type VaultFile = z.infer<typeof fileSchema>;
type Entry = VaultFile['entries'][string];

const credentialsSchema = z.partialRecord(z.enum(SIGN_IN_FIELDS), z.string());

/**
 * Opens the vault, making it when absent.
 * @throws DataFolderError with a sentence when its file is damaged
 */
export async function openVault(fs: FileSystem, path: string, keychain: Keychain | null): Promise<Vault> {
  const file = await readJson(fs, path, fileSchema);
  if (file === null) return new FileVault(fs, path, keychain, newKey(), {});
  const bytes = Buffer.from(file.key.bytes, 'base64');
  if (file.key.wrappedBy === 'nothing') return new FileVault(fs, path, keychain, bytes, file.entries);
  const key = await keychain?.unwrap(bytes).catch(() => null);
  // Without its key the old entries stay, for the desktop that can open them; new ones need a new key.
  return key
    ? new FileVault(fs, path, keychain, key, file.entries)
    : new LockedVault(fs, path, keychain, file);
}

function newKey(): Uint8Array {
  return randomBytes(KEY_BYTES);
}

class FileVault implements Vault {
  readonly kind: Vault['kind'];
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #keychain: Keychain | null;
  readonly #key: Uint8Array;
  #entries: VaultFile['entries'];
  #writing: Promise<void> = Promise.resolve();

  constructor(
    fs: FileSystem,
    path: string,
    keychain: Keychain | null,
    key: Uint8Array,
    entries: VaultFile['entries'],
  ) {
    this.kind = keychain === null ? 'file' : 'keychain';
    this.#fs = fs;
    this.#path = path;
    this.#keychain = keychain;
    this.#key = key;
    this.#entries = entries;
  }

  get(accountId: string): Credentials | null {
    const entry = this.#entries[accountId];
    return entry === undefined ? null : open(entry, accountId, this.#key);
  }

  isLocked(accountId: string): boolean {
    return this.#entries[accountId] !== undefined && this.get(accountId) === null;
  }

  set(accountId: string, credentials: Credentials): Promise<void> {
    const entry = seal(credentials, accountId, this.#key);
    return this.#write({ ...this.#entries, [accountId]: entry });
  }

  delete(accountId: string): Promise<void> {
    const { [accountId]: _gone, ...rest } = this.#entries;
    return this.#write(rest);
  }

  #write(entries: VaultFile['entries']): Promise<void> {
    this.#entries = entries;
    // One after the other: the later file is the one that stays.
    const written = this.#writing.then(async () => {
      const key =
        this.#keychain === null
          ? { wrappedBy: 'nothing' as const, bytes: textOf(this.#key) }
          : { wrappedBy: 'keychain' as const, bytes: textOf(await this.#keychain.wrap(this.#key)) };
      const file: VaultFile = { version: 1, key, entries };
      await writeJson(this.#fs, this.#path, file);
    });
    this.#writing = written.catch(() => undefined);
    return written;
  }
}

/** A vault whose key is somewhere else: nothing can be read, and the first entry begins a new one. */
class LockedVault implements Vault {
  readonly #make: () => Promise<void>;
  readonly #locked: ReadonlySet<string>;
  #own: FileVault | null = null;
  #making: Promise<void> | null = null;

  constructor(fs: FileSystem, path: string, keychain: Keychain | null, file: VaultFile) {
    this.#locked = new Set(Object.keys(file.entries));
    this.#make = async () => {
      await writeJson(fs, `${path}.locked`, file);
      this.#own = new FileVault(fs, path, keychain, newKey(), {});
    };
  }

  get kind(): Vault['kind'] {
    return this.#own?.kind ?? 'file';
  }

  get(accountId: string): Credentials | null {
    return this.#own?.get(accountId) ?? null;
  }

  isLocked(accountId: string): boolean {
    return this.#locked.has(accountId) && this.get(accountId) === null;
  }

  async set(accountId: string, credentials: Credentials): Promise<void> {
    if (this.#own === null) {
      // One new vault, however many ask for it at once.
      this.#making ??= this.#make().finally(() => (this.#making = null));
      await this.#making;
    }
    await this.#own?.set(accountId, credentials);
  }

  async delete(accountId: string): Promise<void> {
    await this.#own?.delete(accountId);
  }
}

/** The account's id is bound in: an entry moved under another account does not open. */
function seal(credentials: Credentials, accountId: string, key: Uint8Array): Entry {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(Buffer.from(accountId));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(credentials), 'utf8'), cipher.final()]);
  return { iv: textOf(iv), tag: textOf(cipher.getAuthTag()), sealed: textOf(sealed) };
}

function open({ iv, tag, sealed }: Entry, accountId: string, key: Uint8Array): Credentials | null {
  try {
    const decipher = createDecipheriv(CIPHER, key, Buffer.from(iv, 'base64'))
      .setAAD(Buffer.from(accountId))
      .setAuthTag(Buffer.from(tag, 'base64'));
    const text = Buffer.concat([decipher.update(Buffer.from(sealed, 'base64')), decipher.final()]);
    return credentialsSchema.parse(JSON.parse(text.toString('utf8')));
  } catch {
    // Sealed with another key, or changed by somebody: either way not to be trusted.
    return null;
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
