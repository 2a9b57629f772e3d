import { describe, expect, it } from 'vitest';
import {
  anOperation,
  aReply,
  outgoing,
  readFeed,
  readHistory,
  rowsOf,
  SAMPLE_FILE,
} from '../check/check-kit';
import { httpClientOf } from '../../testing/vendor-kit';
import { openZammad, type ZammadSimulator } from '../../testing/vendors/zammad/zammad-simulator';
import type { Backend } from '../port';
import { createRestBackend } from '../rest-engine';
import { readArticle } from './zammad-rows';

const signal = new AbortController().signal;
const FEED = 'tickets';
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function connect(simulator: ZammadSimulator, rowsAPage?: number): Backend {
  const definition = rowsAPage === undefined ? undefined : simulator.definitionWith?.(rowsAPage);
  const settings = { accountId: 'a1', ...simulator.signIn };
  const network = httpClientOf(simulator.server);
  return createRestBackend(definition ?? simulator.definition, settings, network, simulator.clock);
}

const told = async (backend: Backend, from: string | null) => {
  const read = await readFeed(backend, FEED, signal, from);
  return { ...read, conversations: rowsOf(read.changes, 'conversation') };
};

const paths = (simulator: ZammadSimulator): string[] =>
  simulator.server.requests.map(({ method, path }) => `${method} ${path.replace('/api/v1', '')}`);

describe('a customer of Zammad', () => {
  it('has an address that is vouched for once Zammad says that they confirmed it', async () => {
    const simulator = openZammad();
    const backend = connect(simulator);
    const customer = simulator.server.desk.users.find(
      ({ firstname, lastname }) => `${firstname} ${lastname}` === 'Sample Customer',
    )!;
    const vouched = async (from: string | null) => {
      const { changes, cursor } = await readFeed(backend, FEED, signal, from);
      return { verified: rowsOf(changes, 'contact').get(String(customer.id))?.verifiedEmails, cursor };
    };
    await simulator.customerWrites('Before');
    const before = await vouched(null);
    customer.verified = true;
    simulator.clock.pass(DAY);
    await simulator.customerWrites('After');
    const after = await vouched(before.cursor);
    expect([before.verified, after.verified]).toEqual([[], [customer.email]]);
  });
});

describe('a reply to Zammad', () => {
  it('is found by its reference though its article cannot be read in full', async () => {
    const simulator = openZammad();
    const backend = connect(simulator);
    const id = await simulator.customerWrites('Please answer');
    const operation = anOperation(id, aReply('Found'));
    const { serverId } = await backend.perform(operation, signal);
    const article = simulator.server.desk.articlesOf(Number(id)).find((one) => String(one.id) === serverId)!;
    Object.assign(article, { sender: 'Robot' });
    await expect(backend.findByRef(id, operation.ref, signal)).resolves.toMatchObject({ serverId });
  });

  it('has a change of the ticket for done although the ticket could not be read afterwards', async () => {
    const simulator = openZammad();
    const id = await simulator.customerWrites('Please answer');
    const network = httpClientOf(simulator.server);
    const settings = { accountId: 'a1', ...simulator.signIn };
    const noArticles: typeof network = (request) =>
      network(
        request.url.includes('/by_ticket/')
          ? { ...request, headers: { ...request.headers, authorization: 'Token token=wrong' } }
          : request,
      );
    const backend = createRestBackend(simulator.definition, settings, noArticles, simulator.clock);
    const change = anOperation(id, { kind: 'priority', priority: 'high' });
    await expect(backend.perform(change, signal)).resolves.toEqual({ serverId: id, conversation: null });
  });
});

describe('news from Zammad', () => {
  it('never asks the search index, which trails or is not there', async () => {
    const simulator = openZammad();
    const id = await simulator.customerWrites('First');
    const backend = connect(simulator);
    const begin = await told(backend, null);
    await simulator.customerAnswers(id, 'Second');
    const news = await told(backend, begin.cursor);
    expect(news.conversations.get(id)?.preview).toBe('Second');
    const searches = simulator.server.requests.filter(({ path }) => path.endsWith('/tickets/search'));
    expect(searches.length).toBeGreaterThan(0);
    expect(searches.some(({ query }) => query.has('query'))).toBe(false);
  });

  it('is not read once more with all its articles when the overlap shows it again', async () => {
    const simulator = openZammad();
    const backend = connect(simulator);
    const begin = await told(backend, null);
    const id = await simulator.customerWrites('First');
    const news = await told(backend, begin.cursor);
    expect(news.conversations.has(id)).toBe(true);
    const before = paths(simulator).length;
    const again = await told(backend, news.cursor);
    expect(again.changes).toEqual([]);
    expect(paths(simulator).slice(before)).toEqual(['GET /tickets/search']);
  });

  it.each([['searchIsEmpty'], ['searchRefuses'], ['searchIgnores']] as const)(
    'is found in the plain list where the search is of no use (%s)',
    async (fault) => {
      const simulator = openZammad();
      simulator.server.faults[fault] = true;
      const ids: string[] = [];
      for (let n = 0; n < 5; n += 1) ids.push(await simulator.customerWrites(`Question ${n}`));
      simulator.clock.pass(MINUTE);
      const backend = connect(simulator, 2);
      const begin = await told(backend, null);
      expect([...begin.conversations.keys()].sort()).toEqual(ids.sort());
      await simulator.customerAnswers(ids[1] ?? '', 'News in a list');
      const late = await simulator.customerWrites('One more');
      simulator.clock.pass(3 * MINUTE);
      const news = await told(backend, begin.cursor);
      expect(news.conversations.get(ids[1] ?? '')?.preview).toBe('News in a list');
      expect([...news.conversations.keys()].sort()).toEqual([ids[1], late].sort());
      const again = await told(backend, news.cursor);
      expect(again.changes).toEqual([]);
    },
  );

  it('misses nothing of many changes in the same moment', async () => {
    const simulator = openZammad();
    const backend = connect(simulator, 3);
    const { cursor } = await told(backend, null);
    const { desk } = simulator.server;
    const ids = Array.from({ length: 10 }, (_, n) => String(desk.customerWrites(`At once ${n}`).id));
    simulator.clock.pass(2_000);
    const { conversations } = await told(backend, cursor);
    expect(ids.filter((id) => !conversations.has(id))).toEqual([]);
  });

  it('says where a merged ticket lives now, also when it was linked before', async () => {
    const simulator = openZammad();
    const { desk } = simulator.server;
    const backend = connect(simulator);
    const [id, other, into] = [
      await simulator.customerWrites('Merged'),
      await simulator.customerWrites('A parent from before'),
      await simulator.customerWrites('Stays'),
    ];
    desk.links.push({ source: Number(other), target: Number(id) });
    const begin = await told(backend, null);
    await simulator.merge?.(id, into);
    const { changes } = await told(backend, begin.cursor);
    expect(changes.findLast((change) => change.id === id)).toMatchObject({ row: null, movedTo: into });
    expect(await backend.thread?.(id, signal)).toMatchObject({ gone: true, movedTo: into });
  });

  it('leaves the articles of long closed tickets for their opening', async () => {
    const simulator = openZammad();
    const backend = connect(simulator);
    const old = await simulator.customerWrites('Closed long ago');
    await backend.perform(anOperation(old, { kind: 'status', status: 'resolved' }), signal);
    simulator.clock.pass(15 * DAY);
    const before = paths(simulator).length;
    const { conversations } = await told(backend, null);
    expect(conversations.get(old)).toMatchObject({
      lastMessageId: null,
      waitingSince: null,
      messageCount: 1,
    });
    expect(paths(simulator).slice(before)).not.toContain(`GET /ticket_articles/by_ticket/${old}`);
  });

  it('goes on waiting when only a machine answered', async () => {
    const simulator = openZammad();
    const { desk } = simulator.server;
    const backend = connect(simulator);
    const id = await simulator.customerWrites('Is anybody there?');
    desk.writes(desk.ticket(Number(id)), { type: 'email', sender: 'System', body: 'We got your mail' });
    const { conversations } = await told(backend, null);
    expect(conversations.get(id)?.waitingSince).not.toBeNull();
    expect(conversations.get(id)?.preview).toBe('Is anybody there?');
  });
});

describe('what is done at Zammad', () => {
  const lastArticle = (simulator: ZammadSimulator, id: string) =>
    simulator.server.desk.articlesOf(Number(id)).at(-1);

  it('answers a mail to whoever wrote it, and carries the reference where it can be read back', async () => {
    const simulator = openZammad();
    const backend = connect(simulator);
    const id = await simulator.customerWrites('Please answer');
    const operation = anOperation(id, aReply('Answered\n<b>as typed</b>'));
    const { serverId } = await backend.perform(operation, signal);
    expect(lastArticle(simulator, id)).toMatchObject({
      id: Number(serverId),
      type: 'email',
      sender: 'Agent',
      internal: false,
      to: 'Sample Customer <sample.customer@example.invalid>',
      subject: 'Sample question',
      content_type: 'text/plain',
      body: 'Answered\n<b>as typed</b>',
      preferences: { holdfast_ref: operation.ref },
    });
    const { messages } = await readHistory(backend, id, signal);
    expect(messages.at(-1)).toMatchObject({ clientRef: operation.ref, kind: 'reply' });
  });

  it('answers a text message by one, and a phone call by mail', async () => {
    const simulator = openZammad();
    const { desk } = simulator.server;
    const backend = connect(simulator);
    const sms = String(desk.customerWrites('By text', 'sms').id);
    await backend.perform(anOperation(sms, aReply('Text back')), signal);
    expect(lastArticle(simulator, sms)).toMatchObject({ type: 'sms' });
    const call = String(desk.customerWrites('By phone', 'phone').id);
    await backend.perform(anOperation(call, aReply('Mail back')), signal);
    expect(lastArticle(simulator, call)).toMatchObject({
      type: 'email',
      to: 'sample.customer@example.invalid',
    });
  });

  it('says so when there is no address to answer to', async () => {
    const simulator = openZammad();
    const { desk } = simulator.server;
    desk.users[2]!.email = '';
    const id = String(desk.customerWrites('By phone', 'phone').id);
    await expect(connect(simulator).perform(anOperation(id, aReply('Hello?')), signal)).rejects.toMatchObject(
      {
        kind: 'invalid',
        message: expect.stringContaining('mail address') as string,
      },
    );
  });

  it('keeps a note from being mailed: internal alone would not', async () => {
    const simulator = openZammad();
    const backend = connect(simulator);
    const id = await simulator.customerWrites('Please answer');
    await backend.perform(anOperation(id, { kind: 'note', text: 'Among us', files: [] }), signal);
    expect(lastArticle(simulator, id)).toMatchObject({ type: 'note', internal: true });
  });

  it('carries files inside the request', async () => {
    const simulator = openZammad();
    const backend = connect(simulator);
    const id = await simulator.customerWrites('Please send it');
    const operation = anOperation(id, aReply('Here it is'), { files: [outgoing(SAMPLE_FILE)] });
    await backend.perform(operation, signal);
    const [file] = lastArticle(simulator, id)?.attachments ?? [];
    expect(file).toMatchObject({ filename: SAMPLE_FILE.name, size: '5000' });
    expect([...(file?.bytes ?? [])]).toEqual([...SAMPLE_FILE.bytes]);
  });

  it('says until when a ticket is pending, and takes states and priorities as a team named them', async () => {
    const simulator = openZammad();
    const { desk } = simulator.server;
    Object.assign(desk.states[2]!, { name: 'wartet auf Rückmeldung' });
    Object.assign(desk.states[3]!, { active: false });
    desk.states.push({ id: 20, name: 'erledigt', state_type: 'closed', active: true });
    desk.priorities.splice(2, 2);
    const backend = connect(simulator);
    const id = await simulator.customerWrites('Please answer');
    await backend.perform(anOperation(id, { kind: 'status', status: 'pending' }), signal);
    expect(desk.ticket(Number(id))).toMatchObject({
      state_id: 3,
      pending_time: new Date(simulator.clock.now() + DAY).toISOString(),
    });
    const pending = await told(backend, null);
    expect(pending.conversations.get(id)).toMatchObject({
      status: 'pending',
      statusLabel: 'wartet auf Rückmeldung',
    });
    await backend.perform(anOperation(id, { kind: 'status', status: 'resolved' }), signal);
    expect(desk.ticket(Number(id)).state_id).toBe(20);
    await backend.perform(anOperation(id, { kind: 'priority', priority: 'low' }), signal);
    expect(desk.ticket(Number(id)).priority_id).toBe(1);
    const urgent = backend.perform(anOperation(id, { kind: 'priority', priority: 'urgent' }), signal);
    await expect(urgent).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('1 low, 2 normal') as string,
    });
  });

  it('keeps the tags of others, and tags nothing that is not there', async () => {
    const simulator = openZammad();
    const { desk } = simulator.server;
    const backend = connect(simulator);
    const id = await simulator.customerWrites('Please sort');
    desk.tags.set(Number(id), ['theirs', 'old']);
    await backend.perform(anOperation(id, { kind: 'tags', add: ['ours'], remove: ['old'] }), signal);
    expect(desk.tags.get(Number(id))).toEqual(['theirs', 'ours']);
    const nowhere = backend.perform(
      anOperation('99999999', { kind: 'tags', add: ['x'], remove: [] }),
      signal,
    );
    await expect(nowhere).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('text modules of Zammad', () => {
  it('are none for an agent who may not read them', async () => {
    const simulator = openZammad();
    await simulator.keepsSavedReply?.('Hidden', 'Text');
    simulator.server.faults.hidesTextModules = true;
    const { changes } = await readFeed(connect(simulator), 'text modules', signal);
    expect(changes).toEqual([]);
  });
});

describe('an article of Zammad', () => {
  const article = (parts: Record<string, unknown> = {}) => ({
    id: 70,
    ticket_id: 7,
    type: 'email',
    sender: 'Customer',
    from: 'Sample <sample@example.invalid>',
    to: 'help@example.invalid',
    cc: null,
    subject: 'Sample question',
    message_id: '<m1@example.invalid>',
    content_type: 'text/html',
    body: '<p>Plain</p>',
    internal: false,
    preferences: {},
    created_by_id: 9,
    created_at: '2026-03-01T12:00:00.000Z',
    attachments: [],
    ...parts,
  });
  const read = (parts?: Record<string, unknown>) => readArticle(article(parts), new Map(), 'a1');

  it('shows pictures in its text from the host, though Zammad lists them nowhere', () => {
    const body = '<p>See <img src="/api/v1/ticket_attachment/7/70/5"></p>';
    expect(read({ body })).toMatchObject({
      body: { type: 'html', content: '<p>See <img src="cid:attachment-5"></p>' },
      attachments: [{ id: '7/70/5', contentId: 'attachment-5' }],
    });
  });

  it.each([
    [{ sender: 'Customer' }, 'inbound', 'contact'],
    [{ sender: 'Agent' }, 'reply', 'agent'],
    [{ sender: 'Agent', internal: true }, 'note', 'agent'],
    [{ sender: 'Agent', type: 'note' }, 'note', 'agent'],
    [{ sender: 'System' }, 'event', 'system'],
    [{ sender: 'Customer', type: 'note' }, 'inbound', 'contact'],
  ])('%j is a message of kind %s by a %s', (parts, kind, type) => {
    expect(read(parts)).toMatchObject({ kind, author: { type } });
  });

  it('by mail has its headers', () => {
    expect(read().email).toEqual({
      from: 'Sample <sample@example.invalid>',
      to: ['help@example.invalid'],
      cc: [],
      subject: 'Sample question',
      messageId: 'm1@example.invalid',
    });
  });

  it('without a needed field is told by its name', () => {
    const { sender: _left, ...rest } = article();
    expect(() => readArticle(rest, new Map(), 'a1')).toThrow('sender');
  });
});
