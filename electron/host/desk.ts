/** The host at work: every account pulled, one outbox for all, and what happens told to the pages. */
import { join } from 'node:path';
import type { Backend } from '@shared/backends/port';
import type { Backends } from '@shared/backends/registry';
import type { Clock } from '@shared/backends/clock';
import type { Account } from '@shared/contract/door';
import { isUnconfirmed, type OutboxRow } from '@shared/domain/intents';
import type { FileSystem } from '@shared/storage/file-system';
import { earlierEcho } from '@shared/sync/earlier-echo';
import { createHeads } from '@shared/sync/heads';
import { createOutbox, type Outbox } from '@shared/sync/outbox';
import { openAccountLink, type AccountLink } from './account-link';
import type { Credentials } from './accounts/vault';
import type { EventHub } from './events';
import { createHttpClient, type HostHttp } from './http-client';
import type { Stores } from './stores';
import { systemRandom } from './system-clock';
import type { Way } from './way/way';

/** An account to serve. */
export interface ServedAccount {
  id: string;
  name: string;
  backend: string;
  /** Empty for the embedded helpdesk of this host. */
  url: string;
  values?: { readonly workspace?: string | undefined };
}

export interface Desk {
  readonly outbox: Outbox;
  accounts(): readonly AccountLink[];
  /** Serves one more account; it is not connected yet. */
  open(account: ServedAccount): Promise<AccountLink>;
  /** From now on an account's requests go this way. */
  take(accountId: string, way: Way): void;
  /** Stops serving an account and removes its rows; what is unsent or drafted stays. */
  drop(accountId: string): Promise<void>;
  /** `null` for an account that is not set up or whose helpdesk is not known yet. */
  backendOf(accountId: string): Backend | null;
  /** Hashes of files that drafts and unsent replies name. */
  filesInUse(): ReadonlySet<string>;
  /** Begins to send. */
  start(): void;
  /** Claims nothing more; requests in flight have 5 s. */
  close(): Promise<void>;
}

export async function openDesk(options: {
  fs: FileSystem;
  folder: string;
  served: readonly ServedAccount[];
  backends: Backends;
  stores: Stores;
  events: EventHub;
  clock: Clock;
  /** An account's helpdesk replaced credentials. */
  onRenewed(accountId: string, url: string, credentials: Credentials): Promise<void>;
  /** One English sentence for the host's log. */
  log(sentence: string): void;
}): Promise<Desk> {
  const { fs, folder, served, backends, stores, events, clock, log, onRenewed } = options;
  const links = new Map<string, AccountLink>();
  const clients = new Map<string, HostHttp>();
  const stop = new AbortController();
  let sending: Promise<void> = Promise.resolve();

  const backendOf = (accountId: string): Backend | null => links.get(accountId)?.backend() ?? null;
  const outbox = createOutbox({
    rows: stores.journal.rows,
    journal: stores.journal,
    backendOf,
    accountOnline: (accountId) => links.get(accountId)?.account().state === 'online',
    files: stores.files,
    heads: createHeads({
      spoolOf: (accountId) => stores.spools.get(accountId) ?? null,
      pullerOf: (accountId) => links.get(accountId) ?? null,
      direct: { clock, backendOf },
    }),
    chatLateMs: () => stores.settings.current.chatLateMs,
    clock,
    random: systemRandom,
    onRow(row) {
      events.publish({ type: 'outbox', row });
      void deliverIfSeen(row);
    },
  });
  /** The feed may have brought a message before its row waited for it. */
  const deliverIfSeen = async (row: OutboxRow): Promise<void> => {
    const { accountId } = row.intent;
    const spool = stores.spools.get(accountId);
    // What the disk does not give back now, the row's patience settles later.
    const echo = spool && (await earlierEcho(row, spool).catch(() => null));
    if (echo) outbox.pulled(accountId, echo);
  };
  const states = new Map<string, Account['state']>();
  const onAccount = (account: Account): void => {
    const cameOnline = account.state === 'online' && states.get(account.id) !== 'online';
    states.set(account.id, account.state);
    if (cameOnline) outbox.wake(account.id);
    events.publish({ type: 'account', account });
  };
  const open = async ({ id, name, backend, url, values }: ServedAccount): Promise<AccountLink> => {
    const spool = await stores.spools.open(id);
    const http = createHttpClient();
    clients.set(id, http);
    const link = await openAccountLink({
      id,
      name,
      backendId: backend,
      own: url === '',
      workspace: values?.workspace ?? '',
      backends,
      spool,
      fs,
      memoryPath: join(folder, 'spool', encodeURIComponent(id), 'account.json'),
      clock,
      random: systemRandom,
      http: http.request,
      log,
      onAccount,
      reverify: (at) => outbox.reverify(id, at),
      onPulled(pulled) {
        outbox.pulled(id, pulled);
        if (pulled.seq !== null) events.publish({ type: 'changes', accountId: id, seq: pulled.seq });
      },
      onRenewed: (at, credentials) => onRenewed(id, at, credentials),
    });
    links.set(id, link);
    return link;
  };
  for (const account of served) await open(account);

  return {
    outbox,
    backendOf,
    accounts: () => [...links.values()],
    async open(account) {
      const link = await open(account);
      onAccount(link.account());
      return link;
    },
    take: (accountId, way) => clients.get(accountId)?.take(way),
    async drop(accountId) {
      const link = links.get(accountId);
      if (link === undefined) return;
      links.delete(accountId);
      states.delete(accountId);
      try {
        await link.close();
        clients.get(accountId)?.close();
        clients.delete(accountId);
        await stores.spools.drop(accountId);
      } finally {
        // Nothing serves it any more, whatever the disk still holds of it.
        stores.light.drop(accountId);
        events.publish({ type: 'account-removed', accountId });
      }
    },
    filesInUse() {
      const actions = outbox
        .rows()
        .filter((row) => isUnconfirmed(row.state))
        .map((row) => row.intent.action);
      const sent = actions.flatMap((action) => ('files' in action ? action.files : []));
      const drafted = stores.drafts.list().flatMap((draft) => draft.files);
      return new Set([...sent, ...drafted].map((file) => file.hash));
    },
    start() {
      sending = outbox.run(stop.signal);
      for (const row of outbox.rows()) void deliverIfSeen(row);
    },
    async close() {
      await outbox.stop();
      stop.abort();
      await sending;
      await Promise.all([...links.values()].map((link) => link.close()));
      for (const http of clients.values()) http.close();
    },
  };
}
