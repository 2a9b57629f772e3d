import { expect, it } from 'vitest';
import type { Backend } from '../backends/port';
import { NOON } from '../testing/builders';
import { FakeBackend } from '../testing/fake-backend';
import { seededRandom } from '../testing/seeded-random';
import { VirtualClock } from '../testing/virtual-clock';
import { PushWatch } from './push-watch';

it.each([
  [undefined, true],
  [8_000, true],
  [60_000, false],
])('a stream that may be silent for %s ms tells of a cut link in time: %s', async (hintSilenceMs, proven) => {
  const clock = new VirtualClock(NOON);
  const fake = new FakeBackend({ tier: 'T1', clock, fault: () => 'none' });
  const supports = { ...fake.descriptor.supports, push: true };
  const descriptor = { ...fake.descriptor, supports, ...(hintSilenceMs && { hintSilenceMs }) };
  const watch = new PushWatch({
    backend: { ...fake, descriptor, listen: () => new Promise(() => undefined) } as unknown as Backend,
    clock,
    random: seededRandom(1),
    onHint: () => undefined,
    onBroken: () => undefined,
  });
  watch.ensure();
  await clock.advance(5_000);
  expect(watch.proven).toBe(false);
  await clock.advance(10_000);
  expect([watch.alive, watch.proven]).toEqual([true, proven]);
  watch.drop();
});
