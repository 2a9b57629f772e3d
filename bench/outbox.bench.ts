/**
 * The outbox in the host's own parts, not through the door. How long the journal takes to make one
 * intent durable, against a bare loop of write and fsync of as many bytes on the same disk; and how
 * fast a full outbox drains, against bare POSTs of the same replies to the same helpdesk, as many at
 * once. Both sides take turns in one run.
 */
import { createBackends } from '@shared/backends/registry';
import { open } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { nodeFileSystem } from '@electron/files/node-file-system';
import { openDesk, type Desk } from '@electron/host/desk';
import { createEventHub } from '@electron/host/events';
import { openInstall } from '@electron/host/install';
import { openStores, type Stores } from '@electron/host/stores';
import { systemClock } from '@electron/host/system-clock';
import type { Intent } from '@shared/domain/intents';
import { openJournal } from '@shared/sync/journal';
import { anIntent, anOutboxRow } from '@shared/testing/builders';
import { startHelpdesk, type RunningHelpdesk } from '../e2e/harness/processes';
import { against, paired, quantile, type BenchContext, type Line } from './figures';
import { ACCOUNT, inFolder } from './stage';

const APPENDS = 400;
const ROUNDS = 3;
const REPLIES = 300;
const CONVERSATIONS = 60;
/** As many as the outbox lets leave an account at once. */
const AT_ONCE = 4;
/** Checksum, JSON and bookkeeping may cost half of what the disk costs. */
const MAX_APPEND_RATIO = 1.5;
/**
 * A reply that is sent twice or lost costs more than one that is a moment later: each is journalled
 * three times on its way (queued, sending, accepted), its thread is looked at before it leaves, and
 * meanwhile the same two cores pull it back in.
 */
const MIN_DRAIN_RATIO = 0.3;

export async function run({ quick, say }: BenchContext): Promise<Line[]> {
  return inFolder(async (folder) => {
    const append = await appends(folder, quick ? APPENDS / 10 : APPENDS);
    say('the journal is measured');
    const drain = await drains(folder, quick ? REPLIES / 10 : REPLIES, say);
    return [append, drain];
  });
}

async function appends(folder: string, count: number): Promise<Line> {
  const journal = await openJournal(nodeFileSystem, join(folder, 'journal'), systemClock);
  const bare = await open(join(folder, 'bare.log'), 'a');
  const seen = { journal: [] as number[], bare: [] as number[] };
  for (let n = 1; n <= count; n += 1) {
    const intent = reply(`c${n % CONVERSATIONS}`, `Sample answer number ${n}.`);
    const evidence = [{ at: n, state: 'queued', note: 'journalled' }] as const;
    const row = anOutboxRow(n, intent.action, { intent, evidence });
    const bytes = Buffer.from(JSON.stringify({ rows: [row] }));
    seen.journal.push(await timed(() => journal.append([row])));
    seen.bare.push(
      await timed(async () => {
        await bare.write(bytes);
        await bare.datasync();
      }),
    );
  }
  await bare.close();
  await journal.close();
  return against('outbox.journal-append.p95', 'ms', quantile(seen.journal, 0.95), quantile(seen.bare, 0.95), {
    word: '≤',
    ratio: MAX_APPEND_RATIO,
  });
}

async function drains(folder: string, replies: number, say: BenchContext['say']): Promise<Line> {
  const helpdesk = await startHelpdesk({ dataDir: join(folder, 'desk'), seed: 2 * CONVERSATIONS });
  try {
    const host = await openHost(join(folder, 'console'), helpdesk);
    const ids = [...host.conversations].slice(0, 2 * CONVERSATIONS);
    const seen = { outbox: [] as number[], bare: [] as number[] };
    for (let round = 1; round <= ROUNDS; round += 1) {
      // Never two replies of both sides in one conversation: a foreign reply would hold ours.
      const ours = ids.slice(0, ids.length / 2);
      const theirs = ids.slice(ids.length / 2);
      seen.bare.push(replies / (await barePosts(helpdesk, theirs, replies)));
      seen.outbox.push(replies / (await drained(host.desk, ours, replies)));
      say(
        `round ${round}: outbox ${Math.round(seen.outbox.at(-1) ?? 0)}, bare ${Math.round(seen.bare.at(-1) ?? 0)} replies/s`,
      );
    }
    await host.close();
    return paired('outbox.drain', 'replies/s', seen.outbox, seen.bare, {
      word: '≥',
      ratio: MIN_DRAIN_RATIO,
    });
  } finally {
    await helpdesk.stop();
  }
}

interface Host {
  desk: Desk;
  /** Ids of the conversations it has pulled. */
  conversations: ReadonlySet<string>;
  close(): Promise<void>;
}

/** Everything of the host but its door. */
async function openHost(folder: string, helpdesk: RunningHelpdesk): Promise<Host> {
  const fs = nodeFileSystem;
  const clock = systemClock;
  const log = (): void => undefined;
  const install = await openInstall(fs, folder);
  const stores: Stores = await openStores({ fs, folder, install, accountIds: [ACCOUNT], clock, log });
  const events = createEventHub(clock.now);
  const desk = await openDesk({
    ...{ fs, folder, stores, events, clock, log, backends: createBackends() },
    onRenewed: () => Promise.resolve(),
    served: [{ id: ACCOUNT, name: 'Bench', backend: 'embedded', url: helpdesk.url }],
  });
  desk.accounts()[0]?.connect({ url: helpdesk.url, credentials: { token: helpdesk.token } });
  await until(() => desk.accounts()[0]?.account().asOf !== null);
  const conversations = new Set<string>();
  const spool = stores.spools.get(ACCOUNT);
  for (let after = 0, more = true; more && spool !== undefined;) {
    const page = await spool.read(after, 500);
    for (const { kind, id, row } of page.changes) {
      if (kind === 'conversation' && row !== null) conversations.add(id);
    }
    ({ seq: after, more } = page);
  }
  desk.start();
  return {
    desk,
    conversations,
    async close() {
      await desk.close();
      events.close();
      await stores.close();
    },
  };
}

/** Hands all replies in, then waits until the helpdesk has taken each. @returns seconds */
async function drained(desk: Desk, ids: readonly string[], replies: number): Promise<number> {
  const from = performance.now();
  const refs = await Promise.all(
    Array.from({ length: replies }, async (_, n) => {
      const { intent } = await desk.outbox.accept(reply(ids[n % ids.length] ?? '', `Sample answer ${n}.`));
      return intent.ref;
    }),
  );
  const waiting = new Set(refs);
  await until(() => {
    for (const row of desk.outbox.rows()) {
      if (row.state === 'accepted' || row.state === 'delivered') waiting.delete(row.intent.ref);
    }
    return waiting.size === 0;
  });
  return (performance.now() - from) / 1_000;
}

/** The same replies as plain requests, several at once. @returns seconds */
async function barePosts(
  helpdesk: RunningHelpdesk,
  ids: readonly string[],
  replies: number,
): Promise<number> {
  const from = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let n = next++; n < replies; n = next++) {
      const ref = `00000000-${randomUUID()}`;
      const answer = await fetch(`${helpdesk.url}api/v1/conversations/${ids[n % ids.length]}/messages`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${helpdesk.token}`,
          'content-type': 'application/json',
          'idempotency-key': ref,
        },
        body: JSON.stringify({
          kind: 'reply',
          text: `Sample answer ${n}.`,
          upload_ids: [],
          client_ref: ref,
          status_after: null,
        }),
      });
      if (!answer.ok) throw new Error(`The helpdesk answered ${answer.status}: ${await answer.text()}`);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return (performance.now() - from) / 1_000;
}

function reply(conversationId: string, text: string): Intent {
  const action = { kind: 'reply', text, files: [], statusAfter: null } as const;
  const ref = `0badcafe-${randomUUID()}`;
  return anIntent(0, action, {
    ref,
    accountId: ACCOUNT,
    conversationId,
    base: { messageId: null, version: null },
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 5));
}
