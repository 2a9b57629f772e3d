import { describe, expect, it, vi } from 'vitest';
import { LeavingAccounts, UNDO_REMOVAL_MS } from './leaving-accounts';
import { ManualClock } from './testing/manual-clock';

const SHOP = { id: 'shop', name: 'Shop' };

function stage(remove: (id: string) => Promise<unknown> = () => Promise.resolve()) {
  const clock = new ManualClock(1_000);
  const removed = vi.fn(remove);
  return { clock, removed, leaving: new LeavingAccounts({ remove: removed, clock }) };
}

describe('an account that is being removed', () => {
  it('is there until the undo time is up, and then leaves once', async () => {
    const { clock, removed, leaving } = stage();
    const done = leaving.leave(SHOP);
    void leaving.leave(SHOP);
    expect(leaving.list.get()).toMatchObject([{ id: 'shop', state: 'waiting' }]);
    await clock.pass(UNDO_REMOVAL_MS - 250);
    expect(removed).not.toHaveBeenCalled();
    await clock.pass(250);
    await done;
    expect(removed.mock.calls).toEqual([['shop']]);
    expect(leaving.list.get()).toEqual([]);
  });

  it('stays as it is after undo, and can be removed again', async () => {
    const { clock, removed, leaving } = stage();
    const first = leaving.leave(SHOP);
    leaving.stay('shop');
    await first;
    await clock.pass(UNDO_REMOVAL_MS);
    expect(removed).not.toHaveBeenCalled();
    expect(leaving.list.get()).toEqual([]);
    const second = leaving.leave(SHOP);
    await clock.pass(UNDO_REMOVAL_MS);
    await second;
    expect(removed).toHaveBeenCalledTimes(1);
  });

  it('says when the host did not remove it', async () => {
    const { clock, leaving } = stage(() => Promise.reject(new Error('no answer')));
    const done = leaving.leave(SHOP);
    await clock.pass(UNDO_REMOVAL_MS);
    await done;
    expect(leaving.list.get()).toMatchObject([{ id: 'shop', state: 'failed' }]);
    leaving.forget('shop');
    expect(leaving.list.get()).toEqual([]);
  });
});
