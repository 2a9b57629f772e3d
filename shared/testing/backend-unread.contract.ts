/** The part of the backend contract about conversations that could not be read once, on a server that is well again. */
import { expect } from 'vitest';
import { conversationFeed } from '../backends/check/check-kit';
import type { Backend } from '../backends/port';
import type { Message } from '../domain/entities';
import { PulledRows } from '../sync/pulled-rows';
import { UnreadThreads } from '../sync/unread-threads';
import { SPOILED, spoiling } from './backend-threads.contract';
import { signal, type ContractCase } from './contract-kit';
import { HeldSpool } from './held-spool';
import { LeapingClock } from './leaping-clock';
import { seededRandom } from './seeded-random';

const NOON = Date.UTC(2026, 0, 5, 12);
/** Longer than any conversation waits until it is asked for again. */
const LONG_MS = 2 * 3_600_000;
/** What says nothing of whether the conversation is there. */
const PASSING = ['an error of the server', 'a web page', 'another shape'] as const;

/** What one console keeps of a server, and how it reads on. */
class Console {
  readonly spool = new HeldSpool();
  readonly clock = new LeapingClock(NOON);
  readonly #rows = new PulledRows(this.spool);

  unreadAt(backend: Backend): UnreadThreads {
    return new UnreadThreads({
      backend,
      rows: this.#rows,
      clock: this.clock,
      random: seededRandom(1),
      onNews: () => undefined,
      onChanged: () => undefined,
    });
  }

  async pull(backend: Backend): Promise<void> {
    const unread = this.unreadAt(backend);
    const feed = conversationFeed(backend);
    for (let more = true; more;) {
      const page = await backend.pull(feed, this.spool.cursorOf(feed), signal);
      await unread.note(page);
      await this.#rows.take(feed, page.cursor, page, { order: 'arrival', keepCursor: true });
      await unread.came(page);
      ({ more } = page);
    }
  }

  /** As after a restart: what is read again is what the disk has. */
  async readAgain(backend: Backend): Promise<void> {
    this.clock.pass(LONG_MS);
    await this.unreadAt(backend).readDue(signal);
  }

  texts(): string[] {
    const rows = [...this.spool.live()].filter(([key]) => key.startsWith('message/'));
    return rows.map(([, row]) => (row as Message).body.content);
  }
}

export const UNREAD_CASES: readonly ContractCase[] = [
  {
    title: 'has a message that could not be read once brought after all, though its cursor went past it',
    needs: 'threadRequest',
    async run(harness) {
      for (const why of PASSING) {
        const desk = new Console();
        const id = await harness.customerWrites(`Before ${why}`);
        await harness.customerWrites(`Another beside ${why}`);
        await desk.pull(harness.connect());
        await harness.customerAnswers(id, `FIRE after ${why}`);
        await desk.pull(harness.connect({ wrap: spoiling(harness, [id], SPOILED[why]) }));
        const healed = harness.connect();
        expect(desk.unreadAt(healed).count, why).toBe(1);
        expect(desk.texts().join(), why).not.toContain(`FIRE after ${why}`);
        await desk.readAgain(healed);
        expect(desk.texts().join(), why).toContain(`FIRE after ${why}`);
        expect(desk.spool.live().get(`conversation/${id}`), why).toMatchObject({
          preview: expect.stringContaining(`FIRE after ${why}`) as string,
        });
        expect(desk.unreadAt(healed).count, why).toBe(0);
      }
    },
  },
  {
    title: 'brings every conversation of a first sync in which every third could not be read',
    needs: 'threadRequest',
    async run(harness) {
      const desk = new Console();
      const ids: string[] = [];
      for (let n = 0; n < 9; n += 1) ids.push(await harness.customerWrites(`Question ${n}, no other`));
      const unread = ids.filter((_, n) => n % 3 === 0);
      const wrap = spoiling(harness, unread, SPOILED['an error of the server']);
      await desk.pull(harness.connect({ wrap }));
      const healed = harness.connect();
      expect(desk.unreadAt(healed).count).toBe(unread.length);
      await desk.readAgain(healed);
      const live = desk.spool.live();
      expect(ids.filter((id) => !live.has(`conversation/${id}`))).toEqual([]);
      const texts = desk.texts().join();
      expect(ids.filter((_, n) => !texts.includes(`Question ${n}, no other`))).toEqual([]);
    },
  },
  {
    title: 'keeps asking for a conversation that still cannot be read, ever more seldom',
    needs: 'threadRequest',
    async run(harness) {
      const desk = new Console();
      const id = await harness.customerWrites('Never readable');
      await harness.customerWrites('Always readable');
      let asked = 0;
      const wrap = spoiling(harness, [id], SPOILED['another shape'], () => (asked += 1));
      const broken = harness.connect({ wrap });
      await desk.pull(broken);
      const unread = desk.unreadAt(broken);
      const askedIn = async (ms: number): Promise<boolean> => {
        const before = asked;
        desk.clock.pass(ms);
        await unread.readDue(signal);
        return asked > before;
      };
      for (const wait of [30_000, 120_000, 600_000, 3_600_000, 3_600_000]) {
        expect(await askedIn(0.8 * wait), `${wait} ms`).toBe(false);
        expect(await askedIn(0.4 * wait), `${wait} ms`).toBe(true);
      }
      expect(desk.unreadAt(broken).count).toBe(1);
    },
  },
];
