/**
 * Zammad as a backend. Facts: its source (github.com/zammad/zammad); each script names the file that it
 * relies on.
 */
import { z } from 'zod';
import type { ThreadHead } from '../../domain/thread-moved';
import { headerKey } from '../auth';
import { BackendError } from '../backend-error';
import { rootAt, wholeList } from '../declare';
import { rowId } from '../field-schemas';
import { rowsAt } from '../pagination';
import { understand } from '../response';
import type { Asker, FeedDefinition, Query, RestDefinition } from '../rest-definition';
import { findByRef, perform } from './zammad-actions';
import { ticketFeed, TICKETS_A_PAGE } from './zammad-feed';
import {
  readAgent,
  readAgentChange,
  readArticle,
  readFeedRow,
  readTextModule,
  readTicket,
  type TicketRow,
  type Users,
} from './zammad-rows';
import { ticketSweep } from './zammad-sweep';
import { articlesOf, authorsOf, ticketById, ticketPath } from './zammad-threads';

/** Files travel in base64 inside the request, and Zammad's own nginx takes 50 MB (contrib/nginx/zammad.conf). */
const MAX_ATTACHMENT_BYTES = 25 * 1024 * 1024;

/** Its web server gives a request up after a minute (puma behind nginx, `proxy_read_timeout`); nothing queues it. */
const SETTLE_MS = 60_000;

const LISTS_EVERY_MS = 10 * 60_000;
const PER_PAGE = 100;

/** A list by pages that is read whole; empty for an agent who may not read it. */
function pagedList(path: string, query: Query, row: FeedDefinition['row']): FeedDefinition {
  return {
    pull: wholeList(LISTS_EVERY_MS, async (ask, from) => {
      const page = Number(from ?? 1);
      const rows = await pageOf(ask, path, { ...query, page: String(page), per_page: String(PER_PAGE) });
      return { rows, cursor: String(page + 1), more: rows.length >= PER_PAGE };
    }),
    row,
  };
}

async function pageOf(ask: Asker, path: string, query: Query): Promise<readonly unknown[]> {
  try {
    const { body } = await ask.json({ method: 'GET', path, query });
    return understand(() => rowsAt(body, ''));
  } catch (error) {
    if (error instanceof BackendError && error.kind === 'forbidden') return [];
    throw error;
  }
}

async function thread(ask: Asker, conversationId: string): Promise<ThreadHead> {
  // However old the ticket is: it is about to be answered, so its articles are wanted.
  const rows = await ticketById(ask, conversationId, -Infinity);
  const changes = understand(() => rows.map((row) => readFeedRow(row, ask.accountId)));
  const ticket = rows.find((row): row is TicketRow => row.of === 'ticket');
  const gone = rows.find((row) => row.of === 'gone');
  return {
    conversation: ticket === undefined ? null : understand(() => readTicket(ticket, ask.accountId)),
    gone: gone !== undefined,
    movedTo: gone?.movedTo ?? null,
    messages: changes.flatMap((change) =>
      change.kind === 'message' && change.row !== null ? [change.row] : [],
    ),
  };
}

const made = z.object({ id: rowId });

export const zammadDefinition: RestDefinition = {
  descriptor: {
    id: 'zammad',
    name: 'Zammad',
    signIn: [{ name: 'token', secret: true }],
    addressExample: 'https://zammad.example.com',
    // Our reference in the article's preferences, see zammad-actions.ts.
    tier: 'T2',
    settleMs: SETTLE_MS,
    supports: {
      note: true,
      priority: true,
      tags: true,
      attachments: true,
      push: false,
      idSweep: true,
      savedReplies: true,
      author: true,
      maxAttachmentBytes: MAX_ATTACHMENT_BYTES,
    },
    lacks: {
      push: 'Zammad tells of news by websockets to sessions of its own pages; a token opens none (lib/sessions).',
      guard: 'Nothing in "PUT /tickets/{id}" names a version (tickets_controller.rb#update).',
      chatByMail: 'A reply is always in the channel of the last word or a mail; a live chat is no ticket.',
    },
    overlapMs: 30_000,
    pollMs: 10_000,
    limit: { perMinute: 3_000, atOnce: 4 },
    statusWords: {
      new: 'new',
      open: 'open',
      pending: 'pending reminder',
      resolved: 'closed',
      closed: 'closed',
    },
    feeds: ['tickets', 'agents', 'text modules'],
  },
  root: rootAt('/api/v1'),
  auth: headerKey('authorization', 'Token token='),
  async whoAmI(ask) {
    const { body } = await ask.json({ method: 'GET', path: '/users/me' });
    return understand(() => readAgent(body, ask.accountId));
  },
  feeds: {
    tickets: ticketFeed(TICKETS_A_PAGE),
    // Without words to search for it is answered by the database, see zammad-search.ts.
    agents: pagedList('/users/search', { query: '*', permissions: 'ticket.agent' }, readAgentChange),
    'text modules': pagedList('/text_modules', {}, readTextModule),
  },
  history: {
    async page(ask, conversationId) {
      const articles = await articlesOf(ask, conversationId);
      const users = await authorsOf(ask, articles);
      return {
        rows: articles.map((article) => ({ id: (article as { id?: unknown } | null)?.id, article, users })),
        before: null,
      };
    },
    row(raw, accountId) {
      const { article, users } = raw as { article: unknown; users: Users };
      return readArticle(article, users, accountId);
    },
  },
  thread,
  perform,
  findByRef,
  sweep: ticketSweep(PER_PAGE),
  async download(ask, attachmentId) {
    // An id of ours: ticket, article and file, which is how Zammad's address names them.
    if (!/^\d+\/\d+\/\d+$/.test(attachmentId)) {
      throw new BackendError('not-found', `There is no attachment "${attachmentId}".`);
    }
    return ask.file({ method: 'GET', path: `/ticket_attachment/${attachmentId}` });
  },
  probe: {
    async create(ask, text) {
      const { body } = await ask.json({
        method: 'POST',
        path: '/tickets',
        json: {
          title: 'Check of the backend',
          group_id: 1,
          customer_id: 'guess:check@customer.invalid',
          article: {
            body: text,
            type: 'web',
            sender: 'Customer',
            content_type: 'text/plain',
            internal: false,
          },
        },
      });
      return understand(() => made.parse(body)).id;
    },
    async remove(ask, conversationId) {
      await ask.json({ method: 'DELETE', path: ticketPath(conversationId) });
    },
  },
};
