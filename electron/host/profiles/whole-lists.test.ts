/** Lists that a profile reads whole: what vanished from them is gone, and nothing else. */
import { afterAll, expect, it } from 'vitest';
import type { Change } from '@shared/domain/entities';
import type { Backend } from '@shared/backends/port';
import { createRestBackend } from '@shared/backends/rest-engine';
import { NOON } from '@shared/testing/builders';
import { LeapingClock } from '@shared/testing/leaping-clock';
import { httpClientOf } from '@shared/testing/vendor-kit';
import { openProfile, type OpenProfile } from './profile-file';

const signal = new AbortController().signal;
const opened: OpenProfile[] = [];
afterAll(() => Promise.all(opened.map((profile) => profile.close())));

const PROFILE = `profile: 1
id: sample
name: Sample
server: { example: https://sample.example.com }
signIn: { kind: bearer }
whoAmI: { get: /me, agent: { id: =id, name: =name } }
words:
  status: { new: a, open: b, pending: c, resolved: d, closed: e, otherwise: open }
feeds:
  all:
    get: /c
    rows: rows
    delta: { kind: whole, every: 10m }
    gives:
      - kind: conversation
        fields: { id: =id, subject: =s, status: a, contactId: =id, contactName: =s, createdAt: =at, updatedAt: =at }
  staff:
    get: /staff
    rows: rows
    paging: { kind: page, param: page, sizeParam: n, size: 2 }
    delta: { kind: whole, every: 10m }
    gives:
      - kind: agent
        fields: { id: =id, name: =name }
history: { get: '/m', rows: rows, order: oldestFirst, fields: { id: =id, kind: note, createdAt: =at } }
actions:
  reply: { post: /m, json: { text: =text }, result: =id }
  status: { put: '/c/{conversationId}', json: { s: =status } }
  assign: { put: '/c/{conversationId}', json: { who: =assigneeId } }
delivery: { tier: T4 }
`;

interface World {
  backend: Backend;
  clock: LeapingClock;
  rows: Record<string, unknown>[];
  /** Reads a feed as often as it wants to be, some time later. */
  later(feed: string): Promise<readonly string[]>;
}

function world(): World {
  const open = openProfile('sample.yaml', PROFILE);
  opened.push(open);
  const clock = new LeapingClock(NOON);
  const rows: Record<string, unknown>[] = [];
  const cursors = new Map<string, string>();
  const http = httpClientOf({
    handle: ({ query }) => {
      const page = Number(query.get('page') ?? 1);
      return { status: 200, json: { rows: query.has('page') ? rows.slice(2 * page - 2, 2 * page) : rows } };
    },
  });
  const settings = { accountId: 'a1', url: 'https://sample.example.com', token: 'sample' };
  const backend = createRestBackend(open.definition, settings, http, clock);
  const told = ({ kind, id, row }: Change): string => `${row === null ? 'no ' : ''}${kind} ${id}`;
  return {
    backend,
    clock,
    rows,
    async later(feed) {
      clock.pass(600_000);
      const changes: Change[] = [];
      for (let more = true; more;) {
        const page = await backend.pull(feed, cursors.get(feed) ?? null, signal);
        changes.push(...page.changes);
        cursors.set(feed, page.cursor);
        more = page.more;
      }
      return changes.map(told);
    },
  };
}

const person = (id: number): Record<string, unknown> => ({ id, name: `Sample ${id}` });

it('tells of an agent who is no longer in the list, once', async () => {
  const { rows, later, backend } = world();
  rows.push(person(1), person(2), person(3));
  await expect(later('staff')).resolves.toEqual(['agent 1', 'agent 2', 'agent 3']);
  rows.splice(1, 1);
  await expect(later('staff')).resolves.toEqual(['agent 1', 'agent 3', 'no agent 2']);
  await expect(later('staff')).resolves.toEqual(['agent 1', 'agent 3']);
  expect((await backend.pull('staff', null, signal)).more).toBe(true);
});

it('takes nobody away who may be the row that cannot be read', async () => {
  const { rows, later } = world();
  rows.push(person(1), person(2));
  await later('staff');
  rows.splice(1, 1, { id: 2, name: { odd: true } });
  await expect(later('staff')).resolves.toEqual(['agent 1']);
  rows.splice(1, 1);
  await expect(later('staff')).resolves.toEqual(['agent 1', 'no agent 2']);
});

it('takes no conversation away that its list no longer shows', async () => {
  const { rows, later } = world();
  rows.push({ id: 7, s: 'Sample', at: NOON });
  await expect(later('all')).resolves.toEqual(['conversation 7']);
  rows.length = 0;
  await expect(later('all')).resolves.toEqual([]);
});
