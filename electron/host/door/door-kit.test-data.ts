/** A door over disks of a test's choice, and how to ask it; used by the tests beside it only. */
import { expect } from 'vitest';
import { nodeFileSystem } from '@electron/files/node-file-system';
import type { Backend } from '@shared/backends/port';
import { CONTRACT_VERSION, doorErrorSchema, TOKEN_HEADER, type Account } from '@shared/contract/door';
import type { FileSystem } from '@shared/storage/file-system';
import { createOutbox } from '@shared/sync/outbox';
import { openSpool, type Spool } from '@shared/sync/spool';
import { z } from 'zod';
import { openDrafts } from '@shared/sync/drafts';
import { createEventHub, type EventHub } from '../events';
import type { AccountManager } from '../accounts/account-manager';
import { openAttachmentCache } from '../files/attachment-cache';
import { createBlobLinks } from '../files/blob-links';
import { openFileStore } from '../files/file-store';
import { createUploads } from '../files/uploads';
import { openJournal } from '@shared/sync/journal';
import { openSettings } from '../settings-store';
import { systemClock, systemRandom } from '../system-clock';
import { secretsIn } from '../accounts/secrets';
import { openVault } from '../accounts/vault';
import { openTeam } from '../team/team';
import { createDoor } from './door';

export const TOKEN = 'sample-token';
export const MAX_ATTACHMENT_BYTES = 3 * 1024 * 1024;

export const account: Account = {
  id: 'a1',
  name: 'Sample helpdesk',
  backend: 'sample',
  state: 'online',
  stateSince: 1,
  asOf: 2,
  failure: null,
  firstSync: null,
  rejectedRows: 0,
  agent: { accountId: 'a1', id: 'agent-1', name: 'Sample Agent', email: null },
  tier: 'T1',
  supports: {
    note: true,
    priority: true,
    tags: true,
    attachments: true,
    push: true,
    maxAttachmentBytes: MAX_ATTACHMENT_BYTES,
  },
};

/** What a test may change while the door is open. */
export interface DoorSwitches {
  closing: boolean;
  /** How often an agent was noticed. */
  attended: number;
  /** Ms on the clock of one-time links. */
  elapsed: number;
  logged: string[];
}

export interface DoorKit {
  door(request: Request): Promise<Response>;
  spool: Spool;
  events: EventHub;
  switches: DoorSwitches;
  ask: Ask;
  /** Asks and checks the answer against the contract. */
  good<S extends z.ZodType>(schema: S, ...args: Parameters<Ask>): Promise<z.output<S>>;
  /** Asks and returns status and code of the typed refusal. */
  refusal(...args: Parameters<Ask>): Promise<[number, string]>;
}
type Ask = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Response>;

const notHere = (): never => {
  throw new Error('The kit serves one account that is always there.');
};
const noManager: AccountManager = {
  offers: notHere,
  check: notHere,
  add: notHere,
  change: notHere,
  connection: notHere,
  holdings: notHere,
  addProfile: notHere,
  remove: notHere,
  keep: notHere,
  removed: notHere,
  close: notHere,
  start: notHere,
};

/** @param folder a real folder for files; everything else goes to `disk` */
export async function openDoorKit(disk: FileSystem, folder: string, backend: Backend): Promise<DoorKit> {
  const switches: DoorSwitches = { closing: false, attended: 0, elapsed: 0, logged: [] };
  const spool = await openSpool({
    fs: disk,
    folder: 'spool/a1',
    newEpoch: () => 'e1',
    onConversation: () => undefined,
  });
  const events = createEventHub(() => 1);
  const journal = await openJournal(disk, 'journal', systemClock);
  const files = await openFileStore({ fs: nodeFileSystem, folder, quotaBytes: 1e9 });
  const backendOf = (id: string) => (id === 'a1' ? backend : null);
  const outbox = createOutbox({
    rows: journal.rows,
    journal,
    backendOf: () => null,
    accountOnline: () => false,
    heads: { head: async () => null, known: async () => null },
    chatLateMs: () => 180_000,
    files,
    clock: systemClock,
    random: systemRandom,
    onRow: (row) => events.publish({ type: 'outbox', row }),
  });
  const attachments = await openAttachmentCache({
    fs: disk,
    folder: 'files/index',
    store: files,
    backendOf,
    pinned: () => new Set(),
  });
  const door = createDoor({
    token: TOKEN,
    build: 'build-1',
    session: () => ({
      build: 'build-1',
      contract: CONTRACT_VERSION,
      installId: '0a0a0a0a',
      epoch: 'e1',
      mailFrameUrl: 'http://127.0.0.1:2/mail-frame',
      hostTime: systemClock.now(),
      tryIt: null,
    }),
    accounts: () => [{ account: () => account, spool, backend: () => backend }],
    manager: noManager,
    outbox,
    recovery: { tornBytes: 12, damaged: 1 },
    drafts: await openDrafts({ fs: disk, folder: 'drafts', clock: systemClock }),
    settings: await openSettings(disk, 'settings.json'),
    team: await openTeam({
      fs: disk,
      folder: 'team',
      http: notHere,
      clock: systemClock,
      secrets: secretsIn(await openVault(disk, 'vault.json', null)),
      keeps: () => ({ a1: {} }),
      onChange: () => events.publish({ type: 'team' }),
      log: (sentence) => switches.logged.push(sentence),
    }),
    events,
    files,
    uploads: createUploads(nodeFileSystem, files, (bytes) => files.reserve(bytes)),
    attachments,
    links: createBlobLinks(() => switches.elapsed),
    attended: () => (switches.attended += 1),
    closing: () => switches.closing,
    log: (sentence) => switches.logged.push(sentence),
  });

  const ask: Ask = (method, path, body, headers = {}) => {
    const raw = body instanceof Uint8Array;
    const type = raw ? 'application/octet-stream' : 'application/json';
    return door(
      new Request(`http://127.0.0.1:1${path}`, {
        method,
        headers: {
          [TOKEN_HEADER]: TOKEN,
          ...(body === undefined ? {} : { 'content-type': type }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: raw ? Buffer.from(body) : JSON.stringify(body) }),
      }),
    );
  };
  return {
    door,
    spool,
    events,
    switches,
    ask,
    async good(schema, ...args) {
      const response = await ask(...args);
      const json: unknown = await response.json();
      expect([response.status, json]).toEqual([200, json]);
      return z.parse(schema, json);
    },
    async refusal(...args) {
      const response = await ask(...args);
      const { error } = doorErrorSchema.parse(await response.json());
      expect(error.message).toMatch(/^[A-Z].*\.$/);
      return [response.status, error.code];
    },
  };
}
