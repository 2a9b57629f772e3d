/**
 * Tickets, comments and macros of the Zendesk Support API, read into the product's nouns.
 * Shapes: the vendor's OpenAPI description (TicketObject, TicketCommentObject, MacroObject) and its "Via object reference".
 */
import { z } from 'zod';
import {
  PRIORITIES,
  type Change,
  type Channel,
  type Conversation,
  type Message,
  type SocialOrigin,
  type Status,
} from '../../domain/entities';
import { previewOf, subjectOf } from '../../domain/plain-text';
import { threadFacts } from '../../domain/thread-facts';
import { changeTo, goneChange } from '../changes';
import { isoTime, rowId } from '../field-schemas';
import { readUser, type Users } from './zendesk-people';

/** Under this name our reference stands in an audit's custom metadata. */
export const REF_FIELD = 'holdfast_ref';

/** Zendesk gives a ticket that was merged away this tag, whatever the language. */
const MERGED_TAG = 'closed_by_merge';

const STATUS: Readonly<Record<'new' | 'open' | 'pending' | 'hold' | 'solved' | 'closed', Status>> = {
  new: 'new',
  open: 'open',
  pending: 'pending',
  hold: 'pending',
  solved: 'resolved',
  closed: 'closed',
};

const via = z
  .object({
    channel: z.union([z.string(), z.number()]).nullish(),
    source: z
      .object({
        rel: z.string().nullish(),
        from: z.record(z.string(), z.unknown()).nullish(),
        to: z.record(z.string(), z.unknown()).nullish(),
      })
      .nullish(),
  })
  .nullish();
type Via = z.infer<typeof via>;

const ticketRow = z.object({
  id: rowId,
  subject: z.string().nullable(),
  description: z.string().nullish(),
  status: z.enum(['new', 'open', 'pending', 'hold', 'solved', 'closed']),
  custom_status_id: rowId.nullish(),
  priority: z.enum(PRIORITIES).nullable(),
  requester_id: rowId,
  assignee_id: rowId.nullable(),
  tags: z.array(z.string()),
  created_at: isoTime,
  updated_at: isoTime,
  /** Only where it was asked for beside the ticket. */
  comment_count: z.number().int().nullish(),
  via,
});

/** As much of a ticket as the feeds must know of every one, also of those that cannot be read. */
const ticketHead = z.object({
  id: rowId,
  status: z.string(),
  updated_at: isoTime,
  generated_timestamp: z.number().nullish(),
  requester_id: rowId.nullish(),
  custom_status_id: rowId.nullish(),
  subject: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
});
export type TicketHead = z.infer<typeof ticketHead>;

/** `null` for a row that is no ticket: whoever reads it in full says why. */
export function headOf(raw: unknown): TicketHead | null {
  return ticketHead.safeParse(raw).data ?? null;
}

/**
 * A number that never falls, in ms. `generated_timestamp` moves with every change, `updated_at` only
 * with those that make an event; search results may lack the first.
 */
export function ageOf({ updated_at, generated_timestamp }: TicketHead): number {
  return Math.max(updated_at, (generated_timestamp ?? 0) * 1_000);
}

export function isMergedAway({ tags, status }: Pick<TicketHead, 'tags' | 'status'>): boolean {
  return status === 'closed' && (tags ?? []).includes(MERGED_TAG);
}

const attachment = z.object({
  id: rowId,
  file_name: z.string(),
  content_type: z.string(),
  content_url: z.string(),
  size: z.number().int().nonnegative(),
  inline: z.boolean().nullish(),
  deleted: z.boolean().nullish(),
});

const commentRow = z.object({
  id: rowId,
  author_id: rowId,
  body: z.string(),
  html_body: z.string().nullish(),
  public: z.boolean(),
  created_at: isoTime,
  attachments: z.array(attachment),
  via,
  metadata: z.object({ custom: z.record(z.string(), z.unknown()).nullish() }).nullish(),
});
type Comment = z.infer<typeof commentRow>;

/** What a comment does not say of itself. */
export interface ThreadContext {
  conversationId: string;
  requesterId: string | null;
  subject: string;
  users: Users;
}

export function readComment(raw: unknown, thread: ThreadContext, accountId: string): Message {
  const row = commentRow.parse(raw);
  const author = authorOf(row.author_id, thread);
  const kind = author.type === 'system' ? 'event' : !row.public ? 'note' : KIND[author.type];
  const ref = row.metadata?.custom?.[REF_FIELD];
  return {
    accountId,
    id: row.id,
    conversationId: thread.conversationId,
    kind,
    author,
    createdAt: row.created_at,
    body: bodyOf(row),
    attachments: row.attachments
      .filter(({ deleted }) => deleted !== true)
      .map((file) => ({
        id: file.id,
        name: file.file_name,
        mediaType: file.content_type,
        size: file.size,
        contentId: file.inline === true ? contentIdOf(file.id) : null,
      })),
    clientRef: typeof ref === 'string' ? ref : null,
    email: kind === 'inbound' ? emailOf(row.via, thread.subject) : null,
  };
}

const KIND = { contact: 'inbound', agent: 'reply' } as const;

/** Zendesk itself writes as -1. The requester is the customer, also where it is an agent. */
function authorOf(id: string, { requesterId, users }: ThreadContext): Message['author'] {
  if (id === '-1') return { type: 'system', id: null, name: '' };
  const user = users.get(id);
  const isAgent = id !== requesterId && user !== undefined && user.role !== 'end-user';
  return { type: isAgent ? 'agent' : 'contact', id, name: user?.name ?? '' };
}

/** Markup that says nothing which the plain words do not say. */
const SPEAKING_TAG = /<(?!\/?(?:div|p|br|span)\b)/i;

function bodyOf({ body, html_body, attachments }: Comment): Message['body'] {
  if (!html_body || !SPEAKING_TAG.test(html_body)) return { type: 'text', content: body };
  // Pictures inside are shown from the host's store, so that opening a message asks nobody.
  const content = attachments
    .filter(({ inline }) => inline === true)
    .reduce(
      (html, { id, content_url }) =>
        html
          .replaceAll(content_url.replaceAll('&', '&amp;'), `cid:${contentIdOf(id)}`)
          .replaceAll(content_url, `cid:${contentIdOf(id)}`),
      html_body,
    );
  return { type: 'html', content };
}

const contentIdOf = (attachmentId: string): string => `attachment-${attachmentId}`;

function emailOf(source: Via, subject: string): Message['email'] {
  if (source?.channel !== 'email') return null;
  const address = (end: Readonly<Record<string, unknown>> | null | undefined): string[] => {
    const { address: at, name } = end ?? {};
    if (typeof at !== 'string' || at === '') return [];
    return [typeof name === 'string' && name !== '' ? `${name} <${at}>` : at];
  };
  const from = address(source.source?.from);
  return { from: from[0] ?? '', to: address(source.source?.to), cc: [], subject, messageId: null };
}

/**
 * Where a ticket that was merged away lives now. The newest comment of the merge tells: by its `via`
 * (`rel: merge` with the other ticket's id), or by the first ticket number that its words name, which
 * Zendesk writes there in every language ("…merged into request #123 …").
 */
export function mergedInto(ticketId: string, commentsNewestFirst: readonly unknown[]): string | null {
  for (const raw of commentsNewestFirst) {
    const comment = commentRow.safeParse(raw).data;
    if (comment === undefined) continue;
    const { source } = comment.via ?? {};
    const linked = [source?.to?.['ticket_id'], source?.from?.['ticket_id']].map(String);
    const other = linked.find((id) => /^\d+$/.test(id) && id !== ticketId);
    if (source?.rel === 'merge' && other !== undefined) return other;
    const named = [...comment.body.matchAll(/#(\d+)/g)].map(([, id]) => id).find((id) => id !== ticketId);
    if (named !== undefined) return named;
  }
  return null;
}

/** A ticket with what was asked for beside it. */
export interface TicketRow {
  of: 'ticket';
  id: string;
  age: number | null;
  ticket: unknown;
  users: Users;
  /** Newest first; `null` where they were not asked for: they are read when the conversation is opened. */
  comments: readonly unknown[] | null;
  /** These are all its comments. */
  complete: boolean;
  /** Zendesk's own word for its status where ours is another. */
  label: string | null;
}
/** Something that is gone. */
export interface GoneRow {
  of: 'gone';
  id: string;
  age: number | null;
  movedTo: string | null;
}
export interface CommentRow {
  of: 'comment';
  id: string;
  comment: unknown;
  thread: ThreadContext;
}
export interface UserRow {
  of: 'user';
  id: string;
  user: unknown;
  /** Raw too; empty where they were not asked for. */
  identities: readonly unknown[];
}
/** What the scripts hand to the row reader. */
export type FeedRow = TicketRow | GoneRow | CommentRow | UserRow;

export function readFeedRow(raw: unknown, accountId: string): Change {
  // Rows are made by the scripts of this folder and by nobody else.
  const row = raw as FeedRow;
  switch (row.of) {
    case 'ticket':
      return changeTo('conversation', readTicket(row, accountId));
    case 'gone':
      return goneChange('conversation', row.id, row.movedTo);
    case 'comment':
      return changeTo('message', readComment(row.comment, row.thread, accountId));
    case 'user':
      return readUser(row.user, row.identities, accountId);
  }
}

export function ageOfRow(raw: unknown): number | null {
  const row = raw as FeedRow;
  return row.of === 'ticket' || row.of === 'gone' ? row.age : null;
}

/**
 * What follows from messages is right where they came with the ticket. Where they did not (long
 * settled tickets), the preview is the first message's, the last message's time that of the ticket's
 * last change, its id unknown, and nobody waits.
 */
export function readTicket(raw: TicketRow, accountId: string): Conversation {
  const row = ticketRow.parse(raw.ticket);
  const subject = row.subject ?? subjectOf(row.description ?? '');
  const context = { conversationId: row.id, requesterId: row.requester_id, subject, users: raw.users };
  const messages = (raw.comments ?? []).toReversed().flatMap((comment): Message[] => {
    // A broken comment is told where it comes as a row of its own.
    if (!commentRow.safeParse(comment).success) return [];
    return [readComment(comment, context, accountId)];
  });
  const status = STATUS[row.status];
  const count = raw.complete ? messages.length : (row.comment_count ?? messages.length);
  return {
    accountId,
    id: row.id,
    channel: channelOf(row.via),
    subject,
    status,
    statusLabel: raw.label,
    priority: row.priority ?? 'normal',
    assigneeId: row.assignee_id,
    contactId: row.requester_id,
    contactName: raw.users.get(row.requester_id)?.name ?? '',
    tags: row.tags,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    ...threadFacts(status, messages, {
      preview: previewOf(row.description ?? ''),
      lastMessageAt: row.updated_at,
      lastMessageId: null,
    }),
    messageCount: count,
    version: stampOf(row.updated_at),
    social: socialOf(row.via),
  };
}

/** A time as Zendesk writes it: whole seconds, UTC. */
export function stampOf(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Channels by the words of "Via types"; whatever else there is came through a form or the API. */
const CHANNELS: readonly (readonly [RegExp, Channel])[] = [
  [/^(email|mail)$/, 'email'],
  [/answer_bot/, 'bot'],
  [
    /twitter|facebook|instagram|whatsapp|telegram|viber|line$|wechat|kakaotalk|apple_business|google_(business|rcs)|messenger|any_channel|reddit|youtube/,
    'social',
  ],
  [/chat|messaging|sunshine|slack/, 'chat'],
  [/voice|phone|sms|text_message/, 'phone'],
];

function channelOf(source: Via): Channel {
  const word = String(source?.channel ?? '').toLowerCase();
  return CHANNELS.find(([words]) => words.test(word))?.[1] ?? 'form';
}

function socialOf(source: Via): SocialOrigin | null {
  if (channelOf(source) !== 'social') return null;
  const rel = source?.source?.rel ?? '';
  const permalink = source?.source?.from?.['profile_url'];
  return {
    network: String(source?.channel ?? ''),
    visibility: /^(mention|post|comment|tweet|favorite)$/.test(rel) ? 'public' : 'direct',
    permalink: typeof permalink === 'string' ? permalink : null,
  };
}

const macroRow = z.object({
  id: rowId,
  title: z.string(),
  active: z.boolean(),
  actions: z.array(z.object({ field: z.string(), value: z.unknown() })),
  updated_at: isoTime.nullish(),
});

/** Macros that write something are saved replies; "A::B" in a title files B under A. */
export function readMacro(raw: unknown, accountId: string): readonly Change[] {
  const row = macroRow.parse(raw);
  if (!row.active) return [goneChange('savedReply', row.id)];
  const writes = row.actions.find(({ field }) => /^comment_value(_html)?$/.test(field));
  // The value is the text, or the channels it is for and then the text.
  const content: unknown = Array.isArray(writes?.value) ? writes.value.at(-1) : writes?.value;
  if (writes === undefined || typeof content !== 'string') return [];
  const folders = row.title.split('::').map((part) => part.trim());
  const title = folders.pop() ?? row.title;
  return [
    changeTo('savedReply', {
      accountId,
      id: row.id,
      title,
      body: { type: writes.field.endsWith('_html') ? 'html' : 'text', content },
      shortcut: null,
      folder: folders.length === 0 ? null : folders.join(' / '),
      updatedAt: row.updated_at ?? null,
    }),
  ];
}
