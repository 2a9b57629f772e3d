/**
 * Freshdesk as a backend. Facts are from its API documentation (https://developers.freshdesk.com/api/),
 * whose sections are named where they matter; what others observed is named as such.
 */
import type { ThreadHead } from '../../domain/thread-moved';
import { basic } from '../auth';
import { BackendError } from '../backend-error';
import { changeTo, goneThread } from '../changes';
import { exchange, rootAt, wholeList } from '../declare';
import { understand } from '../response';
import type { Asker, FeedDefinition, RestDefinition } from '../rest-definition';
import { perform } from './freshdesk-actions';
import { probe } from './freshdesk-probe';
import {
  conversationIn,
  messagesTold,
  OVERLAP_MS,
  readMessageTold,
  readWhole,
  ticketsFeed,
} from './freshdesk-feed';
import { askAgents, askSavedReplies, askThread, askTicket } from './freshdesk-requests';
import {
  idIn,
  openingId,
  readAgent,
  readFileAddress,
  readListed,
  readMergedInto,
  readSavedReply,
} from './freshdesk-rows';

/** "Attachments: the total size of all of a ticket's attachments cannot exceed 20MB." */
const MAX_ATTACHMENT_BYTES = 20 * 1024 * 1024;
/** How long a request may live there is not documented; a person decides afterwards in any case. */
const SETTLE_MS = 30_000;
const LISTS_EVERY_MS = 1_800_000;

function listFeed(
  read: (ask: Asker) => Promise<readonly unknown[]>,
  row: FeedDefinition['row'],
): FeedDefinition {
  const pull = wholeList(LISTS_EVERY_MS, async (ask) => ({ rows: await read(ask), cursor: '', more: false }));
  return { pull, row };
}

const agentsFeed = listFeed(askAgents, (raw) =>
  changeTo('agent', raw as Awaited<ReturnType<typeof askAgents>>[number]),
);

const savedRepliesFeed = listFeed(askSavedReplies, (raw, accountId) => {
  const { reply, folder } = raw as Awaited<ReturnType<typeof askSavedReplies>>[number];
  return changeTo('savedReply', readSavedReply(reply, folder, accountId));
});

async function thread(ask: Asker, ticketId: string): Promise<ThreadHead> {
  try {
    const whole = await readWhole(ask, ticketId);
    const movedTo = readMergedInto(whole.ticket, whole.thread);
    if (movedTo !== null || readListed(whole.ticket)?.gone === true) {
      return goneThread(movedTo);
    }
    return {
      conversation: conversationIn(whole, ask.accountId),
      gone: false,
      movedTo: null,
      messages: understand(() => messagesTold(whole).map((told) => readMessageTold(told, ask.accountId))),
    };
  } catch (error) {
    if (!(error instanceof BackendError) || error.kind !== 'not-found') throw error;
    return goneThread();
  }
}

/** Attachments are asked for through their message: ticket, message, attachment. */
async function download(ask: Asker, attachmentId: string): Promise<AsyncIterable<Uint8Array>> {
  const [ticketId = '', messageId = '', fileId = ''] = attachmentId.split('/');
  const message =
    messageId === openingId(ticketId)
      ? await askTicket(ask, ticketId)
      : (await askThread(ask, ticketId)).find((raw) => idIn(raw) === messageId);
  const address = message === undefined ? null : understand(() => readFileAddress(message, fileId));
  if (address === null) throw new BackendError('not-found', 'The helpdesk does not have this file.');
  return ask.file({ method: 'GET', path: new URL(address, ask.settings.url).href });
}

/** @param rowsPerPage rows that a list of tickets may have; the greatest there can be but in tests */
export function defineFreshdesk(rowsPerPage?: number): RestDefinition {
  return {
    descriptor: {
      id: 'freshdesk',
      name: 'Freshdesk',
      signIn: [{ name: 'token', secret: true }],
      addressExample: 'https://your-team.freshdesk.com',
      tier: 'T4',
      settleMs: SETTLE_MS,
      supports: {
        note: true,
        priority: true,
        tags: true,
        attachments: true,
        push: false,
        idSweep: false,
        savedReplies: true,
        author: true,
        maxAttachmentBytes: MAX_ATTACHMENT_BYTES,
      },
      lacks: {
        guard: '"Update a Ticket" and "Create a Reply" take no version and no condition.',
        idSweep:
          'Ids come only with whole lists of 100, of which a whole account may ask for 20 a minute ("Rate Limit", Growth). Deletions are told by filter=deleted and filter=spam.',
        push: 'Nothing tells of news but webhooks of automation rules, which want a public address.',
        chatByMail: '"Create a Reply" answers in the channel of the ticket; there is no other way to choose.',
      },
      overlapMs: OVERLAP_MS,
      pollMs: 30_000,
      // An account has 200 to 700 credits a minute over all its agents; what is left is told in headers.
      limit: { perMinute: 150, atOnce: 3 },
      statusWords: {
        new: 'Open',
        open: 'Open',
        pending: 'Pending',
        resolved: 'Resolved',
        closed: 'Closed',
      },
      feeds: ['tickets', 'agents', 'saved-replies'],
    },
    root: rootAt('/api/v2'),
    auth: basic(({ token }) => ({ user: token, password: 'X' })),
    whoAmI: (ask) => exchange(ask, { method: 'GET', path: '/agents/me', read: readAgent }),
    feeds: {
      tickets: ticketsFeed(rowsPerPage),
      agents: agentsFeed,
      'saved-replies': savedRepliesFeed,
    },
    history: {
      // The API begins with the oldest page: the newest is known only when all were read.
      page: async (ask, ticketId) => ({ rows: messagesTold(await readWhole(ask, ticketId)), before: null }),
      row: readMessageTold,
    },
    thread,
    perform,
    download,
    probe,
  };
}

export const freshdeskDefinition = defineFreshdesk();
