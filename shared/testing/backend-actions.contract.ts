/** The part of the backend contract about what the console does there. */
import { expect } from 'vitest';
import { proveTier } from '../backends/check/lost-answer';
import type { IntentAction } from '../domain/intents';
import {
  anOperation,
  aReply,
  checkContext,
  conversationOf,
  given,
  messagesOf,
  missing,
  signal,
  type ContractCase,
} from './contract-kit';
import { bytesOf } from '../backends/bytes';
import { sameBytes, SAMPLE_FILE, signedIn } from '../backends/check/check-kit';

export const ACTION_CASES: readonly ContractCase[] = [
  {
    title: 'replies once however often it is asked under the same reference, as far as its tier goes',
    async run(harness) {
      const backend = await signedIn({ connect: () => harness.connect(), signal });
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
      expect(replies[0]).toMatchObject({ id: proof.serverId });
      expect(replies[0]?.body.content).toContain('The only answer');
      if (backend.descriptor.tier === 'T1') expect(replies[0]?.clientRef).toBe(operation.ref);
    },
  },
  {
    title: 'leaves one reply when an answer is lost after the server did it, as far as its tier goes',
    async run(harness, traits) {
      await proveTier(await checkContext(harness, traits));
    },
  },
  {
    title: 'refuses another content under a used reference, where it has idempotency keys',
    async run(harness) {
      const backend = await signedIn({ connect: () => harness.connect(), signal });
      if (backend.descriptor.tier !== 'T1') return;
      const operation = anOperation(await harness.customerWrites('Please answer'), aReply('One'));
      await backend.perform(operation, signal);
      const other = backend.perform({ ...operation, action: aReply('Two') }, signal);
      await expect(other).rejects.toMatchObject({ kind: 'conflict' });
    },
  },
  {
    title: 'lets the customer wait while we only talk among us',
    needs: 'note',
    async run(harness) {
      const backend = harness.connect();
      const id = await harness.customerWrites('Please answer');
      await backend.perform(anOperation(id, { kind: 'note', text: 'Among us', files: [] }), signal);
      expect((await conversationOf(backend, id)).waitingSince).not.toBeNull();
      expect((await conversationOf(backend, id)).preview).not.toContain('Among us');
    },
  },
  {
    title: 'closes with a reply, and nobody waits any more',
    async run(harness) {
      const backend = harness.connect();
      const id = await harness.customerWrites('Please answer');
      const closing = { ...aReply('Done'), statusAfter: 'resolved' } as IntentAction;
      const proof = await backend.perform(anOperation(id, closing), signal);
      const conversation = await conversationOf(backend, id);
      expect(conversation).toMatchObject({ status: 'resolved', waitingSince: null });
      if (proof.conversation !== null) expect(proof.conversation).toEqual(conversation);
    },
  },
  {
    title: 'reads back by reference what was done, and says null for what was not',
    async run(harness) {
      const backend = await signedIn({ connect: () => harness.connect(), signal });
      const id = await harness.customerWrites('Please answer');
      const operation = anOperation(id, aReply('Answered'));
      if (backend.descriptor.tier === 'T4') {
        // Nobody may take "cannot be asked" for "is not there".
        await expect(backend.findByRef(id, operation.ref, signal)).rejects.toBeInstanceOf(Error);
        return;
      }
      await expect(backend.findByRef(id, operation.ref, signal)).resolves.toBeNull();
      const { serverId } = await backend.perform(operation, signal);
      await expect(backend.findByRef(id, operation.ref, signal)).resolves.toMatchObject({ serverId });
    },
  },
  {
    title: 'takes a guarded reply while the thread stands still, and refuses it when a customer wrote',
    needs: 'guard',
    async run(harness) {
      const backend = harness.connect();
      const id = await harness.customerWrites('Please answer');
      const { version } = await conversationOf(backend, id);
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
      const failed = backend.perform(anOperation(missing(harness, 'conversation'), aReply('Hello?')), signal);
      await expect(failed).rejects.toMatchObject({
        kind: expect.stringMatching(/^(not-found|invalid|forbidden)$/) as string,
        message: expect.stringMatching(/\w/) as string,
      });
    },
  },
  {
    title: 'takes success for a refusal when the server did not do what it was asked',
    needs: 'quietRefusal',
    async run(harness) {
      const backend = harness.connect();
      const id = await harness.customerWrites('Please keep open');
      const refuses = given(harness.refusesQuietly?.bind(harness), 'refusesQuietly');
      refuses(true);
      try {
        const failed = backend.perform(anOperation(id, { kind: 'status', status: 'resolved' }), signal);
        await expect(failed).rejects.toMatchObject({
          kind: expect.stringMatching(/^(invalid|forbidden|conflict)$/) as string,
        });
      } finally {
        refuses(false);
      }
      expect((await conversationOf(backend, id)).status).not.toBe('resolved');
    },
  },
  {
    title: "brings down a customer's file, and says when there is none",
    needs: 'attachmentsIn',
    async run(harness) {
      const backend = harness.connect();
      const id = await harness.customerWrites('See the file', SAMPLE_FILE);
      const [attachment] = (await messagesOf(backend, id)).flatMap((message) => message.attachments);
      const bytes = await bytesOf(await backend.download(attachment?.id ?? '', signal));
      expect(sameBytes(bytes, SAMPLE_FILE.bytes)).toBe(true);
      const none = backend.download(missing(harness, 'attachment'), signal);
      await expect(none).rejects.toMatchObject({ kind: 'not-found' });
    },
  },
];
