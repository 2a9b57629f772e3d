/**
 * Tickets, articles, users and text modules of Zammad's REST API, read into the product's nouns. Shapes:
 * `attributes_with_association_names` (app/models/application_model/can_associations.rb: every column,
 * and beside each `x_id` the name as `x`) as the controllers give it for `expand=true`.
 */
import { z } from 'zod';
import type { Agent, Change, Channel, Conversation, Message, Status } from '../../domain/entities';
import { previewOf } from '../../domain/plain-text';
import { threadFacts } from '../../domain/thread-facts';
import { changeTo, goneChange } from '../changes';
import { isoTime, rowId } from '../field-schemas';
import { given } from '../row-text';
import { mediaTypeByName } from '../media-types';

/** Under this name our reference stands in an article's preferences. */
export const REF_FIELD = 'holdfast_ref';

/** The user "-", who owns what nobody owns (db/seeds/users.rb). */
export const NOBODY = '1';

/** A state as a team made it; `state_type` is one of the seven that Zammad knows. */
const stateRow = z.object({
  id: rowId,
  name: z.string(),
  state_type: z.string(),
  active: z.boolean(),
  default_follow_up: z.boolean().nullish(),
});
export type State = z.infer<typeof stateRow>;
export const readState = (raw: unknown): State => stateRow.parse(raw);

const priorityRow = z.object({ id: rowId, name: z.string(), active: z.boolean() });
export const readPriority = (raw: unknown): z.infer<typeof priorityRow> => priorityRow.parse(raw);

/** `null`: a ticket in this state is gone. */
const STATUS: Readonly<Record<string, Status | null>> = {
  new: 'new',
  open: 'open',
  'pending reminder': 'pending',
  'pending action': 'pending',
  closed: 'resolved',
  merged: null,
  removed: null,
};

/** The kinds of state that are ours, best first. */
export const STATE_TYPES: Readonly<Record<Status, readonly string[]>> = {
  new: ['new'],
  open: ['open'],
  pending: ['pending reminder', 'pending action'],
  resolved: ['closed'],
  closed: ['closed'],
};

export type OurPriority = Conversation['priority'];

/** Priorities are a team's own; the words in their names say which of ours they are. */
export function priorityOf(name: string): OurPriority {
  const words: readonly (readonly [RegExp, OurPriority])[] = [
    [/urgent|critical|emergency|immediate/i, 'urgent'],
    [/high/i, 'high'],
    [/low/i, 'low'],
  ];
  return words.find(([word]) => word.test(name))?.[1] ?? 'normal';
}

const ticketRow = z.object({
  id: rowId,
  title: z.string(),
  state_id: rowId,
  priority: z.string(),
  owner_id: rowId,
  customer_id: rowId,
  created_at: isoTime,
  updated_at: isoTime,
  article_count: z.number().int().nullish(),
  create_article_type: z.string().nullish(),
  preferences: z.record(z.string(), z.unknown()).nullish(),
});

const ticketHead = z.object({
  id: rowId,
  updated_at: isoTime,
  created_at: isoTime,
  state_id: rowId,
  customer_id: rowId,
  title: z.string(),
  create_article_type: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
});
export type TicketHead = z.infer<typeof ticketHead>;

/** As much of a ticket as scripts must know; `null`: whoever reads it in full says why it cannot be read. */
export function headOf(raw: unknown): TicketHead | null {
  return ticketHead.safeParse(raw).data ?? null;
}

const userRow = z.object({
  id: rowId,
  login: z.string().nullish(),
  firstname: z.string().nullish(),
  lastname: z.string().nullish(),
  email: z.string().nullish(),
  phone: z.string().nullish(),
  mobile: z.string().nullish(),
  active: z.boolean().nullish(),
  /** They followed the link in a mail to their address (`User.signup_verify_via_token`). */
  verified: z.boolean().nullish(),
  created_at: isoTime,
  updated_at: isoTime,
});
export type User = z.infer<typeof userRow>;
export const readUserRow = (raw: unknown): User => userRow.parse(raw);
/** By id. */
export type Users = ReadonlyMap<string, User>;

function nameOf({ firstname, lastname, email, login, id }: User): string {
  const name = [firstname, lastname].filter(Boolean).join(' ').trim();
  return name || email || login || id;
}

const fileRow = z.object({
  id: rowId,
  filename: z.string(),
  // The column is a text.
  size: z.coerce.number().int().nonnegative(),
  preferences: z.record(z.string(), z.unknown()).nullish(),
});

const articleRow = z.object({
  id: rowId,
  ticket_id: rowId,
  type: z.string(),
  sender: z.enum(['Agent', 'Customer', 'System']),
  from: z.string().nullish(),
  to: z.string().nullish(),
  cc: z.string().nullish(),
  reply_to: z.string().nullish(),
  subject: z.string().nullish(),
  message_id: z.string().nullish(),
  content_type: z.string().nullish(),
  body: z.string(),
  internal: z.boolean(),
  preferences: z.record(z.string(), z.unknown()).nullish(),
  created_by_id: rowId,
  origin_by_id: rowId.nullish(),
  created_at: isoTime,
  attachments: z.array(fileRow).nullish(),
});
export type Article = z.infer<typeof articleRow>;
/** Those that can be read; the others are set aside when they come as rows. */
export const articleOf = (raw: unknown): Article | null => articleRow.safeParse(raw).data ?? null;

export const refOf = ({ preferences }: Pick<Article, 'preferences'>): string | null => {
  const ref = preferences?.[REF_FIELD];
  return typeof ref === 'string' ? ref : null;
};

/** Who wrote: the one in whose name it was written, where there is one. */
export const authorIdOf = ({ origin_by_id, created_by_id }: Article): string => origin_by_id ?? created_by_id;

export function readArticle(raw: unknown, users: Users, accountId: string): Message {
  const row = articleRow.parse(raw);
  const kind = kindOf(row);
  const files = row.attachments ?? [];
  const { body, inline } = bodyOf(row);
  return {
    accountId,
    id: row.id,
    conversationId: row.ticket_id,
    kind,
    author: authorOf(row, users),
    createdAt: row.created_at,
    body,
    attachments: [
      ...files.map((file) => ({
        id: `${row.ticket_id}/${row.id}/${file.id}`,
        name: file.filename,
        mediaType: mediaTypeOf(file),
        size: file.size,
        contentId: null,
      })),
      // Zammad leaves pictures inside a body out of the list, with their names and sizes.
      ...inline.map((id) => ({
        id: `${row.ticket_id}/${row.id}/${id}`,
        name: `picture-${id}`,
        mediaType: 'application/octet-stream',
        size: 0,
        contentId: `attachment-${id}`,
      })),
    ],
    clientRef: refOf(row),
    email: row.type === 'email' && kind !== 'event' ? emailOf(row) : null,
  };
}

/** What a machine writes (auto-replies) is no answer; a note is no word to the customer even where it may be read. */
function kindOf({ sender, internal, type }: Article): Message['kind'] {
  if (sender === 'System') return 'event';
  if (internal) return 'note';
  if (sender === 'Customer') return 'inbound';
  return type === 'note' ? 'note' : 'reply';
}

function authorOf(row: Article, users: Users): Message['author'] {
  if (row.sender === 'System') return { type: 'system', id: null, name: '' };
  const id = authorIdOf(row);
  const user = users.get(id);
  const name = user === undefined ? (row.from ?? '') : nameOf(user);
  return { type: row.sender === 'Agent' ? 'agent' : 'contact', id, name };
}

const PICTURE = /\/api\/v1\/ticket_attachment\/\d+\/\d+\/(\d+)/g;

/** Pictures inside are shown from the host's store, so that opening a message asks nobody. */
function bodyOf({ body, content_type }: Article): { body: Message['body']; inline: string[] } {
  if (!/html/i.test(content_type ?? '')) return { body: { type: 'text', content: body }, inline: [] };
  const inline = new Set<string>();
  const content = body.replace(PICTURE, (_address, id: string) => {
    inline.add(id);
    return `cid:attachment-${id}`;
  });
  return { body: { type: 'html', content }, inline: [...inline] };
}

function mediaTypeOf({ preferences, filename }: z.infer<typeof fileRow>): string {
  const told = preferences?.['Content-Type'] ?? preferences?.['Mime-Type'];
  return typeof told === 'string' ? (told.split(';')[0] ?? told).trim() : mediaTypeByName(filename);
}

function emailOf({ from, to, cc, subject, message_id }: Article): Message['email'] {
  const list = (line: string | null | undefined): string[] => (line ? [line] : []);
  return {
    from: from ?? '',
    to: list(to),
    cc: list(cc),
    subject: subject ?? '',
    messageId: message_id?.replace(/^<|>$/g, '') || null,
  };
}

/** A ticket with what was asked for beside it. */
export interface TicketRow {
  of: 'ticket';
  id: string;
  age: number | null;
  ticket: unknown;
  states: ReadonlyMap<string, State>;
  users: Users;
  tags: readonly string[];
  /** Oldest first; `null` where they were not asked for: they are read when the conversation is opened. */
  articles: readonly unknown[] | null;
}
export interface GoneRow {
  of: 'gone';
  id: string;
  age: number | null;
  movedTo: string | null;
}
export interface ArticleRow {
  of: 'article';
  id: string;
  article: unknown;
  users: Users;
}
export interface ContactRow {
  of: 'contact';
  id: string;
  user: User;
}
/** What the scripts hand to the row reader. */
export type FeedRow = TicketRow | GoneRow | ArticleRow | ContactRow;

export function readFeedRow(raw: unknown, accountId: string): Change {
  // Rows are made by the scripts of this folder and by nobody else.
  const row = raw as FeedRow;
  switch (row.of) {
    case 'ticket':
      return changeTo('conversation', readTicket(row, accountId));
    case 'gone':
      return goneChange('conversation', row.id, row.movedTo);
    case 'article':
      return changeTo('message', readArticle(row.article, row.users, accountId));
    case 'contact':
      return contactChange(row.user, accountId);
  }
}

export function ageOfRow(raw: unknown): number | null {
  const row = raw as FeedRow;
  return row.of === 'ticket' || row.of === 'gone' ? row.age : null;
}

/**
 * What follows from messages is right where they came with the ticket. Where they did not (long closed
 * tickets), the preview is the title, the last message's time that of the ticket's last change, its id
 * unknown, and nobody waits.
 */
export function readTicket(raw: TicketRow, accountId: string): Conversation {
  const row = ticketRow.parse(raw.ticket);
  const messages = (raw.articles ?? []).flatMap((article) =>
    // A broken article is told where it comes as a row of its own.
    articleOf(article) === null ? [] : [readArticle(article, raw.users, accountId)],
  );
  const { status, label } = statusOf(raw.states.get(row.state_id));
  const customer = raw.users.get(row.customer_id);
  return {
    accountId,
    id: row.id,
    channel: channelOf(row.create_article_type),
    subject: row.title,
    status,
    statusLabel: label,
    priority: priorityOf(row.priority),
    assigneeId: row.owner_id === NOBODY ? null : row.owner_id,
    contactId: row.customer_id,
    contactName: customer === undefined ? '' : nameOf(customer),
    tags: raw.tags,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    ...threadFacts(status, messages, {
      preview: previewOf(row.title),
      lastMessageAt: row.updated_at,
      lastMessageId: null,
    }),
    messageCount: raw.articles === null ? (row.article_count ?? 0) : messages.length,
    version: null,
    social: socialOf(row.create_article_type),
  };
}

function statusOf(state: State | undefined): { status: Status; label: string | null } {
  const status = STATUS[state?.state_type ?? ''] ?? 'open';
  const name = state?.name ?? null;
  return { status, label: name === status ? null : name };
}

/** Whether a ticket in this state is gone: merged into another, or marked as removed. */
export function isGone(state: State | undefined): 'merged' | 'removed' | null {
  const type = state?.state_type;
  return type === 'merged' || type === 'removed' ? type : null;
}

/** Channels by the names of article types (db/seeds/ticket_article_types.rb). */
const CHANNELS: readonly (readonly [RegExp, Channel])[] = [
  [/^(email|fax)$/, 'email'],
  [/^(phone|sms)$/, 'phone'],
  [/^chat$/, 'chat'],
  [/^(twitter|facebook|telegram|whatsapp)/, 'social'],
];

export function channelOf(type: string | null | undefined): Channel {
  return CHANNELS.find(([words]) => words.test(type ?? ''))?.[1] ?? 'form';
}

function socialOf(type: string | null | undefined): Conversation['social'] {
  if (channelOf(type) !== 'social') return null;
  const [network = ''] = (type ?? '').split(' ');
  const visibility = /status|feed/.test(type ?? '') ? 'public' : 'direct';
  return { network, visibility, permalink: null };
}

function contactChange(user: User, accountId: string): Change {
  if (user.active === false) return goneChange('contact', user.id);
  return changeTo('contact', {
    accountId,
    id: user.id,
    name: nameOf(user),
    emails: given(user.email),
    verifiedEmails: user.verified === true ? given(user.email) : [],
    phones: [user.phone, user.mobile].flatMap((number) => number || []),
    handles: [],
    createdAt: user.created_at,
    updatedAt: user.updated_at,
  });
}

export function readAgent(raw: unknown, accountId: string): Agent {
  const user = userRow.parse(raw);
  return { accountId, id: user.id, name: nameOf(user), email: user.email || null };
}

export function readAgentChange(raw: unknown, accountId: string): Change {
  const { id, active } = userRow.parse(raw);
  return active === false ? goneChange('agent', id) : changeTo('agent', readAgent(raw, accountId));
}

const textModule = z.object({
  id: rowId,
  name: z.string(),
  keywords: z.string().nullish(),
  content: z.string().nullish(),
  active: z.boolean(),
  updated_at: isoTime,
});

/** Text modules are saved replies, in HTML. */
export function readTextModule(raw: unknown, accountId: string): readonly Change[] {
  const row = textModule.parse(raw);
  if (!row.active) return [goneChange('savedReply', row.id)];
  if (!row.content) return [];
  return [
    changeTo('savedReply', {
      accountId,
      id: row.id,
      title: row.name,
      body: { type: 'html', content: row.content },
      shortcut: row.keywords || null,
      folder: null,
      updatedAt: row.updated_at,
    }),
  ];
}
