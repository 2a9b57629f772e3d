/**
 * Rows of the embedded helpdesk's API, read into the product's nouns. Unknown fields are dropped, so
 * a newer helpdesk can add some; a missing one is named by the schema.
 */
import { z } from 'zod';
import {
  CHANNELS,
  PRIORITIES,
  STATUSES,
  type Agent,
  type Change,
  type Contact,
  type Conversation,
  type EntityByKind,
  type EntityKind,
  type Message,
  type SavedReply,
} from '../../domain/entities';
import { changeTo, goneChange } from '../changes';
import { isoTime, rowId } from '../field-schemas';
import type { RowReader } from '../rest-definition';

const agentRow = z.object({ id: rowId, name: z.string(), email: z.string().nullable() });

const contactRow = z.object({
  id: rowId,
  name: z.string(),
  emails: z.array(z.string()),
  // A helpdesk of before it was looked at vouches for none.
  verified_emails: z.array(z.string()).default([]),
  phones: z.array(z.string()),
  handles: z.array(z.string()),
  created_at: isoTime,
  updated_at: isoTime,
});

const conversationRow = z.object({
  id: rowId,
  channel: z.enum(CHANNELS),
  subject: z.string(),
  status: z.enum(STATUSES),
  priority: z.enum(PRIORITIES),
  assignee_id: rowId.nullable(),
  contact: z.object({ id: rowId, name: z.string() }),
  tags: z.array(z.string()),
  preview: z.string(),
  created_at: isoTime,
  updated_at: isoTime,
  last_message_at: isoTime,
  last_message_id: rowId.nullable(),
  waiting_since: isoTime.nullable(),
  message_count: z.number().int(),
  version: rowId,
  social: z
    .object({
      network: z.string(),
      visibility: z.enum(['public', 'direct']),
      permalink: z.string().nullable(),
    })
    .nullable(),
  answers_to: z.object({ address: z.string(), sender: z.string() }).nullish(),
});

const messageRow = z.object({
  id: rowId,
  conversation_id: rowId,
  kind: z.enum(['inbound', 'reply', 'note', 'event']),
  author: z.object({
    type: z.enum(['contact', 'agent', 'system']),
    id: rowId.nullable(),
    name: z.string(),
  }),
  created_at: isoTime,
  body: z.object({ type: z.enum(['text', 'html']), content: z.string() }),
  attachments: z.array(
    z.object({
      id: rowId,
      name: z.string(),
      media_type: z.string(),
      size: z.number().int().nonnegative(),
      content_id: z.string().nullable(),
    }),
  ),
  client_ref: z.string().nullable(),
  email: z
    .object({
      from: z.string(),
      to: z.array(z.string()),
      cc: z.array(z.string()),
      subject: z.string(),
      message_id: z.string().nullable(),
    })
    .nullable(),
});

const savedReplyRow = z.object({
  id: rowId,
  title: z.string(),
  body: z.object({ type: z.enum(['text', 'html']), content: z.string() }),
  shortcut: z.string().nullable(),
  folder: z.string().nullable(),
  updated_at: isoTime,
});

const readSavedReply: RowReader<SavedReply> = (raw, accountId) => {
  const { updated_at, ...row } = savedReplyRow.parse(raw);
  return { accountId, ...row, updatedAt: updated_at };
};

const meRow = agentRow.extend({ helpdesk_id: z.string().min(1).max(200).optional() });

/** Whoever is signed in, and at which helpdesk; an older one does not tell. */
export const readMe: RowReader<Agent> = (raw, accountId) => {
  const { helpdesk_id: helpdesk, ...agent } = meRow.parse(raw);
  return { accountId, ...agent, ...(helpdesk !== undefined && { helpdesk }) };
};

export const readAgent: RowReader<Agent> = (raw, accountId) => ({ accountId, ...agentRow.parse(raw) });

const readContact: RowReader<Contact> = (raw, accountId) => {
  const { created_at, updated_at, verified_emails: verifiedEmails, ...row } = contactRow.parse(raw);
  return { accountId, ...row, verifiedEmails, createdAt: created_at, updatedAt: updated_at };
};

export const readConversation: RowReader<Conversation> = (raw, accountId) => {
  const row = conversationRow.parse(raw);
  return {
    accountId,
    id: row.id,
    channel: row.channel,
    subject: row.subject,
    status: row.status,
    statusLabel: null,
    priority: row.priority,
    assigneeId: row.assignee_id,
    contactId: row.contact.id,
    contactName: row.contact.name,
    tags: row.tags,
    preview: row.preview,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    lastMessageAt: row.last_message_at,
    lastMessageId: row.last_message_id,
    waitingSince: row.waiting_since,
    messageCount: row.message_count,
    version: row.version,
    social: row.social,
    answersTo: row.answers_to ?? undefined,
  };
};

export const readMessage: RowReader<Message> = (raw, accountId) => {
  const row = messageRow.parse(raw);
  return {
    accountId,
    id: row.id,
    conversationId: row.conversation_id,
    kind: row.kind,
    author: row.author,
    createdAt: row.created_at,
    body: row.body,
    attachments: row.attachments.map(({ media_type, content_id, ...attachment }) => ({
      ...attachment,
      mediaType: media_type,
      contentId: content_id,
    })),
    clientRef: row.client_ref,
    email: row.email && {
      from: row.email.from,
      to: row.email.to,
      cc: row.email.cc,
      subject: row.email.subject,
      messageId: row.email.message_id,
    },
  };
};

const versioned = z.object({ version: z.string().regex(/^\d+$/).transform(Number) });

/** The server's revision that last changed a row. */
export function readVersion(raw: unknown): number | null {
  return versioned.safeParse(raw).data?.version ?? null;
}

const listedRow = z.object({ id: rowId, version: z.string() });

export const readListed: RowReader<{ id: string; age: number | null }> = (raw) => ({
  id: listedRow.parse(raw).id,
  age: readVersion(raw),
});

const goneRow = z.object({ id: rowId, merged_into: rowId.nullable() });

/** A feed's row is either a thing or the mark that it is gone. */
function changeOf<K extends EntityKind>(kind: K, read: RowReader<EntityByKind[K]>): RowReader<Change> {
  return (raw, accountId) => {
    if (isGone(raw)) {
      const { id, merged_into } = goneRow.parse(raw);
      return goneChange(kind, id, merged_into);
    }
    return changeTo(kind, read(raw, accountId));
  };
}

function isGone(raw: unknown): boolean {
  return typeof raw === 'object' && raw !== null && 'deleted' in raw && raw.deleted === true;
}

export const agentChange = changeOf('agent', readAgent);
export const contactChange = changeOf('contact', readContact);
export const conversationChange = changeOf('conversation', readConversation);
export const messageChange = changeOf('message', readMessage);
export const savedReplyChange = changeOf('savedReply', readSavedReply);
