import { describe, expect, it } from 'vitest';
import type { Change, Message } from '../../domain/entities';
import { anOperation, aReply, readFeed, rowsOf } from '../check/check-kit';
import type { Backend } from '../port';
import { createRestBackend } from '../rest-engine';
import { httpClientOf } from '../../testing/vendor-kit';
import { openChatwoot, type ChatwootSimulator } from '../../testing/vendors/chatwoot/chatwoot-simulator';
import { readConversation, readMessage } from './chatwoot-rows';

const signal = new AbortController().signal;
const DAY_MS = 86_400_000;

function connect(simulator: ChatwootSimulator, signIn: Partial<ChatwootSimulator['signIn']> = {}): Backend {
  return createRestBackend(
    simulator.definition,
    { accountId: 'a1', ...simulator.signIn, ...signIn },
    httpClientOf(simulator.server),
    simulator.clock,
  );
}

/** A desk with some conversations, read to its end. */
async function stage(count = 3) {
  const simulator = openChatwoot();
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push(await simulator.customerWrites(`Question ${n}`));
  const backend = connect(simulator);
  let { cursor } = await readFeed(backend, 'conversations', signal);
  /** What came since the last look, page by page. */
  async function news(): Promise<Change[][]> {
    const pages: Change[][] = [];
    for (let more = true; more;) {
      const page = await backend.pull('conversations', cursor, signal);
      ({ cursor, more } = page);
      pages.push([...page.changes]);
    }
    return pages;
  }
  const desk = (id: string) => simulator.desk.conversations.get(Number(id))!;
  await news();
  return { simulator, backend, ids, news, desk, first: ids[0] ?? '' };
}

const textsOf = (pages: readonly Change[][]): string[] =>
  [...rowsOf(pages.flat(), 'message').values()].map(({ body }) => body.content);

describe('news of Chatwoot', () => {
  it('costs one request while nothing happens, and tells each change once', async () => {
    const { simulator, news, first } = await stage();
    await simulator.customerAnswers(first, 'One more thing');
    expect(textsOf(await news())).toContain('One more thing');
    simulator.server.asked.length = 0;
    expect((await news()).flat()).toEqual([]);
    expect(simulator.server.asked).toEqual([
      'GET /api/v1/accounts/7/conversations?status=all&assignee_type=all&updated_within=30',
    ]);
  });

  it('tells of what no message says: owner, labels, priority', async () => {
    const { simulator, news, desk, first } = await stage();
    simulator.clock.pass(1_000);
    simulator.desk.setLabels(desk(first), ['billing']);
    const changed = rowsOf((await news()).flat(), 'conversation');
    expect([...changed.keys()]).toEqual([first]);
    expect(changed.get(first)?.tags).toEqual(['billing']);
  });

  it.each([
    ['a server that does not know the question', { old: true }, 10_000],
    ['an absence of a day', {}, DAY_MS],
    ['a server whose clock runs ahead', { clockAheadMs: 400_000 }, 10_000],
  ] as const)('comes whole after %s', async (_case, faults, awayMs) => {
    const { simulator, news, ids } = await stage(9);
    Object.assign(simulator.server.faults, faults);
    simulator.clock.pass(awayMs);
    for (const id of ids) await simulator.customerAnswers(id, `News in ${id}`);
    simulator.clock.pass(5_000);
    expect(textsOf(await news())).toEqual(expect.arrayContaining(ids.map((id) => `News in ${id}`)));
    await news();
    expect((await news()).flat()).toEqual([]);
  });

  it('comes in pages that can be stored one by one when much has changed', async () => {
    const { simulator, news, ids } = await stage(40);
    for (const id of ids) await simulator.customerAnswers(id, `News in ${id}`);
    const pages = await news();
    expect(pages.length).toBeGreaterThan(1);
    const told = pages.flat().filter(({ kind }) => kind === 'conversation');
    expect(told.map(({ id }) => id).sort()).toEqual([...ids].sort());
  });

  it('brings every message since the last look, however many there are', async () => {
    const { simulator, news, first } = await stage();
    simulator.clock.pass(60_000);
    await news();
    for (let n = 0; n < 45; n += 1) await simulator.customerAnswers(first, `Line ${n}.`);
    const texts = textsOf(await news());
    expect(
      Array.from({ length: 45 }, (_, n) => `Line ${n}.`).filter((text) => !texts.includes(text)),
    ).toEqual([]);
  });

  it('buries a message that was deleted there', async () => {
    const { simulator, news, desk, first } = await stage();
    const [said] = desk(first).messages;
    simulator.clock.pass(1_000);
    simulator.desk.deleteMessage(desk(first), said?.id ?? 0);
    expect((await news()).flat()).toContainEqual({
      kind: 'message',
      id: String(said?.id),
      row: null,
      movedTo: null,
    });
  });

  it('leaves messages of what rested for long to be read when it is opened', async () => {
    const simulator = openChatwoot();
    const id = await simulator.customerWrites('Long ago');
    const conversation = simulator.desk.conversations.get(Number(id))!;
    simulator.desk.setStatus(conversation, 'resolved', simulator.desk.agents[1]!);
    simulator.desk.runJobs();
    simulator.clock.pass(30 * DAY_MS);
    const backend = connect(simulator);
    const { changes } = await readFeed(backend, 'conversations', signal);
    expect(rowsOf(changes, 'conversation').get(id)).toMatchObject({
      preview: 'Long ago',
      status: 'resolved',
    });
    expect(rowsOf(changes, 'message').size).toBe(0);
    expect((await backend.history(id, null, signal)).messages[0]?.body.content).toBe('Long ago');
  });
});

describe('what is done at Chatwoot', () => {
  const doing = (id: string, action: Parameters<typeof anOperation>[1]) => anOperation(id, action);

  it.each([{ old: false }, { old: true }])(
    'is found by its reference after a lost answer (%j)',
    async (faults) => {
      const { simulator, backend, desk, first } = await stage();
      Object.assign(simulator.server.faults, { ...faults, cutAfterMessage: true });
      const operation = doing(first, aReply('Only once'));
      await expect(backend.perform(operation, signal)).rejects.toMatchObject({ kind: 'no-answer' });
      for (let n = 0; n < 30; n += 1) await simulator.customerAnswers(first, `And more ${n}`);
      const sent = desk(first).messages.find(({ content }) => content === 'Only once');
      await expect(backend.findByRef(first, operation.ref, signal)).resolves.toMatchObject({
        serverId: String(sent?.id),
      });
      await expect(backend.findByRef(first, `${operation.ref}x`, signal)).resolves.toBeNull();
    },
  );

  it('is found by its reference though the message cannot be read in full', async () => {
    const { backend, desk, first } = await stage();
    const operation = doing(first, aReply('Only once'));
    const { serverId } = await backend.perform(operation, signal);
    Object.assign(
      desk(first).messages.find(({ id }) => String(id) === serverId)!,
      { createdAt: Number.NaN },
    );
    await expect(backend.findByRef(first, operation.ref, signal)).resolves.toMatchObject({ serverId });
  });

  it('is looked for in 50 pages at most, and how far is said', async () => {
    const { simulator, backend, first } = await stage();
    for (let n = 0; n < 1_000; n += 1) await simulator.customerAnswers(first, `Line ${n}`);
    await expect(backend.findByRef(first, 'nowhere', signal)).rejects.toMatchObject({
      name: 'ThreadTooLongError',
      looked: 1_000,
    });
  });

  it('opens for the agent who opens it, as the server does, and says so', async () => {
    const { backend, first } = await stage();
    await backend.perform(doing(first, { kind: 'status', status: 'resolved' }), signal);
    const { conversation } = await backend.perform(doing(first, { kind: 'status', status: 'open' }), signal);
    expect(conversation).toMatchObject({ status: 'open', assigneeId: '11' });
  });

  it('is refused when an assignment took the owner away instead of giving another', async () => {
    const { backend, first } = await stage();
    const wrong = backend.perform(doing(first, { kind: 'assign', assigneeId: '4711' }), signal);
    await expect(wrong).rejects.toMatchObject({ kind: 'invalid' });
    const word = backend.perform(doing(first, { kind: 'assign', assigneeId: 'somebody' }), signal);
    await expect(word).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('keeps the labels of others that were there when it read them', async () => {
    const { simulator, backend, desk, first } = await stage();
    simulator.desk.setLabels(desk(first), ['theirs', 'old']);
    await backend.perform(doing(first, { kind: 'tags', add: ['ours'], remove: ['old'] }), signal);
    expect(desk(first).labels).toEqual(['theirs', 'ours']);
  });

  it('writes its labels again when somebody else wrote a whole set meanwhile', async () => {
    const { simulator, backend, desk, first } = await stage();
    simulator.desk.setLabels(desk(first), ['theirs']);
    const set = simulator.desk.setLabels.bind(simulator.desk);
    let once = true;
    simulator.desk.setLabels = (conversation, labels) => {
      set(conversation, labels);
      if (once) set(conversation, ['theirs', 'new']);
      once = false;
    };
    await backend.perform(doing(first, { kind: 'tags', add: ['ours'], remove: [] }), signal);
    expect(desk(first).labels).toEqual(['theirs', 'new', 'ours']);
  });

  it('is refused where labels are not kept, and where one cannot be', async () => {
    const { simulator, backend, first } = await stage();
    simulator.server.faults.losesLabels = true;
    const lost = backend.perform(doing(first, { kind: 'tags', add: ['ours'], remove: [] }), signal);
    await expect(lost).rejects.toMatchObject({ kind: 'invalid' });
    const comma = backend.perform(doing(first, { kind: 'tags', add: ['a,b'], remove: [] }), signal);
    await expect(comma).rejects.toThrow('comma');
  });
});

describe('refusals of Chatwoot', () => {
  it('tell a missing right to one conversation from a wrong key', async () => {
    const { simulator, backend, desk, first } = await stage();
    desk(first).hiddenFrom.add(11);
    const reply = backend.perform(anOperation(first, aReply('Hello')), signal);
    await expect(reply).rejects.toMatchObject({ kind: 'forbidden' });
    const stranger = connect(simulator, { token: 'key-of-nobody' });
    const wrong = stranger.perform(anOperation(first, aReply('Hello')), signal);
    await expect(wrong).rejects.toMatchObject({ kind: 'unauthorized' });
    const { changes } = await backend.sweep!.rows('conversation', [first], signal);
    expect(changes).toMatchObject([{ id: first, row: null }]);
  });

  it('say which accounts a key is good for when the number is wrong', async () => {
    const { simulator } = await stage();
    const elsewhere = connect(simulator, { values: { workspace: '8' } });
    await expect(elsewhere.whoAmI(signal)).rejects.toMatchObject({
      kind: 'forbidden',
      message: expect.stringContaining('7 (Sample Team)') as string,
    });
  });

  it('are waited for as long as the server says when it was asked too often', async () => {
    const { simulator, backend, first } = await stage();
    simulator.server.faults.tooMany = 1;
    const early = backend.perform(anOperation(first, aReply('Hello')), signal);
    await expect(early).rejects.toMatchObject({ kind: 'rate-limited', retryAfterMs: 2_000 });
  });
});

describe('a row of Chatwoot', () => {
  const conversation = {
    id: 5,
    status: 'snoozed',
    priority: null,
    labels: [],
    timestamp: 1_700_000_000,
    waiting_since: 0,
    meta: { sender: { id: 3, name: '', email: 'a@example.invalid' }, channel: 'Channel::Email' },
  };
  const message = {
    id: 9,
    content: 'Plain words',
    conversation_id: 5,
    message_type: 0,
    content_attributes: null,
    created_at: 1_700_000_000,
    private: false,
  };

  it('keeps the word for what is put off', () => {
    expect(readConversation(conversation, 'a1')).toMatchObject({
      status: 'pending',
      statusLabel: 'snoozed',
      contactName: 'a@example.invalid',
      waitingSince: null,
    });
  });

  it.each([
    ['Channel::Email', 'email', undefined],
    ['Channel::WebWidget', 'chat', undefined],
    ['Channel::FacebookPage', 'social', 'facebook'],
    ['Channel::TwitterProfile', 'social', 'twitter'],
    ['Channel::Whatsapp', 'social', 'whatsapp'],
    ['Channel::TwilioSms', 'phone', undefined],
    ['Channel::OfTheFuture', 'chat', undefined],
  ])('of an inbox %s comes by %s', (channel, ours, network) => {
    const row = readConversation({ ...conversation, meta: { ...conversation.meta, channel } }, 'a1');
    expect([row.channel, row.social?.network]).toEqual([ours, network]);
  });

  it('of a mail has its HTML and its headers', () => {
    const email = {
      from: ['ann@example.invalid'],
      to: ['help@example.invalid'],
      cc: null,
      subject: 'Sample',
      message_id: 'm@example.invalid',
      html_content: { full: '<p>Rich words</p>' },
    };
    expect(readMessage({ ...message, content_attributes: { email } }, 'a1')).toMatchObject({
      body: { type: 'html', content: '<p>Rich words</p>' },
      email: { from: 'ann@example.invalid', cc: [], messageId: 'm@example.invalid' },
    });
  });

  it.each<[Record<string, unknown>, Partial<Message>]>([
    [{ message_type: 2 }, { kind: 'event', author: { type: 'system', id: null, name: '' } }],
    [{ message_type: 3 }, { kind: 'reply', author: { type: 'system', id: null, name: '' } }],
    [
      { message_type: 1, private: true, sender: { id: 11, name: 'Ann', type: 'user' } },
      { kind: 'note', author: { type: 'agent', id: '11', name: 'Ann' } },
    ],
    [
      { message_type: 'outgoing', sender: { id: 2, name: 'Bot', type: 'agent_bot' } },
      { kind: 'reply', author: { type: 'system', id: null, name: 'Bot' } },
    ],
  ])('of %j is by whom it is', (parts, expected) => {
    expect(readMessage({ ...message, ...parts }, 'a1')).toMatchObject(expected);
  });

  it('of a location, which has no bytes, has no file', () => {
    const attachments = [{ id: 1, file_type: 'location', data_url: null }];
    expect(readMessage({ ...message, attachments }, 'a1')?.attachments).toEqual([]);
  });
});
