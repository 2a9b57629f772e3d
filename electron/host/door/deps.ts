import type { Backend } from '@shared/backends/port';
import type { Account, OutboxPage, Session } from '@shared/contract/door';
import type { Outbox } from '@shared/sync/outbox';
import type { Spool } from '@shared/sync/spool';
import type { Drafts } from '@shared/sync/drafts';
import type { AccountManager } from '../accounts/account-manager';
import type { EventHub } from '../events';
import type { AttachmentCache } from '../files/attachment-cache';
import type { BlobLinks } from '../files/blob-links';
import type { FileStore } from '../files/file-store';
import type { Uploads } from '../files/uploads';
import type { SettingsStore } from '../settings-store';
import type { Team } from '../team/team';

/** An account as the door sees it. */
export interface DoorAccount {
  account(): Account;
  readonly spool: Spool;
  /** `null` until its helpdesk is known. */
  backend(): Backend | null;
}

/** Everything the door hands out; it owns none of it. */
export interface DoorDeps {
  token: string;
  build: string;
  session(): Session;
  accounts(): readonly DoorAccount[];
  manager: AccountManager;
  outbox: Outbox;
  /** What opening journal and drafts found damaged. */
  recovery: OutboxPage['recovery'];
  drafts: Drafts;
  settings: SettingsStore;
  team: Team;
  events: EventHub;
  files: FileStore;
  uploads: Uploads;
  attachments: AttachmentCache;
  links: BlobLinks;
  /** An agent sits in front of a window and does something. */
  attended(): void;
  /** True once the host is on its way out: nothing new is taken. */
  closing(): boolean;
  /** For the host's log: what happened, without customers' text. */
  log(sentence: string): void;
}

/** The account with this id, or nothing. */
export function accountOf(deps: DoorDeps, accountId: string): DoorAccount | null {
  return deps.accounts().find((one) => one.account().id === accountId) ?? null;
}
