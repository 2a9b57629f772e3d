/** One per window. Competes for the lead; whoever has it holds the event stream and writes the cache. */
import { CACHE_NAME, declareCacheDb, yieldWhenReplaced } from '../cache/cache-db';
import { createCodec, nullCipher } from '../cache/codec';
import { bucketOf } from '../cache/store-bucket';
import { systemClock } from '../clock';
import { DoorClient } from '../door/door-client';
import { openChannel } from './channel';
import { Leader } from './leader';
import { competeForLead } from './leadership';
import type { ToWorker } from './worker-messages';

const channel = openChannel();
let token: string | null = null;
let started = false;

async function start(hadCache: boolean): Promise<void> {
  const db = declareCacheDb(CACHE_NAME, await bucketOf('cache'));
  const door = new DoorClient({
    base: '',
    token: () => token,
    fetch: (input, init) => fetch(input, init),
    onOtherBuild: () => channel.send({ type: 'other-build' }),
    onWrongToken: () => undefined,
  });
  const leader = new Leader({
    db,
    codec: createCodec(nullCipher),
    door,
    channel,
    clock: systemClock,
    random: Math.random,
    hadCache,
  });
  yieldWhenReplaced(db, leader.lookAgain);
  void competeForLead(
    { locks: navigator.locks, channel, clock: systemClock, lead: (signal) => leader.lead(signal) },
    new AbortController().signal,
  );
}

self.addEventListener('message', (heard: MessageEvent<ToWorker>) => {
  token = heard.data.token;
  if (started) return;
  started = true;
  void start(heard.data.hadCache);
});
