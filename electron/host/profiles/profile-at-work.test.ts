/** What happens to a profile on servers that answer in ways it did not expect. */
import { afterAll, describe, expect, it } from 'vitest';
import { openProfile, type OpenProfile } from './profile-file';
import { NOON } from '@shared/testing/builders';
import { LeapingClock } from '@shared/testing/leaping-clock';
import { scriptedHttp, type ScriptedAnswer } from '@shared/testing/scripted-http';
import { anOperation, aReply } from '@shared/backends/check/check-kit';
import type { Backend } from '@shared/backends/port';
import { createRestBackend } from '@shared/backends/rest-engine';

const signal = new AbortController().signal;
const opened: OpenProfile[] = [];
afterAll(() => Promise.all(opened.map((profile) => profile.close())));

const HEAD = `profile: 1
id: sample
name: Sample
server: { example: https://sample.example.com, api: /api }
signIn: { kind: bearer }
whoAmI:
  get: /me
  agent: { id: =id, name: =name }
words:
  status: { new: a, open: [b, c], pending: d, resolved: e, closed: { sends: e }, otherwise: open }
`;
const TAIL = `history:
  get: /c/{conversationId}/m
  rows: rows
  order: oldestFirst
  paging: { kind: page, param: page, sizeParam: n, size: 2 }
  fields: { id: =id, kind: inbound, createdAt: =at, text: =text }
actions:
  reply: { post: '/c/{conversationId}/m', json: { text: =text }, result: =id }
  status: { put: '/c/{conversationId}', form: { s: =status } }
  assign: { put: '/c/{conversationId}', json: { who: =assigneeId } }
delivery: { tier: T4 }
`;
const FIELDS = `{ id: =id, subject: =subject, status: =state, contactId: =who, contactName: =name, createdAt: =at, updatedAt: =at }`;
const feeds = (list: string, more = ''): string => `feeds:
  all:
    get: /c
    rows: rows
${list}
    gives:
      - kind: conversation
${more}        fields: ${FIELDS}
`;
const SINCE = feeds(`    query: { since: =$fromMillis(since) }
    paging: { kind: offset, param: from, sizeParam: n, size: 2 }
    delta: { kind: updatedSince, field: =at, overlap: 1m }`);
const row = (id: number, at: number, more = {}): unknown => ({
  id,
  subject: `Sample ${id}`,
  state: 'b',
  who: 'p1',
  name: 'Sample Person',
  at: new Date(at).toISOString(),
  ...more,
});

function connected(
  profile: string,
  ...script: (ScriptedAnswer | Error)[]
): { backend: Backend; asked: () => string[]; urls: () => string[]; bodies: () => unknown[] } {
  const open = openProfile('sample.yaml', profile, { limitMs: 5_000 });
  opened.push(open);
  const { http, requests } = scriptedHttp(...script);
  const settings = { accountId: 'a1', url: 'https://sample.example.com/', token: 'sample-token' };
  return {
    backend: createRestBackend(open.definition, settings, http, new LeapingClock(NOON)),
    asked: () => requests.map(({ method, url }) => `${method} ${decodeURIComponent(url.slice(26))}`),
    urls: () => requests.map(({ url }) => url),
    bodies: () => requests.map(({ body }) => body),
  };
}

const lineOf = (profile: string, part: string): number =>
  profile.slice(0, profile.indexOf(part)).split('\n').length;

describe('an answer that is not what the profile says', () => {
  const profile = HEAD + SINCE + TAIL;

  it('without the list is told with the line, and shown', async () => {
    const { backend } = connected(profile, { body: { data: [], note: 'moved to "data"' } });
    const failed = backend.pull('all', null, signal);
    await expect(failed).rejects.toMatchObject({
      kind: 'nonsense',
      message: expect.stringMatching(
        new RegExp(`^sample.yaml, line ${lineOf(profile, 'rows: rows')}: .*"rows".*"note":"moved to`),
      ) as string,
    });
  });

  it('with a broken row sets that aside, tells line, field and row, and brings the rest', async () => {
    const rows = [row(1, NOON), row(2, NOON, { subject: { no: 'text' } })];
    const { backend } = connected(profile, { body: { rows } });
    const { changes, rejected } = await backend.pull('all', null, signal);
    expect(changes.map(({ id }) => id)).toEqual(['1']);
    expect(rejected).toEqual([
      {
        id: '2',
        problem: expect.stringMatching(
          new RegExp(
            `sample.yaml, line ${lineOf(profile, 'fields: { id: =id, subject')}: "subject".*"no":"text"`,
          ),
        ) as string,
      },
    ]);
  });

  it('with seconds where milliseconds belong says what to do', async () => {
    const { backend } = connected(profile, {
      body: { rows: [1, 2].map((id) => row(id, NOON, { at: NOON / 1_000 })) },
    });
    await expect(backend.pull('all', null, signal)).rejects.toMatchObject({
      kind: 'nonsense',
      message: expect.stringContaining('no time') as string,
    });
    const other = connected(
      profile.replace('createdAt: =at, updatedAt', 'createdAt: =$toMillis(at)/1000, updatedAt'),
      {
        body: { rows: [row(1, NOON)] },
      },
    );
    const { rejected } = await other.backend.pull('all', null, signal);
    expect(rejected[0]?.problem).toContain('multiply by 1000');
  });

  it('never shows card numbers or the token', async () => {
    const { backend } = connected(profile, { body: { note: '4111 1111 1111 1111', token: 'sample-token' } });
    const failed = await backend
      .pull('all', null, signal)
      .catch((error: unknown) => (error as Error).message);
    expect(failed).not.toContain('4111 1111 1111 1111');
  });

  it('that fails keeps its kind, with the line of the request', async () => {
    const { backend } = connected(profile, {
      status: 429,
      headers: { 'retry-after': '7' },
      body: { error: 'Slow down' },
    });
    await expect(backend.pull('all', null, signal)).rejects.toMatchObject({
      kind: 'rate-limited',
      retryAfterMs: 7_000,
      message: expect.stringMatching(/^sample\.yaml, line \d+, GET \/c: Slow down/) as string,
    });
  });

  it('with a word that nobody named means the stated one, and keeps the word', async () => {
    const { backend } = connected(profile, { body: { rows: [row(1, NOON, { state: 'Escalated' })] } });
    const { changes } = await backend.pull('all', null, signal);
    expect(changes[0]?.row).toMatchObject({ status: 'open', statusLabel: 'Escalated' });
  });
});

describe('a list that is asked what changed since', () => {
  const profile = HEAD + SINCE + TAIL;

  it('goes on from the newest time, pages only within one and the same, and forgets nothing', async () => {
    const [one, two] = [NOON, NOON + 1_000];
    const { backend, asked } = connected(
      profile,
      { body: { rows: [row(1, one), row(2, two)] } },
      { body: { rows: [row(2, two), row(3, two)] } },
      { body: { rows: [row(4, two)] } },
      { body: { rows: [row(2, two), row(3, two)] } },
      { body: { rows: [row(4, two), row(5, two)] } },
      { body: { rows: [] } },
    );
    const ids: string[][] = [];
    let cursor: string | null = null;
    for (let pulls = 0; pulls < 6; pulls += 1) {
      const page = await backend.pull('all', cursor, signal);
      ids.push(page.changes.map(({ id }) => id));
      cursor = page.cursor;
    }
    expect(ids).toEqual([['1', '2'], ['3'], ['4'], [], ['5'], []]);
    const since = new Date(two).toISOString();
    expect(asked()).toEqual([
      'GET /api/c?n=2&from=0',
      `GET /api/c?since=${since}&n=2&from=0`,
      `GET /api/c?since=${since}&n=2&from=2`,
      `GET /api/c?since=${since}&n=2&from=0`,
      `GET /api/c?since=${since}&n=2&from=2`,
      `GET /api/c?since=${since}&n=2&from=4`,
    ]);
  });

  it('brings a row again that changed within the same second', async () => {
    const { backend } = connected(
      profile,
      { body: { rows: [row(1, NOON)] } },
      { body: { rows: [row(1, NOON, { state: 'd' })] } },
    );
    const first = await backend.pull('all', null, signal);
    const { changes } = await backend.pull('all', first.cursor, signal);
    expect(changes[0]?.row).toMatchObject({ status: 'pending' });
  });

  it('looks back as far as it says', async () => {
    const { backend, asked } = connected(profile, { body: { rows: [row(1, NOON)] } }, { body: { rows: [] } });
    const { cursor } = await backend.pull('all', null, signal);
    await backend.pull('all', backend.rewind?.('all', cursor) ?? '', signal);
    expect(asked()[1]).toContain(`since=${new Date(NOON - 60_000).toISOString()}`);
    expect(backend.descriptor.overlapMs).toBe(60_000);
  });

  it('that comes newest first is told, because rows would be missed', async () => {
    const { backend } = connected(profile, { body: { rows: [row(2, NOON + 5), row(1, NOON)] } });
    await expect(backend.pull('all', null, signal)).rejects.toMatchObject({
      kind: 'nonsense',
      message: expect.stringContaining('oldest change first') as string,
    });
  });
});

describe('a list', () => {
  it('by rising ids goes on behind the greatest', async () => {
    const list = feeds('    paging: { kind: keyset, param: after_id, id: id, sizeParam: n, size: 2 }');
    const { backend, asked } = connected(
      HEAD + list + TAIL,
      { body: { rows: [row(4, NOON), row(9, NOON)] } },
      { body: { rows: [] } },
    );
    const { cursor, more } = await backend.pull('all', null, signal);
    expect(more).toBe(true);
    await backend.pull('all', cursor, signal);
    expect(asked()).toEqual(['GET /api/c?n=2&after_id=0', 'GET /api/c?n=2&after_id=9']);
  });

  it('that the server pages without being asked for a size sends none', async () => {
    const { backend, asked } = connected(
      HEAD + feeds('    paging: { kind: link }\n    delta: { kind: whole, every: 10m }') + TAIL,
      {
        body: { rows: [row(1, NOON)] },
        headers: { link: '<https://sample.example.com/api/c?p=2>; rel="next"' },
      },
      { body: { rows: [] } },
    );
    const { cursor } = await backend.pull('all', null, signal);
    await backend.pull('all', cursor, signal);
    expect(asked()).toEqual(['GET /api/c', 'GET /api/c?p=2']);
  });

  it('of messages that comes oldest first is read to its end', async () => {
    const message = (id: number): unknown => ({ id, at: NOON + id, text: `Message ${id}` });
    const { backend } = connected(
      HEAD + SINCE + TAIL,
      { body: { rows: [message(1), message(2)] } },
      { body: { rows: [message(3)] } },
    );
    const { messages, before } = await backend.history('7', null, signal);
    expect(messages.map(({ id, conversationId }) => [id, conversationId])).toEqual([
      ['1', '7'],
      ['2', '7'],
      ['3', '7'],
    ]);
    expect(before).toBeNull();
  });
});

describe('an action', () => {
  it('sends a form with the helpdesk’s own word, ours first where several mean the same', async () => {
    const { backend, asked, bodies } = connected(HEAD + SINCE + TAIL, { body: {} }, { body: {} });
    for (const status of ['open', 'closed'] as const) {
      await backend.perform(anOperation('7/8', { kind: 'status', status }), signal);
    }
    expect(asked()[0]).toBe('PUT /api/c/7/8');
    expect(bodies()).toEqual(['s=b', 's=e']);
  });

  it('keeps an id from leading elsewhere', async () => {
    const { backend, urls } = connected(HEAD + SINCE + TAIL, { body: {} });
    const closed = { kind: 'status', status: 'closed' } as const;
    await backend.perform(anOperation('../me?x=', closed), signal);
    expect(urls()).toEqual(['https://sample.example.com/api/c/..%2Fme%3Fx%3D']);
    await expect(backend.perform(anOperation('..', closed), signal)).rejects.toMatchObject({
      kind: 'nonsense',
      message: expect.stringContaining('{conversationId}') as string,
    });
  });

  it('says null where nobody is to own a conversation', async () => {
    const { backend, bodies } = connected(HEAD + SINCE + TAIL, { body: {} });
    await backend.perform(anOperation('7', { kind: 'assign', assigneeId: null }), signal);
    expect(bodies()).toEqual(['{"who":null}']);
  });

  it('without an id in its answer is unknown, not failed', async () => {
    const { backend } = connected(HEAD + SINCE + TAIL, { body: { ok: true } });
    await expect(backend.perform(anOperation('7', aReply('Hello')), signal)).rejects.toMatchObject({
      kind: 'nonsense',
      message: expect.stringMatching(/gives no id.*"ok":true/) as string,
    });
  });

  it('that was done in part is unknown, with what is missing', async () => {
    const twoSteps = TAIL.replace(
      'result: =id }',
      `result: =id, then: [{ when: =$exists(statusAfter), put: '/c/{conversationId}', form: { s: =statusAfter } }] }`,
    );
    const { backend } = connected(
      HEAD + SINCE + twoSteps,
      { body: { id: 5 } },
      { status: 403, body: { error: 'Not yours' } },
    );
    const closing = { ...aReply('Done'), statusAfter: 'resolved' as const };
    await expect(
      backend.perform(anOperation('7', closing as Parameters<typeof anOperation>[1]), signal),
    ).rejects.toMatchObject({ kind: 'no-answer', message: expect.stringContaining('taken as 5') as string });
  });

  it('is unknown, not refused, where a reply left and what came of it cannot be read', async () => {
    const verified = TAIL.replace('result: =id }', 'result: =id, verify: =conversation.ok }').replace(
      'history:',
      `conversation: { get: '/c/{conversationId}', feed: all }\nhistory:`,
    );
    const { backend } = connected(
      HEAD + SINCE + verified,
      { body: { id: 5 } },
      { status: 403, body: { error: 'Not yours' } },
    );
    await expect(backend.perform(anOperation('7', aReply('Done')), signal)).rejects.toMatchObject({
      kind: 'no-answer',
    });
  });

  it('reads times that were seconds with a fraction as whole ms', async () => {
    const fraction = row(1, NOON, { at: NOON + 0.25 });
    const { backend } = connected(HEAD + SINCE + TAIL, { body: { rows: [fraction] } });
    const { changes, rejected } = await backend.pull('all', null, signal);
    expect(rejected).toEqual([]);
    expect(changes[0]?.row).toMatchObject({ createdAt: NOON });
  });

  it('that the profile does not name is refused', async () => {
    const { backend } = connected(HEAD + SINCE + TAIL);
    await expect(
      backend.perform(anOperation('7', { kind: 'priority', priority: 'high' }), signal),
    ).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('an expression that runs away', () => {
  it('sets its row aside, with its line', async () => {
    const profile =
      HEAD +
      SINCE.replace('subject: =subject', 'subject: \'=$match(subject, /^(a+)+$/) ? "x" : subject\'') +
      TAIL;
    const open = openProfile('sample.yaml', profile, { limitMs: 400 });
    opened.push(open);
    const rows = [row(1, NOON), row(2, NOON, { subject: `${'a'.repeat(60)}!` })];
    const { http } = scriptedHttp({ body: { rows } });
    const settings = { accountId: 'a1', url: 'https://sample.example.com', token: '' };
    const backend = createRestBackend(open.definition, settings, http, new LeapingClock(NOON));
    const { changes, rejected } = await backend.pull('all', null, signal);
    expect(changes.map(({ id }) => id)).toEqual(['1']);
    const line = lineOf(profile, 'fields: { id: =id, subject');
    expect(rejected[0]?.problem).toContain(`sample.yaml, line ${line}: It took longer than 400 ms`);
  });
});
