import { describe, expect, it } from 'vitest';
import { NOON } from '../../testing/builders';
import { scriptedHttp, type ScriptedAnswer } from '../../testing/scripted-http';
import { VirtualClock } from '../../testing/virtual-clock';
import { BackendError } from '../backend-error';
import type { Backend } from '../port';
import { BACKEND_IDS, backendFor } from '../registry';

const signal = new AbortController().signal;
const clock = new VirtualClock(NOON);
const time = new Date(NOON).toISOString();

const conversation = {
  id: 'c1',
  channel: 'social',
  subject: 'Sample question',
  status: 'open',
  priority: 'high',
  assignee_id: null,
  contact: { id: 'p1', name: 'Sample Customer' },
  tags: ['sample'],
  preview: 'A sample question',
  created_at: time,
  updated_at: time,
  last_message_at: time,
  last_message_id: 'm1',
  waiting_since: time,
  message_count: 1,
  version: '7',
  social: { network: 'sample', visibility: 'public', permalink: null },
};

function connect(...script: (ScriptedAnswer | Error)[]) {
  const { http, requests } = scriptedHttp(...script);
  const settings = { accountId: 'a1', url: 'http://127.0.0.1:9/', token: 'sample-token' };
  return { backend: backendFor('embedded', settings, http, clock), requests };
}

const page = (items: readonly unknown[], more = false): ScriptedAnswer => ({
  body: { items, next_cursor: 'n2', has_more: more },
});
const pull = (backend: Backend) => backend.pull('conversations', 'n1', signal);

describe('the registry', () => {
  it('knows the embedded helpdesk and refuses a name it does not know', () => {
    expect(BACKEND_IDS).toContain('embedded');
    const settings = { accountId: 'a1', url: 'http://127.0.0.1:9', token: 't' };
    expect(() => backendFor('nobody', settings, scriptedHttp().http, clock)).toThrow('nobody');
  });
});

describe('a sweep', () => {
  const sweepOf = (backend: Backend) => {
    if (backend.sweep === undefined) throw new Error('There is none.');
    return backend.sweep;
  };

  it('lists ids page by page and asks for rows by id', async () => {
    const { backend, requests } = connect(
      { body: { items: [{ id: 'c1', version: '7' }], next_cursor: 'n2', has_more: true } },
      { body: { items: [{ id: 'c2', version: '9' }], next_cursor: 'n3', has_more: false } },
      { body: { items: [conversation, { id: 'c2', deleted: true, merged_into: 'c1', version: '9' }] } },
    );
    const sweep = sweepOf(backend);
    expect(await sweep.ids('conversation', null, signal)).toEqual({
      ids: [{ id: 'c1', age: 7 }],
      next: 'n2',
    });
    expect(await sweep.ids('conversation', 'n2', signal)).toEqual({
      ids: [{ id: 'c2', age: 9 }],
      next: null,
    });
    const { changes, ages } = await sweep.rows('conversation', ['c1', 'c2'], signal);
    expect(changes).toMatchObject([
      { id: 'c1', row: { version: '7' } },
      { id: 'c2', row: null, movedTo: 'c1' },
    ]);
    expect(ages).toEqual([7, 9]);
    expect(requests.map(({ url }) => url.replace(/^.*v1/, ''))).toEqual([
      '/ids/conversations?limit=1000',
      '/ids/conversations?limit=1000&cursor=n2',
      '/rows/conversations?ids=c1%2Cc2',
    ]);
  });

  it('is nonsense as a whole when one id cannot be read: it would look as if the thing were gone', async () => {
    const { backend } = connect({
      body: { items: [{ id: 'c1', version: '7' }, {}], next_cursor: 'n', has_more: false },
    });
    const failed = sweepOf(backend).ids('conversation', null, signal);
    await expect(failed).rejects.toMatchObject({ kind: 'nonsense' });
  });
});

describe('a page of a feed', () => {
  it('sets aside a row whose id is longer than the door hands on', async () => {
    const { backend } = connect(page([{ ...conversation, id: 'x'.repeat(501) }, conversation]));
    const found = await pull(backend);
    expect(found.changes.map(({ id }) => id)).toEqual(['c1']);
    expect(found.rejected).toHaveLength(1);
  });

  it('never shows the token, also when the server repeats it in its words', async () => {
    const { backend } = connect({ status: 401, body: { error: 'no such token: sample-token' } });
    const failed = await pull(backend).catch((error: unknown) => error);
    expect(failed).toMatchObject({ kind: 'unauthorized', message: 'no such token: …' });
  });

  it('is asked for with the cursor and the credentials, and read into our words', async () => {
    const { backend, requests } = connect(page([conversation], true));
    const found = await pull(backend);
    expect(requests[0]).toMatchObject({
      method: 'GET',
      url: 'http://127.0.0.1:9/api/v1/conversations?limit=200&cursor=n1',
      headers: { authorization: 'Bearer sample-token' },
    });
    expect(found).toMatchObject({ cursor: 'n2', more: true, rejected: [] });
    expect(found.changes[0]).toMatchObject({
      kind: 'conversation',
      id: 'c1',
      movedTo: null,
      row: { accountId: 'a1', contactName: 'Sample Customer', waitingSince: NOON, version: '7' },
    });
  });

  it('tolerates fields it does not know', async () => {
    const { backend } = connect(page([{ ...conversation, mood: 'sunny' }]));
    const { changes, rejected } = await pull(backend);
    expect(rejected).toEqual([]);
    expect(changes[0]?.row).not.toHaveProperty('mood');
  });

  it('sets a broken row aside, names its field, and keeps the others', async () => {
    const { updated_at: _left, ...broken } = { ...conversation, id: 'c2' };
    const { backend } = connect(page([broken, conversation, 'not even a row']));
    const { changes, rejected } = await pull(backend);
    expect(changes.map(({ id }) => id)).toEqual(['c1']);
    expect(rejected).toEqual([
      { id: 'c2', problem: expect.stringContaining('updated_at') as string },
      { id: null, problem: expect.stringContaining('row') as string },
    ]);
  });

  it('tells the age of each row it understood, as far as the server does', async () => {
    const { updated_at: _left, ...broken } = conversation;
    const { changes, ages } = await pull(
      connect(page([broken, conversation, { ...conversation, id: 'c3', version: 'x9' }])).backend,
    );
    expect(changes.map(({ id }) => id)).toEqual(['c1', 'c3']);
    expect(ages).toEqual([7, null]);
  });

  it('brings tombstones with where a merged conversation lives now', async () => {
    const gone = { id: 'c1', deleted: true, merged_into: 'c9' };
    const { changes } = await pull(connect(page([gone])).backend);
    expect(changes).toEqual([{ kind: 'conversation', id: 'c1', row: null, movedTo: 'c9' }]);
  });

  it('without the promised envelope is nonsense that names what is missing', async () => {
    const failed = pull(connect({ body: { items: [] } }).backend);
    await expect(failed).rejects.toMatchObject({ kind: 'nonsense' });
    await expect(failed).rejects.toThrow('next_cursor');
  });

  it('lets a failure of the link through as it is', async () => {
    const failed = pull(connect(new BackendError('dns', 'no name')).backend);
    await expect(failed).rejects.toMatchObject({ kind: 'dns' });
  });
});

describe('an operation', () => {
  const reply = {
    ref: 'r-1',
    conversationId: 'c/1',
    action: { kind: 'reply', text: 'Sample answer', files: [], statusAfter: 'resolved' },
    uploadIds: ['f1'],
    ifVersion: null,
  } as const;

  it('carries the reference as its key and as its mark, and proves itself by the id', async () => {
    const { backend, requests } = connect({ status: 201, body: { message: { id: 'm2' }, conversation } });
    const proof = await backend.perform(reply, signal);
    expect(proof).toMatchObject({ serverId: 'm2', conversation: { id: 'c1' } });
    expect(requests[0]).toMatchObject({
      method: 'POST',
      url: 'http://127.0.0.1:9/api/v1/conversations/c%2F1/messages',
      headers: { 'idempotency-key': 'r-1', 'content-type': 'application/json' },
    });
    expect(JSON.parse(requests[0]?.body as string)).toEqual({
      kind: 'reply',
      text: 'Sample answer',
      upload_ids: ['f1'],
      client_ref: 'r-1',
      status_after: 'resolved',
    });
  });

  it('says so when a chat reply is to go as a mail', async () => {
    const { backend, requests } = connect({ status: 201, body: { message: { id: 'm2' }, conversation } });
    await backend.perform({ ...reply, via: 'email' }, signal);
    expect(JSON.parse(requests[0]?.body as string)).toMatchObject({ via: 'email' });
  });

  it.each([
    [{ kind: 'status', status: 'pending' }, { status: 'pending' }],
    [{ kind: 'assign', assigneeId: null }, { assignee_id: null }],
    [{ kind: 'priority', priority: 'urgent' }, { priority: 'urgent' }],
    [
      { kind: 'tags', add: ['a'], remove: ['b'] },
      { add_tags: ['a'], remove_tags: ['b'] },
    ],
  ] as const)('%j patches the conversation, guarded where asked', async (action, body) => {
    const { backend, requests } = connect({ body: conversation });
    const proof = await backend.perform({ ...reply, action, uploadIds: [], ifVersion: '7' }, signal);
    expect(proof.serverId).toBe('c1');
    expect(requests[0]).toMatchObject({ method: 'PATCH', headers: { 'if-match': '"7"' } });
    expect(JSON.parse(requests[0]?.body as string)).toEqual(body);
  });

  it('is proved also when the conversation beside the proof cannot be read', async () => {
    const { backend } = connect({ status: 201, body: { message: { id: 'm2' }, conversation: { id: 'c1' } } });
    await expect(backend.perform(reply, signal)).resolves.toEqual({ serverId: 'm2', conversation: null });
  });

  it('is not there when the helpdesk says so, but a portal saying so proves nothing', async () => {
    const html = { 'content-type': 'text/html' };
    const { backend } = connect({ status: 404 }, { status: 404, headers: html, body: '<p>?</p>' });
    await expect(backend.findByRef('c1', 'r-1', signal)).resolves.toBeNull();
    await expect(backend.findByRef('c1', 'r-1', signal)).rejects.toMatchObject({ kind: 'captive' });
  });
});

describe('an attachment', () => {
  const html = { 'content-type': 'text/html' };

  it('may be a web page, but a page that is no file is a captive portal', async () => {
    const { backend } = connect(
      { headers: { ...html, 'content-disposition': 'attachment' }, body: '<p>Report</p>' },
      { headers: html, body: '<p>Welcome to the hotel</p>' },
    );
    let text = '';
    for await (const chunk of await backend.download('f1', signal)) text += new TextDecoder().decode(chunk);
    expect(text).toBe('<p>Report</p>');
    await expect(backend.download('f1', signal)).rejects.toMatchObject({ kind: 'captive' });
  });

  it('without a media type goes up as plain bytes', async () => {
    const { backend, requests } = connect({ status: 201, body: { id: 'f1', size: 1 } });
    const file = {
      hash: 'a'.repeat(64),
      name: 'sample',
      mediaType: '',
      size: 1,
      async *read() {
        yield new Uint8Array([1]);
      },
    };
    await expect(backend.upload?.(file, 'r-1.0', signal)).resolves.toBe('f1');
    expect(requests[0]?.url).toContain('type=application%2Foctet-stream');
    expect(requests[0]?.headers).toMatchObject({ 'idempotency-key': 'r-1.0', 'content-length': '1' });
  });
});

describe('the event stream', () => {
  const stream = { headers: { 'content-type': 'text/event-stream' } };

  it('hints at every frame and is silent about pings', async () => {
    let hints = 0;
    const { backend } = connect({ ...stream, body: ': here\n\ndata: {"revision":1}\n\n: ping\n\n' });
    await backend.listen(() => (hints += 1), signal);
    expect(hints).toBe(1);
  });

  it('is dead after the silence that one late ping cannot explain', async () => {
    const silent = {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      text: () => Promise.resolve(''),
      async *stream(): AsyncIterable<Uint8Array> {
        yield new TextEncoder().encode(': here\n\n');
        await new Promise(() => undefined);
      },
    };
    const settings = { accountId: 'a1', url: 'http://127.0.0.1:9', token: 't' };
    const backend = backendFor('embedded', settings, () => Promise.resolve(silent), clock);
    const ended = expect(backend.listen(() => undefined, signal)).rejects.toMatchObject({
      kind: 'no-answer',
    });
    await clock.advance(6_600);
    await ended;
  });

  it('is a captive portal when a page comes instead', async () => {
    const { backend } = connect({ headers: { 'content-type': 'text/html' }, body: '<p>Welcome</p>' });
    await expect(backend.listen(() => undefined, signal)).rejects.toMatchObject({ kind: 'captive' });
  });
});
