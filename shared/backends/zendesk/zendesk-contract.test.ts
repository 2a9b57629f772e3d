import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { backendContract } from '../../testing/backend.contract';
import {
  judgedServer,
  requestJudge,
  type Addition,
  type OpenApiDocument,
  type Judged,
} from '../../testing/openapi-requests';
import { harnessOf, type VendorSimulator } from '../../testing/vendor-kit';
import { openZendesk } from '../../testing/vendors/zendesk/zendesk-simulator';
import { zendeskDefinition } from './zendesk-backend';

const FILE = 'specs/zendesk/oas.yaml';
const DESCRIPTION = [join(import.meta.dirname, '../../../../shared', FILE)].find(existsSync);

const TEXT = { type: 'string' };
const CURSOR_PAGES = { 'page[size]': { type: 'integer', minimum: 1, maximum: 100 }, 'page[after]': TEXT };
const CURSORS =
  'the operation\'s own words, "Pagination": cursor pagination (api-reference/introduction/pagination)';
const SIDELOADS = 'documentation/ticketing/using-the-zendesk-api/side_loading, "Supported endpoints"';
const BESIDE = { include: { type: 'string', enum: ['users,comment_count'] } };
const SAFE_TAGS = {
  tags: { type: 'array', items: TEXT, minItems: 1 },
  updated_stamp: TEXT,
  safe_update: { type: 'string', enum: ['true'] },
};
const TAGS = 'the words of "Add Tags", with an example of the body, and of "Remove Tags"';

/** What the server takes and its description tells only in prose, or on another page. */
const ADDITIONS: readonly Addition[] = [
  {
    method: 'GET',
    path: '/api/v2/tickets',
    query: { sort: { type: 'string', enum: ['-updated_at', 'id'] }, ...CURSOR_PAGES, ...BESIDE },
    source: `${CURSORS}; ${SIDELOADS}`,
  },
  { method: 'GET', path: '/api/v2/tickets/{ticket_id}', query: BESIDE, source: SIDELOADS },
  { method: 'GET', path: '/api/v2/tickets/show_many', query: BESIDE, source: SIDELOADS },
  {
    method: 'GET',
    path: '/api/v2/tickets/{ticket_id}/comments',
    query: { sort: { type: 'string', enum: ['-created_at'] }, ...CURSOR_PAGES },
    source: 'the operation\'s own words, "Sorting" and "Pagination"',
  },
  { method: 'GET', path: '/api/v2/tickets/{ticket_id}/audits', query: CURSOR_PAGES, source: CURSORS },
  { method: 'GET', path: '/api/v2/incremental/tickets/cursor', query: BESIDE, source: SIDELOADS },
  {
    method: 'GET',
    path: '/api/v2/search',
    query: {
      page: { type: 'integer', minimum: 1, maximum: 10 },
      per_page: { type: 'integer', maximum: 100 },
      include: { type: 'string', enum: ['tickets(users,comment_count)'] },
    },
    source: `the operation's own words, "Pagination": offset; ${SIDELOADS}`,
  },
  { method: 'GET', path: '/api/v2/users', query: CURSOR_PAGES, source: CURSORS },
  {
    method: 'GET',
    path: '/api/v2/macros/active',
    query: { page: { type: 'integer' }, per_page: { type: 'integer', maximum: 100 } },
    source: 'the example of the answer, with next_page: offset pagination',
  },
  {
    method: 'POST',
    path: '/api/v2/uploads',
    query: { filename: TEXT },
    body: { file: {} },
    source: 'the operation\'s own words: "a required `filename` query parameter", the file as the body',
  },
  { method: 'PUT', path: '/api/v2/tickets/{ticket_id}/tags', body: SAFE_TAGS, source: TAGS },
  { method: 'DELETE', path: '/api/v2/tickets/{ticket_id}/tags', body: SAFE_TAGS, source: TAGS },
];

/**
 * The schemas of updates and of new tickets leave out fields that the ticket's own schema has as "write
 * only", and do not say that a ticket may have no assignee, as every unassigned ticket in an answer has.
 */
function amended(document: OpenApiDocument): OpenApiDocument {
  interface Described {
    properties?: Record<string, Record<string, unknown>>;
    allOf?: readonly Described[];
  }
  const { schemas } = document.components as { schemas: Record<string, Described> };
  const fieldsOf = (name: string) => {
    const described = schemas[name]!;
    // A schema of several parts has its own fields in the last one.
    return (described.properties ?? described.allOf!.at(-1)!.properties)!;
  };
  for (const [name, field] of [
    ['TicketUpdateInput', 'metadata'],
    ['TicketCreateInput', 'requester'],
  ] as const) {
    const described = fieldsOf('TicketObject')[field]!;
    expect(fieldsOf(name)[field]).toBeUndefined();
    expect(described).toMatchObject({ type: 'object', writeOnly: true });
    fieldsOf(name)[field] = described;
  }
  const update = fieldsOf('TicketUpdateInput');
  update['assignee_id'] = { ...update['assignee_id'], nullable: true };
  return document;
}

const judged: Judged = { requests: 0, problems: [] };

const judge =
  DESCRIPTION === undefined
    ? null
    : requestJudge(amended(parse(readFileSync(DESCRIPTION, 'utf8')) as OpenApiDocument), ADDITIONS);

function openJudged(role: 'admin' | 'agent'): VendorSimulator {
  const simulator = openZendesk(role);
  if (judge === null) return simulator;
  return { ...simulator, server: judgedServer(simulator.server, judge, '/api/v2/', judged) };
}

for (const [name, role] of [
  ['Zendesk, simulated, by exports', 'admin'],
  ['Zendesk, simulated, by searches', 'agent'],
] as const) {
  const { traits = {} } = openZendesk(role);
  const open = () => Promise.resolve(harnessOf(openJudged(role)));
  backendContract(name, zendeskDefinition.descriptor, open, { traits });
}

describe('requests to Zendesk', () => {
  it('make a conversation for checks and take it away again', async () => {
    const backend = harnessOf(openJudged('admin')).connect();
    const { signal } = new AbortController();
    const id = (await backend.probe?.create('Only a check', signal)) ?? '';
    expect((await backend.history(id, null, signal)).messages).toHaveLength(1);
    await backend.probe?.remove(id, signal);
    await expect(backend.history(id, null, signal)).rejects.toMatchObject({ kind: 'not-found' });
  });

  it.skipIf(judge === null)(
    `are all valid by its OpenAPI description (skipped where there is no ${FILE})`,
    () => {
      expect(judged.requests).toBeGreaterThan(100);
      expect([...new Set(judged.problems)]).toEqual([]);
    },
  );
});
