/**
 * Whatever the disk does to a spool, a page that follows it ends up with what the server has, though
 * the server tells of what is gone only once. A sweep buries what the spool holds in error; it brings
 * back nothing, as with a backend that has none.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Change } from '../domain/entities';
import { MemoryFileSystem } from '../testing/memory-file-system';
import { conversation, folder } from '../testing/spool-kit';
import { followSpool, type SpoolNews } from './follow-spool';
import { PulledRows } from './pulled-rows';
import { openSpool, type Spool } from './spool';

const FEED = 'conversations';
const PAGE = 3;
const NEWLINE = 0x0a;

/** Tells every change after a revision; from the start only what is there. */
class Server {
  readonly rows = new Map<string, string>();
  #revision = 0;
  #changed = new Map<string, number>();

  put(id: string, text: string | null): void {
    if (text === null && !this.rows.has(id)) return;
    if (text === null) this.rows.delete(id);
    else this.rows.set(id, text);
    this.#revision += 1;
    this.#changed.delete(id);
    this.#changed.set(id, this.#revision);
  }

  page(cursor: string | null): { changes: Change[]; ages: number[]; cursor: string; more: boolean } {
    const after = Number(cursor ?? 0);
    const all = [...this.#changed].filter(([id, at]) => at > after && (cursor !== null || this.rows.has(id)));
    const page = all.slice(0, PAGE);
    const more = all.length > PAGE;
    const end = more ? (page.at(-1)?.[1] ?? after) : this.#revision;
    return {
      changes: page.map(([id]) => this.#rowOf(id)),
      ages: page.map(([, at]) => at),
      cursor: `${end}`,
      more,
    };
  }

  #rowOf(id: string): Change {
    const text = this.rows.get(id);
    return text === undefined
      ? { kind: 'conversation', id, row: null, movedTo: null }
      : conversation(id, text);
  }
}

class World {
  readonly server = new Server();
  readonly page = new Map<string, string>();
  #cursor: { epoch: string; seq: number } | null = null;
  #fs = new MemoryFileSystem();
  #spool!: Spool;
  #epochs = 0;
  #texts = 0;
  /** A row went bad under the spool's feet: what became of it is certain only after the next start. */
  needsRestart = false;

  async open(): Promise<void> {
    this.needsRestart = false;
    this.#spool = await openSpool({
      fs: this.#fs,
      folder,
      segmentBytes: 900,
      blockSeqs: 5,
      newEpoch: () => `e${(this.#epochs += 1)}`,
      onConversation: () => undefined,
    });
  }

  put(id: number, there: boolean): void {
    this.server.put(`c${id}`, there ? `${(this.#texts += 1)} ${'x'.repeat(id * 20)}` : null);
  }

  async pull(pages: number): Promise<void> {
    const rows = new PulledRows(this.#spool);
    for (let n = 0, more = true; n < pages && more; n += 1) {
      const page = this.server.page(rows.cursorOf(FEED));
      await rows.take(FEED, page.cursor, page, { order: 'arrival', keepCursor: true });
      // Forgotten meanwhile: a row turned out damaged.
      more = page.more || rows.cursorOf(FEED) === null;
    }
  }

  /** As a page does it, only that it may stop in the middle. */
  async follow(pages: number): Promise<void> {
    let left = pages;
    await followSpool<SpoolNews>({
      cursor: () => Promise.resolve(this.#cursor),
      ask: async (after) => {
        if ((left -= 1) < 0) throw new Error('The page was closed.');
        const page = await this.#spool.read(after, 2);
        return { ...page, epoch: this.#spool.knows(after) ? this.#spool.epoch : '' };
      },
      drop: async () => this.page.clear(),
      store: async ({ changes, epoch, seq }) => {
        for (const { id, row } of changes) {
          if (row === null) this.page.delete(id);
          else this.page.set(id, (row as { subject: string }).subject);
        }
        this.#cursor = { epoch, seq };
      },
    }).catch((error: Error) => expect(error.message).toBe('The page was closed.'));
  }

  /** The process is killed, and the disk loses more than it may: nothing, an end, a bit. */
  async crash(damage: 'none' | 'line-end' | 'cut' | 'flip', file: number, at: number): Promise<void> {
    this.#fs = this.#fs.afterCrash(1);
    if (damage !== 'none') this.#damage(damage, file, at);
    await this.open();
  }

  /** A bit of a log flips while the spool is open. */
  rot(file: number, at: number): void {
    this.#damage('flip', file, at, '.log');
    this.needsRestart = true;
  }

  async sweep(): Promise<void> {
    const gone = [...this.#spool.idsOf('conversation')].filter((id) => !this.server.rows.has(id));
    const changes = gone.map((id): Change => ({ kind: 'conversation', id, row: null, movedTo: null }));
    await new PulledRows(this.#spool).take(
      '@sweep',
      '',
      { changes },
      { order: 'arrival', keepCursor: false },
    );
  }

  async readAll(): Promise<void> {
    await this.#spool.read(0, Infinity);
  }

  #damage(damage: 'line-end' | 'cut' | 'flip', file: number, share: number, ending = ''): void {
    const paths = this.#fs.paths().filter((path) => path.endsWith(ending));
    const path = paths[Math.floor(file * paths.length)];
    if (path === undefined) return;
    this.#fs.scribble(path, (bytes) => {
      const at = Math.floor(share * bytes.length);
      if (damage === 'cut') return bytes.slice(0, at);
      if (damage === 'line-end') return bytes.slice(0, bytes.lastIndexOf(NEWLINE, at) + 1);
      if (at < bytes.length) bytes[at]! ^= 1;
      return bytes;
    });
  }
}

const share = fc.double({ min: 0, max: 0.999, noNaN: true });
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('put' as const), id: fc.nat(9), there: fc.boolean() }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('pull' as const), pages: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('follow' as const), pages: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('crash' as const),
      damage: fc.constantFrom('none', 'line-end', 'line-end', 'cut', 'flip'),
      file: share,
      at: share,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rot' as const), file: share, at: share }) },
);

it('a page ends up with what the server has, whatever a disk does to the spool between them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const world = new World();
      await world.open();
      for (const one of steps) {
        if (one.do === 'put') world.put(one.id, one.there);
        else if (one.do === 'pull') await world.pull(one.pages);
        else if (one.do === 'follow') await world.follow(one.pages);
        else if (one.do === 'crash') await world.crash(one.damage, one.file, one.at);
        else world.rot(one.file, one.at);
      }
      if (world.needsRestart) {
        // All of it is read once, as by a new page or a compaction, so that what went bad is found.
        await world.readAll();
        await world.crash('none', 0, 0);
      }
      await world.pull(Infinity);
      await world.sweep();
      await world.follow(Infinity);
      expect(Object.fromEntries(world.page)).toEqual(Object.fromEntries(world.server.rows));
    }),
    { numRuns: 500 },
  );
});
