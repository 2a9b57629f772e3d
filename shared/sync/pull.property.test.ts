/**
 * Whatever happens to server, link, disk and console while it is pulled: once they are well again
 * the spool holds what the server holds, and so does a page that follows the spool.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackendError } from '../backends/backend-error';
import type { Backend } from '../backends/port';
import { NOON } from '../testing/builders';
import { FeedServer, LATE_MS, type FeedName } from '../testing/feed-server';
import { MemoryFileSystem } from '../testing/memory-file-system';
import { seededRandom } from '../testing/seeded-random';
import { VirtualClock } from '../testing/virtual-clock';
import { createPuller } from './pull';
import { openSpool, type Spool } from './spool';

const FOLDER = 'data/spool/a1';
/** Many, so that a row that was lost is seldom written again. */
const IDS = Array.from({ length: 20 }, (_, n) => String(n));
const RUNS = 150;
/** A machine under load must not fail the test. */
const PATIENCE_MS = 120_000;

type Happening =
  | { type: 'write'; feed: FeedName; id: string; late: boolean }
  | { type: 'remove'; feed: FeedName; id: string }
  | { type: 'merge'; from: string; into: string }
  | { type: 'backup' }
  | { type: 'restore' }
  | { type: 'fail'; calls: number };

/** One life of the console: when its disk stops and what is left of it. */
interface Life {
  operation: number;
  share: number;
  tear: number;
  /** Where in the newest segment a bit turns over, if one does. */
  scribble: number | null;
}

const feed = fc.constantFrom<FeedName>('conversations', 'messages');
const id = fc.constantFrom(...IDS);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant('write' as const), feed, id, late: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('remove' as const), feed, id }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('merge' as const), from: id, into: id }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('backup' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restore' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('fail' as const), calls: fc.integer({ min: 1, max: 4 }) }),
  },
);
const story = fc.record({
  pageSize: fc.integer({ min: 1, max: 4 }),
  /** What happens right before which call. */
  happenings: fc.array(fc.record({ call: fc.integer({ min: 0, max: 40 }), what: happening }), {
    minLength: 5,
    maxLength: 40,
    size: 'max',
  }),
  lives: fc.array(
    fc.record({
      operation: fc.noBias(fc.integer({ min: 0, max: 30 })),
      share: fc.noBias(fc.nat(100)).map((n) => n / 100),
      tear: fc.noBias(fc.nat(100)).map((n) => n / 100),
      scribble: fc.option(fc.nat(2_000), { freq: 5, nil: null }),
    }),
    { maxLength: 3, size: 'max' },
  ),
});

interface Told {
  pageSize: number;
  happenings: readonly { call: number; what: Happening }[];
}

class World {
  readonly clock = new VirtualClock(NOON);
  readonly server: FeedServer;
  fs = new MemoryFileSystem();
  /** What a page holds that follows the spool. */
  readonly page = { epoch: '', seq: 0, rows: new Map<string, unknown>() };
  #calls = 0;
  #failing = 0;
  #restore: () => void;
  #happenings: readonly { call: number; what: Happening }[];
  #epochs = 0;

  readonly #backend: Backend;

  constructor({ kind, sweep }: Pick<Setting, 'kind' | 'sweep'>, { pageSize, happenings }: Told) {
    this.server = new FeedServer(kind);
    const { sweep: port, ...backend } = this.server.backend();
    this.#backend = sweep && port !== undefined ? { ...backend, sweep: port } : backend;
    this.server.pageSize = pageSize;
    this.#restore = this.server.backup();
    this.#happenings = happenings;
    this.server.onCall = () => this.#beforeCall();
  }

  /** Runs the console on its disk until that crashes, or for a while. */
  async live(life: Life | null, forMs: number): Promise<void> {
    if (life !== null) this.fs.crashAt(life);
    const stop = new AbortController();
    let crashed = false;
    void this.fs.crashed.then(() => (crashed = true));
    const opening = this.#open();
    let spool: Spool | null = null;
    void opening.then((opened) => (spool = opened));
    await this.clock.settle();
    for (let waited = 0; spool === null && !crashed && waited < 100; waited += 1) await this.clock.settle();
    if (spool !== null) {
      const puller = createPuller({
        accountId: 'a1',
        backend: this.#backend,
        spool,
        clock: this.clock,
        random: seededRandom(1),
        onState: () => undefined,
        onChanges: () => undefined,
      });
      void puller.run(stop.signal);
      for (let passed = 0; passed < forMs && !crashed; passed += 500) {
        await this.clock.advance(500);
        this.server.now += 500;
      }
      if (!crashed) await this.#follow(spool);
    }
    stop.abort();
    await this.clock.advance(1);
    if (life === null) return;
    this.fs = this.fs.afterCrash(life.tear);
    if (life.scribble !== null) this.#scribble(life.scribble);
  }

  /** Lets happen what has not happened yet. */
  async rest(): Promise<void> {
    for (; this.#calls <= 41;) await this.#beforeCall().catch(() => undefined);
    this.#failing = 0;
    this.server.now += 2 * LATE_MS;
  }

  #open(): Promise<Spool> {
    return openSpool({
      fs: this.fs,
      folder: FOLDER,
      segmentBytes: 2_000,
      newEpoch: () => `epoch-${++this.#epochs}`,
      onConversation: () => undefined,
    });
  }

  async #follow(spool: Spool): Promise<void> {
    const { page } = this;
    const known = page.epoch === spool.epoch && spool.knows(page.seq);
    if (!known) Object.assign(page, { epoch: spool.epoch, seq: 0, rows: new Map() });
    for (let more = true; more;) {
      const next = await spool.read(page.seq, 3);
      for (const { kind, id: rowId, row } of next.changes) {
        if (row === null) page.rows.delete(`${kind}/${rowId}`);
        else page.rows.set(`${kind}/${rowId}`, row);
      }
      page.seq = next.seq;
      more = next.more;
    }
  }

  async #beforeCall(): Promise<void> {
    for (const { call, what } of this.#happenings) if (call === this.#calls) this.#happen(what);
    this.#calls += 1;
    // An answer takes a moment, so that what happens meanwhile happens between two pages.
    await Promise.resolve();
    if (this.#failing === 0) return;
    this.#failing -= 1;
    throw new BackendError('no-answer', 'made to fail');
  }

  #happen(what: Happening): void {
    const { server } = this;
    switch (what.type) {
      case 'write':
        return server.write(
          what.feed,
          what.id,
          'c1',
          what.late && server.kind === 'time' ? LATE_MS - 500 : 0,
        );
      case 'remove':
        return server.remove(what.feed, what.id);
      case 'merge':
        if (what.from === what.into || !server.has('conversations', what.into)) return;
        if (server.has('messages', what.from)) server.write('messages', what.from, what.into);
        return server.remove('conversations', what.from, what.into);
      case 'backup':
        this.#restore = server.backup();
        return;
      case 'restore':
        return this.#restore();
      case 'fail':
        this.#failing = what.calls;
    }
  }

  #scribble(at: number): void {
    const path = this.fs
      .paths()
      .filter((candidate) => candidate.endsWith('.log'))
      .at(-1);
    if (path === undefined) return;
    this.fs.scribble(path, (bytes) => {
      if (bytes.length > 0) bytes[at % bytes.length]! ^= 0x10;
      return bytes;
    });
  }
}

interface Setting {
  name: string;
  kind: 'revision' | 'time';
  sweep: boolean;
  /** What this server does without that a sweep is needed to see it. */
  happens: readonly Happening['type'][];
}

const all = ['write', 'remove', 'merge', 'backup', 'restore', 'fail'] as const;
const SETTINGS: readonly Setting[] = [
  { name: 'by revision', kind: 'revision', sweep: true, happens: all },
  { name: 'by time', kind: 'time', sweep: true, happens: all },
  {
    name: 'by revision that lists no ids',
    kind: 'revision',
    sweep: false,
    happens: ['write', 'remove', 'merge', 'fail'],
  },
  { name: 'by time that lists no ids', kind: 'time', sweep: false, happens: ['write', 'fail'] },
];

describe.each(SETTINGS)('a server $name', (setting) => {
  it(
    'and a console that crashes, tears, restarts and is cut off agree in the end',
    async () => {
      await fc.assert(
        fc.asyncProperty(story, async (told) => {
          const happenings = told.happenings.filter(({ what }) => setting.happens.includes(what.type));
          const world = new World(setting, { ...told, happenings });
          for (const life of told.lives) await world.live(life, 15_000);
          await world.rest();
          await world.live(null, 90_000);
          expect(world.page.rows).toEqual(world.server.truth());
        }),
        { numRuns: RUNS },
      );
    },
    PATIENCE_MS,
  );
});
