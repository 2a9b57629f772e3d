import { describe, expect, it } from 'vitest';
import type { FailureKind } from '../domain/failures';
import { LeapingClock } from '../testing/leaping-clock';
import { BackendError } from './backend-error';
import type { Asker } from './rest-definition';
import { threadsApart, UnreadThread } from './threads-apart';

/** A server whose threads fail as told: by id, a failure for every reading or for so many. */
function aServer(
  spoiled: Readonly<Record<string, { kind: FailureKind; times?: number }>>,
  others: string[] = [],
) {
  const memory = new Map<string, unknown>();
  const asked: string[] = [];
  const ask = {
    clock: new LeapingClock(0),
    signal: new AbortController().signal,
    remembered: (key: string, _forMs: number, read: () => Promise<unknown>) => {
      if (!memory.has(key)) memory.set(key, read());
      return memory.get(key);
    },
  } as unknown as Asker;
  const left = new Map(Object.entries(spoiled).map(([id, { times = Infinity }]) => [id, times]));
  const read = (id: string): Promise<string> => {
    asked.push(id);
    const still = left.get(id) ?? 0;
    left.set(id, still - 1);
    const kind = still > 0 ? (spoiled[id] ?? spoiled['*'])?.kind : spoiled['*']?.kind;
    return kind === undefined
      ? Promise.resolve(`read ${id}`)
      : Promise.reject(new BackendError(kind, 'It failed'));
  };
  return {
    asked,
    page: (...ids: string[]) =>
      threadsApart(ask, ids, {
        idOf: (id) => id,
        read,
        witness: read,
        others: () => Promise.resolve(others),
      }),
  };
}

const readable = (rows: readonly unknown[]): unknown[] =>
  rows.filter((row) => !(row instanceof UnreadThread));

describe('threads apart', () => {
  it('sets one thread aside that is refused, missing or unreadable, and brings the others in their order', async () => {
    for (const kind of ['forbidden', 'not-found', 'nonsense', 'captive', 'invalid', 'server'] as const) {
      const rows = await aServer({ 2: { kind } }).page('1', '2', '3');
      expect(readable(rows), kind).toEqual(['read 1', 'read 3']);
      expect((rows[1] as UnreadThread).problem).toContain('Conversation 2 cannot be read: It failed');
    }
  });

  it('asks a server that fails a few times more, so that a passing failure sets nothing aside', async () => {
    const server = aServer({ 2: { kind: 'server', times: 2 } });
    expect(await server.page('1', '2', '3')).toEqual(['read 1', 'read 2', 'read 3']);
  });

  it('asks once more after one web page or one answer of another shape, and not after a refusal', async () => {
    for (const kind of ['captive', 'nonsense'] as const) {
      const server = aServer({ 2: { kind, times: 1 } });
      expect(await server.page('1', '2', '3'), kind).toEqual(['read 1', 'read 2', 'read 3']);
    }
    const refused = aServer({ 2: { kind: 'forbidden', times: 1 } });
    expect(readable(await refused.page('1', '2', '3'))).toEqual(['read 1', 'read 3']);
  });

  it('takes a server that fails for all threads for an outage', async () => {
    for (const kind of ['server', 'forbidden', 'nonsense', 'captive', 'not-found'] as const) {
      await expect(aServer({ '*': { kind } }).page('1', '2'), kind).rejects.toMatchObject({ kind });
      await expect(aServer({ '*': { kind } }, ['8', '9']).page('1', '2'), kind).rejects.toMatchObject({
        kind,
      });
    }
  });

  it('takes a server that fell over while the page was read for an outage as well', async () => {
    let down = false;
    const read = (id: string): Promise<string> => {
      if (id === '2') down = true;
      return down ? Promise.reject(new BackendError('server', 'Down')) : Promise.resolve(id);
    };
    const ask = {
      clock: new LeapingClock(0),
      signal: new AbortController().signal,
      remembered: (_: string, __: number, make: () => unknown) => make(),
    } as unknown as Asker;
    const reading = { idOf: (id: string) => id, read, witness: read, atOnce: 1 };
    await expect(threadsApart(ask, ['1', '2', '3'], reading)).rejects.toMatchObject({ kind: 'server' });
  });

  it('goes on past a page of nothing but broken threads once another thread can be read', async () => {
    const broken = { 1: { kind: 'server' }, 2: { kind: 'nonsense' } } as const;
    expect(readable(await aServer(broken, ['1', '2', '3']).page('1', '2'))).toEqual([]);
    const server = aServer(broken);
    await server.page('3');
    expect(readable(await server.page('1'))).toEqual([]);
  });

  it('never takes one thread that the agent may not see for a wrong key', async () => {
    expect(readable(await aServer({ 1: { kind: 'forbidden' } }).page('1'))).toEqual([]);
  });

  it('takes a silent thread for a cut link before it takes it for the thread', async () => {
    const server = aServer({ 2: { kind: 'no-answer' } });
    await expect(server.page('1', '2')).rejects.toMatchObject({ kind: 'no-answer' });
    await expect(server.page('1', '2')).rejects.toMatchObject({ kind: 'no-answer' });
    expect(readable(await server.page('1', '2'))).toEqual(['read 1']);
  });

  it('leaves failures of the link, the key and the limit alone', async () => {
    for (const kind of ['refused', 'unauthorized', 'rate-limited'] as const) {
      const server = aServer({ 2: { kind } });
      await expect(server.page('1', '2', '3'), kind).rejects.toMatchObject({ kind });
    }
  });
});
