/**
 * Zendesk Support as a backend. Facts: the vendor's OpenAPI description of the Support API and the
 * pages it links ("Incremental Exports", "Rate limits", "Setting metadata", "Via object reference").
 */
import { z } from 'zod';
import type { ThreadHead } from '../../domain/thread-moved';
import { basic, bearer, type AuthDefinition } from '../auth';
import { BackendError } from '../backend-error';
import { goneThread } from '../changes';
import { rootAt, wholeListFeed } from '../declare';
import { rowId } from '../field-schemas';
import { mediaTypeOf } from '../multipart';
import { cursorPagination, pagePagination, readAt } from '../pagination';
import { understand } from '../response';
import type { Asker, RestDefinition } from '../rest-definition';
import { findByRef, perform, STATUS_WORDS } from './zendesk-actions';
import { PAGE_SIZES, ticketFeed } from './zendesk-feed';
import { readSelf, readUser, usersOf } from './zendesk-people';
import { ticketSweep } from './zendesk-sweep';
import {
  headOf,
  readComment,
  readMacro,
  readTicket,
  type FeedRow,
  type ThreadContext,
  type TicketRow,
} from './zendesk-rows';
import { BESIDE, commentsOf, ticketPath, withThread } from './zendesk-threads';

/** "Attachments: up to 50 MB" (Zendesk help, "About attachments"). */
const MAX_ATTACHMENT_BYTES = 50 * 1024 * 1024;

/**
 * Zendesk gives no figure for how long an update may still be worked on after its connection is
 * lost; its front answers with a 5xx after a minute, and updates are not queued.
 */
const SETTLE_MS = 60_000;

/** The newest page of tickets is read so often; 50 consoles at this pace leave half of the smallest plan. */
const POLL_MS = 15_000;

/** "A token is valid for 60 minutes" ("Attachments", "Upload Files"). */
const UPLOAD_LIFE_MS = 60 * 60_000;

const LISTS_EVERY_MS = 10 * 60_000;
const PER_PAGE = 100;

/** An API token belongs to a login (`login/token`); without a login the token is an OAuth access token. */
const auth: AuthDefinition = (settings, http, clock) => {
  const login = settings.values?.login ?? '';
  if (login === '') return bearer(settings, http, clock);
  const byToken = basic(({ token }) => ({ user: `${login}/token`, password: token }));
  return byToken(settings, http, clock);
};

/** Where a page of older comments begins, and what comments do not say of themselves. */
const earlier = z.object({
  after: z.string(),
  requesterId: z.string().nullable(),
  subject: z.string(),
});

async function historyPage(
  ask: Asker,
  conversationId: string,
  before: string | null,
): Promise<{ rows: readonly unknown[]; before: string | null }> {
  const at = before === null ? null : earlier.parse(JSON.parse(before));
  const { requesterId, subject } = at ?? (await ticketFacts(ask, conversationId));
  const page = await commentsOf(ask, conversationId, at?.after ?? null);
  const thread: ThreadContext = { conversationId, requesterId, subject, users: usersOf(page.users) };
  return {
    rows: page.rows
      .toReversed()
      .map((comment) => ({ id: (comment as { id?: unknown } | null)?.id, comment, thread })),
    before: page.older === null ? null : JSON.stringify({ after: page.older, requesterId, subject }),
  };
}

async function ticketFacts(ask: Asker, id: string): Promise<{ requesterId: string | null; subject: string }> {
  const { body } = await ask.json({ method: 'GET', path: ticketPath(id) });
  const head = headOf(understand(() => readAt(z.unknown(), body, 'ticket')));
  return { requesterId: head?.requester_id ?? null, subject: head?.subject ?? '' };
}

async function thread(ask: Asker, conversationId: string): Promise<ThreadHead> {
  let body: unknown;
  try {
    ({ body } = await ask.json({ method: 'GET', path: ticketPath(conversationId), query: BESIDE }));
  } catch (error) {
    if (!(error instanceof BackendError) || error.kind !== 'not-found') throw error;
    return goneThread();
  }
  const shown = z.object({ ticket: z.unknown(), users: z.array(z.unknown()).nullish() });
  const { ticket, users } = understand(() => shown.parse(body));
  // However old the ticket is: it is about to be answered, so its comments are wanted.
  const rows = await withThread(ask, ticket, users ?? [], -Infinity);
  return understand(() => headOfRows(rows, ask.accountId));
}

function headOfRows(rows: readonly FeedRow[], accountId: string): ThreadHead {
  const gone = rows.find((row) => row.of === 'gone');
  if (gone !== undefined) return goneThread(gone.movedTo);
  const ticket = rows.find((row): row is TicketRow => row.of === 'ticket');
  return {
    conversation: ticket === undefined ? null : readTicket(ticket, accountId),
    gone: false,
    movedTo: null,
    messages: rows.flatMap((row) =>
      row.of === 'comment' ? [readComment(row.comment, row.thread, accountId)] : [],
    ),
  };
}

const made = z.object({ ticket: z.object({ id: rowId }) });
const uploaded = z.object({ upload: z.object({ token: z.string().min(1) }) });
const attachment = z.object({ attachment: z.object({ content_url: z.string() }) });

export const zendeskDefinition: RestDefinition = {
  descriptor: {
    id: 'zendesk',
    name: 'Zendesk',
    signIn: [
      { name: 'login', secret: false },
      { name: 'token', secret: true },
    ],
    addressExample: 'https://example.zendesk.com',
    // Our reference in the audit's custom metadata, see zendesk-actions.ts.
    tier: 'T2',
    settleMs: SETTLE_MS,
    uploadLifeMs: UPLOAD_LIFE_MS,
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
      push: 'Zendesk tells of news by webhooks to a public address ("Webhooks"), which a console has not.',
      chatByMail:
        'How a public comment reaches the requester is the channel\'s matter; "Update Ticket" has no field for it.',
    },
    // Several lists tell the same; the search index and old pages come late.
    overlapMs: 300_000,
    pollMs: POLL_MS,
    // The smallest plan gives an account 200 requests a minute, all its agents and programs together.
    limit: { perMinute: 120, atOnce: 5 },
    statusWords: STATUS_WORDS,
    feeds: ['tickets', 'agents', 'macros'],
  },
  root: rootAt('/api/v2'),
  auth,
  async whoAmI(ask) {
    const { body } = await ask.json({ method: 'GET', path: '/users/me' });
    const { id, name, email, role } = understand(() => readSelf(body));
    // Zendesk answers 200 to nobody, as "Anonymous user" without an id.
    if (id === null) throw new BackendError('unauthorized', 'Zendesk knows nobody by these credentials.');
    if (role === 'end-user') throw new BackendError('forbidden', `${name} is not an agent at Zendesk.`);
    return { accountId: ask.accountId, id, name, email: email ?? null };
  },
  feeds: {
    tickets: ticketFeed(PAGE_SIZES),
    agents: wholeListFeed({
      first: { method: 'GET', path: '/users?role%5B%5D=agent&role%5B%5D=admin' },
      pagination: cursorPagination({
        limit: { name: 'page[size]', value: PER_PAGE },
        param: 'page[after]',
        rows: 'users',
        next: 'meta.after_cursor',
        more: 'meta.has_more',
      }),
      everyMs: LISTS_EVERY_MS,
      row: (raw, accountId) => readUser(raw, [], accountId),
    }),
    macros: wholeListFeed({
      first: { method: 'GET', path: '/macros/active' },
      pagination: pagePagination({
        limit: { name: 'per_page', value: PER_PAGE },
        param: 'page',
        rows: 'macros',
      }),
      everyMs: LISTS_EVERY_MS,
      row: readMacro,
    }),
  },
  history: {
    page: historyPage,
    row(raw, accountId) {
      const { comment, thread: context } = raw as { comment: unknown; thread: ThreadContext };
      return readComment(comment, context, accountId);
    },
  },
  thread,
  perform,
  findByRef,
  sweep: ticketSweep(PAGE_SIZES.list),
  /** A token lives for an hour, and belongs to nothing until a comment names it. */
  async upload(ask, file) {
    const { body } = await ask.json({
      method: 'POST',
      path: '/uploads',
      query: { filename: file.name },
      headers: { 'content-type': mediaTypeOf(file), 'content-length': String(file.size) },
      bytes: file.read(),
    });
    return understand(() => uploaded.parse(body).upload.token);
  },
  /** The file lies behind redirects to a host that must not see the credentials. */
  async download(ask, attachmentId) {
    const path = `/attachments/${encodeURIComponent(attachmentId)}`;
    const { body } = await ask.json({ method: 'GET', path });
    const { content_url } = understand(() => attachment.parse(body)).attachment;
    return ask.file({ method: 'GET', path: content_url });
  },
  probe: {
    async create(ask, text) {
      const ticket = {
        subject: 'Check of the backend',
        comment: { body: text },
        requester: { name: 'Sample Customer', email: 'check@customer.invalid' },
      };
      const { body } = await ask.json({ method: 'POST', path: '/tickets', json: { ticket } });
      return understand(() => made.parse(body)).ticket.id;
    },
    async remove(ask, conversationId) {
      await ask.json({ method: 'DELETE', path: ticketPath(conversationId) });
    },
  },
};
