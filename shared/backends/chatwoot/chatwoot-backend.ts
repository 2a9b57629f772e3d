/**
 * Chatwoot as a backend (https://github.com/chatwoot/chatwoot; facts from its source are named by file).
 * Texts go out as they are: the server reads them as Markdown and fills Liquid fields (`{{contact.name}}`)
 * in what agents write (`Liquidable`), as it does with canned responses.
 */
import { z } from 'zod';
import type { Agent, EntityKind } from '../../domain/entities';
import type { ThreadHead } from '../../domain/thread-moved';
import { actionCablePush } from '../action-cable';
import { headerKey } from '../auth';
import { BackendError } from '../backend-error';
import { goneChange, goneThread } from '../changes';
import { rootAt, wholeListFeed } from '../declare';
import { rowId } from '../field-schemas';
import { rowsAt, type Pagination, type Place } from '../pagination';
import type { IdPage } from '../port';
import { understand } from '../response';
import type { Asker, FeedDefinition, RestDefinition, SweepDefinition } from '../rest-definition';
import { findByRef, perform } from './chatwoot-actions';
import { threadsApart } from '../threads-apart';
import {
  alone,
  conversationsFeed,
  messagesAsWitness,
  OVERLAP_MS,
  readAlone,
  type Gone,
} from './chatwoot-feed';
import { probe } from './chatwoot-probe';
import {
  askConversation,
  askConversations,
  asked,
  askMessages,
  inAccount,
  oldestId,
} from './chatwoot-requests';
import {
  agentChange,
  idIn,
  readAgent,
  readFileAddress,
  readMessage,
  readSummary,
  savedReplyChange,
  STATUS_WORDS,
} from './chatwoot-rows';

/** `Attachment#acceptable_file`: less than 40 megabytes. */
const MAX_ATTACHMENT_BYTES = 40 * 1024 * 1024 - 1;
/** The server ends a request after 15 s (rack-timeout's default, in its Gemfile); a proxy may hold it as long. */
const SETTLE_MS = 30_000;
const LISTS_EVERY_MS = 600_000;
/** Conversations that are asked for by id in one breath of a sweep. */
const ROWS_AT_ONCE = 10;

/** A list that comes whole, in one answer. */
const whole = (rows: Place): Pagination => ({
  request: (first) => first,
  read: ({ body }) => ({ rows: rowsAt(body, rows), cursor: 'end', more: false }),
});

/** Paths are made with the account's number, which only the asker knows. */
function accountList(path: string, row: FeedDefinition['row']): FeedDefinition {
  return {
    pull: (ask, cursor) =>
      wholeListFeed({
        first: { method: 'GET', path: inAccount(ask, path) },
        pagination: whole(''),
        everyMs: LISTS_EVERY_MS,
        row,
      }).pull(ask, cursor),
    row,
  };
}

const LISTS: Readonly<Partial<Record<EntityKind, string>>> = {
  agent: '/agents',
  savedReply: '/canned_responses',
};

const profile = z.object({
  accounts: z.array(z.object({ id: rowId, name: z.string().nullish() })),
});

/** The key must be good for the account whose number was given: a wrong one is refused like a wrong key. */
async function whoAmI(ask: Asker): Promise<Agent> {
  const { body } = await ask.json({ method: 'GET', path: '/profile' });
  const { accounts } = understand(() => profile.parse(body));
  const agent = understand(() => readAgent(body, ask.accountId));
  const wanted = ask.settings.values?.workspace ?? '';
  if (accounts.some(({ id }) => id === wanted)) return agent;
  const known = accounts.map(({ id, name }) => (name ? `${id} (${name})` : id)).join(', ');
  throw new BackendError(
    'forbidden',
    `This key has no right to account "${wanted}"; it has to ${known === '' ? 'none' : known}.`,
  );
}

const listPosition = z.object({ page: z.number(), count: z.number().nullable() });

/**
 * Page by page in the order of their making, so that nothing new moves a page's edge. What is deleted
 * does: when there are fewer than before, the walk goes back a page.
 */
async function conversationIds(ask: Asker, cursor: string | null): Promise<IdPage> {
  const at = cursor === null ? { page: 1, count: null } : listPosition.parse(JSON.parse(cursor));
  const { rows, count } = await askConversations(ask, { sort_by: 'created_at_asc', page: String(at.page) });
  const ids = understand(() =>
    rows.map((raw) => ({
      id: rowId.parse((raw as { id?: unknown } | null)?.id),
      age: readSummary(raw)?.age ?? null,
    })),
  );
  const shrunk = at.count !== null && count !== null ? Math.max(0, at.count - count) : 0;
  const back = shrunk === 0 ? 0 : Math.ceil(shrunk / Math.max(1, rows.length));
  if (rows.length === 0 && back === 0) return { ids, next: null };
  const page = back === 0 ? at.page + 1 : Math.max(1, at.page - back);
  return { ids, next: JSON.stringify({ page, count }) };
}

async function conversationRow(ask: Asker, id: string): Promise<unknown> {
  try {
    return await alone(ask, await askConversation(ask, id));
  } catch (error) {
    // What this agent may not see any more is gone for them.
    const gone = error instanceof BackendError && (error.kind === 'not-found' || error.kind === 'forbidden');
    if (gone) return { gone: id } satisfies Gone;
    throw error;
  }
}

const sweep: SweepDefinition = {
  kinds: ['conversation', 'agent', 'savedReply'],
  rowsAtOnce: ROWS_AT_ONCE,
  async ids(ask, kind, cursor) {
    const list = LISTS[kind];
    if (list === undefined) return conversationIds(ask, cursor);
    const rows = await listRows(ask, list);
    return {
      ids: understand(() => rows.map((raw) => ({ id: rowId.parse(idIn(raw)), age: null }))),
      next: null,
    };
  },
  async rows(ask, kind, ids) {
    const list = LISTS[kind];
    if (list === undefined) {
      const read = (id: string): Promise<unknown> => conversationRow(ask, id);
      return threadsApart(ask, ids, { idOf: (id) => id, read, ...messagesAsWitness(ask) });
    }
    const rows = await listRows(ask, list);
    return ids.map((id) => rows.find((raw) => idIn(raw) === id) ?? ({ gone: id } satisfies Gone));
  },
  feedOf: (kind) => (kind === 'agent' ? 'agents' : kind === 'savedReply' ? 'saved-replies' : 'conversations'),
};

async function listRows(ask: Asker, path: string): Promise<readonly unknown[]> {
  const { body } = await asked(ask, { method: 'GET', path: inAccount(ask, path) });
  return understand(() => rowsAt(body, ''));
}

async function thread(ask: Asker, conversationId: string): Promise<ThreadHead> {
  try {
    const [raw, rows] = await Promise.all([
      askConversation(ask, conversationId),
      askMessages(ask, conversationId),
    ]);
    const told = await alone(ask, raw);
    return understand(() => ({
      conversation: readAlone(told, ask.accountId),
      gone: false,
      movedTo: null,
      messages: rows.flatMap((row) => readMessage(row, ask.accountId) ?? []),
    }));
  } catch (error) {
    if (!(error instanceof BackendError) || error.kind !== 'not-found') throw error;
    return goneThread();
  }
}

/** Attachments are asked for through their message: conversation, message, attachment. */
async function download(ask: Asker, attachmentId: string): Promise<AsyncIterable<Uint8Array>> {
  const [, conversationId, messageId, fileId] = /^(\d+)\/(\d+)\/(\d+)$/.exec(attachmentId) ?? [];
  const address =
    conversationId === undefined || messageId === undefined || fileId === undefined
      ? null
      : await fileAddress(ask, conversationId, Number(messageId), fileId);
  if (address === null) throw new BackendError('not-found', 'The helpdesk does not have this file.');
  return ask.file({ method: 'GET', path: new URL(address, ask.settings.url).href });
}

async function fileAddress(
  ask: Asker,
  conversationId: string,
  messageId: number,
  fileId: string,
): Promise<string | null> {
  const rows = await askMessages(ask, conversationId, {
    after: String(messageId - 1),
    before: String(messageId + 1),
  });
  const message = rows.find((raw) => idIn(raw) === String(messageId));
  return message === undefined ? null : understand(() => readFileAddress(message, fileId));
}

const listener = z.object({ id: z.number(), pubsub_token: z.string().min(1) });

/** `RoomChannel`: events of the account that this agent may see. */
async function roomOf(ask: Asker): Promise<Readonly<Record<string, unknown>>> {
  const { body } = await ask.json({ method: 'GET', path: '/profile' });
  const { id, pubsub_token } = understand(() => listener.parse(body));
  const account_id = Number(ask.settings.values?.workspace);
  return { channel: 'RoomChannel', pubsub_token, account_id, user_id: id };
}

/**
 * Who is online and who is typing is told all the time, and nothing of it is pulled. We do not tell
 * that we are online (`update_presence`): the server would give work to a console that nobody sits at.
 */
const NO_NEWS = /^(presence\.|conversation\.typing_|notification_|account\.)/;
const event = z.object({ event: z.string() });

function isNews(message: unknown): boolean {
  const name = event.safeParse(message).data?.event;
  return name !== undefined && !NO_NEWS.test(name);
}

export const chatwootDefinition: RestDefinition = {
  descriptor: {
    id: 'chatwoot',
    name: 'Chatwoot',
    signIn: [
      { name: 'workspace', secret: false },
      { name: 'token', secret: true },
    ],
    addressExample: 'https://app.chatwoot.com',
    tier: 'T2',
    settleMs: SETTLE_MS,
    supports: {
      note: true,
      priority: true,
      tags: true,
      attachments: true,
      push: true,
      idSweep: true,
      savedReplies: true,
      maxAttachmentBytes: MAX_ATTACHMENT_BYTES,
    },
    lacks: {
      author:
        'A message is of the user whose token it is: "Create New Message" has no field for another, and MessageBuilder#sender takes no one else but a bot.',
      guard:
        'No request takes a version: neither the OpenAPI description nor ConversationsController has a condition.',
      merge:
        'Conversations cannot be merged, only contacts (POST actions/contact_merge): routes.rb has no other.',
      chatByMail:
        'The server itself mails what a visitor missed (ConversationReplyEmailWorker); no request asks for it.',
    },
    overlapMs: OVERLAP_MS,
    pollMs: 10_000,
    // The server allows 3,000 a minute and address (`RACK_ATTACK_LIMIT`), which an office shares.
    limit: { perMinute: 240, atOnce: 4 },
    statusWords: STATUS_WORDS,
    feeds: ['conversations', 'agents', 'saved-replies'],
  },
  root: rootAt('/api/v1'),
  auth: headerKey('api_access_token'),
  whoAmI,
  feeds: {
    conversations: conversationsFeed,
    agents: accountList('/agents', orGone('agent', agentChange)),
    'saved-replies': accountList('/canned_responses', orGone('savedReply', savedReplyChange)),
  },
  history: {
    async page(ask, conversationId, before) {
      const rows = await askMessages(ask, conversationId, before === null ? {} : { before });
      // Pages may be shorter than 20 when messages were deleted for good; the end is an empty one.
      return { rows, before: oldestId(rows) };
    },
    row: readMessage,
  },
  thread,
  perform,
  findByRef,
  sweep,
  download,
  probe,
  dials: true,
  push: actionCablePush({ path: '/cable', identifier: roomOf, isNews }),
};

function orGone(kind: 'agent' | 'savedReply', row: FeedDefinition['row']): FeedDefinition['row'] {
  return (raw, accountId) =>
    typeof raw === 'object' && raw !== null && 'gone' in raw
      ? goneChange(kind, String(raw.gone))
      : row(raw, accountId);
}
