/**
 * Rows of Freshdesk's API v2 (https://developers.freshdesk.com/api/), read into the product's nouns.
 * A ticket's description is its first message; the API's "conversations" are the messages behind it.
 */
import { z } from 'zod';
import type {
  Agent,
  Attachment,
  Channel,
  Contact,
  Conversation,
  EmailHeaders,
  Message,
  MessageKind,
  Priority,
  SavedReply,
  SocialOrigin,
  Status,
} from '../../domain/entities';
import { isoTime, rowId } from '../field-schemas';
import { mediaTypeByName } from '../media-types';
import type { RowReader } from '../rest-definition';
import { firstGiven, given, lineOf } from '../row-text';

/** What rows do not say themselves: names of custom statuses and of agents, by id. */
export interface Names {
  statuses: Readonly<Record<string, string>>;
  agents: Readonly<Record<string, string>>;
}

const attachmentRow = z.object({
  id: rowId,
  name: z.string(),
  content_type: z.string().nullish(),
  size: z.number().int().nonnegative().nullish(),
  // Some samples of the documentation call the size so.
  file_size: z.number().int().nonnegative().nullish(),
  attachment_url: z.string().nullish(),
});

const requesterRow = z.object({
  id: rowId,
  name: z.string().nullish(),
  email: z.string().nullish(),
  mobile: z.string().nullish(),
  phone: z.string().nullish(),
});

const stats = z.object({
  agent_responded_at: isoTime.nullish(),
  requester_responded_at: isoTime.nullish(),
});

const ticketRow = z.object({
  id: rowId,
  subject: z.string().nullish(),
  status: z.number().int(),
  priority: z.number().int(),
  source: z.number().int().nullish(),
  requester_id: rowId,
  requester: requesterRow.nullish(),
  responder_id: rowId.nullish(),
  tags: z.array(z.string()).nullish(),
  to_emails: z.array(z.string()).nullish(),
  cc_emails: z.array(z.string()).nullish(),
  description: z.string().nullish(),
  description_text: z.string().nullish(),
  attachments: z.array(attachmentRow).nullish(),
  stats: stats.nullish(),
  created_at: isoTime,
  updated_at: isoTime,
  deleted: z.boolean().nullish(),
  spam: z.boolean().nullish(),
});
type TicketRow = z.infer<typeof ticketRow>;

const entryRow = z.object({
  id: rowId,
  ticket_id: rowId.nullish(),
  body: z.string().nullish(),
  body_text: z.string().nullish(),
  incoming: z.boolean(),
  private: z.boolean(),
  user_id: rowId.nullish(),
  from_email: z.string().nullish(),
  to_emails: z.array(z.string()).nullish(),
  cc_emails: z.array(z.string()).nullish(),
  attachments: z.array(attachmentRow).nullish(),
  created_at: isoTime,
});
type EntryRow = z.infer<typeof entryRow>;

/** "Ticket Properties": 2 to 5 are everybody's; 6 and 7 come with every account, others are its own. */
const STATUS_OF: Readonly<Record<string, Status>> = {
  2: 'open',
  3: 'pending',
  4: 'resolved',
  5: 'closed',
  6: 'pending',
  7: 'pending',
};
const PLAIN_STATUSES = [2, 3, 4, 5];

export const STATUS_NUMBERS: Readonly<Record<Status, number>> = {
  new: 2,
  open: 2,
  pending: 3,
  resolved: 4,
  closed: 5,
};

const PRIORITIES: readonly Priority[] = ['low', 'normal', 'high', 'urgent'];

export const priorityNumber = (priority: Priority): number => PRIORITIES.indexOf(priority) + 1;

/** By `source`, as the ticket field of that name lists them; 10 is a mail that an agent began with. */
const CHANNELS: Readonly<Record<string, Channel>> = {
  1: 'email',
  2: 'form',
  3: 'phone',
  4: 'form',
  5: 'social',
  6: 'social',
  7: 'chat',
  9: 'form',
  10: 'email',
  12: 'bot',
  13: 'social',
};
const OUTBOUND_EMAIL = 10;
const NETWORKS: Readonly<Record<string, string>> = { 5: 'twitter', 6: 'facebook', 13: 'whatsapp' };

/** The id of a ticket's description among its messages. */
export const openingId = (ticketId: string): string => `ticket-${ticketId}`;

export interface Listed {
  id: string;
  /** To the second. */
  updatedAt: number;
  /** Deleted or marked as spam. */
  gone: boolean;
  resting: boolean;
}

/** What decides how a ticket is read; `null` when it cannot be read. */
export function readListed(raw: unknown): Listed | null {
  const row = ticketRow
    .pick({ id: true, updated_at: true, deleted: true, spam: true, status: true })
    .safeParse(raw).data;
  if (row === undefined) return null;
  return {
    id: row.id,
    updatedAt: row.updated_at,
    gone: row.deleted === true || row.spam === true,
    resting: ['resolved', 'closed'].includes(STATUS_OF[row.status] ?? 'open'),
  };
}

/** The id of a row, as far as it can be read; else empty. */
export function idIn(raw: unknown): string {
  return z.object({ id: rowId }).safeParse(raw).data?.id ?? '';
}

/**
 * A ticket with its messages.
 * @param thread the API's conversations, oldest first; `null`: not read. Then the preview is the
 *   beginning of the first message, the newest message is not known, and who waits is told by the stats
 */
export function readTicket(
  raw: unknown,
  thread: readonly unknown[] | null,
  names: Names,
  accountId: string,
): Conversation {
  const row = ticketRow.parse(raw);
  const entries = thread
    ?.map((entry) => entryRow.safeParse(entry).data)
    .filter((entry) => entry !== undefined);
  const status = STATUS_OF[row.status] ?? 'open';
  const last = entries?.at(-1);
  const spoken = entries?.findLast((entry) => !entry.private);
  const channel = CHANNELS[String(row.source ?? '')] ?? 'email';
  const told = Math.max(
    row.stats?.agent_responded_at ?? 0,
    row.stats?.requester_responded_at ?? 0,
    row.created_at,
  );
  return {
    accountId,
    id: row.id,
    channel,
    subject: row.subject ?? '',
    status,
    statusLabel: PLAIN_STATUSES.includes(row.status)
      ? null
      : (names.statuses[row.status] ?? `Status ${row.status}`),
    priority: PRIORITIES[row.priority - 1] ?? 'normal',
    assigneeId: row.responder_id ?? null,
    contactId: row.requester_id,
    contactName: requesterName(row),
    tags: row.tags ?? [],
    preview: lineOf(spoken?.body_text ?? row.description_text ?? ''),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastMessageAt: entries === undefined ? told : (last?.created_at ?? row.created_at),
    lastMessageId: entries === undefined ? null : (last?.id ?? openingId(row.id)),
    waitingSince: status === 'resolved' || status === 'closed' ? null : waitingSince(row, entries),
    messageCount: entries === undefined ? null : entries.length + 1,
    version: null,
    social: channel === 'social' ? socialOf(row.source ?? 0) : null,
  };
}

function waitingSince(row: TicketRow, entries: readonly EntryRow[] | undefined): number | null {
  const began = row.source === OUTBOUND_EMAIL ? null : row.created_at;
  if (entries === undefined) {
    const answered = row.stats?.agent_responded_at ?? 0;
    const asked = row.stats?.requester_responded_at ?? began;
    return asked !== null && asked >= answered ? asked : null;
  }
  return entries
    .filter((entry) => !entry.private)
    .reduce<number | null>((since, entry) => (entry.incoming ? (since ?? entry.created_at) : null), began);
}

function socialOf(source: number): SocialOrigin {
  return { network: NETWORKS[source] ?? 'social', visibility: 'public', permalink: null };
}

function requesterName({ requester, requester_id }: TicketRow): string {
  const { name, email, mobile, phone } = requester ?? {};
  return firstGiven(name, email, mobile, phone) ?? requester_id;
}

/** The requester as the ticket tells; `null` where it does not. */
export function readRequester(raw: unknown, accountId: string): Contact | null {
  const row = ticketRow.parse(raw);
  const { requester } = row;
  if (requester === undefined || requester === null) return null;
  return {
    accountId,
    id: requester.id,
    name: requesterName(row),
    emails: given(requester.email),
    phones: [...given(requester.mobile), ...given(requester.phone)],
    handles: [],
    // A ticket tells neither.
    createdAt: 0,
    updatedAt: 0,
  };
}

/** The description of a ticket, as its first message. */
export function readOpening(raw: unknown, names: Names, accountId: string): Message {
  const row = ticketRow.parse(raw);
  const outbound = row.source === OUTBOUND_EMAIL;
  const agentId = row.responder_id ?? null;
  const email: EmailHeaders | null =
    row.source === 1
      ? {
          from: row.requester?.email ?? '',
          to: row.to_emails ?? [],
          cc: row.cc_emails ?? [],
          subject: row.subject ?? '',
          messageId: null,
        }
      : null;
  return {
    accountId,
    id: openingId(row.id),
    conversationId: row.id,
    kind: outbound ? 'reply' : 'inbound',
    author: outbound
      ? { type: 'agent', id: agentId, name: names.agents[agentId ?? ''] ?? '' }
      : { type: 'contact', id: row.requester_id, name: requesterName(row) },
    createdAt: row.created_at,
    body: bodyOf(row.description, row.description_text),
    attachments: attachmentsOf(row.attachments, row.id, openingId(row.id)),
    clientRef: null,
    email,
  };
}

/** One of the API's conversations. */
export function readEntry(
  raw: unknown,
  ticket: { id: string; requesterId: string; requesterName: string },
  names: Names,
  accountId: string,
): Message {
  const row = entryRow.parse(raw);
  const userId = row.user_id ?? null;
  const isRequester = userId !== null && userId === ticket.requesterId;
  const name = isRequester ? ticket.requesterName : (names.agents[userId ?? ''] ?? row.from_email ?? '');
  const type = row.incoming || isRequester ? 'contact' : userId === null ? 'system' : 'agent';
  return {
    accountId,
    id: row.id,
    conversationId: ticket.id,
    kind: kindOf(row),
    author: { type, id: userId, name },
    createdAt: row.created_at,
    body: bodyOf(row.body, row.body_text),
    attachments: attachmentsOf(row.attachments, ticket.id, row.id),
    clientRef: null,
    email:
      row.incoming && row.from_email
        ? {
            from: row.from_email,
            to: row.to_emails ?? [],
            cc: row.cc_emails ?? [],
            subject: '',
            messageId: null,
          }
        : null,
  };
}

/** A public note is read by the customer like a reply; what is private no customer reads. */
function kindOf(row: EntryRow): MessageKind {
  if (row.private) return 'note';
  return row.incoming ? 'inbound' : 'reply';
}

function bodyOf(html: string | null | undefined, text: string | null | undefined): Message['body'] {
  return html ? { type: 'html', content: html } : { type: 'text', content: text ?? '' };
}

/** Bytes are asked for by ticket and message: the addresses are signed and end after minutes. */
function attachmentsOf(
  rows: readonly z.infer<typeof attachmentRow>[] | null | undefined,
  ticketId: string,
  messageId: string,
): Attachment[] {
  return (rows ?? []).map((row) => ({
    id: `${ticketId}/${messageId}/${row.id}`,
    name: row.name,
    mediaType: firstGiven(row.content_type) ?? mediaTypeByName(row.name),
    size: row.size ?? row.file_size ?? 0,
    contentId: null,
  }));
}

const withAttachments = z.object({ attachments: z.array(attachmentRow).nullish() });

/** The address of an attachment's bytes in its message; `null` when it is not there any more. */
export function readFileAddress(raw: unknown, attachmentId: string): string | null {
  const files = withAttachments.parse(raw).attachments ?? [];
  return files.find(({ id }) => id === attachmentId)?.attachment_url ?? null;
}

/** Who the ticket is from, for the names of its messages. */
export function readParty(raw: unknown): { id: string; requesterId: string; requesterName: string } {
  const row = ticketRow.parse(raw);
  return { id: row.id, requesterId: row.requester_id, requesterName: requesterName(row) };
}

/** The note that a merge leaves in what was merged, unless its maker wrote another one. */
const MERGED = /^\s*This ticket is closed and merged into ticket #?(\d+)/;
const CLOSED = 5;

/**
 * Where a merged ticket lives now; `null` for one that was not merged, or whose note was rewritten: the
 * API has no other sign of it ("Ticket Merge API").
 */
export function readMergedInto(raw: unknown, thread: readonly unknown[]): string | null {
  if (ticketRow.pick({ status: true }).safeParse(raw).data?.status !== CLOSED) return null;
  const last = entryRow.safeParse(thread.at(-1)).data;
  return last?.private === true ? (MERGED.exec(last.body_text ?? '')?.[1] ?? null) : null;
}

const agentRow = z.object({
  id: rowId,
  contact: z.object({ name: z.string().nullish(), email: z.string().nullish() }),
});

export const readAgent: RowReader<Agent> = (raw, accountId) => {
  const { id, contact } = agentRow.parse(raw);
  return { accountId, id, name: contact.name ?? contact.email ?? id, email: contact.email ?? null };
};

const savedReplyRow = z.object({
  id: rowId,
  title: z.string(),
  content: z.string().nullish(),
  content_html: z.string().nullish(),
  updated_at: isoTime.nullish(),
});

export function readSavedReply(raw: unknown, folder: string, accountId: string): SavedReply {
  const row = savedReplyRow.parse(raw);
  return {
    accountId,
    id: row.id,
    title: row.title,
    body: bodyOf(row.content_html, row.content),
    shortcut: null,
    folder,
    updatedAt: row.updated_at ?? null,
  };
}
