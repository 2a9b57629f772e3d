/** The part of the backend contract about one conversation whose own requests fail while all others' succeed. */
import { expect } from 'vitest';
import { conversationFeed, rowsOf } from '../backends/check/check-kit';
import { between, type HttpClient } from '../backends/http';
import type { Backend, RejectedRow } from '../backends/port';
import type { Change } from '../domain/entities';
import { given, readFeed, signal, type BackendHarness, type ContractCase } from './contract-kit';
import { httpAnswer } from './scripted-http';

/** What comes in place of a thread. */
export const SPOILED = {
  'an error of the server': { status: 500, body: { error: 'Internal error' } },
  'a refusal': { status: 403, body: { error: 'Not yours' } },
  nothing: { status: 404, body: { error: 'Not found' } },
  'a web page': { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Oops</title>' },
  'another shape': { body: { odd: 1 } },
} as const;

/** Answers every reading of one of these conversations so. */
export function spoiling(
  harness: BackendHarness,
  ids: readonly string[],
  answer: (typeof SPOILED)[keyof typeof SPOILED],
  onHit: () => void = () => undefined,
): (http: HttpClient) => HttpClient {
  const patternOf = given(harness.threadRequest?.bind(harness), 'threadRequest');
  const patterns = ids.map((id) => patternOf(id));
  return (http) =>
    between(http, (inner) => async (request) => {
      const url = decodeURIComponent(request.url);
      const hit = request.method === 'GET' && patterns.some((pattern) => pattern.test(url));
      if (hit) onHit();
      return hit ? httpAnswer(answer) : inner(request);
    });
}

async function readWithRejected(
  backend: Backend,
  from: string | null,
): Promise<{ changes: Change[]; rejected: RejectedRow[]; cursor: string }> {
  const changes: Change[] = [];
  const rejected: RejectedRow[] = [];
  let cursor = from;
  for (;;) {
    const page = await backend.pull(conversationFeed(backend), cursor, signal);
    changes.push(...page.changes);
    rejected.push(...page.rejected);
    cursor = page.cursor;
    if (!page.more) return { changes, rejected, cursor };
  }
}

/** Set aside with its id and the reason, or gone where the server says that it is not there for us. */
function expectNotRead(
  id: string,
  { changes, rejected }: { changes: Change[]; rejected: RejectedRow[] },
  why: string,
): void {
  const told = rejected.find((row) => row.id === id);
  const gone = changes.some(
    (change) => change.kind === 'conversation' && change.id === id && change.row === null,
  );
  expect(gone || told !== undefined, why).toBe(true);
  if (told !== undefined) expect(told.problem, why).toContain(id);
  expect(rowsOf(changes, 'conversation').has(id), why).toBe(false);
}

export const THREAD_CASES: readonly ContractCase[] = [
  {
    title:
      'sets one conversation aside that cannot be read, brings the others, and reads it again when it changes',
    needs: 'threadRequest',
    async run(harness) {
      for (const [why, answer] of Object.entries(SPOILED)) {
        const [before, broken, after] = [
          await harness.customerWrites('The first of three'),
          await harness.customerWrites('The one that breaks'),
          await harness.customerWrites('The last of three'),
        ];
        const read = await readWithRejected(
          harness.connect({ wrap: spoiling(harness, [broken], answer) }),
          null,
        );
        const rows = rowsOf(read.changes, 'conversation');
        expect([rows.has(before), rows.has(after)], why).toEqual([true, true]);
        expectNotRead(broken, read, why);
        await harness.customerAnswers(broken, 'Hello again');
        const again = await readWithRejected(harness.connect(), read.cursor);
        expect(rowsOf(again.changes, 'conversation').get(broken)?.preview, why).toContain('Hello again');
      }
    },
  },
  {
    title: 'goes on past a change of one conversation that cannot be read, also when nothing else changed',
    needs: 'threadRequest',
    async run(harness) {
      for (const [why, answer] of Object.entries(SPOILED)) {
        const broken = await harness.customerWrites('The one that breaks later');
        await harness.customerWrites('One that stays whole');
        const plain = harness.connect();
        const { cursor } = await readFeed(plain, conversationFeed(plain));
        await harness.customerAnswers(broken, 'One word more');
        const spoiled = harness.connect({ wrap: spoiling(harness, [broken], answer) });
        const read = await readWithRejected(spoiled, cursor);
        expectNotRead(broken, read, why);
        const whole = await harness.customerWrites('News behind it');
        const next = await readWithRejected(spoiled, read.cursor);
        expect(rowsOf(next.changes, 'conversation').has(whole), why).toBe(true);
      }
    },
  },
  {
    title: 'brings a conversation that was set aside when the id sweep asks for it',
    needs: ['threadRequest', 'idSweep'],
    async run(harness) {
      const id = await harness.customerWrites('Swept later');
      const rows = async (backend: Backend) => {
        const { changes, rejected } = await given(backend.sweep, 'sweep').rows('conversation', [id], signal);
        return { changes: [...changes], rejected: [...rejected] };
      };
      const wrap = spoiling(harness, [id], SPOILED['an error of the server']);
      expect(rowsOf((await rows(harness.connect())).changes, 'conversation').has(id)).toBe(true);
      const spoiled = await rows(harness.connect({ wrap }));
      // A server that keeps this apart from the conversation has nothing to set aside.
      if (!rowsOf(spoiled.changes, 'conversation').has(id)) expectNotRead(id, spoiled, 'the sweep');
    },
  },
  {
    title: 'takes a server that fails for every conversation for an outage, and keeps its place',
    needs: 'threadRequest',
    async run(harness) {
      for (let n = 0; n < 3; n += 1) await harness.customerWrites(`Question ${n} of an outage`);
      const plain = harness.connect();
      const { changes, cursor } = await readFeed(plain, conversationFeed(plain));
      const ids = [...rowsOf(changes, 'conversation').keys()];
      const wrap = spoiling(harness, ids, SPOILED['an error of the server']);
      await expect(readWithRejected(harness.connect({ wrap }), null)).rejects.toMatchObject({
        kind: 'server',
      });
      for (const id of ids.slice(-2)) await harness.customerAnswers(id, 'Are you there?');
      await expect(readWithRejected(harness.connect({ wrap }), cursor)).rejects.toMatchObject({
        kind: 'server',
      });
    },
  },
];
