import { describe, expect, it } from 'vitest';
import { spoilingRow, wrongTypes } from '../../testing/tampered-http';
import { httpClientOf } from '../../testing/vendor-kit';
import { openRequestTracker, type RtSimulator } from '../../testing/vendors/request-tracker/rt-simulator';
import type { Change } from '../../domain/entities';
import { anOperation, aReply, readFeed, rowsOf } from '../check/check-kit';
import { createRestBackend } from '../rest-engine';
import { requestTracker } from './request-tracker-backend';
import { bodyParts, readMessage, type Part } from './rt-messages';
import { priorityOf, PRIORITY_NUMBERS } from './rt-rows';

const signal = new AbortController().signal;

function connect(simulator: RtSimulator, rowsAPage?: number) {
  const settings = { accountId: 'a1', ...simulator.signIn };
  return createRestBackend(
    requestTracker(rowsAPage),
    settings,
    httpClientOf(simulator.server),
    simulator.clock,
  );
}

/** Some tickets, read to the end; `news` gives what came since the last look. */
async function stage(count = 3) {
  const simulator = openRequestTracker();
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await simulator.customerWrites(`Question ${n}`));
  const backend = connect(simulator);
  let { cursor } = await readFeed(backend, 'conversations', signal);
  async function news(): Promise<Change[]> {
    const read = await readFeed(backend, 'conversations', signal, cursor);
    ({ cursor } = read);
    return read.changes;
  }
  return { simulator, backend, ids, news, first: ids[0] ?? '' };
}

describe('news of Request Tracker', () => {
  it('costs one request while nothing happens, and tells each change once', async () => {
    const { simulator, news, first } = await stage();
    await simulator.customerAnswers(first, 'One more thing');
    const texts = [...rowsOf(await news(), 'message').values()].map(({ body }) => body.content);
    expect(texts).toContain('One more thing');
    simulator.server.asked.length = 0;
    expect(await news()).toEqual([]);
    expect(simulator.server.asked).toHaveLength(1);
    expect(simulator.server.asked[0]).toContain("Type != 'EmailRecord'");
  });

  it('brings a transaction that was committed after greater ones were read', async () => {
    const { simulator, news, ids } = await stage();
    const late = simulator.known(ids[0] ?? '');
    const { clock, desk } = simulator;
    desk.record(late, 'Status', 'boris', { visibleAt: clock.now() + 60_000 });
    desk.setStatus(simulator.known(ids[1] ?? ''), 'stalled', 'boris');
    expect([...rowsOf(await news(), 'conversation').keys()]).toEqual([ids[1]]);
    clock.pass(60_000);
    desk.setStatus(simulator.known(ids[2] ?? ''), 'open', 'boris');
    expect([...rowsOf(await news(), 'conversation').keys()].sort()).toEqual([ids[0], ids[2]]);
  });

  it('forgets what it saw once nothing can turn up before it any more', async () => {
    const { simulator, backend, first } = await stage();
    await simulator.customerAnswers(first, 'One more thing');
    let { cursor } = await readFeed(backend, 'conversations', signal);
    simulator.clock.pass(300_000);
    ({ cursor } = await readFeed(backend, 'conversations', signal, cursor));
    const { news } = JSON.parse(cursor) as { news: string };
    expect(JSON.parse(news)).toMatchObject({ seen: [] });
  });

  it("finds news behind a page's worth of transactions that this agent may not see", async () => {
    const { simulator, news, first } = await stage();
    const { desk } = simulator;
    const others = desk.open('customer@example.test', 'For another team');
    desk.hiddenTickets.add(others.id);
    for (let n = 0; n < 250; n += 1) desk.record(others, 'Set', 'boris');
    await simulator.customerAnswers(first, 'Behind all of that');
    expect([...rowsOf(await news(), 'conversation').keys()]).toEqual([first]);
  });

  it('brings moved messages with a merge, and all of them when somebody writes later', async () => {
    const { simulator, news, ids } = await stage(2);
    const [from = '', into = ''] = ids;
    await simulator.merge?.(from, into);
    const merged = await news();
    expect(merged.find(({ id, row }) => id === from && row === null)).toMatchObject({ movedTo: into });
    const moved = [...rowsOf(merged, 'message').values()].map(({ conversationId }) => conversationId);
    expect(moved).toEqual([into, into]);
    await simulator.customerAnswers(into, 'After the merge');
    expect(rowsOf(await news(), 'conversation').get(into)?.messageCount).toBe(3);
  });

  it('sets a transaction aside that does not say whose it is, and goes on behind it', async () => {
    const { simulator, ids } = await stage(2);
    const { cursor } = await readFeed(connect(simulator), 'conversations', signal);
    const broken = simulator.desk.record(simulator.known(ids[0] ?? ''), 'Set', 'boris');
    simulator.desk.setStatus(simulator.known(ids[1] ?? ''), 'open', 'boris');
    const network = spoilingRow(String(broken.id), wrongTypes)(httpClientOf(simulator.server));
    const settings = { accountId: 'a1', ...simulator.signIn };
    const backend = createRestBackend(requestTracker(), settings, network, simulator.clock);
    const page = await backend.pull('conversations', cursor, signal);
    expect(page.rejected).toEqual([
      { id: String(broken.id), problem: expect.stringContaining('ObjectId') as string },
    ]);
    expect([...rowsOf(page.changes, 'conversation').keys()]).toEqual([ids[1]]);
    expect((await backend.pull('conversations', page.cursor, signal)).rejected).toEqual([]);
  });
});

describe('the first sync of Request Tracker', () => {
  it('finds a server without a single ticket empty, and then its first one', async () => {
    const simulator = openRequestTracker();
    simulator.desk.tickets.clear();
    simulator.desk.transactions.length = 0;
    const backend = connect(simulator);
    const { changes, cursor } = await readFeed(backend, 'conversations', signal);
    expect(changes).toEqual([]);
    const id = await simulator.customerWrites('The first question ever');
    const news = await readFeed(backend, 'conversations', signal, cursor);
    expect([...rowsOf(news.changes, 'conversation').keys()]).toEqual([id]);
  });

  it('brings those one can work on before those that are done, and counts what is left', async () => {
    const { simulator, ids } = await stage(6);
    for (const id of ids.slice(3)) simulator.desk.setStatus(simulator.known(id), 'resolved', 'boris');
    const backend = connect(simulator, 2);
    const order: string[] = [];
    const left: number[] = [];
    let cursor: string | null = null;
    for (let more = true; more;) {
      const page = await backend.pull('conversations', cursor, signal);
      order.push(...rowsOf(page.changes, 'conversation').keys());
      if (page.left !== undefined) left.push(page.left);
      ({ cursor, more } = page);
    }
    // The one that was there from the beginning stands behind the three that are open; each part begins with its newest.
    expect(order).toEqual([ids[2], ids[1], ids[0], '1001', ids[5], ids[4], ids[3]]);
    expect(left).toEqual([7, 5, 3, 3, 1, 0, 0]);
  });

  it('asks for no words of what was done long ago', async () => {
    const { simulator, first } = await stage();
    simulator.desk.setStatus(simulator.known(first), 'resolved', 'boris');
    simulator.clock.pass(30 * 86_400_000);
    const { changes } = await readFeed(connect(simulator), 'conversations', signal);
    expect(rowsOf(changes, 'conversation').get(first)).toMatchObject({ preview: '', lastMessageId: null });
    const spoken = [...rowsOf(changes, 'message').values()].map(({ conversationId }) => conversationId);
    expect(spoken).not.toContain(first);
  });
});

describe('the channel of a ticket', () => {
  it.each([
    [null, 'Support', 'email', null],
    [null, 'Information and performance', 'email', null],
    [null, 'Live chat', 'chat', null],
    [null, 'Phone calls', 'phone', null],
    [null, 'Contact form', 'form', null],
    ['whatsapp', 'Support', 'social', 'whatsapp'],
    ['email', 'Social media', 'email', null],
  ])('with the field %s in the queue "%s" is %s', async (field, queue, channel, network) => {
    const simulator = openRequestTracker();
    const ticket = simulator.desk.open('customer@example.test', 'A question', [], queue);
    ticket.channel = field;
    const { changes } = await readFeed(connect(simulator), 'conversations', signal);
    const row = rowsOf(changes, 'conversation').get(String(ticket.id));
    expect([row?.channel, row?.social?.network ?? null]).toEqual([channel, network]);
  });
});

describe('what Request Tracker does with a change', () => {
  it('is told in its own words when it refuses', async () => {
    const { backend, first } = await stage();
    const nobody = backend.perform(anOperation(first, { kind: 'assign', assigneeId: 'zoe' }), signal);
    await expect(nobody).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('does not exist') as string,
    });
  });

  it('keeps tags that somebody else adds in the same moment', async () => {
    const { simulator, backend, first } = await stage();
    const ticket = simulator.known(first);
    simulator.server.faults.beforePut = () => simulator.desk.setTags(ticket, ['theirs'], 'boris');
    await backend.perform(anOperation(first, { kind: 'tags', add: ['ours'], remove: [] }), signal);
    expect(ticket.tags).toEqual(['theirs', 'ours']);
  });

  it('sends no reply into a ticket that was deleted or merged away', async () => {
    const { simulator, backend, ids } = await stage(3);
    const [gone = '', merged = '', into = ''] = ids;
    await simulator.remove?.(gone);
    await simulator.merge?.(merged, into);
    const reply = (id: string) => backend.perform(anOperation(id, aReply('Hello?')), signal);
    await expect(reply(gone)).rejects.toMatchObject({ kind: 'not-found' });
    await expect(reply(merged)).rejects.toMatchObject({ kind: 'conflict' });
  });

  it('tells with a reply that the status was not taken', async () => {
    const { simulator, backend, first } = await stage();
    const closing = { ...aReply('Done'), statusAfter: 'resolved' as const };
    simulator.desk.setStatus(simulator.known(first), 'open', 'boris');
    const { conversation } = await backend.perform(anOperation(first, closing as never), signal);
    expect(conversation?.status).toBe('resolved');
  });
});

describe('the proof of a reply at Request Tracker', () => {
  it('is tier T4 until one of the own messages has a reference, and T2 from then on', async () => {
    const simulator = openRequestTracker();
    for (const one of simulator.desk.transactions) one.refs.length = 0;
    const id = await simulator.customerWrites('A question');
    const backend = connect(simulator);
    await backend.whoAmI(signal);
    expect(backend.descriptor.tier).toBe('T4');
    await expect(backend.findByRef(id, 'some-reference', signal)).rejects.toMatchObject({ kind: 'nonsense' });
    await backend.perform(anOperation(id, aReply('An answer')), signal);
    await expect.poll(() => backend.descriptor.tier).toBe('T2');
  });

  it('stays T4 where the server passes over the field silently', async () => {
    const simulator = openRequestTracker();
    for (const one of simulator.desk.transactions) one.refs.length = 0;
    simulator.server.faults.dropsRefs = true;
    const id = await simulator.customerWrites('A question');
    const backend = connect(simulator);
    await backend.whoAmI(signal);
    await backend.perform(anOperation(id, aReply('An answer')), signal);
    await backend.whoAmI(signal);
    expect(backend.descriptor.tier).toBe('T4');
  });

  it('says nothing while a message was just written whose reference may follow', async () => {
    const { simulator, backend, first } = await stage();
    simulator.desk.say(simulator.known(first), 'Correspond', 'anna', 'Its reference is on its way');
    await expect(backend.findByRef(first, 'a-reference', signal)).rejects.toMatchObject({
      kind: 'no-answer',
    });
    simulator.clock.pass(180_000);
    await expect(backend.findByRef(first, 'a-reference', signal)).resolves.toBeNull();
  });
});

describe('messages of Request Tracker', () => {
  const part = (id: string, ContentType: string, parts: Partial<Part> = {}): Part => ({
    id,
    TransactionId: '1',
    Filename: '',
    ContentType,
    Headers: '',
    ContentLength: 10,
    ...parts,
  });
  const transaction = (Type: string, login: string) => ({
    id: '1',
    Type,
    ObjectId: '7',
    Created: '2026-11-22T07:26:42Z',
    Creator: { id: login },
    CustomFields: '',
  });
  const customers = [{ id: 'eve@example.test', RealName: 'Eve Customer' }];
  const message = (Type: string, login: string, parts: readonly Part[] = []) =>
    readMessage(
      {
        conversationId: '7',
        transaction: transaction(Type, login),
        parts,
        texts: new Map(parts.map(({ id }) => [id, `text ${id}`])),
        customers,
        isStaff: (one) => one === 'anna',
      },
      'a1',
    );

  it.each([
    ['Create', 'anna', 'inbound', 'contact', 'eve@example.test'],
    ['Create', 'eve@example.test', 'inbound', 'contact', 'eve@example.test'],
    ['Correspond', 'eve@example.test', 'inbound', 'contact', 'eve@example.test'],
    ['Correspond', 'neighbour@example.test', 'inbound', 'contact', 'neighbour@example.test'],
    ['Correspond', 'anna', 'reply', 'agent', 'anna'],
    ['Comment', 'anna', 'note', 'agent', 'anna'],
    ['Comment', 'RT_System', 'note', 'system', 'RT_System'],
  ])('%s by %s is %s of a %s', (type, login, kind, authorType, authorId) => {
    const { kind: read, author } = message(type, login);
    expect([read, author.type, author.id]).toEqual([kind, authorType, authorId]);
  });

  it('show the HTML where there is one, with its pictures, and the alternative nowhere', () => {
    const parts = [
      part('10', 'multipart/related', {
        Headers: 'From: Eve <eve@example.test>\nTo: a@x.test,\n "B, C" <b@x.test>',
      }),
      part('11', 'multipart/alternative'),
      part('12', 'text/plain'),
      part('13', 'text/html'),
      part('14', 'image/png', { Filename: 'dot.png', Headers: 'Content-ID: <dot@x>' }),
    ];
    const { body, attachments, email } = message('Create', 'eve@example.test', parts);
    expect(body).toEqual({ type: 'html', content: 'text 13' });
    expect(attachments).toEqual([
      { id: '14', name: 'dot.png', mediaType: 'image/png', size: 10, contentId: 'dot@x' },
    ]);
    expect(email).toMatchObject({ from: 'Eve <eve@example.test>', to: ['a@x.test', '"B, C" <b@x.test>'] });
  });

  it('join plain texts, and take a named or a very long text for a file', () => {
    const parts = [
      part('20', 'text/plain'),
      part('21', 'text/plain', { Filename: 'notes.txt' }),
      part('22', 'text/plain'),
      part('23', 'text/plain', { ContentLength: 5_000_000 }),
    ];
    expect(bodyParts(parts).map(({ id }) => id)).toEqual(['20', '22']);
    const { body, attachments } = message('Correspond', 'anna', parts);
    expect(body).toEqual({ type: 'text', content: 'text 20\n\ntext 22' });
    expect(attachments.map(({ name }) => name)).toEqual(['notes.txt', '23']);
  });
});

describe('priorities of Request Tracker', () => {
  it('come back as they were put there, and what nobody set is normal', () => {
    for (const [ours, number] of Object.entries(PRIORITY_NUMBERS)) expect(priorityOf(number)).toBe(ours);
    expect(priorityOf(0)).toBe('normal');
  });
});

describe('a ticket for checks at Request Tracker', () => {
  it('is made with its words, and taken away again', async () => {
    const simulator = openRequestTracker();
    const backend = connect(simulator);
    const id = (await backend.probe?.create('A checked question', signal)) ?? '';
    expect((await backend.history(id, null, signal)).messages.map(({ body }) => body.content)).toEqual([
      'A checked question',
    ]);
    await backend.probe?.remove(id, signal);
    expect(simulator.known(id).status).toBe('deleted');
  });
});
