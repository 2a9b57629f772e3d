/** A profile at servers whose lists lead astray: odd bounds, odd times, rows that nobody can read. */
import { afterAll, describe, expect, it } from 'vitest';
import type { Backend } from '@shared/backends/port';
import { createRestBackend } from '@shared/backends/rest-engine';
import { NOON } from '@shared/testing/builders';
import { LeapingClock } from '@shared/testing/leaping-clock';
import { httpClientOf, type VendorAnswer, type VendorRequest } from '@shared/testing/vendor-kit';
import { openProfile, type OpenProfile } from './profile-file';

const signal = new AbortController().signal;
const opened: OpenProfile[] = [];
afterAll(() => Promise.all(opened.map((profile) => profile.close())));

const PROFILE = (delta: string, more = ''): string => `profile: 1
id: sample
name: Sample
server: { example: https://sample.example.com }
signIn: { kind: bearer }
whoAmI: { get: /me, agent: { id: =id, name: =name } }
words:
  status: { new: a, open: b, pending: c, resolved: d, closed: e, otherwise: open }
feeds:
  all:
    get: /c
    query: { since: =since }
    rows: rows
    paging: { kind: page, param: page, sizeParam: n, size: 5 }
    delta: { kind: updatedSince, field: =at${delta} }
${more}    gives:
      - kind: conversation
        fields: { id: =id, subject: =s, status: a, contactId: =id, contactName: =s, createdAt: =at, updatedAt: =at }
history:
  get: /c/{conversationId}/m
  rows: rows
  order: oldestFirst
  fields: { id: =id, kind: inbound, createdAt: =at, text: =s }
actions:
  reply: { post: /m, json: { text: =text }, result: =id }
  status: { put: '/c/{conversationId}', json: { s: =status } }
  assign: { put: '/c/{conversationId}', json: { who: =assigneeId } }
delivery: { tier: T4 }
`;

interface Row {
  id: string;
  s: string;
  at: unknown;
}
const row = (id: string, at: unknown = NOON): Row => ({ id, s: `Sample ${id}`, at });

/** Lists rows by when they changed; times that are none come first, always. */
class ListServer {
  readonly asked: VendorRequest[] = [];
  rows: Row[] = [];
  bound: 'inclusive' | 'exclusive' = 'inclusive';
  /** What comes instead of the messages of a conversation. */
  readonly threads = new Map<string, VendorAnswer>();
  now = NOON;

  handle(request: VendorRequest): VendorAnswer {
    this.asked.push(request);
    const headers = { date: new Date(this.now).toUTCString() };
    const thread = /^\/c\/([^/]+)\/m$/.exec(request.path)?.[1];
    if (thread !== undefined) {
      const id = decodeURIComponent(thread);
      return this.threads.get(id) ?? { status: 200, json: { rows: [row(`m-${id}`)] } };
    }
    const since = Number(request.query.get('since') ?? -Infinity);
    const page = Number(request.query.get('page'));
    const found = this.rows
      .filter(({ at }) => typeof at !== 'number' || (this.bound === 'inclusive' ? at >= since : at > since))
      .sort((a, b) => Number(a.at ?? 0) - Number(b.at ?? 0));
    return { status: 200, headers, json: { rows: found.slice((page - 1) * 5, page * 5) } };
  }
}

function connected(server: ListServer, profile: string): Backend {
  const open = openProfile('sample.yaml', profile);
  opened.push(open);
  const settings = { accountId: 'a1', url: 'https://sample.example.com', token: 'sample' };
  return createRestBackend(open.definition, settings, httpClientOf(server), new LeapingClock(NOON));
}

/** Everything up to the end of the feed. */
async function read(
  backend: Backend,
  from: string | null,
): Promise<{ ids: string[]; rejected: string[]; cursor: string }> {
  const ids: string[] = [];
  const rejected: string[] = [];
  let cursor = from;
  for (let pages = 0; pages < 50; pages += 1) {
    const page = await backend.pull('all', cursor, signal);
    ids.push(...page.changes.filter(({ kind }) => kind === 'conversation').map(({ id }) => id));
    rejected.push(...page.rejected.map(({ problem }) => problem));
    cursor = page.cursor;
    if (!page.more) return { ids, rejected, cursor };
  }
  throw new Error('The feed does not end.');
}

const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `t${from + index}`);

describe('a server that gives only what changed after a time', () => {
  it('is asked for the last moment again, so that no row of it is missed', async () => {
    const server = new ListServer();
    server.bound = 'exclusive';
    server.rows = names(1, 8).map((id) => row(id));
    const backend = connected(server, PROFILE(', bound: exclusive'));
    const first = await read(backend, null);
    expect(first.ids).toEqual(names(1, 8));
    server.rows.push(row('t9', NOON));
    expect((await read(backend, first.cursor)).ids).toEqual(['t9']);
  });
});

describe('a row dated ahead of its server', () => {
  it('keeps no later news away, and comes once', async () => {
    const server = new ListServer();
    server.rows = [row('t1'), row('future', Date.UTC(2999, 0, 1))];
    const backend = connected(server, PROFILE(''));
    let { ids, cursor } = await read(backend, null);
    expect(ids).toEqual(['t1', 'future']);
    server.now = NOON + 3_600_000;
    server.rows.push(row('t2', NOON + 3_000_000));
    ({ ids, cursor } = await read(backend, cursor));
    expect(ids).toEqual(['t2']);
    ({ ids } = await read(backend, cursor));
    expect(ids).toEqual([]);
  });

  it('is read to its end where pages are full of them', async () => {
    const server = new ListServer();
    server.rows = names(1, 12).map((id, index) => row(id, Date.UTC(2999, 0, 1 + index)));
    const backend = connected(server, PROFILE(''));
    const { ids, cursor } = await read(backend, null);
    expect(ids).toEqual(names(1, 12));
    server.rows.push(row('t13'));
    expect((await read(backend, cursor)).ids).toEqual(['t13']);
  });

  it('is where news begins neither for a first sync from the newest on', async () => {
    const server = new ListServer();
    server.rows = [row('future', Date.UTC(2999, 0, 1)), row('t1')];
    const backend = connected(server, PROFILE(', newestFirst: { query: { order: newest } }'));
    const { cursor } = await read(backend, null);
    server.rows.push(row('t2', NOON + 1));
    const news = JSON.stringify({ ...(JSON.parse(cursor) as object), at: 0 });
    expect((await read(backend, news)).ids).toContain('t2');
  });
});

describe('a row with a time that cannot be read', () => {
  it('alone among the news is set aside, and the account goes on', async () => {
    const server = new ListServer();
    server.rows = names(1, 2).map((id) => row(id));
    const backend = connected(server, PROFILE(''));
    const { cursor } = await read(backend, null);
    server.rows = [row('broken', null)];
    const next = await read(backend, cursor);
    expect(next).toMatchObject({ ids: [], rejected: [expect.stringContaining('line')] });
    server.rows.push(row('t3', NOON + 5_000));
    expect((await read(backend, next.cursor)).ids).toEqual(['t3']);
  });

  it('is counted once, however often it comes', async () => {
    const server = new ListServer();
    server.rows = [row('broken', null), row('t1')];
    const nameless = PROFILE(', overlap: 1m').replaceAll('=id, ', '=s, ');
    const backend = connected(server, nameless);
    for (const one of server.rows) Reflect.deleteProperty(one, 'id');
    const { rejected, ...first } = await read(backend, null);
    expect(rejected).toHaveLength(1);
    let cursor = first.cursor;
    for (let polls = 0; polls < 3; polls += 1) {
      const next = await read(backend, backend.rewind?.('all', cursor) ?? cursor);
      expect(next.rejected).toEqual([]);
      cursor = next.cursor;
    }
  });

  it('beyond all times that there are is set aside', async () => {
    const server = new ListServer();
    server.rows = [row('t1'), row('late', 9_000_000_000_000_000)];
    const { ids, rejected } = await read(connected(server, PROFILE('')), null);
    expect(ids).toEqual(['t1']);
    expect(rejected[0]).toContain('beyond all times');
  });
});

it('a row that is too large is set aside once, however much it would have given', async () => {
  const contacts = '      - { kind: contact, fields: { id: =id, name: =s } }\nhistory:';
  const server = new ListServer();
  server.rows = [row('t1'), { ...row('large'), s: 'x'.repeat(5 * 1_048_576) }, row('t3')];
  const backend = connected(
    server,
    PROFILE('').replace('history:', () => contacts),
  );
  const { ids, rejected } = await read(backend, null);
  expect(ids).toEqual(['t1', 't3']);
  expect(rejected).toEqual([expect.stringContaining('larger than')]);
});

describe('a conversation whose messages cannot be read', () => {
  const profile = PROFILE('', '    withMessages: true\n');

  it.each([
    ['is not found', { status: 404, json: {} }],
    ['may not be seen', { status: 403, json: { error: 'Not yours' } }],
    ['breaks the server', { status: 500, json: {} }],
    ['gives a web page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>Oops</p>' }],
    ['gives another shape', { status: 200, json: { odd: 1 } }],
  ])('is set aside with its id where it %s, and the others come', async (_how, answer) => {
    const server = new ListServer();
    server.rows = names(1, 3).map((id) => row(id));
    server.threads.set('t2', answer as VendorAnswer);
    const backend = connected(server, profile);
    const { ids, rejected, cursor } = await read(backend, null);
    expect(ids).toEqual(['t1', 't3']);
    expect(rejected).toEqual([expect.stringContaining('t2')]);
    server.rows.push(row('t4', NOON + 1_000));
    expect((await read(backend, cursor)).ids).toEqual(['t4']);
  });

  it.each(['..', 'half\ud800'])('is set aside where its id is %j', async (id) => {
    const server = new ListServer();
    server.rows = [row('t1'), row(id), row('t3')];
    const { ids, rejected } = await read(connected(server, profile), null);
    expect(ids).toEqual(['t1', 't3']);
    expect(rejected).toHaveLength(1);
  });

  it('is an outage where nobody’s can be read', async () => {
    const server = new ListServer();
    server.rows = names(1, 3).map((id) => row(id));
    for (const id of names(1, 3)) server.threads.set(id, { status: 500, json: {} });
    await expect(read(connected(server, profile), null)).rejects.toMatchObject({ kind: 'server' });
  });
});
