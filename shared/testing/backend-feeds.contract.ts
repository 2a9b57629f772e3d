/** The part of the backend contract about what feeds bring, and about resuming them anywhere. */
import { expect } from 'vitest';
import { conversationFeed, rowsOf } from '../backends/check/check-kit';
import type { Backend } from '../backends/port';
import type { Change } from '../domain/entities';
import {
  conversationOf,
  given,
  messagesOf,
  readAll,
  readFeed,
  signal,
  type BackendHarness,
  type ContractCase,
} from './contract-kit';

/** Enough conversations for several pages of the smallest size. */
async function writeSeveral(harness: BackendHarness, pageSize: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < 2 * pageSize + 1; n += 1) ids.push(await harness.customerWrites(`Question ${n}`));
  return ids;
}

/** What is told again behind a cursor must be what was told before it, and only where an overlap is declared. */
function expectOnlyRepeats(backend: Backend, again: readonly Change[], before: readonly Change[]): void {
  if (backend.descriptor.overlapMs === undefined) expect(again).toEqual([]);
  for (const { kind, id, row } of again) {
    const known = before.findLast((change) => change.kind === kind && change.id === id);
    expect({ kind, id, row }).toEqual({ kind, id, row: known?.row });
  }
}

export const FEED_CASES: readonly ContractCase[] = [
  {
    title: 'brings a new conversation, its message and its contact',
    async run(harness, { newStatus }) {
      const backend = harness.connect();
      const id = await harness.customerWrites('A sample question');
      const conversation = await conversationOf(backend, id);
      expect(conversation).toMatchObject({
        id,
        status: newStatus,
        accountId: expect.any(String) as string,
      });
      expect(conversation.waitingSince).not.toBeNull();
      const message = (await messagesOf(backend, id)).find(({ kind }) => kind === 'inbound');
      expect(message).toMatchObject({ conversationId: id, author: { type: 'contact' } });
      expect(message?.body.content).toContain('A sample question');
      expect(conversation.preview).toContain('A sample question');
      expect(conversation.lastMessageId).toBe(message?.id);
      const contacts = rowsOf((await readAll(backend)).changes, 'contact');
      expect([...contacts.keys()]).toContain(conversation.contactId);
      expect(conversation.contactName).not.toBe('');
    },
  },
  {
    title: 'brings after a cursor only what changed since, and nothing new when nothing did',
    async run(harness) {
      const backend = harness.connect();
      const feed = conversationFeed(backend);
      const quiet = await harness.customerWrites('Nobody touches this');
      const touched = await harness.customerWrites('This one changes');
      const before = await readFeed(backend, feed);
      expectOnlyRepeats(backend, (await readFeed(backend, feed, before.cursor)).changes, before.changes);
      await harness.customerAnswers(touched, 'And one more thing');
      const { changes } = await readFeed(backend, feed, before.cursor);
      expect(changes.map(({ id }) => id)).toContain(touched);
      const untouched = changes.filter(({ kind, id }) => kind === 'conversation' && id === quiet);
      expectOnlyRepeats(backend, untouched, before.changes);
    },
  },
  {
    title: 'brings the new message of a conversation that changed, with nobody opening it',
    async run(harness) {
      const backend = harness.connect();
      const id = await harness.customerWrites('The first message');
      const { cursors } = await readAll(backend);
      await harness.customerAnswers(id, 'The message that is news');
      const { changes } = await readAll(backend, cursors);
      const news = [...rowsOf(changes, 'message').values()].find(({ body }) =>
        body.content.includes('The message that is news'),
      );
      expect(news).toMatchObject({ conversationId: id, kind: 'inbound' });
      const row = rowsOf(changes, 'conversation').get(id);
      expect(row?.lastMessageId).toBe(news?.id);
      expect(row?.preview).toContain('The message that is news');
      expect((await messagesOf(backend, id)).find((message) => message.id === news?.id)).toEqual(news);
    },
  },
  {
    title: 'misses nothing when rows change between two pages',
    async run(harness, { smallestPage }) {
      const backend = harness.connect({ pageSize: smallestPage });
      const feed = conversationFeed(backend);
      const ids = await writeSeveral(harness, smallestPage);
      const first = await backend.pull(feed, null, signal);
      expect(first.more).toBe(true);
      await harness.customerAnswers(ids[0] ?? '', 'Moved to the end');
      const late = await harness.customerWrites('Came while paging');
      const rest = await readFeed(backend, feed, first.cursor);
      expect(rest.pages).toBeGreaterThan(1);
      // What an adapter reads newest first may bring what moved only with the news that follows.
      const news = await readFeed(backend, feed, rest.cursor);
      const all = [...first.changes, ...rest.changes, ...news.changes];
      const rows = rowsOf(all, 'conversation');
      expect([...ids, late].filter((id) => !rows.has(id))).toEqual([]);
      expect(rows.get(ids[0] ?? '')?.preview).toContain('Moved to the end');
    },
  },
  {
    title: 'goes on at each page of a first sync after the program was killed',
    async run(harness, { smallestPage }) {
      const ids = await writeSeveral(harness, smallestPage);
      const changes: Change[] = [];
      let cursor: string | null = null;
      for (let more = true, pages = 0; more; pages += 1) {
        expect(pages).toBeLessThan(1_000);
        // What a killed program keeps is the cursor, and nothing that its backend remembered.
        const backend = harness.connect({ pageSize: smallestPage });
        const page = await backend.pull(conversationFeed(backend), cursor, signal);
        changes.push(...page.changes);
        ({ cursor, more } = page);
      }
      const rows = rowsOf(changes, 'conversation');
      expect(ids.filter((id) => !rows.has(id))).toEqual([]);
    },
  },
  {
    title: 'brings the whole history, newest page first, each page in order',
    async run(harness, { smallestPage }) {
      const backend = harness.connect({ pageSize: smallestPage });
      const count = 2 * smallestPage + 1;
      const id = await harness.customerWrites('Message 1.');
      for (let n = 2; n <= count; n += 1) await harness.customerAnswers(id, `Message ${n}.`);
      const messages = await messagesOf(backend, id);
      const texts = messages.flatMap(({ body }) => /Message \d+\./.exec(body.content)?.[0] ?? []);
      expect(texts).toEqual(Array.from({ length: count }, (_, index) => `Message ${index + 1}.`));
      const newest = await backend.history(id, null, signal);
      expect(newest.messages.at(-1)?.id).toBe(messages.at(-1)?.id);
    },
  },
  {
    title: 'brings saved replies with title and text',
    needs: 'savedReplies',
    async run(harness) {
      const keep = given(harness.keepsSavedReply?.bind(harness), 'keepsSavedReply');
      await keep('A sample title', 'A sample text to send');
      const saved = [...rowsOf((await readAll(harness.connect())).changes, 'savedReply').values()];
      const found = saved.find(({ title }) => title === 'A sample title');
      expect(found?.body.content).toContain('A sample text to send');
    },
  },
  {
    title: 'reads one thread afresh as the feeds tell it later, and says when there is none',
    needs: 'thread',
    async run(harness) {
      const backend = harness.connect();
      const id = await harness.customerWrites('A first question');
      await harness.customerAnswers(id, 'And a second one');
      const head = await given(backend.thread, 'thread')(id, signal);
      expect(head).toMatchObject({ gone: false, movedTo: null });
      expect(head.conversation).toEqual(await conversationOf(backend, id));
      const newest = head.messages.find((message) => message.id === head.conversation?.lastMessageId);
      expect(newest?.body.content).toContain('And a second one');
      const none = await given(backend.thread, 'thread')(
        harness.missingId?.('conversation') ?? 'no-such-conversation',
        signal,
      ).catch((error: unknown) => error);
      const said = none instanceof Error ? none : { ...(none as object), kind: 'told' };
      expect(said).toMatchObject(
        none instanceof Error ? { kind: 'not-found' } : { gone: true, conversation: null },
      );
    },
  },
];
