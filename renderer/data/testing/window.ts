/** A window of the console over a fake host: its page's data and, if wanted, its leader. */
import 'fake-indexeddb/auto';
import { declareCacheDb, yieldWhenReplaced, type CacheDb } from '../cache/cache-db';
import { createCodec, nullCipher } from '../cache/codec';
import { declareWorkDb, type WorkDb } from '../cache/work-db';
import { DoorClient } from '../door/door-client';
import { openChannel, type WindowChannel } from '../leader/channel';
import { Leader } from '../leader/leader';
import { PageData } from '../page-data';
import { hadCache } from '../stores/kept-locally';
import { NOON } from './builders';
import type { FakeHost } from './fake-host';
import { ManualClock } from './manual-clock';

let origins = 0;

/** What all windows of one origin share. */
export class FakeOrigin {
  readonly name = `origin-${(origins += 1)}`;
  readonly clock = new ManualClock(NOON);
  readonly texts = new Map<string, string>();
  readonly local = {
    getItem: (key: string) => this.texts.get(key) ?? null,
    setItem: (key: string, value: string) => void this.texts.set(key, value),
  };
  readonly cacheName = `${this.name}-cache`;
  readonly workName = `${this.name}-work`;
}

export class FakeWindow {
  readonly cache: CacheDb;
  readonly work: WorkDb;
  readonly data: PageData;
  readonly reloads: string[] = [];
  token: string;
  readonly #origin: FakeOrigin;
  readonly #host: FakeHost;
  readonly #channels: WindowChannel[] = [];
  readonly #leading = new AbortController();
  #led: Promise<void> = Promise.resolve();
  #leaderDb: CacheDb | null = null;
  #ids = 0;

  constructor(origin: FakeOrigin, host: FakeHost) {
    this.#origin = origin;
    this.#host = host;
    this.token = host.token;
    this.cache = declareCacheDb(origin.cacheName);
    this.work = declareWorkDb(origin.workName);
    yieldWhenReplaced(this.cache, () => undefined);
    this.data = new PageData({
      door: this.#door(),
      channel: this.#channel(),
      cache: this.cache,
      work: this.work,
      codec: createCodec(nullCipher),
      clock: origin.clock,
      local: origin.local,
      newId: () => `00000000-0000-4000-9000-${String((this.#ids += 1)).padStart(12, '0')}`,
      whenIdle: () => Promise.resolve(),
      onWrongToken: () => void this.reloads.push('wrong-token'),
      onOtherBuild: () => void this.reloads.push('other-build'),
    });
  }

  /** Begins to lead, as the worker does that got the lock. */
  lead(): Leader {
    const db = declareCacheDb(this.#origin.cacheName);
    this.#leaderDb = db;
    const leader = new Leader({
      db,
      codec: createCodec(nullCipher),
      door: this.#door(),
      channel: this.#channel(),
      clock: this.#origin.clock,
      random: () => 0.5,
      hadCache: hadCache(this.#origin.local),
    });
    yieldWhenReplaced(db, leader.lookAgain);
    this.#led = leader.lead(this.#leading.signal);
    return leader;
  }

  /** Everything stops at once; what is on disk stays. */
  async close(): Promise<void> {
    this.#leading.abort();
    await this.#led;
    for (const channel of this.#channels) channel.close();
    this.cache.close();
    this.work.close();
    this.#leaderDb?.close();
  }

  #channel(): WindowChannel {
    const channel = openChannel(this.#origin.name);
    this.#channels.push(channel);
    return channel;
  }

  #door(): DoorClient {
    return new DoorClient({
      base: '',
      token: () => this.token,
      fetch: this.#host.fetch,
      onOtherBuild: () => this.data.outdated(),
      onWrongToken: () => this.data.refused(),
    });
  }
}
