/**
 * Seeds that once found a fault, kept for what they were about. A seed means another world once the
 * simulator draws differently, so each fault is also told as a short story where it was mended.
 */
import { expect, it } from 'vitest';
import { simulate } from './simulation';

const FOUND: readonly [seed: number, fault: string][] = [
  [844, 'a lane that began with half of its rows let the newest overtake (outbox-faults.test.ts)'],
  [332, 'a clock set back made a queued row wait for an hour (outbox-faults.test.ts)'],
  [3458, 'accepted was written over what the feed had proved (outbox-faults.test.ts)'],
  [185, 'a flipped bit in a version kept the host from starting (record-log.test.ts)'],
  [458, 'a torn end was cut off without a word while the disk was full (spool.test.ts)'],
  [2076, 'the outcome of a reply with files was dropped when the journal failed once'],
  [4159, 'a clock set back stretched what a server had asked for to an hour'],
  [3942, 'what came into a hold after the agent had looked counted as seen (outbox-faults.test.ts)'],
  [701574, 'cursors forgotten after damage came back when the log lost its end (spool.test.ts)'],
  [200754, 'the same in a feed that no sweep repairs (spool.test.ts)'],
  [502112, 'seqs were given out again after an end was lost between two lines (spool-seqs.test.ts)'],
  [941, 'a page never heard that the rows it stood behind were lost (spool.test.ts)'],
  [2234, 'a compacted log that lost its end looked whole (spool.test.ts)'],
  [3111800, 'a page of a feed on its way brought back a cursor that was forgotten (feed-walk.test.ts)'],
  [3135313, 'a long pull went on behind a late row and left it out for ever (pull.test.ts)'],
  [
    3131409,
    'an edit whose end a full disk did not take was sent after the newer one (outbox-faults.test.ts)',
  ],
  [3202674, 'a row that appeared behind a slow walk was behind the next overlap too (feed-walk.test.ts)'],
  [537, 'a hold showed less while a damaged spool was read again (held.test.ts)'],
  [180, 'an id that a restored server gave again made a lost reply look seen (earlier-echo.test.ts)'],
  [93, 'a spool that had lost its cursors hid that its server went back (pull.test.ts)'],
  [2297, 'a late page kept a lost reply from being asked about (reverify.test.ts)'],
  [2437, 'what was on its way when a server went back was never looked for (reverify.test.ts)'],
  [517, 'a look while the first page came from a restored server counted (rollback-watch.test.ts)'],
  [28930, 'a feed that was begun twice took a restored server for the one it knew (feed-walk.test.ts)'],
  [23824, 'a row that went bad stayed on a page after a restore took it away (spool-damage.test.ts)'],
];

it.each(FOUND)('seed %i: %s', async (seed) => {
  for (const mode of ['safety', 'liveness'] as const) {
    expect((await simulate({ seed, mode, without: null })).breaches).toEqual([]);
  }
});
