/**
 * The accounts of this console: what `accounts.json` (0600) names, with their credentials in the vault.
 * A file made by hand may carry a `token`; it is moved into the vault at the first start. Without a
 * file, or with an empty list in one made by hand, there is the embedded helpdesk alone.
 *
 * A removed account leaves its id behind: added again, it finds its drafts and unsent replies.
 */
import type {
  AccountDraft,
  AccountPatch,
  ConnectionDraft,
  RemovedAccount,
  SignInFieldName,
} from '@shared/contract/accounts';
import { SIGN_IN_FIELDS } from '@shared/contract/accounts';
import type { SignInField } from '@shared/backends/port';
import type { FileSystem } from '@shared/storage/file-system';
import { z } from 'zod';
import {
  apart,
  changedConnection,
  keptConnectionSchema,
  PLAIN,
  PLAIN_CONNECTION,
  proxySignIns,
  type FullConnection,
  type ProxySignIns,
} from './connections';
import { speakerSchema } from '@shared/contract/entity-schemas';
import type { Move } from '@shared/sync/elsewhere';
import { nameByAddress, wholeAddress } from './account-name';
import { DataFolderError, readJson, writeJson } from '../json-file';
import type { Credentials, Vault } from './vault';

const accountId = z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/);
const signInValues = z.partialRecord(z.enum(SIGN_IN_FIELDS), z.string());

const movedShape = {
  /** Up to this order the outbox's rows were decided while it was another helpdesk's; 0: none were. */
  movedUpTo: z.number().int().default(0),
  /** When it became this helpdesk's (ms since the epoch); 0: it was no other, or nobody wrote it down. */
  movedAt: z.number().int().default(0),
  /** What the one before is known by; '' as long as there was none, or nobody wrote it down. */
  movedFrom: z.string().default(''),
};
const NEVER_MOVED = { movedUpTo: 0, movedAt: 0, movedFrom: '' };

const setupSchema = z.object({
  /** Names the account in every key: no slash. */
  id: accountId,
  name: z.string().min(1).max(200),
  backend: z.string(),
  /** Empty: the embedded helpdesk that this host runs itself. */
  url: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]),
  /** What is no secret of how it signs in. */
  values: signInValues.default({}),
  paused: z.boolean().default(false),
  ...movedShape,
  connection: keptConnectionSchema.default(PLAIN_CONNECTION),
  /** The agent removes it, and can still undo that; a start in between gives the whole time again. */
  leaving: z.boolean().default(false),
  /** Who speaks at this console, where several people share the credentials; `null`: whoever signed in. */
  speaker: speakerSchema.nullable().default(null),
});
/** A connection to a helpdesk, without its secrets. */
export type AccountSetup = z.infer<typeof setupSchema>;

const removedSchema = z.object({
  id: accountId,
  /** What it was called last; empty where that was not written down. */
  name: z.string().default(''),
  backend: z.string(),
  url: z.string(),
  /** As in {@link AccountSetup}: who signed in, and to which part of the helpdesk. */
  values: signInValues.default({}),
  // Added again, it still knows which of its rows are another helpdesk's.
  ...movedShape,
});
type Removed = z.infer<typeof removedSchema>;

const byHandSchema = setupSchema.extend({ token: z.string().optional() });
const fileSchema = z.union([
  z.array(byHandSchema).transform((accounts) => (accounts.length === 0 ? null : { accounts, removed: [] })),
  z.object({ accounts: z.array(byHandSchema), removed: z.array(removedSchema).default([]) }),
]);

export const EMBEDDED_ID = 'embedded';
const EMBEDDED: AccountSetup = {
  id: EMBEDDED_ID,
  name: 'Sample helpdesk',
  backend: 'embedded',
  speaker: null,
  url: '',
  values: {},
  paused: false,
  ...NEVER_MOVED,
  leaving: false,
  connection: PLAIN_CONNECTION,
};

/** An account cannot be added or changed so; the page has words for the kind. */
export class AccountBookError extends Error {
  override readonly name = 'AccountBookError';
  constructor(
    readonly kind: 'unknown-account' | 'unknown-backend' | 'bad-address' | 'bad-proxy' | 'already-there',
    message: string,
  ) {
    super(message);
  }
}

export interface AccountBook {
  list(): readonly AccountSetup[];
  /** What it signs in with, secret or not; `null` when its secrets cannot be opened here. */
  credentialsOf(id: string): Credentials | null;
  /** How it reaches its helpdesk. */
  connectionOf(id: string): FullConnection;
  /**
   * The connection of an account, or of one to be added, once a draft for an address is taken.
   * @throws AccountBookError
   */
  connectionWith(id: string | null, url: string, draft: ConnectionDraft | undefined): FullConnection;
  /** An address as it is kept. @throws AccountBookError */
  addressOf(text: string, backend: string): string;
  /** @throws AccountBookError; nothing is changed then */
  add(draft: AccountDraft): Promise<AccountSetup>;
  /**
   * @param decided the newest order of the outbox, and now: what was decided until then is not for
   * another helpdesk
   * @throws AccountBookError; nothing is changed then
   */
  change(
    id: string,
    patch: AccountPatch,
    decided?: { newestOrder: number; now: number },
  ): Promise<AccountSetup>;
  /** Since when an account is its helpdesk's, for one that was another's before. */
  moveOf(id: string): Move | undefined;
  /** Keeps credentials that the helpdesk at an address replaced, while it is still the account's. */
  renew(id: string, url: string, credentials: Credentials): Promise<void>;
  /** Notes that it is about to leave, or stays. @throws AccountBookError; nothing is changed then */
  setLeaving(id: string, leaving: boolean): Promise<void>;
  /** Those that were removed, with their last names. */
  removed(): readonly RemovedAccount[];
  /** @throws AccountBookError, or what the disk says; nothing is changed then */
  remove(id: string): Promise<AccountSetup>;
}

export interface AccountBookOptions {
  fs: FileSystem;
  path: string;
  vault: Vault;
  /** How a backend signs in; `null` for one that is not known. */
  signInOf(backend: string): readonly SignInField[] | null;
  /** Whether this host can run the embedded helpdesk. */
  embedded: boolean;
}

/** @throws DataFolderError with a sentence when the file is damaged or names an unknown backend */
export async function openAccountBook(options: AccountBookOptions): Promise<AccountBook> {
  const { fs, path, vault, signInOf, embedded } = options;
  const file = await readJson(fs, path, fileSchema);
  const accounts = file?.accounts ?? (embedded ? [EMBEDDED] : []);
  assertUsable(path, accounts, signInOf);
  const book = new FileBook(options, accounts.map(withoutSecrets), file?.removed ?? []);
  const byHand = (file?.accounts ?? []).filter(({ token }) => token !== undefined);
  for (const { id, token = '' } of byHand) await vault.set(id, { ...vault.get(id), token });
  const signIns = accounts.flatMap(({ id, connection }) => {
    const { signIn } = apart(connection);
    return signIn === null ? [] : [{ id, signIn }];
  });
  for (const { id, signIn } of signIns) await proxySignIns(vault).keep(id, signIn);
  // Only once the vault has them may the file lose them.
  if (byHand.length + signIns.length > 0) await book.save();
  return book;
}

function withoutSecrets(byHand: AccountSetup): AccountSetup {
  const { id, name, backend, url, values, paused, leaving, connection, speaker } = byHand;
  const { movedUpTo, movedAt, movedFrom } = byHand;
  const moved = { movedUpTo, movedAt, movedFrom };
  const { kept } = apart(connection);
  return { id, name, backend, url, values, paused, ...moved, leaving, connection: kept, speaker };
}

function assertUsable(
  path: string,
  accounts: readonly AccountSetup[],
  signInOf: AccountBookOptions['signInOf'],
): void {
  const unknown = accounts.find(({ backend }) => signInOf(backend) === null);
  if (unknown !== undefined) {
    throw new DataFolderError(
      `${path} names the backend "${unknown.backend}", which this version does not know. Correct its name, or put its profile into the folder "profiles" beside that file.`,
    );
  }
  const ids = accounts.map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined)
    throw new DataFolderError(`${path} names the account "${twice}" twice. Rename one.`);
}

class FileBook implements AccountBook {
  readonly #options: AccountBookOptions;
  #accounts: readonly AccountSetup[];
  #removed: readonly Removed[];
  #writing: Promise<void> = Promise.resolve();
  readonly #signIns: ProxySignIns;

  constructor(options: AccountBookOptions, accounts: readonly AccountSetup[], removed: readonly Removed[]) {
    this.#options = options;
    this.#signIns = proxySignIns(options.vault);
    this.#accounts = accounts;
    this.#removed = removed;
  }

  list(): readonly AccountSetup[] {
    return this.#accounts;
  }

  credentialsOf(id: string): Credentials | null {
    const { vault, signInOf } = this.#options;
    const { backend, values } = this.#must(id);
    const needsSecret = (signInOf(backend) ?? []).some(({ secret }) => secret);
    const kept = vault.get(id);
    return kept === null && needsSecret ? null : { ...values, ...kept };
  }

  connectionOf(id: string): FullConnection {
    return { kept: this.#must(id).connection, signIn: this.#signIns.of(id) };
  }

  connectionWith(id: string | null, url: string, draft: ConnectionDraft | undefined): FullConnection {
    const before = id === null ? PLAIN : this.connectionOf(id);
    const stays = id === null || isSameOrigin(this.#must(id).url, url);
    const connection = changedConnection(before, draft, stays);
    if (connection !== null) return connection;
    throw new AccountBookError('bad-proxy', 'The address of a proxy looks like http://proxy.example:3128.');
  }

  async add(draft: AccountDraft): Promise<AccountSetup> {
    const { backend } = draft;
    const signIn = this.#options.signInOf(backend);
    if (signIn === null) throw new AccountBookError('unknown-backend', `No backend is called "${backend}".`);
    const url = this.addressOf(draft.url, backend);
    const { open, secret } = split(draft.values, signIn);
    this.#refuseTwice({ backend, url, values: open }, this.#accounts);
    const connection = this.connectionWith(null, url, draft.connection);
    const known = this.#removed.find((one) => isPerhaps(one, { backend, url, values: open }));
    const name = draft.name === '' ? this.#nameFor(url, open) : draft.name;
    const setup: AccountSetup = {
      id: known?.id ?? this.#newId(url),
      name,
      backend,
      url,
      values: open,
      paused: false,
      movedUpTo: known?.movedUpTo ?? 0,
      movedAt: known?.movedAt ?? 0,
      movedFrom: known?.movedFrom ?? '',
      speaker: null,
      leaving: false,
      connection: connection.kept,
    };
    await this.#signIns.keep(setup.id, connection.signIn);
    if (Object.keys(secret).length > 0) await this.#options.vault.set(setup.id, secret);
    await this.#keep(
      [...this.#accounts, setup],
      this.#removed.filter((one) => one !== known),
    );
    return setup;
  }

  async change(
    id: string,
    patch: AccountPatch,
    { newestOrder, now } = { newestOrder: 0, now: 0 },
  ): Promise<AccountSetup> {
    const { vault, signInOf } = this.#options;
    const before = this.#must(id);
    const { open, secret } = split(patch.values ?? {}, signInOf(before.backend) ?? []);
    const url = patch.url === undefined ? before.url : this.addressOf(patch.url, before.backend);
    const connection = this.connectionWith(id, url, patch.connection);
    const moved: AccountSetup = {
      ...before,
      name: patch.name === undefined || patch.name === '' ? before.name : patch.name,
      url,
      connection: connection.kept,
      values: { ...before.values, ...open },
      paused: patch.paused ?? before.paused,
    };
    const isMoved = isElsewhere(before, moved);
    const after: AccountSetup = {
      ...moved,
      ...(isMoved ? { movedUpTo: newestOrder, movedAt: now, movedFrom: knownBy(before) } : {}),
      // Who speaks at one helpdesk is nobody at another.
      speaker: patch.speaker === undefined ? (isMoved ? null : before.speaker) : patch.speaker,
    };
    this.#refuseTwice(
      after,
      this.#accounts.filter((one) => one !== before),
    );
    // What was kept for one server is shown to no other.
    const stays = isSameOrigin(before.url, after.url);
    const kept = vault.get(id) ?? {};
    // Nor what is given for the new one to the old: should it end in between, nobody is signed in.
    if (!stays) await vault.set(id, {});
    else if (Object.keys(secret).length > 0) await vault.set(id, { ...kept, ...secret });
    // As between servers: never is what one proxy was given with the address of another.
    const proxySignIn = this.#signIns.of(id);
    if (proxySignIn !== connection.signIn) await this.#signIns.keep(id, null);
    try {
      await this.#keep(
        this.#accounts.map((one) => (one === before ? after : one)),
        this.#removed,
      );
    } catch (error) {
      await vault.set(id, kept).catch(() => undefined);
      await this.#signIns.keep(id, proxySignIn).catch(() => undefined);
      throw error;
    }
    await this.#signIns.keep(id, connection.signIn);
    if (!stays && Object.keys(secret).length > 0) await vault.set(id, secret);
    return after;
  }

  moveOf(id: string): Move | undefined {
    const setup = this.#accounts.find((one) => one.id === id);
    if (setup === undefined || (setup.movedUpTo === 0 && setup.movedAt === 0)) return undefined;
    return { upTo: setup.movedUpTo, at: setup.movedAt, from: setup.movedFrom };
  }

  async renew(id: string, url: string, credentials: Credentials): Promise<void> {
    const { vault } = this.#options;
    const account = this.#accounts.find((one) => one.id === id);
    // What an old connection brings after the account was removed or moved is for nobody.
    if (account === undefined || !isSameOrigin(account.url, url)) return;
    await vault.set(id, { ...vault.get(id), ...credentials });
  }

  removed(): readonly RemovedAccount[] {
    return this.#removed.filter(({ name }) => name !== '').map(({ id, name }) => ({ id, name }));
  }

  async setLeaving(id: string, leaving: boolean): Promise<void> {
    const before = this.#must(id);
    if (before.leaving === leaving) return;
    await this.#keep(
      this.#accounts.map((one) => (one === before ? { ...before, leaving } : one)),
      this.#removed,
    );
  }

  async remove(id: string): Promise<AccountSetup> {
    const gone = this.#must(id);
    const { name, backend, url, values, movedUpTo, movedAt, movedFrom } = gone;
    const left = { id, name, backend, url, values, movedUpTo, movedAt, movedFrom };
    const { vault } = this.#options;
    const kept = vault.get(id);
    const proxySignIn = this.#signIns.of(id);
    try {
      // First: an account without credentials can be removed again, credentials without one only lie about.
      await vault.delete(id);
      await this.#signIns.keep(id, null);
      await this.#keep(
        this.#accounts.filter((one) => one !== gone),
        [...this.#removed.filter((one) => one.id !== id), left],
      );
    } catch (error) {
      // Whole or not at all: it is still served, and has to find what it signs in with.
      if (kept !== null) await vault.set(id, kept).catch(() => undefined);
      await this.#signIns.keep(id, proxySignIn).catch(() => undefined);
      throw error;
    }
    return gone;
  }

  save(): Promise<void> {
    return this.#keep(this.#accounts, this.#removed);
  }

  #refuseTwice(
    wanted: Pick<AccountSetup, 'backend' | 'url' | 'values'>,
    among: readonly AccountSetup[],
  ): void {
    const same = among.find((one) => isSame(one, wanted));
    if (same === undefined) return;
    throw new AccountBookError('already-there', `"${same.name}" is that account already.`);
  }

  #must(id: string): AccountSetup {
    const found = this.#accounts.find((one) => one.id === id);
    if (found === undefined) throw new AccountBookError('unknown-account', 'There is no such account.');
    return found;
  }

  /**
   * Without a slash at the end, and without what follows a path in an address copied from a browser; a
   * bare host is meant as https. Credentials have no place in it: it is shown and written down.
   */
  addressOf(text: string, backend: string): string {
    if (text === '' && backend === EMBEDDED.backend && this.#options.embedded) return '';
    const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
    const parsed = setupSchema.shape.url.safeParse(whole.replace(/[?#].*$/s, '').replace(/\/+$/, ''));
    if (!parsed.success || parsed.data === '' || hasCredentials(parsed.data)) {
      throw new AccountBookError('bad-address', 'An address looks like https://desk.example.');
    }
    return parsed.data;
  }

  #nameFor(url: string, values: Credentials): string {
    const taken = this.#accounts.map(({ name }) => name);
    return url === '' ? EMBEDDED.name : nameByAddress({ url, values }, taken);
  }

  #newId(url: string): string {
    const wanted =
      url === '' ? EMBEDDED_ID : new URL(url).hostname.replace(/[^A-Za-z0-9.-]/g, '-').slice(0, 80);
    const taken = new Set([...this.#accounts, ...this.#removed].map(({ id }) => id));
    for (let n = 1; ; n += 1) {
      const id = n === 1 ? wanted : `${wanted}-${n}`;
      if (!taken.has(id)) return id;
    }
  }

  async #keep(accounts: readonly AccountSetup[], removed: readonly Removed[]): Promise<void> {
    const { fs, path } = this.#options;
    const before = { accounts: this.#accounts, removed: this.#removed };
    this.#accounts = accounts;
    this.#removed = removed;
    const written = this.#writing.then(() => writeJson(fs, path, { accounts, removed }));
    this.#writing = written.catch(() => undefined);
    try {
      await written;
    } catch (error) {
      // What is not on the disk would be gone with the next start: it never was.
      this.#accounts = before.accounts;
      this.#removed = before.removed;
      throw error;
    }
  }
}

function hasCredentials(url: string): boolean {
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}

/** Whether two addresses are of one server; the embedded helpdesk's is empty. */
export function isSameOrigin(one: string, other: string): boolean {
  if (one === '' || other === '') return one === other;
  return new URL(one).origin === new URL(other).origin;
}

function split(
  values: Credentials,
  signIn: readonly SignInField[],
): { open: Credentials; secret: Credentials } {
  const given = Object.entries(values) as [SignInFieldName, string][];
  const isOpen = (name: SignInFieldName): boolean =>
    signIn.some((field) => field.name === name && !field.secret);
  return {
    open: Object.fromEntries(given.filter(([name]) => isOpen(name))),
    // What a backend does not ask for is treated as a secret rather than written down.
    secret: Object.fromEntries(given.filter(([name]) => !isOpen(name))),
  };
}

/**
 * Whether a removed account is the one that is added. Another part of the same server has other
 * conversations under the same ids, and another login must not send what the first one wrote; what is
 * not told may be either.
 */
function isPerhaps(one: Removed, other: Pick<AccountSetup, 'backend' | 'url' | 'values'>): boolean {
  const agrees = (name: 'login' | 'workspace'): boolean => {
    const [before = '', now = ''] = [one.values[name], other.values[name]];
    return before === '' || now === '' || before === now;
  };
  return one.backend === other.backend && one.url === other.url && agrees('workspace') && agrees('login');
}

/**
 * Whether what is known of an account (rows, cursors) says nothing of where it is now: another server,
 * or another part of the same one.
 */
export function isElsewhere(
  before: Pick<AccountSetup, 'url' | 'values'>,
  after: Pick<AccountSetup, 'url' | 'values'>,
): boolean {
  return (
    !isSameOrigin(before.url, after.url) || (before.values.workspace ?? '') !== (after.values.workspace ?? '')
  );
}

/** How agents tell one helpdesk from another. */
function knownBy({ url, name, values }: AccountSetup): string {
  return url === '' ? name : wholeAddress({ url, values });
}

/** One helpdesk may be connected twice under two logins, never twice under the same. */
function isSame(one: AccountSetup, other: Pick<AccountSetup, 'backend' | 'url' | 'values'>): boolean {
  const login = ({ values }: Pick<AccountSetup, 'values'>): string =>
    `${values.login ?? ''} ${values.workspace ?? ''}`;
  return one.backend === other.backend && one.url === other.url && login(one) === login(other);
}
