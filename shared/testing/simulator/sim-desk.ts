/**
 * What one life of a host puts together: the product's journal, spool, outbox and puller, wired as
 * `electron/host/desk.ts`, `stores.ts` and `account-link.ts` wire them.
 */
import type { Backend, BackendDescriptor } from '../../backends/port';
import type { OutboxRow } from '../../domain/intents';
import type { FileSystem } from '../../storage/file-system';
import { earlierEcho } from '../../sync/earlier-echo';
import { createHeads } from '../../sync/heads';
import { openJournal } from '../../sync/journal';
import { createOutbox, type Outbox } from '../../sync/outbox';
import type { FilePort } from '../../sync/ports';
import { createPuller, type Puller } from '../../sync/pull';
import { RollbackWatch } from '../../sync/rollback-watch';
import { openSpool, type Spool } from '../../sync/spool';
import type { Draws } from './draws';
import type { Life } from './machine';
import type { Parts } from './protections';
import type { SimLink } from './sim-link';
import { ACCOUNT } from './sim-server';

export const JOURNAL = 'journal';
/** What the account's link remembers, beside the spool's segments. */
const MEMORY = 'spool/account.json';
const CHAT_LATE_MS = 180_000;
/** Small, so that sealing and compaction happen in a short life. */
const SPOOL_SEGMENT_BYTES = 6_000;
const JOURNAL_SIZES = { segment: 3_000, rewrite: 8_000 };

export interface SimDeskOptions {
  disk: FileSystem;
  life: Life;
  link: SimLink;
  descriptor: BackendDescriptor;
  parts: Parts;
  draws: Draws;
  files: ReadonlyMap<string, Uint8Array>;
  newEpoch(): string;
  /** The journal was opened: what a process finds after the one before it ended. */
  onJournal(rows: readonly OutboxRow[]): void;
  /** A row is shown as durable. */
  onRow(row: OutboxRow): void;
  onChanges(): void;
}

export interface SimDesk {
  outboxes: readonly [Outbox, ...Outbox[]];
  spool: Spool;
  puller: Puller;
  /** Begins to pull and to send. */
  start(): void;
  /** Claims nothing more; requests in flight have their time. Then all is written and closed. */
  close(): Promise<void>;
}

/** Rejects when the disk has no room even for opening. */
export async function openSimDesk(options: SimDeskOptions): Promise<SimDesk> {
  const { disk, life, link, descriptor, parts, draws, files, newEpoch, onJournal, onRow, onChanges } =
    options;
  const { clock } = life;
  const journal = await openJournal(disk, JOURNAL, clock, JOURNAL_SIZES);
  onJournal(journal.rows);
  const spool = await openSpool({
    fs: disk,
    folder: 'spool',
    newEpoch,
    onConversation: () => undefined,
    segmentBytes: SPOOL_SEGMENT_BYTES,
  });
  let memory = await readMemory(disk);
  const backend: Backend = parts.backend(link.backend(descriptor, life));
  const journalPort = parts.journal(journal, life);
  let online = false;
  let puller: Puller | null = null;
  const heads = parts.heads(
    createHeads({
      spoolOf: () => spool,
      pullerOf: () => puller,
      direct: { clock, backendOf: () => backend },
    }),
  );
  const deliverIfSeen = async (outbox: Outbox, row: OutboxRow): Promise<void> => {
    const echo = await earlierEcho(row, parts.echoes(spool)).catch(() => null);
    if (echo !== null && !life.over) outbox.pulled(ACCOUNT, echo);
  };
  const make = (): Outbox => {
    const outbox = createOutbox({
      rows: journal.rows,
      journal: journalPort,
      backendOf: () => backend,
      accountOnline: () => online,
      files: filePort(files),
      heads,
      chatLateMs: () => CHAT_LATE_MS,
      clock,
      random: parts.jitter(draws),
      onRow(row) {
        if (life.over) return;
        onRow(row);
        void deliverIfSeen(outbox, row);
      },
    });
    return outbox;
  };
  const outboxes: [Outbox, ...Outbox[]] = [make()];
  while (outboxes.length < parts.owners) outboxes.push(make());
  const rollback = new RollbackWatch({
    left: memory.rolledBackAt,
    save: () => {
      memory = { rolledBackAt: rollback.at };
      return disk.replace(MEMORY, new TextEncoder().encode(JSON.stringify(memory)));
    },
    reverify: async (at) => {
      if (!parts.reverifies) return true;
      const ends = await Promise.all(outboxes.map((outbox) => outbox.reverify(ACCOUNT, at)));
      return ends.every(Boolean);
    },
  });
  puller = createPuller({
    accountId: ACCOUNT,
    backend,
    spool: parts.spool(spool, life),
    clock,
    random: parts.jitter(draws),
    onState: ({ state }) => {
      const cameOnline = state === 'online' && !online;
      online = state === 'online';
      if (cameOnline && !life.over) for (const outbox of outboxes) outbox.wake(ACCOUNT);
    },
    onRollback: () => rollback.suspect(clock.now()),
    onBeginning: () => rollback.suspect(clock.now()),
    onAnchored: () => void rollback.look(),
    onChanges: (pulled) => {
      for (const outbox of outboxes) outbox.pulled(ACCOUNT, pulled);
      if (pulled.seq !== null) onChanges();
    },
  });
  const stop = new AbortController();
  let work: Promise<unknown> = Promise.resolve();
  const pulling = puller;
  return {
    outboxes,
    spool,
    puller,
    start() {
      void rollback.look();
      work = Promise.all([pulling, ...outboxes].map((part) => part.run(stop.signal)));
      for (const outbox of outboxes) for (const row of outbox.rows()) void deliverIfSeen(outbox, row);
    },
    async close() {
      await Promise.all(outboxes.map((outbox) => outbox.stop()));
      stop.abort();
      await work;
      await journal.close();
      await spool.close();
    },
  };
}

/** A damaged memory costs nothing that the next pull does not bring. */
async function readMemory(disk: FileSystem): Promise<{ rolledBackAt: number | null }> {
  try {
    const bytes = await disk.read(MEMORY);
    const { rolledBackAt } = JSON.parse(new TextDecoder().decode(bytes ?? undefined)) as {
      rolledBackAt: unknown;
    };
    return { rolledBackAt: typeof rolledBackAt === 'number' ? rolledBackAt : null };
  } catch {
    return { rolledBackAt: null };
  }
}

function filePort(files: ReadonlyMap<string, Uint8Array>): FilePort {
  return {
    open: (hash) => {
      const bytes = files.get(hash);
      if (bytes === undefined) return Promise.resolve(null);
      return Promise.resolve(async function* () {
        yield bytes;
      });
    },
  };
}
