import { describe, expect, it } from 'vitest';
import { BackendError } from '../backends/backend-error';
import type { ThreadHead } from '../domain/thread-moved';
import { aConversation, aMessage, NOON } from '../testing/builders';
import { VirtualClock } from '../testing/virtual-clock';
import { createHeads } from './heads';
import type { HeadPort } from './ports';

function read(head: ThreadHead | BackendError | null): ThreadHead | null {
  if (head instanceof BackendError) throw head;
  return head;
}

const thread: ThreadHead = {
  conversation: aConversation(),
  gone: false,
  movedTo: null,
  messages: [aMessage(), aMessage({ id: 'm2', body: { type: 'text', content: 'old' } })],
};
const open = (): AbortSignal => new AbortController().signal;

function heads(parts: {
  freshen?: () => Promise<boolean>;
  history?: () => Promise<{ messages: ReturnType<typeof aMessage>[]; before: null }>;
  thread?: () => Promise<ThreadHead>;
  /** Where the backend reads one thread. */
  now?: () => Promise<ThreadHead>;
  /** What the spool keeps beside the feeds. */
  cursorOf?: () => string | null;
}): { clock: VirtualClock; port: HeadPort } {
  const clock = new VirtualClock(NOON);
  const { freshen = async () => true, history, now, thread: read = async () => thread } = parts;
  const { cursorOf = () => null } = parts;
  const none = history === undefined && now === undefined;
  const asked = { history: history ?? (async () => ({ messages: [], before: null })) };
  const port = createHeads({
    spoolOf: () => ({ thread: read, cursorOf }),
    pullerOf: () => ({ freshen }),
    direct: { clock, backendOf: () => (none ? null : { ...asked, ...(now && { thread: now }) }) },
  });
  return { clock, port };
}

describe('the head of a thread', () => {
  it('is what the spool has once a pull is young enough, and nothing when none can be had', async () => {
    await expect(heads({}).port.head('a1', 'c1', open())).resolves.toBe(thread);
    const down = heads({ freshen: async () => false }).port;
    await expect(down.head('a1', 'c1', open())).resolves.toBeNull();
    await expect(down.known('a1', 'c1')).resolves.toBe(thread);
  });

  it('is not told when the disk does not give the thread back', async () => {
    const { port } = heads({ thread: () => Promise.reject(new Error('EIO')) });
    await expect(port.head('a1', 'c1', open())).resolves.toBeNull();
    await expect(port.known('a1', 'c1')).resolves.toBeNull();
  });

  it('is asked for by itself while a whole pull takes minutes', async () => {
    const newer = aMessage({ id: 'm2', body: { type: 'text', content: 'new' } });
    const history = async () => ({ messages: [newer, aMessage({ id: 'm3' })], before: null });
    const { clock, port } = heads({ freshen: () => new Promise(() => undefined), history });
    const asked = port.head('a1', 'c1', open());
    await clock.advance(10_000);
    const head = read(await asked);
    expect(head?.messages.map(({ id }) => id)).toEqual(['m1', 'm2', 'm3']);
    expect(head?.messages[1]).toBe(newer);
  });

  it('is not told when that fails too, or the program ends meanwhile', async () => {
    const history = () => Promise.reject(new BackendError('no-answer', 'silence'));
    const { clock, port } = heads({ freshen: () => new Promise(() => undefined), history });
    const failed = port.head('a1', 'c1', open());
    await clock.advance(10_000);
    await expect(failed).resolves.toBeNull();
    const ending = new AbortController();
    const asked = port.head('a1', 'c1', ending.signal);
    ending.abort();
    await expect(asked).resolves.toBeNull();
  });

  it('is what the backend reads this moment where it can, and no pull is waited for', async () => {
    const newer = aMessage({ id: 'm2', body: { type: 'text', content: 'new' } });
    const conversation = aConversation({ status: 'resolved' });
    const now = async () => ({ ...thread, conversation, messages: [newer, aMessage({ id: 'm3' })] });
    const { port } = heads({ freshen: () => new Promise(() => undefined), now });
    const head = read(await port.head('a1', 'c1', open()));
    expect(head?.conversation?.status).toBe('resolved');
    // What the backend left out because it is old is known from before.
    expect(head?.messages.map(({ id }) => id)).toEqual(['m1', 'm2', 'm3']);
    expect(head?.messages[1]).toBe(newer);
  });

  it('is gone when the backend knows of no such thread, and says so when it does not answer', async () => {
    const failing = (kind: 'not-found' | 'no-answer') =>
      heads({ now: () => Promise.reject(new BackendError(kind, 'no')) }).port.head('a1', 'c1', open());
    await expect(failing('not-found')).resolves.toMatchObject({ gone: true, conversation: null });
    await expect(failing('no-answer')).resolves.toMatchObject({ kind: 'no-answer' });
    const ending = new AbortController();
    const asked = heads({ now: () => new Promise(() => undefined) }).port.head('a1', 'c1', ending.signal);
    ending.abort();
    await expect(asked).resolves.toBeNull();
  });

  it('is as the feeds have it where the backend will not show this one thread for good', async () => {
    for (const kind of ['forbidden', 'invalid', 'conflict', 'nonsense'] as const) {
      const now = () => Promise.reject(new BackendError(kind, 'no'));
      await expect(heads({ now }).port.head('a1', 'c1', open())).resolves.toBe(thread);
      const stale = heads({ now, freshen: async () => false }).port;
      await expect(stale.head('a1', 'c1', open())).resolves.toBeNull();
    }
  });

  it('is not told by feeds that could not read this thread either, however young their pull is', async () => {
    const list = (id: string, beyond = false) =>
      JSON.stringify({ threads: [{ id, problem: 'HTTP 500', age: null, tries: 0, at: NOON }], beyond });
    const now = () => Promise.reject(new BackendError('nonsense', 'no'));
    for (const asks of [{ now }, {}]) {
      const { port } = heads({ ...asks, cursorOf: () => list('c1') });
      await expect(port.head('a1', 'c1', open())).resolves.toBeNull();
      const another = heads({ ...asks, cursorOf: () => list('c2') }).port;
      await expect(another.head('a1', 'c1', open())).resolves.toBe(thread);
      const tooMany = heads({ ...asks, cursorOf: () => list('c2', true) }).port;
      await expect(tooMany.head('a1', 'c1', open())).resolves.toBeNull();
    }
    const readable = heads({ now: async () => thread, cursorOf: () => list('c1') }).port;
    expect(read(await readable.head('a1', 'c1', open()))?.messages).toHaveLength(2);
  });

  it('says why the backend cannot show it now, so that it is left alone as it asked', async () => {
    const busy = new BackendError('rate-limited', 'Slow down.', 429, 30_000);
    const { port } = heads({ now: () => Promise.reject(busy) });
    await expect(port.head('a1', 'c1', open())).resolves.toBe(busy);
  });

  it('has moved when the backend answers with another conversation', async () => {
    const now = async () => ({ ...thread, conversation: aConversation({ id: 'c9' }) });
    await expect(heads({ now }).port.head('a1', 'c1', open())).resolves.toEqual({
      conversation: null,
      gone: true,
      movedTo: 'c9',
      messages: [],
    });
  });
});
