/**
 * What every backend must do, judged on a server that really runs. A harness plays the customers
 * and the other agents; the suite plays the console.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackendSupports, Operation, OutgoingFile } from '../backends/port';
import type { Change } from '../domain/entities';
import type { IntentAction } from '../domain/intents';
import { SWEEP_CASES } from './backend-sweep.contract';
import {
  anOperation,
  aReply,
  conversationOf,
  messagesOf,
  readAll,
  readFeed,
  signal,
  type BackendHarness,
  type ContractCase,
  type SampleFile,
} from './contract-kit';
import { withUnknownFields } from './unknown-fields';

export interface ContractOptions {
  /** Runs only cases whose title matches. Matching none fails. */
  only?: RegExp;
}

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<number[]> {
  const bytes: number[] = [];
  for await (const chunk of stream) bytes.push(...chunk);
  return bytes;
}

const SAMPLE: SampleFile = {
  name: 'sample – ü.bin',
  mediaType: 'application/octet-stream',
  bytes: new Uint8Array(Array.from({ length: 5_000 }, (_, index) => index % 251)),
};

const outgoing = (file: SampleFile): OutgoingFile => ({
  hash: 'a'.repeat(64),
  name: file.name,
  mediaType: file.mediaType,
  size: file.bytes.length,
  async *read() {
    yield file.bytes.subarray(0, 1_000);
    yield file.bytes.subarray(1_000);
  },
});

const CASES: readonly ContractCase[] = [
  {
    title: 'tells whose credentials these are, and refuses a stranger by kind',
    async run(harness) {
      const agent = await harness.connect().whoAmI(signal);
      expect([agent.id, agent.name].every((text) => text.length > 0)).toBe(true);
      const stranger = harness.connect({ stranger: true });
      await expect(stranger.whoAmI(signal)).rejects.toMatchObject({ kind: 'unauthorized' });
    },
  },
  {
    title: 'brings a new conversation, its message and its contact',
    async run(harness) {
      const backend = harness.connect();
      const id = await harness.customerWrites('A sample question');
      const conversation = await conversationOf(backend, id);
      expect(conversation).toMatchObject({ id, status: 'new', accountId: expect.any(String) as string });
      expect(conversation.waitingSince).not.toBeNull();
      const [message] = await messagesOf(backend, id);
      expect(message).toMatchObject({ kind: 'inbound', author: { type: 'contact' } });
      expect(message?.body.content).toContain('A sample question');
      const contacts = (await readAll(backend)).filter(({ kind }) => kind === 'contact');
      expect(contacts.map((contact) => contact.id)).toContain(conversation.contactId);
    },
  },
  {
    title: 'brings after a cursor only what changed since, and nothing twice when nothing did',
    async run(harness) {
      const backend = harness.connect();
      const quiet = await harness.customerWrites('Nobody touches this');
      const touched = await harness.customerWrites('This one changes');
      const { cursor } = await readFeed(backend, 'conversations');
      expect((await readFeed(backend, 'conversations', cursor)).changes).toEqual([]);
      await harness.customerAnswers(touched, 'And one more thing');
      const ids = (await readFeed(backend, 'conversations', cursor)).changes.map(({ id }) => id);
      expect(ids).toContain(touched);
      expect(ids).not.toContain(quiet);
    },
  },
  {
    title: 'misses nothing when rows change between two pages',
    async run(harness) {
      const backend = harness.connect({ pageSize: 2 });
      const ids: string[] = [];
      for (let n = 0; n < 5; n += 1) ids.push(await harness.customerWrites(`Question ${n}`));
      const first = await backend.pull('conversations', null, signal);
      expect(first.more).toBe(true);
      await harness.customerAnswers(ids[0] ?? '', 'Moved to the end');
      const late = await harness.customerWrites('Came while paging');
      const rest = await readFeed(backend, 'conversations', first.cursor);
      expect(rest.pages).toBeGreaterThan(1);
      const seen = new Set([...first.changes, ...rest.changes].map(({ id }) => id));
      expect([...ids, late].filter((id) => !seen.has(id))).toEqual([]);
    },
  },
  {
    title: 'replies once however often it is asked under the same reference, as far as its tier goes',
    async run(harness) {
      const backend = harness.connect();
      const id = await harness.customerWrites('Please answer');
      const operation = anOperation(id, aReply('The only answer'));
      const proof = await backend.perform(operation, signal);
      if (backend.descriptor.tier === 'T1') {
        const again = await Promise.all([
          backend.perform(operation, signal),
          backend.perform(operation, signal),
        ]);
        expect(again.map(({ serverId }) => serverId)).toEqual([proof.serverId, proof.serverId]);
      }
      const replies = (await messagesOf(backend, id)).filter(({ kind }) => kind === 'reply');
      expect(replies).toHaveLength(1);
      expect(replies[0]).toMatchObject({ id: proof.serverId, body: { content: 'The only answer' } });
      if (backend.descriptor.tier === 'T1') expect(replies[0]?.clientRef).toBe(operation.ref);
    },
  },
  {
    title: 'refuses another content under a used reference',
    async run(harness) {
      const backend = harness.connect();
      if (backend.descriptor.tier !== 'T1') return;
      const operation = anOperation(await harness.customerWrites('Please answer'), aReply('One'));
      await backend.perform(operation, signal);
      const other = backend.perform({ ...operation, action: aReply('Two') }, signal);
      await expect(other).rejects.toMatchObject({ kind: 'conflict' });
    },
  },
  {
    title: 'keeps a note among us',
    needs: 'note',
    async run(harness) {
      const backend = harness.connect();
      const id = await harness.customerWrites('Please answer');
      const action: IntentAction = { kind: 'note', text: 'Not for the customer', files: [] };
      const { serverId } = await backend.perform(anOperation(id, action), signal);
      const note = (await messagesOf(backend, id)).find((message) => message.id === serverId);
      expect(note?.kind).toBe('note');
      expect((await conversationOf(backend, id)).waitingSince).not.toBeNull();
    },
  },
  {
    title: 'changes status and assignee, and a reply can close',
    async run(harness) {
      const backend = harness.connect();
      const id = await harness.customerWrites('Please answer');
      const agent = await backend.whoAmI(signal);
      await backend.perform(anOperation(id, { kind: 'status', status: 'pending' }), signal);
      await backend.perform(anOperation(id, { kind: 'assign', assigneeId: agent.id }), signal);
      expect(await conversationOf(backend, id)).toMatchObject({ status: 'pending', assigneeId: agent.id });
      await backend.perform(anOperation(id, { kind: 'assign', assigneeId: null }), signal);
      const closing = { ...aReply('Done'), statusAfter: 'resolved' } as IntentAction;
      const proof = await backend.perform(anOperation(id, closing), signal);
      const conversation = await conversationOf(backend, id);
      expect(conversation).toMatchObject({ status: 'resolved', assigneeId: null, waitingSince: null });
      if (proof.conversation !== null) expect(proof.conversation).toEqual(conversation);
    },
  },
  {
    title: 'changes the priority',
    needs: 'priority',
    async run(harness) {
      const backend = harness.connect();
      const id = await harness.customerWrites('It is urgent');
      await backend.perform(anOperation(id, { kind: 'priority', priority: 'urgent' }), signal);
      expect((await conversationOf(backend, id)).priority).toBe('urgent');
    },
  },
  {
    title: 'adds and removes tags without losing those of others',
    needs: 'tags',
    async run(harness) {
      const backend = harness.connect();
      const id = await harness.customerWrites('Please sort');
      const tags = (add: string[], remove: string[]): Operation =>
        anOperation(id, { kind: 'tags', add, remove });
      await backend.perform(tags(['one', 'two'], []), signal);
      await backend.perform(tags(['three'], ['one']), signal);
      expect([...(await conversationOf(backend, id)).tags].sort()).toEqual(['three', 'two']);
    },
  },
  {
    title: 'reads back by reference what was done, and says null for what was not',
    async run(harness) {
      const backend = harness.connect();
      if (backend.descriptor.tier === 'T4') return;
      const id = await harness.customerWrites('Please answer');
      const operation = anOperation(id, aReply('Answered'));
      await expect(backend.findByRef(id, operation.ref, signal)).resolves.toBeNull();
      const { serverId } = await backend.perform(operation, signal);
      await expect(backend.findByRef(id, operation.ref, signal)).resolves.toMatchObject({ serverId });
    },
  },
  {
    title: 'refuses under a version guard when the thread has moved, and does nothing',
    async run(harness) {
      const backend = harness.connect();
      const id = await harness.customerWrites('Please answer');
      const { version } = await conversationOf(backend, id);
      if (version === null) return;
      await harness.customerAnswers(id, 'Wait, one more thing');
      const guarded = anOperation(id, aReply('Too late'), { ifVersion: version });
      await expect(backend.perform(guarded, signal)).rejects.toMatchObject({ kind: 'conflict' });
      expect((await messagesOf(backend, id)).map(({ kind }) => kind)).not.toContain('reply');
      const current = (await conversationOf(backend, id)).version;
      await backend.perform(anOperation(id, aReply('In time'), { ifVersion: current }), signal);
    },
  },
  {
    title: 'refuses in words what cannot be done, by a kind that is not tried again',
    async run(harness) {
      const backend = harness.connect();
      const failed = backend.perform(anOperation('no-such-conversation', aReply('Hello?')), signal);
      await expect(failed).rejects.toMatchObject({
        kind: expect.stringMatching(/^(not-found|invalid|forbidden)$/) as string,
        message: expect.stringMatching(/\w/) as string,
      });
    },
  },
  {
    title: 'takes a file up and brings the same bytes down; uploading again is safe',
    needs: 'attachments',
    async run(harness) {
      const backend = harness.connect();
      const id = await harness.customerWrites('Send me the file');
      const operation = anOperation(id, aReply('Here it is'));
      // Twice: only what the message names belongs to it.
      await backend.upload?.(outgoing(SAMPLE), `${operation.ref}.0`, signal);
      const uploadId = await backend.upload?.(outgoing(SAMPLE), `${operation.ref}.0`, signal);
      const carried = uploadId === undefined ? { files: [outgoing(SAMPLE)] } : { uploadIds: [uploadId] };
      const { serverId } = await backend.perform({ ...operation, ...carried }, signal);
      const message = (await messagesOf(backend, id)).find((candidate) => candidate.id === serverId);
      expect(message?.attachments).toHaveLength(1);
      const [attachment] = message?.attachments ?? [];
      expect(attachment).toMatchObject({
        name: SAMPLE.name,
        mediaType: SAMPLE.mediaType,
        size: SAMPLE.bytes.length,
      });
      const bytes = await bytesOf(await backend.download(attachment?.id ?? '', signal));
      expect(bytes).toEqual([...SAMPLE.bytes]);
    },
  },
  {
    title: "brings down a customer's file, and says when there is none",
    needs: 'attachments',
    async run(harness) {
      const backend = harness.connect();
      const id = await harness.customerWrites('See the file', SAMPLE);
      const [attachment] = (await messagesOf(backend, id)).flatMap((message) => message.attachments);
      const bytes = await bytesOf(await backend.download(attachment?.id ?? '', signal));
      expect(bytes).toEqual([...SAMPLE.bytes]);
      await expect(backend.download('no-such-file', signal)).rejects.toMatchObject({ kind: 'not-found' });
    },
  },
  {
    title: 'brings the whole history, newest page first, each page in order',
    async run(harness) {
      const backend = harness.connect({ pageSize: 2 });
      const id = await harness.customerWrites('Message 1');
      for (let n = 2; n <= 5; n += 1) await harness.customerAnswers(id, `Message ${n}`);
      const pages: string[][] = [];
      for (let before: string | null = null; ;) {
        const page = await backend.history(id, before, signal);
        pages.unshift(page.messages.map(({ body }) => body.content.trim()));
        before = page.before;
        if (before === null) break;
      }
      expect(pages.length).toBeGreaterThan(1);
      const texts = pages.flat().filter((text) => text.includes('Message'));
      expect(texts.map((text) => /Message \d/.exec(text)?.[0])).toEqual(
        [1, 2, 3, 4, 5].map((n) => `Message ${n}`),
      );
    },
  },
  {
    title: 'shows that a conversation is gone, and where a merged one lives now',
    async run(harness) {
      const backend = harness.connect();
      const [gone, merged, into] = [
        await harness.customerWrites('To be removed'),
        await harness.customerWrites('To be merged'),
        await harness.customerWrites('To stay'),
      ];
      const { cursor } = await readFeed(backend, 'conversations');
      await harness.remove(gone);
      await harness.merge(merged, into);
      const { changes } = await readFeed(backend, 'conversations', cursor);
      const last = (id: string): Change | undefined => changes.filter((change) => change.id === id).at(-1);
      expect(last(gone)).toMatchObject({ row: null, movedTo: null });
      expect(last(merged)).toMatchObject({ row: null, movedTo: into });
      const late = backend.perform(anOperation(gone, aReply('Anybody there?')), signal);
      await expect(late).rejects.toMatchObject({
        kind: expect.stringMatching(/^(not-found|invalid|conflict)$/) as string,
      });
    },
  },
  {
    title: 'moves the messages of a merged conversation into the one that stays',
    async run(harness) {
      const backend = harness.connect();
      const merged = await harness.customerWrites('Said in the first one');
      const into = await harness.customerWrites('Said in the second one');
      const before = new Set((await messagesOf(backend, merged)).map(({ id }) => id));
      await harness.merge(merged, into);
      const after = (await messagesOf(backend, into)).map(({ id }) => id);
      expect([...before].filter((id) => !after.includes(id))).toEqual([]);
      expect((await readAll(backend)).filter((change) => before.has(change.id)).at(-1)?.row).toMatchObject({
        conversationId: into,
      });
    },
  },
  {
    title: 'tolerates fields that it does not know',
    async run(harness) {
      const id = await harness.customerWrites('From a newer server');
      const plain = await conversationOf(harness.connect(), id);
      const backend = harness.connect({ wrap: withUnknownFields });
      expect(await conversationOf(backend, id)).toEqual(plain);
      const proof = await backend.perform(anOperation(id, aReply('Still works')), signal);
      expect(proof.serverId).not.toBe('');
    },
  },
  {
    title: 'hints that something changed',
    needs: 'push',
    async run(harness) {
      const listening = new AbortController();
      let changing = true;
      await new Promise<void>((resolve, reject) => {
        harness.connect().listen(resolve, listening.signal).catch(reject);
        // The channel gives no sign when it is open, so things go on happening until it hints.
        void (async () => {
          while (changing) await harness.customerWrites('Is anybody listening?');
        })().catch(reject);
      });
      changing = false;
      listening.abort();
    },
  },
];

/** Registers the suite for one backend. */
export function backendContract(
  name: string,
  supports: BackendSupports,
  open: () => Promise<BackendHarness>,
  options: ContractOptions = {},
): void {
  const chosen = [...CASES, ...SWEEP_CASES].filter(
    ({ title, needs }) =>
      (options.only?.test(title) ?? true) && (needs === undefined || supports[needs] === true),
  );
  if (chosen.length === 0) throw new Error(`No case of the backend contract matches ${options.only}.`);
  describe(`backend contract: ${name}`, () => {
    let harness: BackendHarness;
    beforeAll(async () => {
      harness = await open();
    });
    afterAll(async () => {
      await harness.close();
    });
    it('claims what the suite believed it to support', () => {
      expect(harness.connect().descriptor.supports).toEqual(supports);
    });
    for (const { title, run } of chosen) it(title, () => run(harness));
  });
}
