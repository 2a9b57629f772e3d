/** The embedded helpdesk as a backend: its REST API declared for the engine. */
import { z } from 'zod';
import { assertNever } from '../../domain/assert-never';
import type { EntityKind } from '../../domain/entities';
import type { IntentAction } from '../../domain/intents';
import { bearer } from '../auth';
import { eventStreamPush, exchange, listFeed, rootAt, type Exchange } from '../declare';
import { rowId } from '../field-schemas';
import { cursorPagination, rowsAt, type Pagination } from '../pagination';
import type { Operation, OperationProof } from '../port';
import { understand } from '../response';
import type { FeedDefinition, RestDefinition } from '../rest-definition';
import {
  agentChange,
  contactChange,
  conversationChange,
  messageChange,
  readMe,
  readConversation,
  readListed,
  readMessage,
  readVersion,
  savedReplyChange,
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

const paged = (limit: number): Pagination =>
  cursorPagination({
    limit: { name: 'limit', value: limit },
    param: 'cursor',
    rows: 'items',
    next: 'next_cursor',
    more: 'has_more',
  });

const feed = (path: string, limit: number, row: FeedDefinition['row']): FeedDefinition =>
  listFeed({ path, pagination: paged(limit), row, age: readVersion });

/** The path under which ids and rows of a kind are asked for. */
const PLURALS: Readonly<Record<EntityKind, string>> = {
  savedReply: 'saved-replies',
  conversation: 'conversations',
  message: 'messages',
  contact: 'contacts',
  agent: 'agents',
};
const IDS = paged(IDS_PER_PAGE);

const authorRow = z.object({ id: rowId.nullable(), name: z.string() });
const made = z.object({
  message: z.object({ id: rowId, author: authorRow.nullish() }),
  conversation: z.unknown(),
});
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
        ...(operation.author === undefined ? {} : { author_id: operation.author.id }),
      },
      read(body, accountId) {
        const answer = made.parse(body);
        const { id: serverId, author } = answer.message;
        const proof = proofOf(serverId, answer.conversation, accountId);
        return author ? { ...proof, author } : proof;
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

/** A customer's mail in plain text (RFC 5322). */
async function* probeMail(text: string, now: number): AsyncIterable<Uint8Array> {
  const lines = [
    'From: Sample Customer <check@customer.invalid>',
    'To: support@helpdesk.invalid',
    'Subject: Check of the backend',
    `Message-ID: <check-${now}@customer.invalid>`,
    `Date: ${new Date(now).toUTCString()}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    text,
  ];
  yield new TextEncoder().encode(lines.join('\r\n'));
}

const historyPage = z.object({ items: z.array(z.unknown()), before: z.string().nullable() });

export const embeddedDefinition: RestDefinition = {
  descriptor: {
    id: 'embedded',
    name: 'Embedded helpdesk',
    signIn: [{ name: 'token', secret: true }],
    addressExample: 'http://127.0.0.1:8480',
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
      savedReplies: true,
      author: true,
      maxAttachmentBytes: MAX_ATTACHMENT_BYTES,
    },
    lacks: {
      thread: 'Its feeds tell of each write before the write is answered, so a pull is as fresh.',
      newestFirst: 'Its feeds are one gap-free revision, oldest first, on this computer: read in seconds.',
    },
    statusWords: { new: 'new', open: 'open', pending: 'pending', resolved: 'resolved', closed: 'closed' },
    feeds: ['conversations', 'agents', 'messages', 'contacts', 'saved-replies'],
  },
  root: rootAt('/api/v1'),
  auth: bearer,
  whoAmI: (ask) => exchange(ask, { method: 'GET', path: '/me', read: readMe }),
  feeds: {
    conversations: feed('/conversations', ROWS_PER_PAGE, conversationChange),
    agents: feed('/agents', ROWS_PER_PAGE, agentChange),
    messages: feed('/messages', MESSAGES_PER_PAGE, messageChange),
    contacts: feed('/contacts', ROWS_PER_PAGE, contactChange),
    'saved-replies': feed('/saved-replies', ROWS_PER_PAGE, savedReplyChange),
  },
  history: {
    page: (ask, conversationId, before) =>
      exchange(ask, {
        method: 'GET',
        path: `/conversations/${id(conversationId)}/messages`,
        query: { limit: String(HISTORY_PER_PAGE), ...(before === null ? {} : { before }) },
        read(body) {
          const { items, before: next } = historyPage.parse(body);
          return { rows: items, before: next };
        },
      }),
    row: readMessage,
  },
  sweep: {
    kinds: ['conversation', 'message', 'contact', 'agent', 'savedReply'],
    rowsAtOnce: ROWS_BY_ID,
    async ids(ask, kind, cursor) {
      const answer = await ask.json(IDS.request({ method: 'GET', path: `/ids/${PLURALS[kind]}` }, cursor));
      // An id that cannot be read must not look as if its thing were gone.
      return understand(() => {
        const page = IDS.read(answer, cursor);
        return {
          ids: page.rows.map((raw) => readListed(raw, ask.accountId)),
          next: page.more ? page.cursor : null,
        };
      });
    },
    rows: (ask, kind, ids) =>
      exchange(ask, {
        method: 'GET',
        path: `/rows/${PLURALS[kind]}`,
        query: { ids: ids.join(',') },
        read: (body) => rowsAt(body, 'items'),
      }),
    feedOf: (kind) => PLURALS[kind],
  },
  perform: (ask, operation) => exchange(ask, perform(operation)),
  findByRef: (ask, _conversationId, ref) =>
    exchange(ask, {
      method: 'GET',
      path: `/operations/${id(ref)}`,
      read(body, accountId) {
        const answer = found.parse(body);
        return proofOf(answer.server_id, answer.conversation, accountId);
      },
    }),
  async upload(ask, file, ref) {
    const { body } = await ask.json({
      method: 'POST',
      path: '/uploads',
      query: { name: file.name, type: file.mediaType === '' ? 'application/octet-stream' : file.mediaType },
      headers: {
        'idempotency-key': ref,
        'content-type': 'application/octet-stream',
        'content-length': String(file.size),
      },
      bytes: file.read(),
    });
    return understand(() => z.object({ id: rowId }).parse(body).id);
  },
  download: (ask, attachmentId) => ask.file({ method: 'GET', path: `/attachments/${id(attachmentId)}` }),
  probe: {
    create: (ask, text) =>
      exchange(ask, {
        method: 'POST',
        path: rootAt('/inbound/email')(ask.settings),
        headers: { 'content-type': 'message/rfc822' },
        bytes: probeMail(text, ask.clock.now()),
        read: (body) => z.object({ conversation_id: rowId }).parse(body).conversation_id,
      }),
    async remove(ask, conversationId) {
      await ask.json({ method: 'DELETE', path: `/conversations/${id(conversationId)}` });
    },
  },
  push: eventStreamPush('/events', SILENCE_MS),
};
