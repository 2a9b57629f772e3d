import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backendContract } from '../../testing/backend.contract';
import {
  judgedServer,
  requestJudge,
  type Addition,
  type OpenApiDocument,
  type Judged,
} from '../../testing/openapi-requests';
import { harnessOf } from '../../testing/vendor-kit';
import { openChatwoot } from '../../testing/vendors/chatwoot/chatwoot-simulator';
import { chatwootDefinition } from './chatwoot-backend';

const FILE = 'specs/chatwoot/openapi-refs-fixed.json';
const DESCRIPTION = [join(import.meta.dirname, '../../../../shared', FILE)].find(existsSync);

const ACCOUNT = '/api/v1/accounts/{account_id}';
/** What the server takes and its description does not have. */
const ADDITIONS: readonly Addition[] = [
  {
    method: 'GET',
    path: `${ACCOUNT}/conversations`,
    query: {
      status: { type: 'string', enum: ['all', 'open', 'resolved', 'pending', 'snoozed'] },
      sort_by: { type: 'string', enum: ['last_activity_at_desc', 'created_at_asc'] },
      updated_within: { type: 'integer', minimum: 1 },
    },
    source: 'app/finders/conversation_finder.rb: SORT_OPTIONS, filter_by_status, conversations',
  },
  {
    method: 'GET',
    path: `${ACCOUNT}/conversations/{conversation_id}/messages`,
    query: { before: { type: 'integer' }, after: { type: 'integer' } },
    source: 'app/finders/message_finder.rb: current_messages',
  },
  {
    method: 'POST',
    path: `${ACCOUNT}/conversations/{conversation_id}/messages`,
    bodyTypes: ['multipart/form-data'],
    source: 'app/builders/messages/message_builder.rb: process_attachments',
  },
  {
    method: 'DELETE',
    path: `${ACCOUNT}/conversations/{conversation_id}`,
    source: 'app/controllers/api/v1/accounts/conversations_controller.rb: destroy',
  },
];

const judged: Judged = { requests: 0, problems: [] };

function openJudged(): ReturnType<typeof openChatwoot> {
  const simulator = openChatwoot();
  if (DESCRIPTION === undefined) return simulator;
  const judge = requestJudge(JSON.parse(readFileSync(DESCRIPTION, 'utf8')) as OpenApiDocument, ADDITIONS);
  return {
    ...simulator,
    server: judgedServer(simulator.server, judge, '/api/', judged),
  } as typeof simulator;
}

const { traits = {}, lacks = {} } = openChatwoot();

backendContract(
  'Chatwoot, simulated',
  chatwootDefinition.descriptor,
  () => Promise.resolve(harnessOf(openJudged())),
  { traits, lacks },
);

describe('requests to Chatwoot', () => {
  it('make a conversation for checks as a customer would, and take it away as far as the role lets them', async () => {
    const { connect } = harnessOf(openJudged());
    const signal = new AbortController().signal;
    const backend = connect();
    const id = (await backend.probe?.create('Please check', signal)) ?? '';
    const { messages } = await backend.history(id, null, signal);
    expect(messages).toMatchObject([{ kind: 'inbound', body: { content: 'Please check' } }]);
    await backend.probe?.remove(id, signal);
    expect((await backend.thread?.(id, signal))?.conversation?.status).toBe('resolved');
  });

  it.skipIf(DESCRIPTION === undefined)(
    `are all valid by its OpenAPI description (skipped where there is no ${FILE})`,
    () => {
      expect(judged.requests).toBeGreaterThan(100);
      expect([...new Set(judged.problems)]).toEqual([]);
    },
  );
});
