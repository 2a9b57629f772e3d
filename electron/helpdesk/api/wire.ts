/** Rows of the store in the words of the API: snake_case, ISO times. */
import type { z } from '@hono/zod-openapi';
import type { Desk } from '../desk/desk';
import { answersTo } from '../mail/identity';
import type {
  StoredAgent,
  StoredContact,
  StoredConversation,
  StoredFile,
  StoredMessage,
  StoredSavedReply,
  Tombstone,
} from '../store/model';
import type {
  agentSchema,
  attachmentSchema,
  contactSchema,
  conversationSchema,
  goneSchema,
  messageSchema,
  savedReplySchema,
} from './schemas';

export type WireAgent = z.infer<typeof agentSchema>;
export type WireContact = z.infer<typeof contactSchema>;
export type WireConversation = z.infer<typeof conversationSchema>;
export type WireMessage = z.infer<typeof messageSchema>;
export type WireSavedReply = z.infer<typeof savedReplySchema>;
export type WireAttachment = z.infer<typeof attachmentSchema>;
export type WireGone = z.infer<typeof goneSchema>;

const iso = (at: number): string => new Date(at).toISOString();

export function wireAgent({ id, name, email, rev }: StoredAgent): WireAgent {
  return { id, name, email, version: String(rev) };
}

export function wireContact(contact: StoredContact): WireContact {
  return {
    id: contact.id,
    name: contact.name,
    emails: [...contact.emails],
    verified_emails: [...(contact.verifiedEmails ?? [])],
    phones: [...contact.phones],
    handles: [...contact.handles],
    created_at: iso(contact.createdAt),
    updated_at: iso(contact.updatedAt),
    version: String(contact.rev),
  };
}

export function wireConversation(desk: Desk, row: StoredConversation): WireConversation {
  const contact = desk.store.state.contacts.get(row.contactId);
  return {
    id: row.id,
    channel: row.channel,
    subject: row.subject,
    status: row.status,
    priority: row.priority,
    assignee_id: row.assigneeId,
    contact: { id: row.contactId, name: contact?.name ?? '' },
    tags: [...row.tags],
    preview: row.preview,
    created_at: iso(row.createdAt),
    updated_at: iso(row.updatedAt),
    last_message_at: iso(row.lastMessageAt),
    last_message_id: row.lastMessageId,
    waiting_since: row.waitingSince === null ? null : iso(row.waitingSince),
    message_count: row.messageCount,
    version: String(row.rev),
    social: row.social,
    answers_to: row.channel === 'email' ? answersTo(desk.thread(row.id)) : null,
  };
}

export function wireAttachment({ id, name, mediaType, size, contentId }: StoredFile): WireAttachment {
  return { id, name, media_type: mediaType, size, content_id: contentId };
}

/** A message with its body, which may have to be read from disk. */
export async function wireMessage(desk: Desk, row: StoredMessage): Promise<WireMessage> {
  return {
    id: row.id,
    conversation_id: row.conversationId,
    kind: row.kind,
    author: { ...row.author },
    created_at: iso(row.createdAt),
    body: { type: row.body.type, content: await desk.bodyContent(row.body) },
    attachments: row.attachments.map(wireAttachment),
    client_ref: row.clientRef,
    email: row.email && {
      from: row.email.from,
      to: [...row.email.to],
      cc: [...row.email.cc],
      subject: row.email.subject,
      message_id: row.email.messageId,
    },
    version: String(row.rev),
  };
}

export function wireSavedReply(row: StoredSavedReply): WireSavedReply {
  return {
    id: row.id,
    title: row.title,
    body: { ...row.body },
    shortcut: row.shortcut,
    folder: row.folder,
    updated_at: iso(row.updatedAt),
    version: String(row.rev),
  };
}

/** @param gone what is left of it; `undefined` when this helpdesk never had it, or had it before a restore */
export function wireGone(id: string, gone: Tombstone | undefined): WireGone {
  return {
    id,
    deleted: true,
    merged_into: gone?.mergedInto ?? null,
    version: gone === undefined ? null : String(gone.rev),
  };
}
