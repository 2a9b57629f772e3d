/**
 * What keeps a reply from being lost, doubled or contradicted, each as one part of the world around
 * the product that can be swapped for a bad one. The product's own code is never changed: a switched
 * off protection is a lying disk, a forgetful server, a deaf read-back. A simulator that does not
 * notice the bad part within 50 seeds proves nothing about the good one.
 */
import { buf as crc32 } from 'crc-32';
import type { Backend, BackendDescriptor } from '../../backends/port';
import type { Change } from '../../domain/entities';
import type { Intent } from '../../domain/intents';
import type { ThreadHead } from '../../domain/thread-moved';
import type { PullerOptions } from '../../sync/pull';
import type { HeadPort, JournalPort, Random } from '../../sync/ports';
import type { Spool } from '../../sync/spool';
import type { Draws } from './draws';
import type { Life } from './machine';
import type { DiskHabits } from './sim-disk';

/** Where the puller stores what came. */
export type PulledInto = PullerOptions['spool'];

type SeenEarlier = Pick<Spool, 'markOf' | 'thread'>;

/** The fake parts that a protection hangs on, as they are when all is well. */
export interface Parts {
  descriptor(descriptor: BackendDescriptor): BackendDescriptor;
  backend(backend: Backend): Backend;
  journal(journal: JournalPort, life: Life): JournalPort;
  spool(spool: PulledInto, life: Life): PulledInto;
  heads(heads: HeadPort): HeadPort;
  /** What the spool tells of an own message that came before its row waited for it. */
  echoes(spool: SeenEarlier): SeenEarlier;
  jitter(random: Random): Random;
  disk: DiskHabits;
  /** What a crash does to bytes that were written but not synced. */
  garble(draws: Draws): (tail: Uint8Array) => void;
  /** How many outboxes run on one journal. */
  owners: number;
  /** What the door makes of an intent that a page brings, again or for the first time. */
  brought(intent: Intent, times: number): Intent;
  remembersKeys: boolean;
  /** Whether a page hears that the spool began anew; if not, its seqs do so with each start. */
  tellsEpoch: boolean;
  /** Whether the host looks for what a restored server may have lost. */
  reverifies: boolean;
}

export const ALL_WELL: Parts = {
  descriptor: (descriptor) => descriptor,
  backend: (backend) => backend,
  journal: (journal) => journal,
  spool: (spool) => spool,
  heads: (heads) => heads,
  echoes: (spool) => spool,
  jitter: (random) => random,
  disk: { syncs: true, replaces: true },
  garble: (draws) => {
    if (!draws.chance(0.3)) return () => undefined;
    return (tail) => {
      if (tail.length > 0) tail[draws.int(0, tail.length - 1)] = draws.int(0, 255);
    };
  },
  owners: 1,
  brought: (intent) => intent,
  remembersKeys: true,
  tellsEpoch: true,
  reverifies: true,
};

export interface Protection {
  name: string;
  /** What it is for. */
  why: string;
  off: Partial<Parts>;
}

/** An own lane for every intent that `apart` names: its order among the others is forgotten. */
function ownLanes(apart: (intent: Intent) => boolean): Partial<Parts> {
  const MARK = '#';
  const real = (id: string): string => id.split(MARK)[0] ?? id;
  return {
    brought: (intent) =>
      apart(intent) ? { ...intent, conversationId: `${intent.conversationId}${MARK}${intent.ref}` } : intent,
    backend: (backend) => ({
      ...backend,
      perform: (operation, signal) =>
        backend.perform({ ...operation, conversationId: real(operation.conversationId) }, signal),
      findByRef: (conversationId, ref, signal) => backend.findByRef(real(conversationId), ref, signal),
    }),
  };
}

/** Changes a digit in what was written and makes its checksum fit, as if there were none. */
function forge(tail: Uint8Array, draws: Draws): void {
  const text = new TextDecoder().decode(tail);
  const end = text.indexOf('\n');
  const line = end < 0 ? '' : text.slice(0, end);
  const at = line.search(/Answer \d/);
  if (at < 0 || !draws.chance(0.9)) return;
  const forged = `${line.slice(0, at)}Answer ${draws.int(1, 9)}${line.slice(at + 8)}`;
  const head = forged.indexOf(' ', 2) + 1;
  const sum = (crc32(new TextEncoder().encode(forged.slice(head))) >>> 0).toString(16).padStart(8, '0');
  tail.set(new TextEncoder().encode(`${forged.slice(0, 2)}${sum}${forged.slice(head - 1)}\n`));
}

function unnamed(change: Change): Change {
  if (change.kind !== 'message' || change.row === null) return change;
  return { ...change, row: { ...change.row, clientRef: null } };
}

const NEVER_HEARD_OF: ThreadHead = { conversation: null, gone: false, movedTo: null, messages: [] };

export const PROTECTIONS: readonly Protection[] = [
  {
    name: 'settle',
    why: 'after silence a request may still be carried out: wait out its longest life before asking',
    off: { descriptor: (descriptor) => ({ ...descriptor, settleMs: 0 }) },
  },
  {
    name: 'read-back',
    why: 'what is unknown is asked for by its reference before it is sent again',
    off: { backend: (backend) => ({ ...backend, findByRef: () => Promise.resolve(null) }) },
  },
  {
    name: 'single-owner',
    why: 'one outbox drains a journal',
    off: { owners: 2 },
  },
  {
    name: 'journal-first',
    why: 'an intent counts as taken only when the disk has it',
    off: {
      journal: (journal, life) => ({
        async append(rows) {
          void life.machine.time.wait(1_500).then(() => (life.over ? undefined : journal.append(rows)));
        },
      }),
    },
  },
  {
    name: 'claim-first',
    why: 'that a row is being sent is on the disk before the request leaves',
    off: {
      journal: (journal) => ({
        async append(rows) {
          const others = rows.filter((row) => row.state !== 'sending');
          if (others.length > 0) await journal.append(others);
        },
      }),
    },
  },
  {
    name: 'idempotent-door',
    why: 'the same decision brought twice is one intent',
    off: {
      brought: (intent, times) =>
        times === 1
          ? intent
          : { ...intent, ref: `${intent.ref.slice(0, -2)}${String(times).padStart(2, '0')}` },
    },
  },
  {
    name: 'order',
    why: 'one row at a time in a conversation, in the order of deciding',
    off: ownLanes(() => true),
  },
  {
    name: 'coalesce',
    why: 'of several waiting edits of one kind only the newest leaves',
    off: ownLanes((intent) => intent.action.kind === 'status' || intent.action.kind === 'priority'),
  },
  {
    name: 'hold',
    why: 'a reply is held when somebody else has written since',
    off: { heads: (heads) => ({ ...heads, head: () => Promise.resolve(NEVER_HEARD_OF) }) },
  },
  {
    name: 'fresh-head',
    why: 'the thread is read anew before a reply leaves, not remembered',
    off: { heads: ({ known }) => ({ known, head: (accountId, id) => known(accountId, id) }) },
  },
  {
    name: 'sweep',
    why: 'what vanished without a word in any feed is found by comparing all ids',
    off: { backend: ({ sweep: _unused, ...backend }) => backend },
  },
  {
    name: 'epoch',
    why: 'a page hears when the seqs it knows mean nothing any more',
    off: { tellsEpoch: false },
  },
  {
    name: 'checksum',
    why: 'what a crash garbled is told from what was written',
    off: { garble: (draws) => (tail) => forge(tail, draws) },
  },
  {
    name: 'overlap',
    why: 'a feed whose rows may turn up late is read again from a little earlier',
    off: { backend: ({ rewind: _forgotten, ...backend }) => backend },
  },
  {
    name: 'fsync',
    why: 'what was acknowledged survives a power cut',
    off: { disk: { ...ALL_WELL.disk, syncs: false } },
  },
  {
    name: 'rewrite-named-first',
    why: 'which generation of a compacted journal counts is on the disk before the other is removed',
    off: { disk: { ...ALL_WELL.disk, replaces: false } },
  },
  {
    name: 'cursor-with-rows',
    why: 'a cursor is never ahead of its rows',
    off: {
      spool: (spool, life) => ({
        cursorOf: (feed) => spool.cursorOf(feed),
        markOf: (kind, id) => spool.markOf?.(kind, id) ?? null,
        idsOf: (kind) => spool.idsOf?.(kind) ?? [],
        async commit(feed, cursor, changes, ages) {
          await spool.commit(feed, cursor, []);
          await life.alive(life.machine.time.wait(1_500));
          return spool.commit(feed, cursor, changes, ages);
        },
      }),
    },
  },
  {
    name: 'reverify',
    why: 'what a server restored from a backup had confirmed is looked for, and the agent is asked',
    off: { reverifies: false },
  },
  {
    name: 'reference-in-feed',
    why: 'a message names its reference, so that a copy of the profile knows it and does not say it again',
    off: {
      backend: (backend) => ({
        ...backend,
        async pull(feed, cursor, signal) {
          const page = await backend.pull(feed, cursor, signal);
          return { ...page, changes: page.changes.map(unnamed) };
        },
      }),
    },
  },
  {
    name: 'idempotency-key',
    why: 'a T1 server does a repeated request once',
    off: { remembersKeys: false },
  },
  {
    name: 'backoff',
    why: 'a link that fails is tried more and more rarely',
    off: { jitter: () => ({ next: () => 0 }) },
  },
];

/** The parts of a world with one protection switched off, or with all of them on. */
export function partsWithout(name: string | null): Parts {
  if (name === null) return ALL_WELL;
  const protection = PROTECTIONS.find((candidate) => candidate.name === name);
  if (protection === undefined) throw new Error(`There is no protection called "${name}".`);
  return { ...ALL_WELL, ...protection.off };
}
