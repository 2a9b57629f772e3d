/** The part of the backend contract about servers, portals and rows that are not as they should be. */
import { expect } from 'vitest';
import { BackendError } from '../backends/backend-error';
import { conversationFeed, rowsOf } from '../backends/check/check-kit';
import type { Change } from '../domain/entities';
import { anOperation, aReply, conversationOf, messagesOf, signal, type ContractCase } from './contract-kit';
import { htmlInstead, neverRefusing, spoilingRow, wrongTypes } from './tampered-http';
import { withUnknownFields } from './unknown-fields';

export const BAD_INPUT_CASES: readonly ContractCase[] = [
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
    title: 'signs nobody in when a server says yes to any key',
    async run(harness) {
      for (const body of [undefined, {}, [], null, { id: null }]) {
        const wrap = neverRefusing(body);
        const stranger = harness.connect({ stranger: true, wrap });
        await expect(stranger.whoAmI(signal), JSON.stringify(body)).rejects.toBeInstanceOf(BackendError);
      }
    },
  },
  {
    title: 'takes a web page in place of an answer for what it is, whatever was asked',
    async run(harness) {
      const id = await harness.customerWrites('Please answer');
      const backend = harness.connect({ wrap: () => htmlInstead });
      const captive = { kind: 'captive' };
      await expect(backend.whoAmI(signal)).rejects.toMatchObject(captive);
      await expect(backend.pull(conversationFeed(backend), null, signal)).rejects.toMatchObject(captive);
      await expect(backend.history(id, null, signal)).rejects.toMatchObject(captive);
      await expect(backend.perform(anOperation(id, aReply('Hello')), signal)).rejects.toMatchObject(captive);
      expect((await messagesOf(harness.connect(), id)).some(({ kind }) => kind === 'reply')).toBe(false);
    },
  },
  {
    title: 'sets one row with fields of the wrong type aside and brings the others',
    async run(harness) {
      const broken = await harness.customerWrites('This row will be broken');
      const whole = await harness.customerWrites('This row stays whole');
      const wrap = spoilingRow(broken, harness.spoils?.bind(harness) ?? wrongTypes);
      const backend = harness.connect({ wrap });
      const changes: Change[] = [];
      const problems: string[] = [];
      let cursor: string | null = null;
      for (let more = true; more;) {
        const page = await backend.pull(conversationFeed(backend), cursor, signal);
        changes.push(...page.changes);
        problems.push(...page.rejected.map(({ problem }) => problem));
        ({ cursor, more } = page);
      }
      const rows = rowsOf(changes, 'conversation');
      expect([rows.has(broken), rows.has(whole)]).toEqual([false, true]);
      expect(problems.length).toBeGreaterThan(0);
      expect(problems.join(' ')).toMatch(/\w+: /);
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
];
