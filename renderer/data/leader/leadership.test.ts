import { afterEach, describe, expect, it, vi } from 'vitest';
import { NOON } from '../testing/builders';
import { ManualClock } from '../testing/manual-clock';
import { openChannel, type WindowChannel } from './channel';
import { competeForLead } from './leadership';

/** The Web Locks API for one name: a queue, stealing, and requests that can be given up. */
class FakeLocks {
  #queue: { run: () => void }[] = [];
  #holder: { break: () => void } | null = null;

  request = (async (_name: string, options: LockOptions, work: () => Promise<void>) => {
    const aborted = new DOMException('Aborted', 'AbortError');
    if (options.steal === true) {
      this.#holder?.break();
      this.#holder = null;
    } else if (this.#holder !== null) {
      await new Promise<void>((resolve, reject) => {
        const waiting = { run: resolve };
        this.#queue.push(waiting);
        options.signal?.addEventListener('abort', () => {
          this.#queue = this.#queue.filter((one) => one !== waiting);
          reject(aborted);
        });
      });
    }
    let lost!: (reason: unknown) => void;
    const broken = new Promise<never>((_, reject) => (lost = reject));
    const holder = { break: () => lost(aborted) };
    this.#holder = holder;
    try {
      await Promise.race([work(), broken]);
    } finally {
      if (this.#holder === holder) {
        this.#holder = null;
        this.#queue.shift()?.run();
      }
    }
  }) as unknown as LockManager['request'];
}

let channels: WindowChannel[] = [];
let names = 0;

afterEach(() => {
  for (const channel of channels) channel.close();
  channels = [];
});

function stage() {
  const locks = new FakeLocks();
  const clock = new ManualClock(NOON);
  const name = `leadership-${(names += 1)}`;
  const leading: string[] = [];
  const open = (who: string, beats: boolean) => {
    const channel = openChannel(name);
    channels.push(channel);
    const closing = new AbortController();
    const lead = async (signal: AbortSignal): Promise<void> => {
      leading.push(who);
      while (!signal.aborted) {
        if (beats) {
          const cache = { state: 'ready', reason: null, rows: 0, full: false } as const;
          channel.send({ type: 'beat', leaderEpoch: 1, link: 'live', since: 0, cache });
        }
        await clock.sleep(2_000, signal);
      }
      leading.splice(leading.indexOf(who), 1);
    };
    void competeForLead({ locks, channel, clock, lead }, closing.signal);
    return closing;
  };
  return { clock, leading, open };
}

describe('the lead', () => {
  it('is held by one window, and passes on when that window closes', async () => {
    const { leading, open, clock } = stage();
    const first = open('first', true);
    const second = open('second', true);
    await vi.waitFor(() => expect(leading).toEqual(['first']));
    await clock.pass(30_000);
    expect(leading).toEqual(['first']);
    first.abort();
    await vi.waitFor(() => expect(leading).toEqual(['second']));
    second.abort();
  });

  it('is taken by force from a leader that is silent for 10 s', async () => {
    const { leading, open, clock } = stage();
    const frozen = open('frozen', false);
    await vi.waitFor(() => expect(leading).toEqual(['frozen']));
    const next = open('next', true);
    await clock.pass(8_000);
    expect(leading).toEqual(['frozen']);
    await clock.pass(4_000);
    await vi.waitFor(() => expect(leading).toEqual(['next']));
    frozen.abort();
    next.abort();
  });
});
