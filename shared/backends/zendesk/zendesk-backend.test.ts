import { describe, expect, it } from 'vitest';
import { anOperation, aReply, readFeed, readHistory, rowsOf } from '../check/check-kit';
import type { IntentAction } from '../../domain/intents';
import { httpClientOf } from '../../testing/vendor-kit';
import {
  openZendesk,
  signInOf,
  type ZendeskSimulator,
} from '../../testing/vendors/zendesk/zendesk-simulator';
import { OAUTH_TOKEN } from '../../testing/vendors/zendesk/zendesk-server';
import type { Backend } from '../port';
import { createRestBackend } from '../rest-engine';

const signal = new AbortController().signal;
const FEED = 'tickets';
const MINUTE = 60_000;

function connect(simulator: ZendeskSimulator, rowsAPage?: number): Backend {
  const { clock, server, signIn } = simulator;
  const definition = rowsAPage === undefined ? undefined : simulator.definitionWith?.(rowsAPage);
  const settings = { accountId: 'a1', ...signIn };
  return createRestBackend(definition ?? simulator.definition, settings, httpClientOf(server), clock);
}

/** What is asked while something runs, without the API's root. */
async function askedBy(simulator: ZendeskSimulator, run: () => Promise<unknown>): Promise<string[]> {
  const before = simulator.server.requests.length;
  await run();
  return simulator.server.requests
    .slice(before)
    .map(({ method, path }) => `${method} ${path.replace('/api/v2', '')}`);
}

const told = async (backend: Backend, from: string | null) => {
  const read = await readFeed(backend, FEED, signal, from);
  return { ...read, conversations: rowsOf(read.changes, 'conversation') };
};

describe('news from Zendesk', () => {
  it('is told at once by the newest page, and not read again when export or search tell the same', async () => {
    for (const role of ['admin', 'agent'] as const) {
      const simulator = openZendesk(role);
      const backend = connect(simulator);
      const id = await simulator.customerWrites('First');
      simulator.clock.pass(10 * MINUTE);
      const begin = await told(backend, null);
      await simulator.customerAnswers(id, 'Second');
      const news = await told(backend, begin.cursor);
      expect(news.conversations.get(id)?.preview).toBe('Second');
      let { cursor } = news;
      for (let minutes = 0; minutes < 8; minutes += 1) {
        simulator.clock.pass(MINUTE + 1_000);
        const asked = await askedBy(simulator, async () => ({ cursor } = await told(backend, cursor)));
        expect(asked).toContain(role === 'admin' ? 'GET /incremental/tickets/cursor' : 'GET /search');
        expect(asked).not.toContain(`GET /tickets/${id}/comments`);
      }
    }
  });

  it('misses nothing of a burst that is longer than a page, whoever signed in', async () => {
    for (const role of ['admin', 'agent'] as const) {
      const simulator = openZendesk(role);
      const backend = connect(simulator, 3);
      const { cursor } = await told(backend, null);
      const ids: string[] = [];
      for (let n = 0; n < 20; n += 1) ids.push(await simulator.customerWrites(`Burst ${n}`));
      const seen = new Set<string>();
      let at = cursor;
      for (let minutes = 0; minutes < 8; minutes += 1) {
        simulator.clock.pass(MINUTE);
        const news = await told(backend, at);
        at = news.cursor;
        for (const id of news.conversations.keys()) seen.add(id);
      }
      expect(ids.filter((id) => !seen.has(id))).toEqual([]);
    }
  });

  it('loses no second change within the same second', async () => {
    const simulator = openZendesk();
    const { desk } = simulator.server;
    const backend = connect(simulator);
    const id = await simulator.customerWrites('First');
    const { cursor } = await told(backend, null);
    desk.customerAnswers(Number(id), 'Half a second early');
    const between = await told(backend, cursor);
    desk.customerAnswers(Number(id), 'In the same second');
    simulator.clock.pass(5_000);
    const { conversations } = await told(backend, between.cursor);
    expect(conversations.get(id)?.preview).toBe('In the same second');
  });

  it('tells a deletion to admins within minutes; to others the list of ids tells it', async () => {
    const admin = openZendesk('admin');
    const id = await admin.customerWrites('To be deleted');
    const before = await told(connect(admin), null);
    await admin.remove?.(id);
    admin.clock.pass(2 * MINUTE);
    const { changes } = await told(connect(admin), before.cursor);
    expect(changes.findLast((change) => change.id === id)).toMatchObject({ row: null, movedTo: null });

    const agent = openZendesk('agent');
    const gone = await agent.customerWrites('To be deleted');
    await agent.remove?.(gone);
    const { sweep } = connect(agent);
    const page = await sweep?.ids('conversation', null, signal);
    expect(page?.ids.map((one) => one.id)).not.toContain(gone);
    const rows = await sweep?.rows('conversation', [gone], signal);
    expect(rows?.changes).toMatchObject([{ id: gone, row: null }]);
  });

  it('goes on without the export while it may not be asked, and asks again when it may', async () => {
    const simulator = openZendesk();
    const backend = connect(simulator);
    const id = await simulator.customerWrites('First');
    const begin = await told(backend, null);
    simulator.server.faults.exportsPerMinute = 0;
    await simulator.customerAnswers(id, 'While exports are refused');
    simulator.clock.pass(2 * MINUTE);
    const news = await told(backend, begin.cursor);
    expect(news.conversations.get(id)?.preview).toBe('While exports are refused');
    simulator.server.faults.exportsPerMinute = 10;
    expect(await askedBy(simulator, () => told(backend, news.cursor))).not.toContain(
      'GET /incremental/tickets/cursor',
    );
    simulator.clock.pass(2 * MINUTE);
    expect(await askedBy(simulator, () => told(backend, news.cursor))).toContain(
      'GET /incremental/tickets/cursor',
    );
  });

  it('searches from then on when an admin is none any more', async () => {
    const simulator = openZendesk();
    const backend = connect(simulator);
    const begin = await told(backend, null);
    simulator.server.desk.users[0]!.role = 'agent';
    const id = await simulator.customerWrites('After the demotion');
    simulator.clock.pass(2 * MINUTE);
    const demoted = await told(backend, begin.cursor);
    simulator.clock.pass(2 * MINUTE);
    const asked = await askedBy(simulator, () => told(backend, demoted.cursor));
    expect(demoted.conversations.has(id)).toBe(true);
    expect(asked).toContain('GET /search');
    expect(asked).not.toContain('GET /incremental/tickets/cursor');
  });

  it('begins the export anew where its cursor is refused, without a word of a restored account', async () => {
    const simulator = openZendesk();
    const backend = connect(simulator);
    const begin = await told(backend, null);
    simulator.clock.pass(2 * MINUTE);
    const later = await told(backend, begin.cursor);
    const id = await simulator.customerWrites('Behind a lost cursor');
    await simulator.remove?.(id);
    simulator.clock.pass(3 * MINUTE);
    simulator.server.faults.refusesCursors = true;
    const { changes } = await told(backend, later.cursor);
    expect(changes.map((change) => change.id)).toContain(id);
  });
});

describe('a first sync of Zendesk', () => {
  it('reads comments of what is open or recent, and says what stands for the others', async () => {
    const simulator = openZendesk();
    const backend = connect(simulator);
    const old = await simulator.customerWrites('Settled long ago');
    await backend.perform(anOperation(old, { kind: 'status', status: 'resolved' }), signal);
    simulator.clock.pass(15 * 24 * 60 * MINUTE);
    const open = await simulator.customerWrites('Still open');
    const asked = await askedBy(simulator, async () => {
      const { conversations } = await told(backend, null);
      expect(conversations.get(old)).toMatchObject({
        preview: 'Settled long ago',
        lastMessageId: null,
        waitingSince: null,
        messageCount: 1,
      });
      expect(conversations.get(open)?.waitingSince).not.toBeNull();
    });
    expect(asked.filter((line) => line.endsWith('/comments'))).toEqual([`GET /tickets/${open}/comments`]);
  });

  it('asks for the names of customers that came with nothing', async () => {
    const simulator = openZendesk();
    const backend = connect(simulator);
    const old = await simulator.customerWrites('Settled long ago');
    await backend.perform(anOperation(old, { kind: 'status', status: 'resolved' }), signal);
    simulator.clock.pass(15 * 24 * 60 * MINUTE);
    simulator.server.faults.sideloadsNobody = true;
    const { conversations, changes } = await told(backend, null);
    expect(conversations.get(old)?.contactName).toBe('Sample Customer');
    expect([...rowsOf(changes, 'contact').keys()]).toEqual(['9']);
  });

  it('tells how many are left', async () => {
    const simulator = openZendesk();
    for (let n = 0; n < 5; n += 1) await simulator.customerWrites(`Question ${n}`);
    const backend = connect(simulator, 2);
    const lefts: (number | undefined)[] = [];
    let cursor: string | null = null;
    for (let more = true; more;) {
      const page = await backend.pull(FEED, cursor, signal);
      lefts.push(page.left);
      ({ cursor, more } = page);
    }
    expect(lefts).toEqual([undefined, 3, 1, 0]);
  });
});

describe('what is done at Zendesk', () => {
  it('changes tags beside a colleague who changes them in the same moment', async () => {
    const simulator = openZendesk();
    const { desk, faults } = simulator.server;
    const backend = connect(simulator);
    const id = await simulator.customerWrites('Please sort');
    let colleagues = 2;
    faults.beforeTags = () => {
      if (colleagues === 0) return;
      colleagues -= 1;
      simulator.clock.pass(2_000);
      desk.changeTags(desk.thread(Number(id)), [`theirs-${colleagues}`], []);
    };
    const action: IntentAction = { kind: 'tags', add: ['Ours'], remove: [] };
    await backend.perform(anOperation(id, action), signal);
    expect(desk.thread(Number(id)).ticket.tags.sort()).toEqual(['ours', 'theirs-0', 'theirs-1']);
    const again = await askedBy(simulator, () => backend.perform(anOperation(id, action), signal));
    expect(again).toEqual([`GET /tickets/${id}`]);
  });

  it('sends what was typed as it was typed', async () => {
    const simulator = openZendesk();
    const backend = connect(simulator);
    const id = await simulator.customerWrites('Please answer');
    const text = 'Use *this* & <that>\nor #3';
    await backend.perform(anOperation(id, aReply(text)), signal);
    const { messages } = await readHistory(backend, id, signal);
    expect(messages.at(-1)?.body).toEqual({ type: 'text', content: text });
  });

  it('finds a reply by its reference behind many audits, and tells its own messages by it', async () => {
    const simulator = openZendesk();
    const backend = connect(simulator);
    const id = await simulator.customerWrites('Please answer');
    simulator.server.faults.mostRows = 2;
    for (let n = 0; n < 5; n += 1) await simulator.customerAnswers(id, `More ${n}`);
    const operation = anOperation(id, aReply('Found'));
    const { serverId } = await backend.perform(operation, signal);
    await expect(backend.findByRef(id, operation.ref, signal)).resolves.toMatchObject({ serverId });
    const { messages } = await readHistory(backend, id, signal);
    expect(messages.find((message) => message.id === serverId)?.clientRef).toBe(operation.ref);
  });

  it('is refused in the words that say which field', async () => {
    const simulator = openZendesk();
    const backend = connect(simulator);
    const id = await simulator.customerWrites('Please answer');
    await backend.perform(anOperation(id, { kind: 'status', status: 'closed' }), signal);
    await expect(backend.perform(anOperation(id, aReply('Too late')), signal)).rejects.toMatchObject({
      kind: 'invalid',
      message: 'Status: closed prevents ticket update',
    });
  });

  it('is not taken for failed because the status beside it was ignored, which nothing proves either', async () => {
    const simulator = openZendesk();
    const backend = connect(simulator);
    const id = await simulator.customerWrites('Please answer');
    simulator.server.faults.ignoresStatus = true;
    const answer: IntentAction = { kind: 'reply', text: 'Solved?', files: [], statusAfter: 'resolved' };
    const { conversation } = await backend.perform(anOperation(id, answer), signal);
    expect(conversation?.status).not.toBe('resolved');
    const change = anOperation(id, { kind: 'status', status: 'resolved' });
    await expect(backend.perform(change, signal)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(backend.findByRef(id, change.ref, signal)).resolves.toBeNull();
    simulator.server.faults.ignoresStatus = false;
    await backend.perform(change, signal);
    await expect(backend.findByRef(id, change.ref, signal)).resolves.not.toBeNull();
  });

  it('waits as long as the limit of one ticket asks for', async () => {
    const simulator = openZendesk();
    simulator.server.faults.updatesPerTicket = 1;
    const backend = connect(simulator);
    const id = await simulator.customerWrites('Please answer');
    await backend.perform(anOperation(id, aReply('One')), signal);
    await expect(backend.perform(anOperation(id, aReply('Two')), signal)).rejects.toMatchObject({
      kind: 'rate-limited',
      retryAfterMs: 60_000,
    });
  });
});

describe('a ticket that was merged away', () => {
  it.each([
    ['words in another language', (target: number) => `Запрос закрыт и объединён с запросом #${target}.`],
    ['the default words', undefined],
  ])('is told with where it lives now, by %s', async (_title, words) => {
    const simulator = openZendesk();
    const backend = connect(simulator);
    const id = await simulator.customerWrites('Merged #777777');
    const into = await simulator.customerWrites('Stays');
    simulator.server.desk.merge(Number(id), Number(into), words);
    expect(await backend.thread?.(id, signal)).toMatchObject({
      gone: true,
      movedTo: into,
      conversation: null,
    });
    const { changes } = await told(backend, null);
    expect(changes.filter((change) => change.id === id)).toEqual([
      { kind: 'conversation', id, row: null, movedTo: into },
    ]);
  });
});

describe('signing in to Zendesk', () => {
  const as = (simulator: ZendeskSimulator, signIn: Pick<ReturnType<typeof signInOf>, 'token' | 'values'>) =>
    createRestBackend(
      simulator.definition,
      { accountId: 'a1', url: 'https://sample.zendesk.invalid', ...signIn },
      httpClientOf(simulator.server),
      simulator.clock,
    );

  it('works with an API token of a login, and with an OAuth token alone', async () => {
    const simulator = openZendesk();
    await expect(connect(simulator).whoAmI(signal)).resolves.toMatchObject({ id: '1', name: 'Sample Admin' });
    const byOAuth = as(simulator, { token: OAUTH_TOKEN });
    await expect(byOAuth.whoAmI(signal)).resolves.toMatchObject({ id: '2', name: 'Sample Agent' });
    const headers = simulator.server.requests.map((request) => request.headers['authorization']);
    expect(headers).toEqual([
      `Basic ${btoa('sample.admin@example.invalid/token:sample-key')}`,
      `Bearer ${OAUTH_TOKEN}`,
    ]);
  });

  it('refuses a customer, and one whom Zendesk calls anonymous', async () => {
    const simulator = openZendesk();
    const customer = as(
      simulator,
      signInOf({ login: 'sample.customer@example.invalid', token: 'sample-key' }),
    );
    await expect(customer.whoAmI(signal)).rejects.toMatchObject({ kind: 'forbidden' });
    const nobody = createRestBackend(
      { ...simulator.definition, auth: () => ({ headers: () => Promise.resolve({}) }) },
      { accountId: 'a1', ...simulator.signIn },
      httpClientOf(simulator.server),
      simulator.clock,
    );
    await expect(nobody.whoAmI(signal)).rejects.toMatchObject({ kind: 'unauthorized' });
  });
});

describe('statuses of Zendesk', () => {
  it('show the word of a custom one and of "on hold"', async () => {
    const simulator = openZendesk();
    const { desk } = simulator.server;
    desk.customStatuses.push(
      { id: 50, agent_label: 'Open', default: true, status_category: 'open' },
      { id: 51, agent_label: 'Waiting for parts', default: false, status_category: 'hold' },
    );
    const [plain, held, custom] = [
      await simulator.customerWrites('Plain'),
      await simulator.customerWrites('Held'),
      await simulator.customerWrites('Custom'),
    ];
    Object.assign(desk.thread(Number(plain)).ticket, { status: 'open', custom_status_id: 50 });
    Object.assign(desk.thread(Number(held)).ticket, { status: 'hold' });
    Object.assign(desk.thread(Number(custom)).ticket, { status: 'hold', custom_status_id: 51 });
    const { conversations } = await told(connect(simulator), null);
    const shown = [plain, held, custom].map((id) => conversations.get(id));
    expect(shown.map((row) => [row?.status, row?.statusLabel])).toEqual([
      ['open', null],
      ['pending', 'On-hold'],
      ['pending', 'Waiting for parts'],
    ]);
  });
});
