import { expect, it } from 'vitest';
import { RollbackWatch } from './rollback-watch';

/** A watch whose looking ends when the test says so. */
function aWatch(left: number | null = null) {
  const saved: (number | null)[] = [];
  const looks: { at: number; end(lookedAtAll: boolean): Promise<void> }[] = [];
  const watch: RollbackWatch = new RollbackWatch({
    left,
    save: () => {
      saved.push(watch.at);
      return Promise.resolve();
    },
    reverify: (at) =>
      new Promise((resolve) => {
        const end = async (lookedAtAll: boolean): Promise<void> => {
          resolve(lookedAtAll);
          await new Promise((settled) => setImmediate(settled));
        };
        looks.push({ at, end });
      }),
  });
  return { watch, saved, looks };
}

it('is remembered before anybody looks, and until somebody has looked for all', async () => {
  const { watch, saved, looks } = aWatch();
  await watch.suspect(7);
  expect([saved, looks.length]).toEqual([[7], 0]);
  void watch.look();
  await looks[0]?.end(false);
  expect([watch.at, saved]).toEqual([7, [7]]);
  void watch.look();
  await looks[1]?.end(true);
  expect([watch.at, saved]).toEqual([null, [7, null]]);
  void watch.look();
  expect(looks.map(({ at }) => at)).toEqual([7, 7]);
});

it('takes up what an earlier run left', () => {
  const { watch, looks } = aWatch(5);
  void watch.look();
  expect(looks.map(({ at }) => at)).toEqual([5]);
});

it('is looked into once however many feeds say that they stand', async () => {
  const { watch, looks } = aWatch();
  await watch.suspect(7);
  void watch.look();
  void watch.look();
  expect(looks).toHaveLength(1);
});

// A console without cursors looked while the first page of its feed was on its way. All was still
// there, and counted as looked for; the page came from the restored server.
it('does not believe what was seen before it was suspected again, in the same millisecond as well', async () => {
  const { watch, looks } = aWatch();
  await watch.suspect(7);
  void watch.look();
  await watch.suspect(7);
  await looks[0]?.end(true);
  expect(watch.at).toBe(7);
  void watch.look();
  await looks[1]?.end(true);
  expect(watch.at).toBeNull();
});
