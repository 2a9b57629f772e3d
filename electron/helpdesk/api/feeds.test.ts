import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  it('give the saved replies that were kept, with their words', async () => {
    const body = { type: 'text', content: 'Thank you for writing.' };
    const kept = { title: 'Thanks', body, shortcut: 'thx', folder: null };
    expect((await desk.ask('POST', '/api/v1/saved-replies', { body: kept })).status).toBe(201);
    expect((await desk.ask('POST', '/api/v1/saved-replies', { body: { ...kept, title: ' ' } })).status).toBe(
      400,
    );
    const { items } = await readAll('saved-replies', 3);
    expect(items).toEqual([expect.objectContaining(kept)]);
    const listed = (await desk.ask('GET', '/api/v1/ids/saved-replies')).body.items;
    expect(listed).toEqual([{ id: items[0]?.id, version: expect.any(String) }]);
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

describe('a folder that was restored from a backup', () => {
  it('refuses what it told since, also when it has grown beyond that again, and nothing else', async () => {
    const backup = await mkdtemp(join(tmpdir(), 'holdfast-backup-'));
    await write(1);
    const early = (await readAll('conversations', 100)).cursor;
    await desk.restart();
    await desk.running.close();
    await cp(desk.folder, backup, { recursive: true });
    await desk.restart();
    for (let number = 2; number < 5; number += 1) await write(number);
    const lost = (await readAll('conversations', 100)).cursor;
    await desk.restart();
    const lostInLaterLife = (await readAll('agents', 1)).cursor;
    expect((await desk.ask('GET', `/api/v1/conversations?cursor=${lost}`)).status).toBe(200);

    await desk.running.close();
    await rm(desk.folder, { recursive: true });
    await cp(backup, desk.folder, { recursive: true });
    await desk.restart();
    for (let number = 10; number < 20; number += 1) await write(number);
    for (const [feed, cursor] of [
      ['conversations', lost],
      ['agents', lostInLaterLife],
    ]) {
      const { status, body } = await desk.ask('GET', `/api/v1/${feed}?cursor=${cursor}`);
      expect([status, body.error?.code], feed).toEqual([400, 'bad_cursor']);
    }
    const { body } = await desk.ask('GET', `/api/v1/conversations?cursor=${early}`);
    expect(body.items).toHaveLength(10);
    await rm(backup, { recursive: true });
  });

  it('refuses what it told also when only its journal was cut off', async () => {
    await write(1);
    const { cursor } = await readAll('messages', 100);
    await desk.running.close();
    await rm(join(desk.folder, 'journal'), { recursive: true });
    await desk.restart();
    for (let number = 2; number < 9; number += 1) await write(number);
    expect((await desk.ask('GET', `/api/v1/messages?cursor=${cursor}`)).status).toBe(400);
  });
});

describe('the ids of everything that exists', () => {
  /** Every page of the ids of a feed. */
  async function ids(feed: string, limit = 1000, between: () => Promise<unknown> = async () => null) {
    const items: { id: string; version: string }[] = [];
    for (let cursor = ''; ;) {
      const { body } = await desk.ask('GET', `/api/v1/ids/${feed}?limit=${limit}${cursor}`);
      items.push(...body.items);
      if (!body.has_more) return items;
      cursor = `&cursor=${body.next_cursor}`;
      await between();
    }
  }

  it('are those of the feeds without what is gone, with the same versions', async () => {
    for (let number = 0; number < 5; number += 1) await write(number);
    const { conversation_id: gone } = await write(9);
    await desk.ask('DELETE', `/api/v1/conversations/${gone}`);
    for (const feed of ['agents', 'contacts', 'conversations', 'messages']) {
      const { items } = await readAll(feed, 100);
      const live = (items as { id: string; version: string; deleted?: true }[])
        .filter(({ deleted }) => deleted === undefined)
        .map(({ id, version }) => ({ id, version }));
      expect(await ids(feed, 2), feed).toEqual(live);
    }
  });

  it('leave nothing out that changes, comes or goes between two pages', async () => {
    const made: string[] = [];
    for (let number = 0; number < 8; number += 1) made.push((await write(number)).conversation_id);
    let page = 0;
    const found = await ids('conversations', 2, async () => {
      page += 1;
      if (page > 3) return;
      await desk.ask('DELETE', `/api/v1/conversations/${made[page - 1]}`);
      await desk.ask('PATCH', `/api/v1/conversations/${made[7 - page]}`, {
        key: `k${page}`,
        body: { priority: 'high' },
      });
      made.push((await write(100 + page)).conversation_id);
    });
    const seen = new Set(found.map(({ id }) => id));
    expect(made.slice(3).filter((id) => !seen.has(id))).toEqual([]);
  });

  it('are refused with the cursor of a feed, and the other way round', async () => {
    await write(1);
    const { body } = await desk.ask('GET', '/api/v1/ids/messages');
    expect((await desk.ask('GET', `/api/v1/messages?cursor=${body.next_cursor}`)).status).toBe(400);
    expect((await desk.ask('GET', '/api/v1/ids/visitors')).status).toBe(400);
  });
});

describe('things asked for by id', () => {
  it('come in that order; what is gone, was merged or never was says so', async () => {
    const [first, second, third] = [await write(1), await write(2), await write(3)];
    const into = third.conversation_id;
    await desk.ask('DELETE', `/api/v1/conversations/${first.conversation_id}`);
    await desk.ask('POST', `/api/v1/conversations/${second.conversation_id}/merge`, { body: { into } });
    const asked = [into, first.conversation_id, second.conversation_id, 'c9'];
    const { body } = await desk.ask('GET', `/api/v1/rows/conversations?ids=${asked.join(',')}`);
    const feed = new Map((await readAll('conversations', 100)).items.map((item) => [item.id, item]));
    expect(body.items).toEqual([
      ...asked.slice(0, 3).map((id) => feed.get(id)),
      { id: 'c9', deleted: true, merged_into: null, version: null },
    ]);
    for (const [name, id] of [
      ['agents', 'a1'],
      ['contacts', 'p1'],
      ['messages', third.message_id],
    ]) {
      const found = (await desk.ask('GET', `/api/v1/rows/${name}?ids=${id},x0`)).body.items;
      expect(found, name).toMatchObject([{ id }, { id: 'x0', deleted: true }]);
    }
  });

  it('are as many as fit into one answer, and never more than fifty', async () => {
    const large = 'x'.repeat(3 * 1024 * 1024);
    const made: string[] = [];
    for (let number = 0; number < 3; number += 1) {
      const raw = rawMail({ From: 'a@example.com', 'Message-ID': `<large${number}@example.com>` }, large);
      made.push((await desk.mail(raw)).message_id);
    }
    const { body } = await desk.ask('GET', `/api/v1/rows/messages?ids=${made.join(',')}`);
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual(made.slice(0, 2));
    const many = Array.from({ length: 51 }, (_, number) => `m${number}`).join(',');
    expect((await desk.ask('GET', `/api/v1/rows/messages?ids=${many}`)).status).toBe(400);
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
