import { doorEventSchema } from '@shared/contract/door';
import { anOutboxRow } from '@shared/testing/builders';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createEventHub, PING_INTERVAL_MS } from './events';

afterEach(() => void vi.useRealTimers());

async function eventsIn(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<readonly { type: string }[]> {
  const { value } = await reader.read();
  const frames = new TextDecoder().decode(value).split('\n\n').slice(0, -1);
  return frames.map((frame) => doorEventSchema.parse(JSON.parse(frame.replace(/^data: /, ''))));
}

describe('the event stream', () => {
  it('begins with a ping and pings every 5 s', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const hub = createEventHub(() => 7);
    const reader = hub.stream().getReader();
    expect(await eventsIn(reader)).toEqual([{ type: 'ping', hostTime: 7 }]);
    const next = eventsIn(reader);
    vi.advanceTimersByTime(PING_INTERVAL_MS);
    expect(await next).toEqual([{ type: 'ping', hostTime: 7 }]);
    hub.close();
  });

  it('tells every listener, in order', async () => {
    const hub = createEventHub(() => 0);
    const readers = [hub.stream().getReader(), hub.stream().getReader()];
    for (const reader of readers) await eventsIn(reader);
    hub.publish({ type: 'changes', accountId: 'a1', seq: 1 });
    hub.publish({ type: 'outbox', row: anOutboxRow(1, { kind: 'status', status: 'open' }) });
    for (const reader of readers) {
      expect((await eventsIn(reader)).map((event) => event.type)).toEqual(['changes', 'outbox']);
    }
    hub.close();
  });

  it('lets others run between two pieces of a long backlog', async () => {
    const hub = createEventHub(() => 0);
    const reader = hub.stream().getReader();
    await eventsIn(reader);
    for (let seq = 1; seq <= 1_000; seq++) hub.publish({ type: 'changes', accountId: 'a1', seq });
    let turns = 0;
    let reading = true;
    const count = (): void => {
      turns += 1;
      if (reading) setImmediate(count);
    };
    setImmediate(count);
    let events = 0;
    let pieces = 0;
    for (; events < 1_000; pieces += 1) events += (await eventsIn(reader)).length;
    reading = false;
    expect(pieces).toBeGreaterThan(10);
    expect(turns).toBeGreaterThanOrEqual(pieces - 1);
    hub.close();
  });

  it('forgets a listener that cancels', async () => {
    const hub = createEventHub(() => 0);
    const stream = hub.stream();
    expect(hub.listeners).toBe(1);
    await stream.cancel();
    expect(hub.listeners).toBe(0);
    hub.publish({ type: 'changes', accountId: 'a1', seq: 1 });
    hub.close();
  });

  it('cuts a listener that never reads, so the host does not hold its events for ever', async () => {
    const hub = createEventHub(() => 0);
    hub.stream();
    for (let seq = 1; seq <= 10_001; seq++) hub.publish({ type: 'changes', accountId: 'a1', seq });
    expect(hub.listeners).toBe(0);
    hub.close();
  });

  it('ends every stream when the host closes, also one that waits', async () => {
    const hub = createEventHub(() => 0);
    const reader = hub.stream().getReader();
    await eventsIn(reader);
    const waiting = reader.read();
    hub.close();
    expect((await waiting).done).toBe(true);
  });
});
