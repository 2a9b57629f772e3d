/**
 * Puts the host together: data folder → lock → what is kept on disk → desk (accounts, outbox) →
 * door → transport. What is opened first is closed last.
 */
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { createBackends } from '@shared/backends/registry';
import { CONTRACT_VERSION } from '@shared/contract/door';
import { nodeFileSystem } from '../files/node-file-system';
import { openAccountBook } from './accounts/account-book';
import { keepMovedDrafts } from './accounts/moved-drafts';
import { createAccountManager } from './accounts/account-manager';
import { createEmbeddedHelpdesk } from './accounts/embedded-helpdesk';
import { secretsIn } from './accounts/secrets';
import { openVault, type Keychain } from './accounts/vault';
import { openDesk } from './desk';
import { createDoor } from './door/door';
import { createEventHub } from './events';
import { openAttachmentCache } from './files/attachment-cache';
import { createBlobLinks } from './files/blob-links';
import { createUploads } from './files/uploads';
import type { HelpdeskLauncher } from './helpdesk-launcher';
import { openInstall, unusableFolder, type Install } from './install';
import { takeLock, type DataLock } from './lock';
import { openProfiles } from './profiles/profiles';
import { openStores } from './stores';
import { systemClock } from './system-clock';
import { listen, type Listening, type ListenWhere } from './transport/listen';
import { createHttpClient } from './http-client';
import { openTeam } from './team/team';
import { newToken } from './transport/token';
import { unsentSentence } from './unsent';

export interface StartHostOptions {
  /** Holds `console/` (the host's) and `helpdesk/` (the embedded helpdesk's). */
  dataDir: string;
  listen: ListenWhere;
  /** Folder of the built page. */
  pageFolder: string;
  /** Names this build; a page of another one reloads. */
  build: string;
  /** Starts the embedded helpdesk when an account asks for it; `null`: never. */
  helpdesk: HelpdeskLauncher | null;
  /** Wraps the key of the credentials; left out: the mode of their file is what protects it. */
  keychain?: Keychain | null;
  /** How many sample conversations a new embedded helpdesk is given. */
  seed?: number;
  /** Takes the folder also from a running host that is not older (see lock.ts). */
  takeOver?: boolean;
  /** Calls a start off while it waits for the folder or a port; what was opened is closed again. */
  signal?: AbortSignal;
  /** One English sentence for the terminal or a log; never customers' text. */
  log(sentence: string): void;
}

export interface RunningHost {
  /** Origin of the page, without a slash at the end. */
  origin: string;
  /** What to open: the origin with this launch's token in the fragment. */
  url: string;
  token: string;
  mailOrigin: string;
  /** Resolves when the host has closed, whoever asked for it. */
  closed: Promise<void>;
  /** Claims nothing more, lets requests in flight end (at most 5 s), writes what waits, gives the folder up. */
  close(): Promise<void>;
}

const DEFAULT_SEED = 60;

/** Undoes what was opened, last first, also when some of it fails. */
class Closers {
  private readonly steps: (() => Promise<void> | void)[] = [];
  private running: Promise<void> | null = null;

  add(step: () => Promise<void> | void): void {
    this.steps.unshift(step);
  }

  get started(): boolean {
    return this.running !== null;
  }

  run(): Promise<void> {
    this.running ??= (async () => {
      const failures: unknown[] = [];
      for (const step of this.steps)
        await Promise.resolve(step()).catch((error: unknown) => failures.push(error));
      if (failures.length > 0) throw failures[0];
    })();
    return this.running;
  }
}

/**
 * Starts a host on a data folder.
 * @throws AlreadyRunningError, StuckOwnerError (lock.ts), DataFolderError, NewerFormatError,
 * PortTakenError: each with a sentence that says what happened and what to do
 */
export async function startHost(options: StartHostOptions): Promise<RunningHost> {
  const folder = join(options.dataDir, 'console');
  const { build, takeOver = false, signal } = options;
  const closers = new Closers();
  try {
    const lock = await takeLock(folder, { pid: process.pid, build, takeOver, signal });
    closers.add(() => lock.release());
    const install = await openInstall(nodeFileSystem, folder);
    return await compose(options, folder, install, lock, closers);
  } catch (error) {
    await closers.run().catch(() => undefined);
    throw unusableFolder(folder, error);
  }
}

async function compose(
  options: StartHostOptions,
  folder: string,
  install: Install,
  lock: DataLock,
  closers: Closers,
): Promise<RunningHost> {
  const { build, log } = options;
  const fs = nodeFileSystem;
  const clock = systemClock;
  const accountsFile = join(folder, 'accounts.json');
  // Made by hand, with tokens in it: nobody else's to read, if that is ours to decide.
  await chmod(accountsFile, 0o600).catch(() => undefined);
  const backends = createBackends();
  const profiles = await openProfiles({ folder: join(folder, 'profiles'), backends, log });
  closers.add(() => profiles.close());
  const vault = await openVault(fs, join(folder, 'vault.json'), options.keychain ?? null);
  const book = await openAccountBook({
    fs,
    path: accountsFile,
    vault,
    signInOf(id) {
      profiles.expect(id);
      return backends.descriptors().find((one) => one.id === id)?.signIn ?? null;
    },
    embedded: options.helpdesk !== null,
  });
  const served = book.list();
  const accountIds = served.map((account) => account.id);

  const stores = await openStores({ fs, folder, install, accountIds, clock, log });
  closers.add(() => stores.close());
  const events = createEventHub(clock.now);
  const onRenewed = book.renew.bind(book);
  const desk = await openDesk({ fs, folder, served, backends, stores, events, clock, log, onRenewed });
  const embedded =
    options.helpdesk &&
    createEmbeddedHelpdesk({
      launcher: options.helpdesk,
      dataDir: join(options.dataDir, 'helpdesk'),
      seed: options.seed ?? DEFAULT_SEED,
      install,
      clock,
      log,
    });
  const { light } = stores;
  const drafts = keepMovedDrafts({
    drafts: stores.drafts,
    outbox: desk.outbox,
    clock,
    installId: install.data.installId,
    moveOf: (accountId) => book.moveOf(accountId),
    onDraft: (draft) => events.publish({ type: 'draft', draft }),
  });
  const accounts = createAccountManager({
    book,
    vault,
    desk,
    backends,
    embedded,
    profiles,
    drafts,
    light,
    clock,
  });
  const attachments = await openAttachmentCache({
    fs,
    folder: join(folder, 'files', 'index'),
    store: stores.files,
    backendOf: desk.backendOf,
    pinned: desk.filesInUse,
  });
  closers.add(() => attachments.close());
  await attachments.sweep(clock.now());

  const teamHttp = createHttpClient();
  closers.add(() => teamHttp.close());
  const team = await openTeam({
    fs,
    folder: join(folder, 'team'),
    http: teamHttp.request,
    clock,
    secrets: secretsIn(vault),
    keeps() {
      const offered = new Map(backends.descriptors().map((one) => [one.id, one.keeps ?? {}]));
      const accountsHere = desk.accounts().map((link) => link.account());
      return Object.fromEntries(accountsHere.map(({ id, backend }) => [id, offered.get(backend) ?? {}]));
    },
    onChange: () => events.publish({ type: 'team' }),
    log,
  });
  closers.add(() => team.close());

  const token = newToken();
  const place: { listening: Listening | null } = { listening: null };
  const door = createDoor({
    token,
    build,
    session: () => ({
      build,
      contract: CONTRACT_VERSION,
      installId: install.data.installId,
      epoch: install.data.epoch,
      mailFrameUrl: `${place.listening?.mailOrigin ?? ''}/mail-frame`,
      hostTime: clock.now(),
      tryIt: embedded?.url ? tryIt(embedded.url) : null,
    }),
    accounts: desk.accounts,
    manager: accounts,
    outbox: desk.outbox,
    recovery: stores.recovery,
    drafts,
    settings: stores.settings,
    team,
    events,
    files: stores.files,
    uploads: createUploads(fs, stores.files, (bytes) => attachments.makeRoom(bytes)),
    attachments,
    links: createBlobLinks(() => clock.monotonic()),
    attended: () => {
      for (const link of desk.accounts()) link.attended();
    },
    closing: () => closers.started,
    log,
  });

  const listening = await listen({
    handler: door,
    where: options.listen,
    keptPorts: install.data.ports,
    pageFolder: options.pageFolder,
    token,
    build,
    onExitRequested: () => void close().catch((error: unknown) => log((error as Error).message)),
    say: log,
    signal: options.signal,
  });
  place.listening = listening;
  closers.add(() => listening.close());
  closers.add(() => events.close());
  const { origin, mailOrigin, endpoint, ports } = listening;
  if (ports !== null) await install.update({ ports });
  await lock.announce({ origin, token, endpoint });

  if (embedded) closers.add(() => embedded.close());
  accounts.start();
  team.start();
  desk.start();
  closers.add(() => {
    const unsent = unsentSentence(desk.outbox.rows());
    if (unsent !== null) log(unsent);
  });
  closers.add(() => desk.close());
  closers.add(() => accounts.close());
  // First of all: what was typed a moment ago.
  closers.add(() => stores.drafts.flush());

  let tellClosed = (): void => undefined;
  const closed = new Promise<void>((resolve) => (tellClosed = resolve));
  const close = (): Promise<void> => closers.run().finally(tellClosed);
  return { origin, url: `${origin}/#${token}`, token, mailOrigin, closed, close };
}

function tryIt(helpdeskUrl: string): { chatUrl: string; inboundEmailUrl: string } {
  return {
    chatUrl: new URL('chat', helpdeskUrl).href,
    inboundEmailUrl: new URL('inbound/email', helpdeskUrl).href,
  };
}
