/**
 * Adds, changes, pauses and removes accounts while the host runs: the book says which there are, the
 * desk serves them, and the embedded helpdesk runs as long as an account of its own is served.
 */
import type { Clock } from '@shared/backends/clock';
import { customBackendId } from '@shared/backends/custom/profile-facts';
import type { BackendDescriptor } from '@shared/backends/port';
import type { Backends } from '@shared/backends/registry';
import { checkSignIn, type SignInStep } from '@shared/backends/check/sign-in-check';
import {
  UNDO_REMOVAL_MS,
  type AccountCheckDraft,
  type AccountDraft,
  type AccountPatch,
  type BackendOffer,
  type Backends as Offers,
  type CheckStep,
  type Connection,
  type Holdings,
  type ProfileResult,
  type RemovedAccount,
} from '@shared/contract/accounts';
import type { Account } from '@shared/contract/door';
import { isEmptyDraft } from '@shared/domain/drafts';
import { isUnconfirmed } from '@shared/domain/intents';
import type { Speaker } from '@shared/domain/speaker';
import type { AccountLink } from '../account-link';
import type { Desk } from '../desk';
import type { LightIndex } from '../light-index';
import { isElsewhere, isSameOrigin, type AccountBook, type AccountSetup } from './account-book';
import type { EmbeddedHelpdesk } from './embedded-helpdesk';
import { toldConnection, wayOf } from './connections';
import { createHttpClient, HTTP_LIMITS } from '../http-client';
import { createLeaving } from './leaving';
import type { MovedDrafts } from './moved-drafts';
import { ProfileError } from '../profiles/profile-error';
import type { Profiles } from '../profiles/profiles';
import { RenewedCredentials } from './renewed';
import type { Credentials, Vault } from './vault';

/** Tells each step as soon as it is known; resolves after the last, and when it is called off. */
export type AccountCheck = (signal: AbortSignal, onStep: (step: CheckStep) => void) => Promise<void>;

export interface AccountManager {
  offers(): Offers;
  /**
   * Makes ready to ask the helpdesk step by step; keeps nothing but what the server puts in the place of
   * credentials, which would be spent else.
   * @throws AccountBookError for an address that is none
   */
  check(draft: AccountCheckDraft): AccountCheck;
  add(draft: AccountDraft): Promise<Account>;
  change(id: string, patch: AccountPatch): Promise<Account>;
  /** @throws AccountBookError */
  connection(id: string): Connection;
  holdings(id: string): Holdings;
  /**
   * Removes it once `undoMs` are up; 0: now. Resolves with the account as it is until then.
   * @throws AccountBookError; nothing is changed then
   */
  remove(id: string, undoMs: number): Promise<Account>;
  /** It does not leave after all. @throws AccountBookError once it has left */
  keep(id: string): Promise<Account>;
  removed(): readonly RemovedAccount[];
  /**
   * Keeps a custom profile that is in order; its backend can be connected then. Another one with its id
   * stays where it is until `replace` says that this is meant.
   */
  addProfile(text: string, replace: boolean): Promise<ProfileResult>;
  /** Connects everything that is not paused, and goes on with removals that a stop broke off. */
  start(): void;
  /** Removes nothing more; resolves once no change is under way. */
  close(): Promise<void>;
}

export interface AccountManagerOptions {
  book: AccountBook;
  vault: Vault;
  desk: Desk;
  backends: Backends;
  embedded: EmbeddedHelpdesk | null;
  profiles: Pick<Profiles, 'add'>;
  drafts: Pick<MovedDrafts, 'list' | 'takeOut'>;
  light: Pick<LightIndex, 'countOf'>;
  clock: Clock;
}

/** What a profile is called that came without a file's name. */
const PASTED = 'profile.yaml';

/** A disk that took nothing is asked again after this. */
const DISK_AGAIN_MS = 1_000;

const LOCKED =
  'The credentials of this account were sealed by a keychain that is not here. Type them again in the account settings.';

export function createAccountManager(options: AccountManagerOptions): AccountManager {
  const { book, vault, desk, backends, embedded, profiles, drafts, light, clock } = options;
  const linkOf = (id: string): AccountLink | undefined =>
    desk.accounts().find((link) => link.account().id === id);

  /** Brings a link to where its setup says it should be. */
  function steer(setup: AccountSetup): void {
    const link = linkOf(setup.id);
    if (link === undefined) return;
    link.speakAs(setup.speaker);
    const own = setup.url === '';
    if (own && setup.paused) embedded?.stop();
    if (setup.paused) return link.pause(setup.url);
    if (own) return embedded?.serve(link);
    const credentials = book.credentialsOf(setup.id);
    if (credentials === null && vault.isLocked(setup.id)) return link.locked(setup.url, LOCKED);
    desk.take(setup.id, wayOf(book.connectionOf(setup.id), setup.url));
    link.connect({ url: setup.url, credentials: credentials ?? {} });
  }

  /** What was decided for the helpdesk that it was before waits for the agent, before it is connected. */
  async function parkOfBefore({ id }: AccountSetup): Promise<void> {
    const move = book.moveOf(id);
    if (move === undefined) return;
    await desk.outbox.moved(id, move);
    await drafts.takeOut(id);
  }

  /** The same for as long as the disk takes nothing; until then nothing leaves. */
  async function untilParked(setup: AccountSetup): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        return await parkOfBefore(setup);
      } catch {
        await clock.sleep(DISK_AGAIN_MS, closing.signal);
      }
    }
  }

  function must(id: string): AccountLink {
    const link = linkOf(id);
    if (link === undefined) throw new Error(`The account ${id} is not served.`);
    return link;
  }

  function steerAgain(id: string): void {
    const setup = book.list().find((one) => one.id === id);
    if (setup !== undefined && !closing.signal.aborted) steer(setup);
  }

  const renewed = new RenewedCredentials();
  /** The patch with what its checks made of the credentials in it. */
  function withNewest(before: AccountSetup | undefined, patch: AccountPatch): AccountPatch {
    if (before === undefined || patch.values === undefined) return patch;
    const address = patch.url === undefined ? before.url : book.addressOf(patch.url, before.backend);
    return { ...patch, values: renewed.newestOf(address, patch.values) };
  }

  /** Accounts of a profile that was replaced go on with the new one. */
  function connectAnew(backend: string): void {
    for (const setup of book.list()) {
      if (setup.backend !== backend || setup.paused) continue;
      linkOf(setup.id)?.pause(setup.url);
      steer(setup);
    }
  }

  const closing = new AbortController();
  /** One change after the other: each finds the account as the one before left it. */
  let changing: Promise<unknown> = Promise.resolve();
  function inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = changing.then(change);
    changing = done.catch(() => undefined);
    return done;
  }

  async function removeNow(id: string): Promise<Account> {
    const setup = book.list().find((one) => one.id === id);
    const account = linkOf(id)?.account();
    await book.remove(id);
    if (setup?.url === '') embedded?.stop();
    await desk.drop(id);
    if (account === undefined) throw new Error(`The account ${id} was not served.`);
    return account;
  }
  const leaving = createLeaving({
    clock,
    remove: (id) =>
      inTurn(async () => {
        // It may have been kept, or removed at once, while this waited for its turn.
        if (leaving.of(id)?.state === 'leaving' && linkOf(id) !== undefined) await removeNow(id);
      }),
    onChange: (id) => linkOf(id)?.leaving(leaving.of(id)),
  });

  return {
    offers: () => ({
      vault: vault.kind,
      offers: backends.descriptors().map(asOffered),
    }),
    check({ accountId, backend, url, values, connection }) {
      const address = book.addressOf(url, backend);
      const known = book.list().find((one) => one.id === accountId);
      // The embedded helpdesk is ours: there is nothing that could be wrong about it.
      if (address === '' || known?.url === '') return () => Promise.resolve();
      // What was kept for one server is shown to no other.
      const own = known !== undefined && isSameOrigin(known.url, address);
      const kept = own ? (book.credentialsOf(known.id) ?? {}) : {};
      const typed = { ...values };
      const signedWith = () => {
        const before = own ? (book.credentialsOf(known.id) ?? kept) : kept;
        const { token = '', ...rest } = { ...before, ...renewed.newestOf(address, typed) };
        return { token, values: rest };
      };
      let keptAnew = false;
      const onRenewed = async (news: Credentials): Promise<void> => {
        renewed.note(address, typed, news);
        const fromVault = Object.fromEntries(Object.entries(news).filter(([name]) => !(name in typed)));
        if (!own || Object.keys(fromVault).length === 0) return;
        await book.renew(known.id, address, fromVault);
        keptAnew = true;
      };
      const way = wayOf(book.connectionWith(known?.id ?? null, address, connection), address);
      return async (signal, onStep) => {
        const http = createHttpClient(HTTP_LIMITS, way);
        try {
          await checkSignIn({
            connect: ({ wrap }) => {
              const settings = { accountId: accountId ?? 'check', url: address, ...signedWith(), onRenewed };
              return backends.connect(backend, settings, wrap(http.request), clock);
            },
            clock,
            signal,
            onStep: (step) => onStep(asToldToPages(step, own ? known.speaker : null)),
          });
        } finally {
          http.close();
          // Its link still signs in with what was spent here.
          if (keptAnew && known !== undefined) void inTurn(() => Promise.resolve(steerAgain(known.id)));
        }
      };
    },
    add: (draft) =>
      inTurn(async () => {
        const address = book.addressOf(draft.url, draft.backend);
        const setup = await book.add({ ...draft, values: renewed.newestOf(address, draft.values) });
        const link = await desk.open(setup);
        steer(setup);
        return link.account();
      }),
    change: (id, patch) =>
      inTurn(async () => {
        const before = book.list().find((one) => one.id === id);
        const decided = { newestOrder: desk.outbox.newestOrder(), now: clock.now() };
        const setup = await book.change(id, withNewest(before, patch), decided);
        if (before !== undefined && isElsewhere(before, setup)) {
          // Rows and cursors of the one place say nothing of the other.
          await desk.drop(id);
          (await desk.open(setup)).leaving(leaving.of(id));
        }
        const link = must(id);
        if (before?.name !== setup.name) link.rename(setup.name);
        await parkOfBefore(setup);
        steer(setup);
        return link.account();
      }),
    connection: (id) => toldConnection(book.connectionOf(id)),
    holdings: (id) => ({
      conversations: light.countOf(id),
      unsent: desk.outbox
        .rows()
        .filter((row) => row.intent.accountId === id && row.state !== 'accepted' && isUnconfirmed(row.state))
        .length,
      drafts: drafts.list().filter((draft) => draft.accountId === id && !isEmptyDraft(draft)).length,
    }),
    remove: (id, undoMs) =>
      inTurn(async () => {
        if (undoMs === 0) {
          const account = await removeNow(id);
          leaving.callOff(id);
          return account;
        }
        await book.setLeaving(id, true);
        leaving.begin(id, undoMs);
        return must(id).account();
      }),
    keep: (id) =>
      inTurn(async () => {
        try {
          await book.setLeaving(id, false);
        } catch (error) {
          // Nobody is removed whom the agent wants to keep, although the next start may ask again.
          if (linkOf(id) !== undefined) leaving.failed(id);
          throw error;
        }
        leaving.callOff(id);
        return must(id).account();
      }),
    removed: () => book.removed(),
    async addProfile(text, replace) {
      try {
        const { id, taken } = await profiles.add(PASTED, text, replace);
        const descriptor = backends.descriptors().find((one) => one.id === id);
        if (descriptor === undefined) throw new Error(`The profile ${id} was not registered.`);
        if (!taken) {
          const accounts = book.list().filter(({ backend }) => backend === id).length;
          return { kept: false, problems: [], replaces: { name: descriptor.name, accounts } };
        }
        await inTurn(() => Promise.resolve(connectAnew(id)));
        return { kept: true, offer: asOffered(descriptor) };
      } catch (error) {
        if (!(error instanceof ProfileError)) throw error;
        return { kept: false, problems: [...error.problems], replaces: null };
      }
    },
    start() {
      for (const setup of book.list()) {
        // Nothing was sent yet: what it parks is parked before anything can leave.
        void untilParked(setup).then(() => steer(setup));
        if (setup.leaving) leaving.begin(setup.id, UNDO_REMOVAL_MS);
      }
    },
    async close() {
      closing.abort();
      leaving.close();
      await changing;
    },
  };
}

function asOffered({ id, name, signIn, addressExample }: BackendDescriptor): BackendOffer {
  return { id, name, signIn: [...signIn], addressExample, custom: id.startsWith(customBackendId('')) };
}

function asToldToPages(step: SignInStep, speaker: Speaker | null): CheckStep {
  if (step.ok && step.step === 'signIn' && speaker !== null) return { ...step, speaker: speaker.name };
  if (step.ok) return step;
  const { step: at, ...why } = step;
  return { ...why, step: 'failed', at };
}
