/** The embedded helpdesk as a backend: its REST API declared for the engine. */
import { z } from 'zod';
import { assertNever } from '../../domain/assert-never';
import type { IntentAction } from '../../domain/intents';
import { rowId } from '../field-schemas';
import { cursorPagination } from '../pagination';
import type { Operation, OperationProof } from '../port';
import type { BackendFactory } from '../registry';
import type { Exchange, FeedDefinition, RestDefinition } from '../rest-definition';
import { createRestBackend } from '../rest-engine';
import {
  agentChange,
  contactChange,
  conversationChange,
  messageChange,
  readAgent,
  readConversation,
  readListed,
  readMessage,
  readVersion,
} from './embedded-rows';

/** The helpdesk refuses larger uploads with 413. */
const MAX_ATTACHMENT_BYTES = 25 * 1024 * 1024;

/** Messages carry whole mails, so their pages are short. */
const MESSAGES_PER_PAGE = 50;
const ROWS_PER_PAGE = 200;
const HISTORY_PER_PAGE = 50;
const IDS_PER_PAGE = 1_000;
/** The helpdesk takes no more. */
const ROWS_BY_ID = 50;

/** The stream pings every 5 s: one ping late by a retransmission (1 s) is still alive. */
const SILENCE_MS = 6_500;

const id = encodeURIComponent;

const feed = (path: string, limit: number, row: FeedDefinition['row']): FeedDefinition => ({
  path,
  pagination: cursorPagination(limit),
  row,
  age: readVersion,
});

const made = z.object({ message: z.object({ id: rowId }), conversation: z.unknown() });
const changed = z.object({ id: rowId });
const found = z.object({ server_id: rowId, conversation: z.unknown() });

/** The conversation is a courtesy: a proof stands without it, so an unreadable one is left out. */
function proofOf(serverId: string, conversation: unknown, accountId: string): OperationProof {
  try {
    return { serverId, conversation: readConversation(conversation, accountId) };
  } catch (error) {
    if (error instanceof z.ZodError) return { serverId, conversation: null };
    throw error;
  }
}

function perform(operation: Operation): Exchange<OperationProof> {
  const { ref, conversationId, action, uploadIds, ifVersion } = operation;
  const path = `/conversations/${id(conversationId)}`;
  const headers = {
    'idempotency-key': ref,
    ...(ifVersion === null ? {} : { 'if-match': `"${ifVersion}"` }),
  };
  if (action.kind === 'reply' || action.kind === 'note') {
    return {
      method: 'POST',
      path: `${path}/messages`,
      headers,
      json: {
        kind: action.kind,
        text: action.text,
        upload_ids: uploadIds,
        client_ref: ref,
        status_after: action.kind === 'reply' ? action.statusAfter : null,
        ...(operation.via === undefined ? {} : { via: operation.via }),
      },
      read(body, accountId) {
        const answer = made.parse(body);
        return proofOf(answer.message.id, answer.conversation, accountId);
      },
    };
  }
  return {
    method: 'PATCH',
    path,
    headers,
    json: patchOf(action),
    read: (body, accountId) => proofOf(changed.parse(body).id, body, accountId),
  };
}

function patchOf(action: Exclude<IntentAction, { kind: 'reply' | 'note' }>): Record<string, unknown> {
  switch (action.kind) {
    case 'status':
      return { status: action.status };
    case 'assign':
      return { assignee_id: action.assigneeId };
    case 'priority':
      return { priority: action.priority };
    case 'tags':
      return { add_tags: action.add, remove_tags: action.remove };
    default:
      return assertNever(action);
  }
}

const definition: RestDefinition = {
  descriptor: {
    id: 'embedded',
    name: 'Embedded helpdesk',
    tier: 'T1',
    // The key is remembered before the answer leaves, so asking again at once is safe.
    settleMs: 0,
    supports: {
      note: true,
      priority: true,
      tags: true,
      attachments: true,
      push: true,
      chatByMail: true,
      idSweep: true,
      maxAttachmentBytes: MAX_ATTACHMENT_BYTES,
    },
    feeds: ['conversations', 'agents', 'messages', 'contacts'],
  },
  basePath: '/api/v1',
  auth: (token) => ({ authorization: `Bearer ${token}` }),
  me: { method: 'GET', path: '/me', read: readAgent },
  feeds: {
    conversations: feed('/conversations', ROWS_PER_PAGE, conversationChange),
    agents: feed('/agents', ROWS_PER_PAGE, agentChange),
    messages: feed('/messages', MESSAGES_PER_PAGE, messageChange),
    contacts: feed('/contacts', ROWS_PER_PAGE, contactChange),
  },
  history: {
    request: (conversationId, before) => ({
      method: 'GET',
      path: `/conversations/${id(conversationId)}/messages`,
      query: { limit: String(HISTORY_PER_PAGE), ...(before === null ? {} : { before }) },
    }),
    page: z
      .object({ items: z.array(z.unknown()), before: z.string().nullable() })
      .transform(({ items, before }) => ({ rows: items, before })),
    row: readMessage,
  },
  sweep: {
    feedOf: { conversation: 'conversations', message: 'messages', contact: 'contacts', agent: 'agents' },
    rowsAtOnce: ROWS_BY_ID,
    ids: {
      path: (name) => `/ids/${name}`,
      pagination: cursorPagination(IDS_PER_PAGE),
      row: readListed,
    },
    rows: {
      request: (name, ids) => ({ method: 'GET', path: `/rows/${name}`, query: { ids: ids.join(',') } }),
      read: (body) => z.object({ items: z.array(z.unknown()) }).parse(body).items,
    },
  },
  perform,
  findByRef: (_conversationId, ref) => ({
    method: 'GET',
    path: `/operations/${id(ref)}`,
    read(body, accountId) {
      const answer = found.parse(body);
      return proofOf(answer.server_id, answer.conversation, accountId);
    },
  }),
  upload: {
    request: ({ name, mediaType }, ref) => ({
      method: 'POST',
      path: '/uploads',
      query: { name, type: mediaType === '' ? 'application/octet-stream' : mediaType },
      headers: { 'idempotency-key': ref },
    }),
    read: (body) => z.object({ id: rowId }).parse(body).id,
  },
  download: (attachmentId) => ({ method: 'GET', path: `/attachments/${id(attachmentId)}` }),
  push: { path: '/events', silenceMs: SILENCE_MS },
};

export const embeddedBackend: BackendFactory = (settings, http, clock) =>
  createRestBackend(definition, settings, http, clock);
