import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestHelpdesk, rawMail, type TestHelpdesk } from '../helpdesk.test-data';

let desk: TestHelpdesk;
let id = '';
beforeEach(async () => {
  desk = await openTestHelpdesk();
  const mail = rawMail({
    From: 'Sample Olga <olga@example.com>',
    Subject: 'Deposit',
    'Message-ID': '<1@example.com>',
  });
  id = (await desk.mail(mail)).conversation_id;
});
afterEach(() => desk.close());

const reply = (text: string, key: string, more: object = {}) =>
  desk.ask('POST', `/api/v1/conversations/${id}/messages`, { key, body: { kind: 'reply', text, ...more } });
const patch = (body: object, key: string, headers: Record<string, string> = {}) =>
  desk.ask('PATCH', `/api/v1/conversations/${id}`, { key, body, headers });

describe('an answer', () => {
  it('opens a new conversation, ends the waiting, and is its newest message', async () => {
    desk.clock.now += 1000;
    const { status, body } = await reply('Hello Olga', 'k1', { client_ref: 'k1' });
    expect(status).toBe(201);
    expect(body.message).toMatchObject({
      kind: 'reply',
      client_ref: 'k1',
      author: { type: 'agent', id: 'a1' },
    });
    expect(body.conversation).toMatchObject({
      status: 'open',
      waiting_since: null,
      last_message_id: body.message.id,
      message_count: 2,
      preview: 'Hello Olga',
    });
    expect(await desk.conversation(id)).toEqual(body.conversation);
  });

  it('takes the status asked for with it', async () => {
    expect((await reply('Done', 'k1', { status_after: 'resolved' })).body.conversation.status).toBe(
      'resolved',
    );
  });

  it('is made once for a key, and the same answer is given again, also after a restart', async () => {
    const first = await reply('Once', 'k1');
    desk.clock.now += 60_000;
    await patch({ priority: 'high' }, 'p1');
    const second = await reply('Once', 'k1');
    await desk.restart();
    const third = await reply('Once', 'k1');
    expect([second.status, second.body]).toEqual([201, first.body]);
    expect(third.body).toEqual(first.body);
    expect(await desk.messages(id)).toHaveLength(2);
  });

  it('is made once also when both requests are under way at the same time', async () => {
    const [a, b] = await Promise.all([reply('Once', 'k1'), reply('Once', 'k1')]);
    expect(a.body).toEqual(b.body);
    expect(await desk.messages(id)).toHaveLength(2);
  });

  it('is refused when its key was used for other words', async () => {
    await reply('One', 'k1');
    const other = await reply('Two', 'k1');
    expect([other.status, other.body.error.code]).toEqual([409, 'idempotency_mismatch']);
  });

  it('is found under its key as an operation, and so is a change', async () => {
    const made = await reply('Once', 'k1');
    await patch({ status: 'pending' }, 'p1');
    const found = await desk.ask('GET', '/api/v1/operations/k1');
    expect(found.body).toEqual({ server_id: made.body.message.id, conversation: made.body.conversation });
    expect((await desk.ask('GET', '/api/v1/operations/p1')).body.server_id).toBe(id);
    expect((await desk.ask('GET', '/api/v1/operations/unknown')).status).toBe(404);
  });

  it('is refused when the conversation moved since the version it names', async () => {
    const { version } = await desk.conversation(id);
    await patch({ priority: 'high' }, 'p1');
    const headers = { 'if-match': `"${version}"` };
    const refused = await desk.ask('POST', `/api/v1/conversations/${id}/messages`, {
      key: 'k1',
      body: { kind: 'reply', text: 'Late' },
      headers,
    });
    expect([refused.status, refused.body.error.code]).toEqual([412, 'version_conflict']);
    expect(await desk.messages(id)).toHaveLength(1);
  });

  it('needs words or a file, and only files that were uploaded', async () => {
    expect((await reply('  ', 'k1')).body.error.code).toBe('empty');
    expect((await reply('x', 'k2', { upload_ids: ['f9'] })).body.error.code).toBe('unknown_upload');
  });

  it('needs somebody to send it to', async () => {
    const anonymous = (
      await desk.mail(rawMail({ Subject: 'From nobody', Date: 'Sat, 31 Jan 2026 10:00:00 +0000' }))
    ).conversation_id;
    const refused = await desk.ask('POST', `/api/v1/conversations/${anonymous}/messages`, {
      key: 'k1',
      body: { kind: 'reply', text: 'Hello?' },
    });
    expect([refused.status, refused.body.error.code]).toEqual([422, 'no_recipient']);
  });
});

describe('a note', () => {
  it('changes neither who waits nor the preview', async () => {
    const before = await desk.conversation(id);
    const { body } = await desk.ask('POST', `/api/v1/conversations/${id}/messages`, {
      key: 'n1',
      body: { kind: 'note', text: 'Between us' },
    });
    expect(body.conversation).toMatchObject({
      status: before.status,
      waiting_since: before.waiting_since,
      preview: before.preview,
      message_count: 2,
      last_message_id: body.message.id,
    });
  });
});

describe('a change', () => {
  it('changes what it names and nothing else, once', async () => {
    const before = await desk.conversation(id);
    const body = { status: 'pending', priority: 'urgent', assignee_id: 'a2', add_tags: ['x', 'y'] };
    const changed = await patch(body, 'p1');
    expect(changed.body).toMatchObject({
      ...before,
      status: 'pending',
      priority: 'urgent',
      assignee_id: 'a2',
      tags: ['x', 'y'],
      version: changed.body.version,
    });
    expect(changed.headers.get('etag')).toBe(`"${changed.body.version}"`);
    await patch({ add_tags: ['z'], remove_tags: ['x'], assignee_id: null }, 'p2');
    expect((await patch(body, 'p1')).body).toEqual(changed.body);
    expect(await desk.conversation(id)).toMatchObject({
      tags: ['y', 'z'],
      assignee_id: null,
      status: 'pending',
    });
  });

  it('that changes nothing leaves the version alone', async () => {
    const { version } = await desk.conversation(id);
    expect((await patch({ status: 'new', remove_tags: ['none'] }, 'p1')).body.version).toBe(version);
  });

  it('is refused for an agent that does not exist', async () => {
    expect((await patch({ assignee_id: 'a99' }, 'p1')).body.error.code).toBe('unknown_agent');
  });

  it('is guarded by If-Match', async () => {
    const { version } = await desk.conversation(id);
    expect((await patch({ priority: 'low' }, 'p1', { 'if-match': `"${version}"` })).status).toBe(200);
    expect((await patch({ priority: 'high' }, 'p2', { 'if-match': `"${version}"` })).status).toBe(412);
    expect((await patch({ priority: 'high' }, 'p3', { 'if-match': '*' })).status).toBe(200);
  });

  it('that reopens by mistake closed work brings the waiting back', async () => {
    const { waiting_since: waiting } = await desk.conversation(id);
    expect((await patch({ status: 'resolved' }, 'p1')).body.waiting_since).toBeNull();
    expect((await patch({ status: 'open' }, 'p2')).body.waiting_since).toBe(waiting);
  });
});

describe('reading a conversation', () => {
  it('is answered with 304 while nothing changed', async () => {
    const path = `/api/v1/conversations/${id}`;
    const etag = (await desk.ask('GET', path)).headers.get('etag')!;
    const same = await desk.ask('GET', path, { headers: { 'if-none-match': etag } });
    expect([same.status, same.body]).toEqual([304, null]);
    await patch({ priority: 'low' }, 'p1');
    expect((await desk.ask('GET', path, { headers: { 'if-none-match': etag } })).status).toBe(200);
  });

  it('gives the newest page of messages first and then what is older, none missing', async () => {
    for (let at = 0; at < 5; at += 1) await reply(`answer ${at}`, `k${at}`);
    const path = `/api/v1/conversations/${id}/messages?limit=4`;
    const newest = (await desk.ask('GET', path)).body;
    const older = (await desk.ask('GET', `${path}&before=${newest.before}`)).body;
    const texts = [...older.items, ...newest.items].map((message) => message.body.content.trim());
    expect(texts).toEqual(['Sample text', 'answer 0', 'answer 1', 'answer 2', 'answer 3', 'answer 4']);
    expect([newest.items.length, older.before]).toEqual([4, null]);
    expect((await desk.ask('GET', `${path}&before=m0`)).body.error.code).toBe('bad_cursor');
  });
});

describe('merging and deleting', () => {
  const second = () =>
    desk.mail(
      rawMail({ From: 'olga@example.com', Subject: 'Again', 'Message-ID': '<2@example.com>' }, 'Once more'),
    );

  it('moves all messages in order and leaves a trace in the feeds', async () => {
    desk.clock.now += 1000;
    const other = (await second()).conversation_id;
    desk.clock.now += 1000;
    await reply('To the first', 'k1');
    const merged = await desk.ask('POST', `/api/v1/conversations/${other}/merge`, { body: { into: id } });
    expect(merged.body.conversation).toMatchObject({ id, message_count: 3, waiting_since: null });
    expect((await desk.messages(id)).map(({ body }) => body.content.trim())).toEqual([
      'Sample text',
      'Once more',
      'To the first',
    ]);
    const gone = await desk.ask('GET', `/api/v1/conversations/${other}`);
    expect([gone.status, gone.body.error.fields.merged_into]).toEqual([404, id]);
    const feed = (await desk.ask('GET', '/api/v1/conversations')).body.items;
    expect(feed).toContainEqual({
      id: other,
      deleted: true,
      merged_into: id,
      version: expect.any(String),
    });
  });

  it('leads later mails of the merged thread to where it lives now', async () => {
    const other = (await second()).conversation_id;
    await desk.ask('POST', `/api/v1/conversations/${other}/merge`, { body: { into: id } });
    const late = await desk.mail(
      rawMail({
        From: 'olga@example.com',
        'Message-ID': '<3@example.com>',
        'In-Reply-To': '<2@example.com>',
      }),
    );
    expect(late.conversation_id).toBe(id);
  });

  it('is refused into itself and into what is not there', async () => {
    const merge = (into: string) => desk.ask('POST', `/api/v1/conversations/${id}/merge`, { body: { into } });
    expect((await merge(id)).status).toBe(422);
    expect((await merge('c1')).status).toBe(404);
  });

  it('takes a deleted conversation with its messages out of the feeds', async () => {
    const [message] = await desk.messages(id);
    expect((await desk.ask('DELETE', `/api/v1/conversations/${id}`)).status).toBe(204);
    await desk.restart();
    expect((await desk.ask('GET', `/api/v1/conversations/${id}`)).status).toBe(404);
    const gone = { deleted: true, merged_into: null, version: expect.any(String) };
    expect((await desk.ask('GET', '/api/v1/conversations')).body.items).toEqual([{ id, ...gone }]);
    expect((await desk.ask('GET', '/api/v1/messages')).body.items).toEqual([{ id: message!.id, ...gone }]);
  });
});
