import type { OutboxRow } from '@shared/domain/intents';
import { NO_FILTER, type LogFilter } from '@shared/domain/log-filter';
import { describe, expect, it } from 'vitest';
import { DoorFailure } from '../door/failure';
import { intent, outboxRow } from '../testing/builders';
import { DeliveryLog, type OlderPage } from './delivery-log';
import { Signal } from './signal';

/** Rows of these orders; revisions rise with them. */
function rows(...orders: number[]): OutboxRow[] {
  return orders.map((order) =>
    outboxRow(intent(`c${order}`), { order, revision: order, state: 'delivered' }),
  );
}

class Desk {
  readonly asked: (number | null)[] = [];
  readonly unconfirmed = new Signal<readonly OutboxRow[]>([]);
  readonly rows = new Map<string, OutboxRow>();
  answer: (before: number | null) => Promise<OlderPage> = () => Promise.resolve({ rows: [], before: null });
  /** Of the last request. */
  signal: AbortSignal | null = null;
  readonly log: DeliveryLog;

  constructor(filter: LogFilter = NO_FILTER) {
    const door = {
      log: (before: number | null, _limit: number, sought: LogFilter, signal: AbortSignal) => {
        expect(sought).toBe(filter);
        this.asked.push(before);
        this.signal = signal;
        return this.answer(before);
      },
    };
    const outbox = { unconfirmed: this.unconfirmed, known: () => this.rows.values() };
    this.log = new DeliveryLog({ door, outbox }, filter);
  }

  /** The window hears of rows. */
  hear(...heard: OutboxRow[]): void {
    for (const row of heard) this.rows.set(row.intent.ref, row);
    this.unconfirmed.set([...this.rows.values()]);
  }

  get shown(): number[] {
    return this.log.view.get().rows.map(({ order }) => order);
  }
}

const away = (): Promise<never> => Promise.reject(new DoorFailure('unreachable', 'away'));

describe('the delivery log of a screen', () => {
  it('shows what this window knows until the first page is there', async () => {
    const desk = new Desk();
    desk.hear(...rows(7, 9));
    desk.answer = () => Promise.resolve({ rows: rows(9, 8, 7), before: 7 });
    desk.log.open();
    expect(desk.shown).toEqual([9, 7]);
    expect(desk.log.view.get().older).toBe('reading');
    await desk.log.readOlder();
    expect(desk.shown.filter((order) => order === 8)).toEqual([8]);
    expect(desk.log.view.get().older).toBe('more');
  });

  it('reads on below, one page at a time, to the end', async () => {
    const desk = new Desk();
    const pages = new Map<number | null, OlderPage>([
      [null, { rows: rows(5, 4), before: 4 }],
      [4, { rows: rows(3, 2), before: 2 }],
      [2, { rows: rows(1), before: null }],
    ]);
    desk.answer = (before) => Promise.resolve(pages.get(before)!);
    desk.log.open();
    await Promise.all([desk.log.readOlder(), desk.log.readOlder()]);
    expect(desk.asked).toEqual([null]);
    for (let n = 0; n < 5; n += 1) await desk.log.readOlder();
    expect(desk.asked).toEqual([null, 4, 2]);
    expect(desk.shown).toEqual([5, 4, 3, 2, 1]);
    expect(desk.log.view.get().older).toBe('none');
  });

  it('reads on at once when the one who hears of a page asks for the next', async () => {
    const desk = new Desk();
    desk.answer = (before) =>
      Promise.resolve(before === null ? { rows: rows(2), before: 2 } : { rows: rows(1), before: null });
    desk.log.view.subscribe(() => {
      if (desk.log.view.get().older === 'more') void desk.log.readOlder();
    });
    desk.log.open();
    await desk.log.readOlder();
    await desk.log.readOlder();
    expect(desk.shown).toEqual([2, 1]);
  });

  it('puts what was decided meanwhile on top, and moves on what is on screen', async () => {
    const desk = new Desk();
    const [first, second] = rows(2, 1) as [OutboxRow, OutboxRow];
    desk.answer = () => Promise.resolve({ rows: [{ ...first, state: 'queued' }, second], before: null });
    desk.log.open();
    await desk.log.readOlder();
    desk.hear(...rows(3), { ...first, revision: 9, state: 'delivered' });
    expect(desk.shown).toEqual([3, 2, 1]);
    expect(desk.log.view.get().rows[1]?.state).toBe('delivered');
  });

  it('does not take older news for newer', async () => {
    const desk = new Desk();
    const [row] = rows(4) as [OutboxRow];
    desk.hear({ ...row, revision: 8, state: 'delivered' });
    desk.answer = () => Promise.resolve({ rows: [{ ...row, state: 'sending' }], before: null });
    desk.log.open();
    await desk.log.readOlder();
    expect(desk.log.view.get().rows[0]?.state).toBe('delivered');
  });

  it('leaves an old row that still waits for its own page, so nothing is missing in between', async () => {
    const desk = new Desk();
    const [old] = rows(1) as [OutboxRow];
    desk.hear(old);
    desk.answer = (before) =>
      Promise.resolve(
        before === null ? { rows: rows(9, 8), before: 8 } : { rows: [...rows(7), old], before: null },
      );
    desk.log.open();
    await desk.log.readOlder();
    expect(desk.shown).toEqual([9, 8]);
    await desk.log.readOlder();
    expect(desk.shown).toEqual([9, 8, 7, 1]);
  });

  it('says when the host does not answer, keeps what it has, and goes on from there', async () => {
    const desk = new Desk();
    desk.hear(...rows(3, 2));
    desk.answer = away;
    desk.log.open();
    await desk.log.readOlder();
    expect(desk.shown).toEqual([3, 2]);
    expect(desk.log.view.get().older).toBe('unreachable');
    desk.answer = () => Promise.resolve({ rows: rows(1), before: null });
    await desk.log.readOlder();
    expect(desk.log.view.get().older).toBe('none');
    expect(desk.shown.slice(-1)).toEqual([1]);
  });

  it('hears nothing more once it is closed', async () => {
    const desk = new Desk();
    const close = desk.log.open();
    await desk.log.readOlder();
    close();
    desk.hear(...rows(1));
    expect(desk.shown).toEqual([]);
  });

  it('tells what the host found, apart from what this window knows, and how far back it looked', async () => {
    const desk = new Desk({ state: 'all', text: 'lamp' });
    const [found] = rows(4);
    desk.answer = () => Promise.resolve({ rows: [found!], before: 3, reachedAt: 77 });
    desk.hear(...rows(9));
    desk.log.open();
    await desk.log.readOlder();
    expect(desk.shown).toEqual([9, 4]);
    expect(desk.log.view.get()).toMatchObject({ found: new Set([found!.intent.ref]), reachedAt: 77 });
  });

  it('gives up looking when nobody waits for it, which is no failure', async () => {
    const desk = new Desk({ state: 'held', text: '' });
    desk.answer = () =>
      new Promise((_, reject) => desk.signal?.addEventListener('abort', () => reject(new Error('over'))));
    const close = desk.log.open();
    const reading = desk.log.readOlder();
    close();
    await reading;
    expect(desk.log.view.get().older).toBe('more');
  });

  it('has what it read when it is opened again', async () => {
    const desk = new Desk();
    desk.answer = () => Promise.resolve({ rows: rows(5, 4), before: 4 });
    const close = desk.log.open();
    await desk.log.readOlder();
    close();
    desk.hear(...rows(6));
    desk.log.open();
    expect(desk.shown).toEqual([6, 5, 4]);
    expect(desk.asked).toEqual([null]);
  });
});
