import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestHelpdesk, rawMail, type TestHelpdesk } from '../helpdesk.test-data';

let desk: TestHelpdesk;
beforeEach(async () => {
  desk = await openTestHelpdesk();
});
afterEach(() => desk.close());

const write = (number: number) =>
  desk.mail(
    rawMail({
      From: `p${number}@example.com`,
      Subject: `S${number}`,
      'Message-ID': `<${number}@example.com>`,
    }),
  );

/** Every page of a feed from a cursor on. `between` runs after each page. */
async function readAll(
  feed: string,
  limit: number,
  between: (page: number) => Promise<unknown> = async () => null,
) {
  const items: { id: string }[] = [];
  let cursor = '';
  for (let page = 1; ; page += 1) {
    const { body } = await desk.ask('GET', `/api/v1/${feed}?limit=${limit}${cursor && `&cursor=${cursor}`}`);
    items.push(...body.items);
    cursor = body.next_cursor;
    if (!body.has_more) return { items, cursor };
    await between(page);
  }
}

describe('the feeds', () => {
  it('give every thing once, page by page, and nothing when nothing is new', async () => {
    for (let number = 0; number < 7; number += 1) await write(number);
    for (const [feed, count] of [
      ['agents', 4],
      ['contacts', 7],
      ['conversations', 7],
      ['messages', 7],
    ] as const) {
      const { items, cursor } = await readAll(feed, 3);
      expect(new Set(items.map(({ id }) => id)).size, feed).toBe(count);
      expect(items, feed).toHaveLength(count);
      const empty = (await desk.ask('GET', `/api/v1/${feed}?cursor=${cursor}`)).body;
      expect(empty, feed).toEqual({ items: [], next_cursor: cursor, has_more: false });
    }
  });

  it('miss nothing that changes while they are read', async () => {
    const ids: string[] = [];
    for (let number = 0; number < 6; number += 1) ids.push((await write(number)).conversation_id);
    const { items } = await readAll('conversations', 2, (page) =>
      desk.ask('PATCH', `/api/v1/conversations/${ids[page === 1 ? 4 : 0]}`, {
        key: `p${page}`,
        body: { priority: 'high' },
      }),
    );
    const last = new Map(
      (items as { id: string; priority?: string }[]).map((item) => [item.id, item.priority]),
    );
    expect([...last.keys()].sort()).toEqual([...ids].sort());
    expect([last.get(ids[4]!), last.get(ids[0]!)]).toEqual(['high', 'high']);
  });

  it('go on from a cursor after a restart', async () => {
    await write(1);
    const { cursor } = await readAll('messages', 100);
    await desk.restart();
    const { message_id: newId } = await write(2);
    const { body } = await desk.ask('GET', `/api/v1/messages?cursor=${cursor}`);
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([newId]);
  });

  it('refuse a cursor of another feed, another helpdesk, the future, or nobody', async () => {
    await write(1);
    const other = await openTestHelpdesk();
    const foreign = (await other.ask('GET', '/api/v1/agents')).body.next_cursor;
    await other.close();
    const ofAgents = (await desk.ask('GET', '/api/v1/agents')).body.next_cursor;
    const decoded = Buffer.from(ofAgents, 'base64url').toString();
    const future = Buffer.from(decoded.replace(/\d+$/u, '999999')).toString('base64url');
    for (const [feed, cursor] of [
      ['contacts', ofAgents],
      ['agents', foreign],
      ['agents', future],
      ['agents', 'rubbish'],
    ]) {
      const { status, body } = await desk.ask('GET', `/api/v1/${feed}?cursor=${cursor}`);
      expect([status, body.error.code], `${feed} ${cursor}`).toEqual([400, 'bad_cursor']);
    }
  });

  it('end a page early when its bodies are large', async () => {
    const large = 'x'.repeat(3 * 1024 * 1024);
    for (let number = 0; number < 4; number += 1) {
      await desk.mail(rawMail({ From: 'a@example.com', 'Message-ID': `<big${number}@example.com>` }, large));
    }
    const page = (await desk.ask('GET', '/api/v1/messages')).body;
    expect([page.items.length, page.has_more]).toEqual([2, true]);
    expect((await readAll('messages', 100)).items).toHaveLength(4);
  });
});

describe('the stream of hints', () => {
  it('names the newest revision at once and after each change', async () => {
    const answer = await desk.running.fetch(
      new Request('http://127.0.0.1/api/v1/events', {
        headers: { host: '127.0.0.1', authorization: `Bearer ${desk.running.token}` },
      }),
    );
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    const nextRevision = async (): Promise<number> => {
      for (;;) {
        const { value } = await reader.read();
        const frame = /^data: (.*)\n\n$/u.exec(value ?? '');
        if (frame) return JSON.parse(frame[1]!).revision;
      }
    };
    const before = await nextRevision();
    await write(1);
    expect(await nextRevision()).toBeGreaterThan(before);
    await reader.cancel();
    await write(2);
  });
});
