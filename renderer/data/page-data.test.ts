import { afterEach, describe, expect, it, vi } from 'vitest';
import type { IntentAction } from '@shared/domain/intents';
import type { QueueFilter } from '@shared/domain/queue-views';
import { account, conversation, goneConversation, intent, message, NOON, put } from './testing/builders';
import { FakeHost } from './testing/fake-host';
import { FakeOrigin, FakeWindow } from './testing/window';

const ALL: QueueFilter = { view: 'all', channel: null, accountId: null };
const WAITING: QueueFilter = { view: 'waiting', channel: null, accountId: null };

const opened: FakeWindow[] = [];

function open(origin: FakeOrigin, host: FakeHost): FakeWindow {
  const window = new FakeWindow(origin, host);
  opened.push(window);
  return window;
}

function keysOf(window: FakeWindow, filter: QueueFilter): (string | undefined)[] {
  const { length, keyAt } = window.data.rows.snapshot(filter);
  return Array.from({ length }, (_, i) => keyAt(i));
}

/** A leading window whose queue shows what the host has. */
async function leadingWindow(host: FakeHost, origin = new FakeOrigin()) {
  const window = open(origin, host);
  window.lead();
  await window.data.start();
  await vi.waitFor(() => expect(window.data.link.get().state).toBe('live'));
  return { window, origin };
}

afterEach(async () => {
  for (const window of opened.splice(0)) await window.close();
});

describe('rows', () => {
  it('arrive from the host and are drawn in queue order, with counts', async () => {
    const host = new FakeHost();
    host.spool(
      put(conversation('later', { waitingSince: NOON })),
      put(conversation('sooner', { waitingSince: NOON - 1_000 })),
      put(conversation('chat', { channel: 'chat' })),
    );
    const { window } = await leadingWindow(host);
    await vi.waitFor(() => expect(keysOf(window, ALL)).toEqual(['desk/chat', 'desk/sooner', 'desk/later']));
    expect(window.data.rows.counts('all').channels).toMatchObject({ email: 2, chat: 1 });
  });

  it('change on every window when the host has news, without another stream', async () => {
    const host = new FakeHost();
    host.spool(put(conversation('1')));
    const { window, origin } = await leadingWindow(host);
    const second = open(origin, host);
    await second.data.start();
    host.spool(put(conversation('2')), goneConversation('1'));
    for (const each of [window, second]) {
      await vi.waitFor(() => expect(keysOf(each, ALL)).toEqual(['desk/2']));
    }
    expect(host.streams).toBe(1);
  });

  it('are there again after a restart while the host is away', async () => {
    const host = new FakeHost();
    host.spool(...Array.from({ length: 700 }, (_, i) => put(conversation(String(i)))));
    const { window, origin } = await leadingWindow(host);
    await vi.waitFor(() => expect(keysOf(window, ALL)).toHaveLength(700));
    await window.close();

    host.down = true;
    const again = open(origin, host);
    again.lead();
    await again.data.start();
    await vi.waitFor(() => expect(again.data.rows.snapshot(ALL)).toMatchObject({ length: 700, ready: true }));
    await vi.waitFor(() => expect(again.data.link.get().state).toBe('lost'));
  });

  it('still tell after a restart where a merged conversation went', async () => {
    const host = new FakeHost();
    host.spool(put(conversation('1')), put(conversation('2')));
    const { window, origin } = await leadingWindow(host);
    host.spool(goneConversation('1', '2'));
    await vi.waitFor(() => expect(window.data.rows.movedTo('desk/1')).toBe('desk/2'));
    await window.close();

    host.down = true;
    const again = open(origin, host);
    await again.data.start();
    again.data.rows.subscribeRow('desk/1', () => undefined);
    await vi.waitFor(() => expect(again.data.rows.conversation('desk/1')).toBeNull());
    expect(again.data.rows.movedTo('desk/1')).toBe('desk/2');
  });

  it('draw the stored first page before the index is read', async () => {
    const host = new FakeHost();
    host.spool(...Array.from({ length: 80 }, (_, i) => put(conversation(String(i).padStart(3, '0')))));
    const { window, origin } = await leadingWindow(host);
    await vi.waitFor(() => expect(keysOf(window, WAITING)).toHaveLength(80));
    await origin.clock.pass(12_000);
    await vi.waitFor(async () => expect(await window.cache.firstPages.get('waiting||')).toBeDefined());
    await window.close();

    const again = open(origin, host);
    await again.data.start();
    expect(again.data.rows.snapshot(WAITING)).toMatchObject({ length: 50, ready: false });
    expect(again.data.rows.counts('waiting').views.waiting).toBe(80);
    expect(again.data.rows.row('desk/000')?.conversation.subject).toBe('Subject of 000');
    await vi.waitFor(() => expect(again.data.rows.snapshot(WAITING).length).toBe(80));
  });
});

describe('a cache that was lost', () => {
  it.each([
    ['emptied', async (window: FakeWindow) => window.cache.delete()],
    ['damaged', async (window: FakeWindow) => window.cache.conversations.delete('desk/1')],
    ['damaged', async (window: FakeWindow) => window.cache.messages.clear()],
    ['damaged', async (window: FakeWindow) => window.cache.blocks.put({ block: 0, k: 0, data: '{"id' })],
  ])('while closed (%s) is filled again from the host, and said so', async (reason, harm) => {
    const host = new FakeHost();
    host.spool(put(conversation('1')), put(conversation('2')), put(message('m1', '1')));
    const { window, origin } = await leadingWindow(host);
    await vi.waitFor(() => expect(keysOf(window, ALL)).toHaveLength(2));
    await vi.waitFor(() => expect(window.data.cacheState.get().state).toBe('ready'));
    await window.close();
    const knife = new FakeWindow(origin, host);
    await knife.cache.open();
    await harm(knife);
    await knife.close();

    const { window: again } = await leadingWindow(host, origin);
    await vi.waitFor(() => expect(again.data.cacheState.get()).toMatchObject({ state: 'ready', reason }));
    expect(keysOf(again, ALL)).toHaveLength(2);
    expect(await again.cache.messages.count()).toBe(1);
  });

  it('while open is filled again as well', async () => {
    const host = new FakeHost();
    host.spool(put(conversation('1')));
    const { window, origin } = await leadingWindow(host);
    await vi.waitFor(() => expect(keysOf(window, ALL)).toHaveLength(1));
    const { declareCacheDb } = await import('./cache/cache-db');
    await declareCacheDb(origin.cacheName).delete();
    await vi.waitFor(() =>
      expect(window.data.cacheState.get()).toMatchObject({ state: 'ready', reason: 'emptied' }),
    );
    await vi.waitFor(() => expect(keysOf(window, ALL)).toEqual(['desk/1']));
  });

  it('belongs to another host: nothing of it stays, drafts do', async () => {
    const host = new FakeHost();
    host.spool(put(conversation('old')));
    const { window, origin } = await leadingWindow(host);
    await vi.waitFor(() => expect(keysOf(window, ALL)).toEqual(['desk/old']));
    window.data.drafts.save('desk/old', { mode: 'reply', text: 'Half a', files: [], typedAt: NOON });
    await vi.waitFor(async () => expect(await window.work.drafts.count()).toBe(1));
    await window.close();

    const other = new FakeHost();
    other.epoch = 'epoch-2';
    other.spoolEpoch = 'spool-2';
    other.spool(put(conversation('new')));
    const { window: again } = await leadingWindow(other, origin);
    await vi.waitFor(() => expect(keysOf(again, ALL)).toEqual(['desk/new']));
    expect(again.data.cacheState.get().reason).toBe('other-host');
    expect(again.data.drafts.view('desk/old').draft?.text).toBe('Half a');
  });

  it('is read from the beginning when only one account has a new spool', async () => {
    const host = new FakeHost();
    host.spool(put(conversation('old')), put(conversation('both')));
    const { window } = await leadingWindow(host);
    await vi.waitFor(() => expect(keysOf(window, ALL)).toHaveLength(2));
    host.spoolEpoch = 'spool-2';
    host.changes = [];
    host.spool(put(conversation('both')));
    await vi.waitFor(() => expect(keysOf(window, ALL)).toEqual(['desk/both']));
    expect(await window.cache.conversations.count()).toBe(1);
  });
});

describe('the link to the host', () => {
  it('is lost when the stream ends and live again by itself, with what happened in between', async () => {
    const host = new FakeHost();
    const { window, origin } = await leadingWindow(host);
    host.down = true;
    host.cutStreams();
    await vi.waitFor(() => expect(window.data.link.get().state).toBe('lost'));
    host.spool(put(conversation('meanwhile')));
    host.down = false;
    await origin.clock.pass(6_000);
    await vi.waitFor(() => expect(window.data.link.get().state).toBe('live'));
    await vi.waitFor(() => expect(keysOf(window, ALL)).toEqual(['desk/meanwhile']));
  });

  it('is lost when the stream falls silent for 12 s', async () => {
    const host = new FakeHost();
    const { window, origin } = await leadingWindow(host);
    host.down = true;
    await origin.clock.pass(14_000);
    await vi.waitFor(() => expect(window.data.link.get().state).toBe('lost'));
  });

  it('asks for another token when the host was restarted with a new one', async () => {
    const host = new FakeHost();
    const { window, origin } = await leadingWindow(host);
    window.token = host.token;
    host.token = 'token-of-the-next-launch-2';
    host.cutStreams();
    await origin.clock.pass(1_000);
    await vi.waitFor(() => expect(window.data.link.get().state).toBe('wrong-token'));
    expect(window.reloads).toEqual(['wrong-token']);
    // Nothing is asked while nothing changes; the next token is taken at once.
    host.asked.length = 0;
    await origin.clock.pass(30_000);
    expect(host.asked).toEqual([]);
    window.token = host.token;
    await origin.clock.pass(1_000);
    await vi.waitFor(() => expect(window.data.link.get().state).toBe('live'));
  });

  it('makes the page reload when the host is of another build', async () => {
    const host = new FakeHost();
    const { window } = await leadingWindow(host);
    host.build = 'build-2';
    await window.data.refresh();
    expect(window.data.link.get().state).toBe('outdated');
    expect(window.reloads).toEqual(['other-build']);
  });
});

describe('decisions', () => {
  it('show at once, through the list, the count and the row', async () => {
    const host = new FakeHost();
    host.spool(put(conversation('1')));
    const { window } = await leadingWindow(host);
    await vi.waitFor(() => expect(keysOf(window, WAITING)).toEqual(['desk/1']));
    const stop = window.data.rows.subscribeRow('desk/1', () => undefined);
    await vi.waitFor(() => expect(window.data.rows.row('desk/1')).not.toBeNull());
    host.down = true;
    await window.data.decide('desk/1', { kind: 'status', status: 'resolved' });
    expect(keysOf(window, WAITING)).toEqual([]);
    expect(window.data.rows.counts('resolved').views.resolved).toBe(1);
    expect(window.data.rows.row('desk/1')).toMatchObject({
      conversation: { status: 'resolved' },
      delivery: 'saving',
    });
    stop();
  });

  it('about a live chat end nobody’s waiting while its account is cut off; elsewhere they do', async () => {
    const host = new FakeHost();
    host.spool(put(conversation('mail')), put(conversation('chat', { channel: 'chat' })));
    const { window } = await leadingWindow(host);
    const { data } = window;
    await vi.waitFor(() => expect(keysOf(window, ALL)).toHaveLength(2));
    const reply = { kind: 'reply', text: 'Soon', files: [], statusAfter: null } as const;
    await data.decide('desk/mail', reply);
    await data.decide('desk/chat', reply);
    expect(keysOf(window, WAITING)).toEqual([]);

    host.say({ type: 'account', account: { ...account('desk'), state: 'offline' } });
    await vi.waitFor(() => expect(keysOf(window, WAITING)).toEqual(['desk/chat']));
    host.say({ type: 'account', account: account('desk') });
    await vi.waitFor(() => expect(keysOf(window, WAITING)).toEqual([]));
  });

  it('never flash back: the rows that show a delivered decision come before the news of it', async () => {
    const host = new FakeHost();
    host.spool(put(conversation('1')));
    const { window } = await leadingWindow(host);
    await vi.waitFor(() => expect(keysOf(window, WAITING)).toEqual(['desk/1']));
    const ref = await window.data.decide('desk/1', { kind: 'status', status: 'resolved' });
    await vi.waitFor(() => expect(window.data.outbox.byRef(ref)?.state).toBe('queued'));
    const seen: number[] = [];
    window.data.rows.changed.subscribe(() => seen.push(window.data.rows.counts('waiting').views.waiting));
    host.changes.push({
      ...put(conversation('1', { status: 'resolved', version: '2' })),
      seq: 2,
    } as (typeof host.changes)[number]);
    host.move(ref, { state: 'delivered' });
    await vi.waitFor(() => expect(window.data.outbox.unconfirmed.get()).toEqual([]));
    expect(window.data.rows.counts('resolved').views.resolved).toBe(1);
    expect(seen.every((waiting) => waiting === 0)).toBe(true);
  });

  it('name who speaks under a shared sign-in: to the helpdesk, else under a reply and never under a note', async () => {
    const host = new FakeHost();
    host.spool(put(conversation('1')));
    const { window } = await leadingWindow(host);
    await vi.waitFor(() => expect(keysOf(window, ALL)).toHaveLength(1));
    const reply = { kind: 'reply', text: 'Soon', files: [], statusAfter: null } as const;
    const decided = async (action: IntentAction) =>
      host.rows.get(await window.data.decide('desk/1', action))?.intent;
    const own = await decided(reply);
    expect([own?.agentId, own?.speaker, own?.action]).toEqual(['agent-1', undefined, reply]);
    const shared = account('desk');
    const speaker = { id: 'agent-7', name: 'Sample Ada', email: null };
    const speak = (author: boolean) => {
      const agent = { ...speaker, accountId: 'desk' };
      const supports = { ...shared.supports, author };
      host.say({ type: 'account', account: { ...shared, agent, speaker, supports } });
      return vi.waitFor(() => expect(window.data.accounts.get()[0]?.supports.author).toBe(author));
    };
    await speak(false);
    expect(await decided(reply)).toMatchObject({
      agentId: 'agent-7',
      speaker: { ...speaker, by: 'line' },
      action: { text: 'Soon\n\n— Sample Ada' },
    });
    const note = { kind: 'note', text: 'Among us', files: [] } as const;
    expect((await decided(note))?.action).toEqual(note);
    await speak(true);
    expect(await decided(reply)).toMatchObject({ speaker: { by: 'author' }, action: reply });
  });

  it('carry the newest message on screen as their base', async () => {
    const host = new FakeHost();
    host.spool(put(conversation('1', { lastMessageId: 'm2' })), put(message('m1', '1')));
    const { window } = await leadingWindow(host);
    await vi.waitFor(() => expect(keysOf(window, ALL)).toHaveLength(1));
    const timeline = window.data.timelines.get('desk/1');
    await vi.waitFor(() => expect(timeline.view.get().items).toHaveLength(1));
    const first = await window.data.decide('desk/1', { kind: 'note', text: 'Called', files: [] });
    expect(host.rows.get(first)?.intent.base).toEqual({
      messageId: 'm1',
      version: '1',
      status: 'open',
      assigneeId: null,
    });
    host.spool(put(message('m2', '1', { createdAt: NOON + 1 })));
    await vi.waitFor(() =>
      expect(timeline.view.get().items.filter(({ type }) => type === 'message')).toHaveLength(2),
    );
    const second = await window.data.decide('desk/1', { kind: 'note', text: 'Again', files: [] });
    expect(host.rows.get(second)?.intent.base.messageId).toBe('m2');
  });

  it('reach the host after a restart when the page was closed before the acknowledgement', async () => {
    const host = new FakeHost();
    host.spool(put(conversation('1')));
    const { window, origin } = await leadingWindow(host);
    await vi.waitFor(() => expect(keysOf(window, ALL)).toHaveLength(1));
    host.down = true;
    const ref = await window.data.decide('desk/1', {
      kind: 'reply',
      text: 'Hello',
      files: [],
      statusAfter: null,
    });
    await vi.waitFor(async () => expect(await window.work.saving.count()).toBe(1));
    await window.close();
    expect(host.rows.size).toBe(0);

    host.down = false;
    const { window: again } = await leadingWindow(host, origin);
    await vi.waitFor(() => expect(host.rows.get(ref)?.intent.action).toMatchObject({ text: 'Hello' }));
    await vi.waitFor(async () => expect(await again.work.saving.count()).toBe(0));
    expect(again.data.outbox.saving.get()).toEqual([]);
    expect(again.data.outbox.byRef(ref)?.state).toBe('delayed');
  });

  it('replace their pending line by the message when it comes back with their reference', async () => {
    const host = new FakeHost();
    host.spool(put(conversation('1')), put(message('m1', '1')));
    const { window } = await leadingWindow(host);
    const timeline = window.data.timelines.get('desk/1');
    await vi.waitFor(() => expect(keysOf(window, ALL)).toHaveLength(1));
    const ref = await window.data.decide('desk/1', {
      kind: 'reply',
      text: 'Hello',
      files: [],
      statusAfter: null,
    });
    await vi.waitFor(() =>
      expect(timeline.view.get().items.at(-1)).toMatchObject({
        type: 'pending',
        key: ref,
        row: { state: 'delayed' },
      }),
    );
    host.move(ref, { state: 'accepted', serverId: 'm2' });
    host.spool(put(message('m2', '1', { kind: 'reply', clientRef: ref, createdAt: NOON + 5 })));
    await vi.waitFor(() =>
      expect(timeline.view.get().items.at(-1)).toMatchObject({
        type: 'message',
        key: ref,
        delivery: { state: 'accepted' },
      }),
    );
    expect(timeline.view.get().items.filter(({ key }) => key === ref)).toHaveLength(1);
  });
});

describe('a journal that answers late', () => {
  it('gets the same reference again when its answer was lost, and holds one row', async () => {
    const host = new FakeHost();
    host.spool(put(conversation('1')));
    const { window, origin } = await leadingWindow(host);
    await vi.waitFor(() => expect(keysOf(window, ALL)).toHaveLength(1));
    host.loseNextAnswer = true;
    const of = intent('1');
    await window.data.outbox.decide(of);
    await origin.clock.pass(3_000);
    await vi.waitFor(() => expect(window.data.outbox.saving.get()).toEqual([]));
    expect(host.asked.filter((asked) => asked === `PUT /door/intents/${of.ref}`)).toHaveLength(2);
    expect(host.rows.size).toBe(1);
  });
});
