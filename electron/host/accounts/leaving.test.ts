import { VirtualClock } from '@shared/testing/virtual-clock';
import { describe, expect, it, vi } from 'vitest';
import { createLeaving } from './leaving';

const START = 1_000;
const UNDO_MS = 10_000;

function stage(remove: (id: string) => Promise<void> = () => Promise.resolve()) {
  const clock = new VirtualClock(START);
  const removed = vi.fn(remove);
  const changed = vi.fn();
  return { clock, removed, changed, leaving: createLeaving({ clock, remove: removed, onChange: changed }) };
}

describe('an account that is being removed', () => {
  it('is there until the undo time is up, and then leaves once, however often that was asked', async () => {
    const { clock, removed, changed, leaving } = stage();
    leaving.begin('shop', UNDO_MS);
    leaving.begin('shop', 2 * UNDO_MS);
    expect(leaving.of('shop')).toEqual({ state: 'waiting', at: START + UNDO_MS });
    expect(changed).toHaveBeenCalledExactlyOnceWith('shop');
    await clock.advance(UNDO_MS - 1);
    expect(removed).not.toHaveBeenCalled();
    await clock.advance(2 * UNDO_MS);
    expect(removed.mock.calls).toEqual([['shop']]);
    expect(leaving.of('shop')).toBeNull();
  });

  it('stays after undo, and can be removed again with the whole time', async () => {
    const { clock, removed, changed, leaving } = stage();
    leaving.begin('shop', UNDO_MS);
    await clock.advance(UNDO_MS - 1);
    leaving.callOff('shop');
    expect([leaving.of('shop'), changed.mock.calls.length]).toEqual([null, 2]);
    await clock.advance(UNDO_MS);
    expect(removed).not.toHaveBeenCalled();
    leaving.begin('shop', UNDO_MS);
    await clock.advance(UNDO_MS - 1);
    expect(removed).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(removed).toHaveBeenCalledTimes(1);
  });

  it('is told as still there when it could not be removed', async () => {
    const { clock, leaving } = stage(() => Promise.reject(new Error('no room')));
    leaving.begin('shop', UNDO_MS);
    await clock.advance(UNDO_MS);
    expect(leaving.of('shop')).toMatchObject({ state: 'failed' });
    leaving.callOff('shop');
    expect(leaving.of('shop')).toBeNull();
  });

  it('does not leave while the host closes', async () => {
    const { clock, removed, leaving } = stage();
    leaving.begin('shop', UNDO_MS);
    leaving.close();
    await clock.advance(UNDO_MS);
    expect(removed).not.toHaveBeenCalled();
  });
});
