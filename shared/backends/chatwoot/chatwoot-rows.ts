/**
 * Rows of Chatwoot's API, read into the product's nouns. Shapes: the server's own views
 * (`app/views/api/v1/conversations/partials/_conversation.json.jbuilder`,
 * `app/views/api/v1/models/_message.json.jbuilder`, `Message#push_event_data`,
 * `Attachment#push_event_data`, `app/views/api/v1/models/_contact.json.jbuilder`).
 */
import { z } from 'zod';
import type {
  Agent,
  Attachment,
  Change,
  Channel,
  Contact,
  Conversation,
  Message,
  MessageAuthor,
  MessageKind,
  Priority,
  SavedReply,
  SocialOrigin,
  Status,
} from '../../domain/entities';
import { changeTo, goneChange } from '../changes';
import { rowId } from '../field-schemas';
import { mediaTypeByName } from '../media-types';
import { at } from '../pagination';
import type { RowReader } from '../rest-definition';
import { firstGiven, given, lineOf } from '../row-text';

/** Seconds since the epoch, with or without a fraction, as ms. */
const seconds = z.number().transform((value) => Math.round(value * 1_000));
const secondsOrNone = z
  .number()
  .nullish()
  // An absent time is written as 0 (`nil.to_i`).
  .transform((value) =>
    value === null || value === undefined || value === 0 ? null : Math.round(value * 1_000),
  );

const senderRow = z.object({
  id: rowId.nullish(),
  name: z.string().nullish(),
  available_name: z.string().nullish(),
  type: z.string().nullish(),
});

const attachmentRow = z.object({
  id: rowId,
  file_type: z.string().nullish(),
  data_url: z.string().nullish(),
  file_size: z.number().int().nonnegative().nullish(),
  fallback_title: z.string().nullish(),
});

/** How a mail's text and HTML stand in `content_attributes.email` (`MailPresenter#serialized_data`). */
const mailRow = z.object({
  from: z.array(z.string()).nullish(),
  to: z.array(z.string()).nullish(),
  cc: z.array(z.string()).nullish(),
  subject: z.string().nullish(),
  message_id: z.string().nullish(),
  html_content: z.object({ full: z.string().nullish() }).nullish(),
  text_content: z.object({ full: z.string().nullish() }).nullish(),
});

const contentAttributes = z
  .object({
    deleted: z.boolean().nullish(),
    items: z.unknown().optional(),
    email: mailRow.nullish().catch(null),
  })
  .nullish();

/** `message_type` in numbers; the description has the words. */
const MESSAGE_TYPES = ['incoming', 'outgoing', 'activity', 'template'] as const;
const messageType = z.union([
  z.enum(MESSAGE_TYPES),
  z
    .number()
    .int()
    .min(0)
    .max(3)
    .transform((type) => MESSAGE_TYPES[type] ?? 'activity'),
]);

const messageRow = z.object({
  id: rowId,
  content: z.string().nullish(),
  conversation_id: rowId,
  message_type: messageType,
  content_attributes: contentAttributes,
  created_at: seconds,
  private: z.boolean(),
  sender: senderRow.nullish(),
  attachments: z.array(attachmentRow).nullish(),
});

const contactRow = z.object({
  id: rowId,
  name: z.string().nullish(),
  email: z.string().nullish(),
  phone_number: z.string().nullish(),
  identifier: z.string().nullish(),
  created_at: secondsOrNone,
  last_activity_at: secondsOrNone,
  additional_attributes: z
    .object({ social_profiles: z.record(z.string(), z.string().nullish()).nullish() })
    .nullish()
    .catch(null),
});

const STATUSES = ['open', 'resolved', 'pending', 'snoozed'] as const;

const conversationRow = z.object({
  id: rowId,
  status: z.enum(STATUSES),
  priority: z.enum(['low', 'medium', 'high', 'urgent']).nullish(),
  labels: z.array(z.string()).nullish(),
  created_at: seconds.nullish(),
  updated_at: seconds.nullish(),
  timestamp: seconds,
  waiting_since: secondsOrNone,
  additional_attributes: z
    .object({ mail_subject: z.string().nullish(), type: z.string().nullish() })
    .nullish()
    .catch(null),
  last_non_activity_message: messageRow.nullish().catch(null),
  meta: z.object({
    sender: contactRow,
    channel: z.string().nullish(),
    assignee: z.object({ id: rowId }).nullish(),
    assignee_type: z.string().nullish(),
  }),
});

const agentRow = z.object({
  id: rowId,
  name: z.string().nullish(),
  available_name: z.string().nullish(),
  email: z.string().nullish(),
});

const savedReplyRow = z.object({ id: rowId, content: z.string(), short_code: z.string() });

/** The channels of inboxes (`app/models/channel/*.rb`); what they are not is a chat of somebody's own making. */
const CHANNELS: Readonly<Record<string, Channel>> = {
  'Channel::Email': 'email',
  'Channel::WebWidget': 'chat',
  'Channel::Api': 'chat',
  'Channel::FacebookPage': 'social',
  'Channel::Instagram': 'social',
  'Channel::TwitterProfile': 'social',
  'Channel::Tiktok': 'social',
  'Channel::Whatsapp': 'social',
  'Channel::Telegram': 'social',
  'Channel::Line': 'social',
  'Channel::Sms': 'phone',
  'Channel::TwilioSms': 'phone',
  'Channel::Voice': 'phone',
};

/** `snoozed` is told apart by its own word. */
const STATUS_OF: Readonly<Record<(typeof STATUSES)[number], Status>> = {
  open: 'open',
  pending: 'pending',
  snoozed: 'pending',
  resolved: 'resolved',
};

/** What our statuses are called there, as it is sent. */
export const STATUS_WORDS: Readonly<Record<Status, 'open' | 'pending' | 'resolved'>> = {
  new: 'open',
  open: 'open',
  pending: 'pending',
  resolved: 'resolved',
  closed: 'resolved',
};

export const PRIORITY_WORDS: Readonly<Record<Priority, string>> = {
  low: 'low',
  normal: 'medium',
  high: 'high',
  urgent: 'urgent',
};

/** The field of our reference within `content_attributes.items` (see `chatwoot-actions.ts`). */
export const REF_FIELD = 'holdfast_ref';
const marked = z.array(z.object({ [REF_FIELD]: z.string().min(1) })).min(1);

const idOnly = z.object({ id: rowId });

/** The id of a row, as far as it can be read; else empty. */
export function idIn(raw: unknown): string {
  return idOnly.safeParse(raw).data?.id ?? '';
}

const summaryRow = conversationRow
  .pick({ id: true, status: true, timestamp: true, updated_at: true })
  .extend({ last_non_activity_message: z.object({ private: z.boolean() }).nullish().catch(null) });

export interface Summary {
  id: string;
  /** `updated_at` in ms; `null` on servers that do not tell it. */
  age: number | null;
  status: Status;
  activeAt: number;
  lastIsNote: boolean;
}

/** What decides how a conversation is read; `null` when it cannot be read. */
export function readSummary(raw: unknown): Summary | null {
  const row = summaryRow.safeParse(raw).data;
  if (row === undefined) return null;
  return {
    id: row.id,
    age: row.updated_at ?? null,
    status: STATUS_OF[row.status],
    activeAt: row.timestamp,
    lastIsNote: row.last_non_activity_message?.private === true,
  };
}

export const readMessage: RowReader<Message | null> = (raw, accountId) => {
  const row = messageRow.parse(raw);
  // The text is gone there too; what stands in its place is no message of anybody.
  if (row.content_attributes?.deleted === true) return null;
  const email = row.message_type === 'incoming' ? (row.content_attributes?.email ?? null) : null;
  const html = email?.html_content?.full;
  return {
    accountId,
    id: row.id,
    conversationId: row.conversation_id,
    kind: kindOf(row),
    author: authorOf(row),
    createdAt: row.created_at,
    body: html ? { type: 'html', content: html } : { type: 'text', content: row.content ?? '' },
    attachments: (row.attachments ?? []).flatMap((file) => attachmentOf(file, row)),
    clientRef: refIn(row.content_attributes?.items),
    email: email && {
      from: email.from?.[0] ?? '',
      to: email.to ?? [],
      cc: email.cc ?? [],
      subject: email.subject ?? '',
      messageId: email.message_id ?? null,
    },
  };
};

function kindOf(row: z.infer<typeof messageRow>): MessageKind {
  if (row.message_type === 'activity') return 'event';
  if (row.private) return 'note';
  return row.message_type === 'incoming' ? 'inbound' : 'reply';
}

function authorOf({ message_type, sender }: z.infer<typeof messageRow>): MessageAuthor {
  const name = sender?.available_name ?? sender?.name ?? '';
  const id = sender?.id ?? null;
  if (message_type === 'incoming') return { type: 'contact', id, name };
  // Bots and assistants are agents of nobody; templates (greetings, surveys) have no sender at all.
  const human = message_type === 'outgoing' && sender?.type === 'user';
  return human ? { type: 'agent', id, name } : { type: 'system', id: null, name };
}

function refIn(items: unknown): string | null {
  return marked.safeParse(items).data?.[0]?.[REF_FIELD] ?? null;
}

/** Our reference in a message, also in one that cannot be read in full. Throws a `ZodError` for no row. */
export function refOfMessage(raw: unknown): string | null {
  return refIn(at(z.looseObject({}).parse(raw), 'content_attributes.items'));
}

/**
 * The bytes are asked for by message, because the address of a file may change its host or end with
 * its signature. Locations, cards and links have no bytes.
 */
function attachmentOf(row: z.infer<typeof attachmentRow>, message: z.infer<typeof messageRow>): Attachment[] {
  if (!row.data_url) return [];
  const name = nameIn(row.data_url) ?? row.fallback_title ?? `${row.file_type ?? 'file'}-${row.id}`;
  const id = `${message.conversation_id}/${message.id}/${row.id}`;
  return [{ id, name, mediaType: mediaTypeByName(name), size: row.file_size ?? 0, contentId: null }];
}

/** Addresses of the store end with the file's name (`rails_blob_path`). */
function nameIn(address: string): string | null {
  const last = /([^/?#]+)(?:[?#].*)?$/.exec(address)?.[1];
  if (last === undefined) return null;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

const listedAttachments = z.object({
  attachments: z.array(z.object({ id: rowId, data_url: z.string().nullish() })).nullish(),
});

/** The address of an attachment's bytes in its message; `null` when it is not there any more. */
export function readFileAddress(raw: unknown, attachmentId: string): string | null {
  const files = listedAttachments.parse(raw).attachments ?? [];
  return files.find(({ id }) => id === attachmentId)?.data_url ?? null;
}

export const readConversation: RowReader<Conversation> = (raw, accountId) => {
  const row = conversationRow.parse(raw);
  const last = row.last_non_activity_message ?? null;
  const channel = CHANNELS[row.meta.channel ?? ''] ?? 'chat';
  return {
    accountId,
    id: row.id,
    channel,
    subject: row.additional_attributes?.mail_subject ?? '',
    status: STATUS_OF[row.status],
    statusLabel: row.status === 'snoozed' ? row.status : null,
    priority: row.priority === 'medium' ? 'normal' : (row.priority ?? 'normal'),
    // A bot that holds a conversation is none of the agents.
    assigneeId: row.meta.assignee_type === 'AgentBot' ? null : (row.meta.assignee?.id ?? null),
    contactId: row.meta.sender.id,
    contactName: nameOf(row.meta.sender),
    tags: row.labels ?? [],
    // A note is the last word here as well, and no customer's preview: see `withMessages`.
    preview: last === null || last.private ? '' : lineOf(last.content ?? ''),
    createdAt: row.created_at ?? row.timestamp,
    updatedAt: row.updated_at ?? row.timestamp,
    lastMessageAt: last?.created_at ?? row.timestamp,
    lastMessageId: last?.id ?? null,
    waitingSince: row.status === 'resolved' ? null : row.waiting_since,
    messageCount: null,
    version: null,
    social: channel === 'social' ? socialOf(row.meta.channel ?? '', row.additional_attributes?.type) : null,
  };
};

/**
 * The conversation with what only its newest messages tell: its preview where the last word is a note.
 * @param messages raw rows, oldest first; those that cannot be read are no preview
 */
export function withMessages(conversation: Conversation, messages: readonly unknown[]): Conversation {
  if (conversation.preview !== '') return conversation;
  const spoken = messages
    .map((raw) => messageRow.safeParse(raw).data)
    .findLast((row) => row !== undefined && !row.private && row.message_type !== 'activity');
  return { ...conversation, preview: lineOf(spoken?.content ?? '') };
}

function nameOf({ name, email, phone_number, id }: z.infer<typeof contactRow>): string {
  return firstGiven(name, email, phone_number) ?? id;
}

function socialOf(channel: string, type: string | null | undefined): SocialOrigin {
  const network = channel
    .replace(/^Channel::/, '')
    .replace(/(Page|Profile)$/, '')
    .toLowerCase();
  return { network, visibility: type === 'tweet' ? 'public' : 'direct', permalink: null };
}

/** The contact of a conversation stands in it whole. */
export const readContactOf: RowReader<Contact> = (raw, accountId) => {
  const { sender } = conversationRow.shape.meta.pick({ sender: true }).parse((raw as { meta: unknown }).meta);
  const handles = Object.entries(sender.additional_attributes?.social_profiles ?? {});
  const createdAt = sender.created_at ?? 0;
  return {
    accountId,
    id: sender.id,
    name: nameOf(sender),
    emails: given(sender.email),
    phones: given(sender.phone_number),
    handles: [
      ...handles.flatMap(([network, handle]) => given(handle).map((one) => `${network}:${one}`)),
      ...given(sender.identifier).map((one) => `identifier:${one}`),
    ],
    createdAt,
    // Nothing tells when a contact was changed.
    updatedAt: sender.last_activity_at ?? createdAt,
  };
};

export const readAgent: RowReader<Agent> = (raw, accountId) => {
  const { id, name, available_name, email } = agentRow.parse(raw);
  return {
    accountId,
    id,
    name: firstGiven(name, available_name) ?? email ?? id,
    email: email ?? null,
  };
};

export const readSavedReply: RowReader<SavedReply> = (raw, accountId) => {
  const { id, content, short_code } = savedReplyRow.parse(raw);
  return {
    accountId,
    id,
    title: short_code,
    body: { type: 'text', content },
    shortcut: short_code,
    folder: null,
    updatedAt: null,
  };
};

export const agentChange: RowReader<Change> = (raw, accountId) => {
  return changeTo('agent', readAgent(raw, accountId));
};

export const savedReplyChange: RowReader<Change> = (raw, accountId) => {
  return changeTo('savedReply', readSavedReply(raw, accountId));
};

/** A message, or the tombstone of one that was deleted. */
export const messageChange: RowReader<Change> = (raw, accountId) => {
  const row = readMessage(raw, accountId);
  return row === null ? goneChange('message', idOnly.parse(raw).id) : changeTo('message', row);
};
