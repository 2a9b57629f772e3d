import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock';
import { createPace, type Urgency } from './pace';

const signal = new AbortController().signal;

function stage(limit: Parameters<typeof createPace>[0]) {
  const clock = new VirtualClock(0);
  const pace = createPace(limit, clock);
  const left: { urgency: Urgency; at: number }[] = [];
  const ask = (urgency: Urgency, asked = signal): Promise<void> =>
    pace.run(urgency, asked, async () => void left.push({ urgency, at: clock.monotonic() }));
  return { clock, pace, left, ask };
}

describe('the pace of an account', () => {
  it('lets everything pass at once where the backend names no limit', async () => {
    const { left, ask } = stage(null);
    await Promise.all(Array.from({ length: 500 }, () => ask('pull')));
    expect(left.map(({ at }) => at)).toEqual(Array.from({ length: 500 }, () => 0));
  });

  it('keeps a quarter of each minute for what the agent does', async () => {
    const { clock, left, ask } = stage({ perMinute: 8, atOnce: 100 });
    for (let n = 0; n < 7; n += 1) void ask('pull');
    await clock.settle();
    expect(left).toHaveLength(6);
    void ask('agent');
    void ask('agent');
    void ask('agent');
    await clock.settle();
    expect(left.filter(({ urgency }) => urgency === 'agent')).toHaveLength(2);
    await clock.advance(60_000);
    expect(left.filter(({ urgency }) => urgency === 'agent')).toHaveLength(3);
    expect(left.filter(({ urgency }) => urgency === 'pull')).toHaveLength(7);
  });

  it('never has more requests in the air than are allowed, and lets the agent go first', async () => {
    const clock = new VirtualClock(0);
    const pace = createPace({ perMinute: 1_000, atOnce: 1 }, clock);
    const order: string[] = [];
    const slow = (name: string, urgency: Urgency): Promise<void> =>
      pace.run(urgency, signal, async () => {
        order.push(name);
        await clock.sleep(100, signal);
      });
    void slow('first', 'pull');
    void slow('second', 'pull');
    void slow('third', 'pull');
    void slow('the agent', 'agent');
    await clock.settle();
    expect(order).toEqual(['first']);
    await clock.advance(1_000);
    expect(order).toEqual(['first', 'the agent', 'second', 'third']);
  });

  it('gives the place of a request that was called off while it waited to the next one', async () => {
    const clock = new VirtualClock(0);
    const pace = createPace({ perMinute: 1_000, atOnce: 1 }, clock);
    const off = new AbortController();
    const done: string[] = [];
    void pace.run('pull', signal, () => clock.sleep(100, signal));
    await clock.settle();
    const called = pace.run('pull', off.signal, async () => void done.push('called off'));
    const next = pace.run('pull', signal, async () => void done.push('next'));
    const refused = expect(called).rejects.toMatchObject({ kind: 'refused' });
    off.abort();
    await clock.advance(100);
    await refused;
    await next;
    expect(done).toEqual(['next']);
  });

  it('lets pulls rest when the server says that little is left, and the agent go on', async () => {
    const { clock, pace, left, ask } = stage(null);
    pace.heard({ 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '5' });
    void ask('pull');
    void ask('agent');
    await clock.settle();
    expect(left.map(({ urgency }) => urgency)).toEqual(['agent']);
    await clock.advance(10_000);
    expect(left.map(({ urgency }) => urgency)).toEqual(['agent', 'pull']);
  });

  it('believes no header that is not a number', async () => {
    const { left, pace, ask } = stage(null);
    pace.heard({ 'x-ratelimit-limit': 'many', 'x-ratelimit-remaining': '' });
    pace.heard({});
    await ask('pull');
    expect(left).toHaveLength(1);
  });
});
