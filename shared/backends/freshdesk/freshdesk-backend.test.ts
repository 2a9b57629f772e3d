import { describe, expect, it } from 'vitest';
import type { Change } from '../../domain/entities';
import { httpClientOf } from '../../testing/vendor-kit';
import { openFreshdesk, type FreshdeskSimulator } from '../../testing/vendors/freshdesk/freshdesk-simulator';
import { anOperation, aReply, readFeed, rowsOf } from '../check/check-kit';
import type { Backend } from '../port';
import { createRestBackend } from '../rest-engine';
import { defineFreshdesk } from './freshdesk-backend';
import { readTicket } from './freshdesk-rows';

const signal = new AbortController().signal;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

function connect(simulator: FreshdeskSimulator, token = 'sample-agent-key', rowsPerPage?: number): Backend {
  return createRestBackend(
    defineFreshdesk(rowsPerPage),
    { accountId: 'a1', ...simulator.signIn, token },
    httpClientOf(simulator.server),
    simulator.clock,
  );
}

/** A desk with some tickets, read to its end. */
async function stage(count = 3) {
  const simulator = openFreshdesk();
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await simulator.customerWrites(`Question ${n}`));
  const backend = connect(simulator);
  let { cursor } = await readFeed(backend, 'tickets', signal);
  async function news(): Promise<Change[]> {
    const read = await readFeed(backend, 'tickets', signal, cursor);
    cursor = read.cursor;
    return read.changes;
  }
  const ticket = (id: string) => simulator.desk.tickets.get(Number(id))!;
  simulator.clock.pass(2 * MINUTE_MS);
  await news();
  return { simulator, backend, ids, news, ticket, first: ids[0] ?? '' };
}

const lists = (simulator: FreshdeskSimulator): string[] =>
  simulator.server.asked.filter((asked) => asked.startsWith('GET /api/v2/tickets?'));

describe('news of Freshdesk', () => {
  it('costs one credit while nothing happens', async () => {
    const { simulator, news } = await stage();
    simulator.clock.pass(MINUTE_MS);
    simulator.server.asked.length = 0;
    expect(await news()).toEqual([]);
    expect(simulator.server.asked).toHaveLength(1);
    expect(simulator.server.asked[0]).not.toContain('include');
  });

  it('is not lost where lists trail what happens', async () => {
    const { simulator, news, first } = await stage();
    simulator.server.faults.lagMs = 45_000;
    simulator.clock.pass(MINUTE_MS);
    await simulator.customerAnswers(first, 'Told late');
    await simulator.customerAnswers(first, 'And later');
    expect(await news()).toEqual([]);
    simulator.clock.pass(50_000);
    const texts = [...rowsOf(await news(), 'message').values()].map(({ body }) => body.content);
    expect(texts.join()).toContain('Told late');
    expect(texts.join()).toContain('And later');
  });

  it('goes on behind a ticket that is dated in the future, which is read once', async () => {
    const { simulator, news, ticket, first, backend } = await stage();
    const ahead = Object.assign(ticket(first), { updatedAt: Date.UTC(2999, 0, 1) });
    const told = simulator.desk.listed.bind(simulator.desk);
    simulator.desk.listed = (lagMs) => told(lagMs).map((one) => (one.id === ahead.id ? ahead : one));
    expect(rowsOf(await news(), 'conversation').has(first)).toBe(true);
    const id = await simulator.customerWrites('Behind it');
    expect([...rowsOf(await news(), 'conversation').keys()]).toEqual([id]);
    simulator.clock.pass(2 * MINUTE_MS);
    await news();
    expect(await news()).toEqual([]);
    // The same for whoever begins after it.
    const begun = await readFeed(backend, 'tickets', signal);
    const next = await simulator.customerWrites('Behind it as well');
    const read = await readFeed(backend, 'tickets', signal, begun.cursor);
    expect([...rowsOf(read.changes, 'conversation').keys()]).toContain(next);
  });

  it('tells of a second change within the same second', async () => {
    const { simulator, news, ticket, first } = await stage();
    simulator.desk.customerSays(ticket(first), 'The first one');
    await news();
    simulator.desk.say(ticket(first), { html: 'The second one', incoming: true });
    const texts = [...rowsOf(await news(), 'message').values()].map(({ body }) => body.content);
    expect(texts.join()).toContain('The second one');
  });

  it('goes on for all others when a ticket of the list is gone for good before it is read', async () => {
    const { simulator, ids, first } = await stage();
    const network = httpClientOf(simulator.server);
    const settings = { accountId: 'a1', ...simulator.signIn };
    const backend = createRestBackend(
      defineFreshdesk(),
      settings,
      // As an id that was never there answers.
      (request) => network({ ...request, url: request.url.replace(`/tickets/${first}`, '/tickets/999999') }),
      simulator.clock,
    );
    const { cursor } = await readFeed(connect(simulator), 'tickets', signal);
    simulator.clock.pass(2 * MINUTE_MS);
    for (const id of ids) await simulator.customerAnswers(id, 'News');
    const { changes } = await readFeed(backend, 'tickets', signal, cursor);
    expect(changes).toContainEqual({ kind: 'conversation', id: first, row: null, movedTo: null });
    expect([...rowsOf(changes, 'conversation').keys()].sort()).toEqual(ids.filter((id) => id !== first));
    const begun = await readFeed(backend, 'tickets', signal);
    expect(rowsOf(begun.changes, 'conversation').size).toBe(2);
  });

  it('misses nothing when more tickets changed at once than a list holds', async () => {
    const { simulator, ids } = await stage(9);
    const backend = connect(simulator, undefined, 2);
    const { cursor } = await readFeed(backend, 'tickets', signal);
    simulator.clock.pass(2 * MINUTE_MS);
    // All within one second, as by a bulk update.
    for (const id of ids) simulator.desk.touch(simulator.desk.tickets.get(Number(id))!);
    const { changes } = await readFeed(backend, 'tickets', signal, cursor);
    expect([...rowsOf(changes, 'conversation').keys()].sort()).toEqual([...ids].sort());
  });

  it.each(['deleted', 'spam'] as const)('buries within minutes what is %s', async (fate) => {
    const { simulator, news, ticket, first } = await stage();
    simulator.clock.pass(MINUTE_MS);
    ticket(first)[fate] = true;
    simulator.desk.touch(ticket(first));
    simulator.clock.pass(6 * MINUTE_MS);
    expect(await news()).toContainEqual({ kind: 'conversation', id: first, row: null, movedTo: null });
    // Restored, it is news like any other.
    ticket(first)[fate] = false;
    simulator.desk.touch(ticket(first));
    expect(rowsOf(await news(), 'conversation').has(first)).toBe(true);
  });

  it('buries all of a great many that were deleted at once', async () => {
    const { simulator, news, ids } = await stage(130);
    simulator.clock.pass(MINUTE_MS);
    for (const id of ids) {
      simulator.desk.tickets.get(Number(id))!.deleted = true;
      simulator.desk.touch(simulator.desk.tickets.get(Number(id))!);
    }
    simulator.clock.pass(6 * MINUTE_MS);
    const gone = (await news()).filter(({ row }) => row === null);
    expect(new Set(gone.map(({ id }) => id)).size).toBe(130);
  });

  it('shows a merge by the note it leaves, and leaves a closed ticket alone without one', async () => {
    const { simulator, news, ticket, ids, first } = await stage();
    simulator.desk.merge(ticket(first), ticket(ids[1] ?? ''));
    const closed = ticket(ids[2] ?? '');
    simulator.desk.say(closed, { html: 'Closed: the same as another one', private: true, userId: 32 });
    closed.status = 5;
    simulator.desk.touch(closed);
    const changes = await news();
    expect(changes).toContainEqual({ kind: 'conversation', id: first, row: null, movedTo: ids[1] });
    expect(rowsOf(changes, 'conversation').get(String(closed.id))?.status).toBe('closed');
  });
});

describe('a first sync of Freshdesk', () => {
  it('goes beyond thirty days, and leaves messages of what rests to be read when it is opened', async () => {
    const simulator = openFreshdesk();
    const id = await simulator.customerWrites('Long ago');
    const ticket = simulator.desk.tickets.get(Number(id))!;
    simulator.desk.say(ticket, { html: 'Answered', userId: 31 });
    ticket.status = 5;
    simulator.desk.touch(ticket);
    simulator.clock.pass(90 * DAY_MS);
    const backend = connect(simulator);
    const { changes } = await readFeed(backend, 'tickets', signal);
    expect(rowsOf(changes, 'conversation').get(id)).toMatchObject({
      preview: 'Long ago',
      lastMessageId: null,
      messageCount: null,
      waitingSince: null,
    });
    expect(rowsOf(changes, 'message').size).toBe(0);
    const { messages } = await backend.history(id, null, signal);
    expect(messages.map(({ kind }) => kind)).toEqual(['inbound', 'reply']);
  });

  it('comes whole although the server ends every list after 300 pages', async () => {
    const simulator = openFreshdesk();
    const ids: string[] = [];
    for (let n = 0; n < 310; n += 1) ids.push(await simulator.customerWrites(`Question ${n}`));
    for (const id of ids) {
      const ticket = simulator.desk.tickets.get(Number(id))!;
      simulator.clock.pass(1_000);
      ticket.status = 5;
      simulator.desk.touch(ticket);
    }
    simulator.clock.pass(90 * DAY_MS);
    const { changes } = await readFeed(connect(simulator, undefined, 1), 'tickets', signal);
    expect(rowsOf(changes, 'conversation').size).toBe(310);
    expect(lists(simulator).some((asked) => asked.includes('page=301'))).toBe(false);
  });
});

describe('what is done at Freshdesk', () => {
  it('cannot be read back after a lost answer, and nobody claims that it can', async () => {
    const { simulator, backend, ticket, first } = await stage();
    simulator.server.faults.cutAfterReply = true;
    const operation = anOperation(first, aReply('Only once'));
    await expect(backend.perform(operation, signal)).rejects.toMatchObject({ kind: 'no-answer' });
    await expect(backend.findByRef(first, operation.ref, signal)).rejects.toMatchObject({ kind: 'nonsense' });
    expect(ticket(first).entries).toHaveLength(1);
  });

  it('is done though the ticket cannot be read afterwards', async () => {
    const { simulator, backend, ticket, first } = await stage();
    const { desk } = simulator;
    const say = desk.say.bind(desk);
    desk.say = (...said) => {
      const entry = say(...said);
      Object.assign(ticket(first), { status: 'nobody knows' });
      return entry;
    };
    const proof = await backend.perform(anOperation(first, aReply('Only once')), signal);
    expect(proof.conversation).toBeNull();
  });

  it('leaves as text, whatever it looks like', async () => {
    const { backend, ticket, first } = await stage();
    await backend.perform(anOperation(first, aReply('if a < b && b > c\n<b>stop</b>')), signal);
    expect(ticket(first).entries.at(-1)?.html).toBe(
      'if a &lt; b &amp;&amp; b &gt; c<br>&lt;b&gt;stop&lt;/b&gt;',
    );
  });

  it('is done once when only the closing behind the reply fails', async () => {
    const { simulator, backend, ticket, first } = await stage();
    simulator.server.faults.refusesQuietly = true;
    const closing = { ...aReply('Done'), statusAfter: 'closed' } as const;
    const proof = await backend.perform(anOperation(first, closing as never), signal);
    expect(proof.conversation?.status).toBe('open');
    expect(ticket(first).entries.filter(({ html }) => html === 'Done')).toHaveLength(1);
  });

  it('keeps the tags of others', async () => {
    const { backend, ticket, first } = await stage();
    ticket(first).tags = ['theirs', 'old'];
    await backend.perform(anOperation(first, { kind: 'tags', add: ['ours'], remove: ['old'] }), signal);
    expect(ticket(first).tags).toEqual(['theirs', 'ours']);
  });

  it('is refused in the words of the server', async () => {
    const { backend, first } = await stage();
    const wrong = backend.perform(anOperation(first, { kind: 'assign', assigneeId: '4711' }), signal);
    await expect(wrong).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('There is no agent matching') as string,
    });
  });

  it('is refused for what was deleted', async () => {
    const { simulator, backend, ticket, first } = await stage();
    simulator.desk.remove(ticket(first));
    const late = backend.perform(anOperation(first, aReply('Hello?')), signal);
    await expect(late).rejects.toMatchObject({ kind: 'invalid', status: 405 });
    expect(await backend.thread?.(first, signal)).toMatchObject({ gone: true, conversation: null });
  });
});

describe('a ticket for checks', () => {
  it.each([
    ['sample-agent-key', true, 2],
    ['other-agent-key', false, 5],
  ])(
    'is made as a customer would and taken away as far as the role lets (%s)',
    async (token, deleted, status) => {
      const simulator = openFreshdesk();
      const backend = connect(simulator, token);
      const id = (await backend.probe?.create('Please check', signal)) ?? '';
      const { messages } = await backend.history(id, null, signal);
      expect(messages).toMatchObject([{ kind: 'inbound', conversationId: id }]);
      await backend.probe?.remove(id, signal);
      expect(simulator.desk.tickets.get(Number(id))).toMatchObject({ deleted, status });
    },
  );
});

describe('the names at Freshdesk', () => {
  it('of agents come from a field where their list is for administrators', async () => {
    const { simulator } = await stage();
    simulator.server.faults.agentsForAdminsOnly = true;
    const { changes } = await readFeed(connect(simulator, 'other-agent-key'), 'agents', signal);
    expect([...rowsOf(changes, 'agent').values()].map(({ name }) => name)).toEqual([
      'Sample Agent',
      'Other Agent',
    ]);
  });

  it('of statuses that the account made itself stay visible', async () => {
    const { simulator, news, ticket, first } = await stage();
    ticket(first).status = 8;
    simulator.desk.touch(ticket(first));
    expect(rowsOf(await news(), 'conversation').get(first)).toMatchObject({
      status: 'open',
      statusLabel: 'With the workshop',
    });
  });
});

describe('the limits of Freshdesk', () => {
  it('are kept: what it refuses is waited for as long as it says', async () => {
    const { simulator, backend, first } = await stage();
    simulator.server.faults.creditsPerMinute = 0;
    await expect(backend.perform(anOperation(first, aReply('Hello')), signal)).rejects.toMatchObject({
      kind: 'rate-limited',
      retryAfterMs: expect.any(Number) as number,
    });
  });
});

describe('a ticket of Freshdesk', () => {
  const ticket = {
    id: 5,
    subject: null,
    status: 2,
    priority: 4,
    source: 1,
    requester_id: 3,
    created_at: '2026-03-01T10:00:00Z',
    updated_at: '2026-03-01T12:00:00Z',
  };
  const names = { statuses: {}, agents: {} };
  const entry = (time: string, parts: object): object => ({
    id: time,
    incoming: false,
    private: false,
    created_at: `2026-03-01T${time}:00Z`,
    ...parts,
  });
  const at = (time: string): number => Date.parse(`2026-03-01T${time}:00Z`);

  it.each([
    [1, 'email', undefined],
    [2, 'form', undefined],
    [3, 'phone', undefined],
    [5, 'social', 'twitter'],
    [7, 'chat', undefined],
    [9, 'form', undefined],
    [13, 'social', 'whatsapp'],
    [99, 'email', undefined],
  ])('of source %i comes by %s', (source, channel, network) => {
    const row = readTicket({ ...ticket, source }, null, names, 'a1');
    expect([row.channel, row.social?.network]).toEqual([channel, network]);
  });

  it.each([
    ['nobody answered', [], '10:00'],
    ['a note is no answer', [entry('10:30', { private: true })], '10:00'],
    ['it was answered', [entry('10:30', {})], null],
    [
      'it was asked again',
      [entry('10:30', {}), entry('11:00', { incoming: true }), entry('11:30', { incoming: true })],
      '11:00',
    ],
  ])('says since when somebody waits: %s', (_case, thread, since) => {
    expect(readTicket(ticket, thread, names, 'a1').waitingSince).toBe(since === null ? null : at(since));
  });

  it('says by its stats who waits where its messages were not read', () => {
    const stats = { agent_responded_at: '2026-03-01T11:00:00Z', requester_responded_at: null };
    expect(readTicket({ ...ticket, stats }, null, names, 'a1').waitingSince).toBeNull();
    const asked = { ...stats, requester_responded_at: '2026-03-01T11:30:00Z' };
    expect(readTicket({ ...ticket, stats: asked }, null, names, 'a1').waitingSince).toBe(at('11:30'));
  });
});
