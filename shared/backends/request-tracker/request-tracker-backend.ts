/**
 * Request Tracker 5 by its REST 2.0 API (part of RT since 5.0; for 4.4 the extension RT::Extension::REST2).
 * All facts here were run on RT 5.0.3.
 */
import { z } from 'zod';
import { BackendError } from '../backend-error';
import { headerKey } from '../auth';
import { goneThread } from '../changes';
import { wholeListFeed } from '../declare';
import { isoTime, rowId } from '../field-schemas';
import { pagePagination } from '../pagination';
import { understand } from '../response';
import type { Asker, RestDefinition } from '../rest-definition';
import { UnreadThread } from '../threads-apart';
import { conversationsFeed, NEWEST_MESSAGES } from './rt-feed';
import { findByRef, perform, tier } from './rt-actions';
import { readMessage, type RawMessage } from './rt-messages';
import { agentsFeed, whoAmI } from './rt-people';
import { probe } from './rt-probe';
import {
  readConversation,
  readRowAlone,
  readTicket,
  savedReplyChange,
  STATUS_WORDS,
  TICKET_FIELDS,
} from './rt-rows';
import { idOf, isNumber, jsonQuery, MOST_PER_PAGE, search } from './rt-search';
import { messagesBefore, messagesIn, readTicketById, readTickets } from './rt-tickets';

/** RT's default for what it keeps of one attachment (MaxAttachmentSize). */
const MAX_ATTACHMENT_BYTES = 10 * 1024 * 1024;
/**
 * RT mails inside the request; the usual limits of the servers in front of it (mod_fcgid, uwsgi) end a
 * request after a minute.
 */
const SETTLE_MS = 60_000;
/** RT pushes nothing; one short search is cheap for it, and a cut link is to be told within 10 s. */
const POLL_MS = 4_000;
const SAVED_REPLIES_EVERY_MS = 10 * 60_000;
const HISTORY_PER_PAGE = 50;

async function historyPage(
  ask: Asker,
  conversationId: string,
  before: string | null,
  perPage: number,
): Promise<{ rows: readonly unknown[]; before: string | null }> {
  const nothing = { rows: [], before: null };
  if (!isNumber(conversationId)) return nothing;
  const listed = await search(ask, '/tickets', { query: `id=${conversationId}`, ...TICKET_FIELDS });
  const ticket = readTicket(listed.items[0]);
  if (ticket === null) return nothing;
  const path = `/ticket/${conversationId}/history`;
  const { items } = await search(ask, path, {
    ...messagesBefore(before),
    per_page: String(perPage),
  });
  const oldest = idOf(items.at(-1));
  if (oldest === null) return nothing;
  // A page may lack what the agent may not see: whether there are older ones only asking tells.
  const rest = await search(ask, path, { ...messagesBefore(oldest), per_page: '1' });
  return {
    rows: await messagesIn(ask, ticket, items.toReversed()),
    before: rest.items.length === 0 ? null : oldest,
  };
}

/** A file lies base64 in JSON; RT has no other way to it. */
const attachment = z.object({ Content: z.string().nullish() });

async function download(ask: Asker, attachmentId: string): Promise<AsyncIterable<Uint8Array>> {
  if (!isNumber(attachmentId)) throw new BackendError('not-found', 'There is no such file.');
  try {
    const { body } = await ask.json({ method: 'GET', path: `/attachment/${attachmentId}` });
    const { Content } = understand(() => attachment.parse(body));
    return bytesOf(Content ?? '');
  } catch (error) {
    const failed = error instanceof BackendError && error.kind === 'server';
    if (!failed || (await hasAttachment(ask, attachmentId))) throw error;
    throw new BackendError('not-found', 'There is no such file.');
  }
}

/** RT fails with 500 when it is asked for one that is not there. */
async function hasAttachment(ask: Asker, id: string): Promise<boolean> {
  const { items } = await search(ask, '/attachments', { query: jsonQuery({ field: 'id', value: id }) });
  return items.length > 0;
}

async function* bytesOf(base64: string): AsyncIterable<Uint8Array> {
  yield Uint8Array.from(atob(base64.replace(/\s/g, '')), (char) => char.charCodeAt(0));
}

const listedTicket = z.object({ id: rowId, LastUpdated: isoTime });

/** @param rowsAPage of the lists that are walked; left out: what suits a server at work */
export function requestTracker(rowsAPage?: number): RestDefinition {
  const conversations = conversationsFeed(rowsAPage);
  return {
    descriptor: {
      id: 'request-tracker',
      name: 'Request Tracker',
      signIn: [{ name: 'token', secret: true }],
      addressExample: 'https://rt.example.com',
      tier: 'T2',
      settleMs: SETTLE_MS,
      supports: {
        note: true,
        priority: true,
        tags: true,
        attachments: true,
        push: false,
        savedReplies: true,
        idSweep: true,
        maxAttachmentBytes: MAX_ATTACHMENT_BYTES,
      },
      lacks: {
        author:
          'RT::REST2 does everything as the user whom RT::REST2::Middleware::Auth found by the token; Resource::Message takes no other creator.',
        push: 'RT::REST2 has no stream and no web hooks; scrips on the server could call out, nothing is offered to clients.',
        chatByMail:
          'Every reply of RT leaves as a mail already (the scrip "On Correspond Notify Requestors").',
      },
      pollMs: POLL_MS,
      // A Perl process for each request: the usual server has a handful of them for everybody.
      limit: { perMinute: 1_200, atOnce: 4 },
      statusWords: STATUS_WORDS,
      feeds: ['conversations', 'agents', 'savedReplies'],
    },
    root: ({ url }) => `${url.replace(/\/+$/, '').replace(/\/REST\/2\.0$/, '')}/REST/2.0`,
    auth: headerKey('authorization', 'token '),
    whoAmI,
    tier,
    feeds: {
      conversations: conversations,
      agents: agentsFeed,
      savedReplies: wholeListFeed({
        first: {
          method: 'GET',
          path: '/articles',
          query: {
            query: jsonQuery({ field: 'id', operator: '>', value: '0' }),
            orderby: 'id',
            fields: 'Name,Summary,Class,LastUpdated,Disabled,CustomFields',
            'fields[Class]': 'Name',
            find_disabled_rows: '1',
          },
        },
        pagination: pagePagination({
          limit: { name: 'per_page', value: MOST_PER_PAGE },
          param: 'page',
          rows: 'items',
        }),
        everyMs: SAVED_REPLIES_EVERY_MS,
        row: savedReplyChange,
      }),
      swept: { ...conversations, row: readRowAlone },
    },
    history: {
      page: (ask, conversationId, before) =>
        historyPage(ask, conversationId, before, rowsAPage ?? HISTORY_PER_PAGE),
      // Only `historyPage` makes these rows.
      row: (raw, accountId) => readMessage(raw as RawMessage, accountId),
    },
    async thread(ask, conversationId) {
      const rows = await readTicketById(ask, conversationId, {
        messagesOf: () => true,
        newest: NEWEST_MESSAGES,
      });
      const gone = rows.find((row) => row.as === 'gone');
      const live = rows.find((row) => row.as === 'conversation');
      if (live === undefined) return goneThread(gone?.movedTo);
      const { conversation, messages } = understand(() => readConversation(live, ask.accountId));
      return { conversation, gone: false, movedTo: null, messages };
    },
    perform,
    findByRef,
    probe,
    sweep: {
      kinds: ['conversation'],
      rowsAtOnce: 25,
      async ids(ask, _kind, cursor) {
        const { items } = await search(ask, '/tickets', {
          query: `id > ${cursor ?? '0'}`,
          orderby: 'id',
          fields: 'LastUpdated',
          per_page: String(rowsAPage ?? MOST_PER_PAGE),
        });
        // An id that cannot be read must not look as if its ticket were gone.
        const listed = understand(() => z.array(listedTicket).parse(items));
        return {
          ids: listed.map(({ id, LastUpdated }) => ({ id, age: LastUpdated })),
          next: listed.at(-1)?.id ?? null,
        };
      },
      rows: async (ask, _kind, ids) =>
        (await readTickets(ask, ids, { messagesOf: () => true, newest: 1 })).filter(
          (row) => row instanceof UnreadThread || row.as !== 'message',
        ),
      feedOf: () => 'swept',
    },
    download,
  };
}

export const requestTrackerDefinition: RestDefinition = requestTracker();
