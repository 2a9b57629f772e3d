/** The shapes of the REST API. They validate requests, and `/openapi.json` is made from them. */
import { z } from '@hono/zod-openapi';
import { CHANNELS, PRIORITIES, STATUSES } from '@shared/domain/entities';
import { FEEDS } from '../store/state';

const id = z.string().min(1).max(200);
const time = z.iso.datetime().openapi({ example: '2026-01-31T09:30:00.000Z' });
/** Grows with every change of the thing. */
const version = z.string();
const tag = z.string().trim().min(1).max(100);

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string().openapi({ description: 'What happened and what to do, for a person.' }),
      fields: z.record(z.string(), z.string()).optional(),
    }),
  })
  .openapi('Error');

export const agentSchema = z.object({ id, name: z.string(), email: z.string(), version }).openapi('Agent');

/** Who signed in, and at which helpdesk: its id stays when its address changes. */
export const meSchema = agentSchema.extend({ helpdesk_id: id }).openapi('Me');

export const contactSchema = z
  .object({
    id,
    name: z.string(),
    emails: z.array(z.string()),
    verified_emails: z
      .array(z.string())
      .openapi({ description: 'Those of `emails` whose mail proved where it came from.' }),
    phones: z.array(z.string()),
    handles: z.array(z.string()).openapi({ description: '`network:handle` pairs.' }),
    created_at: time,
    updated_at: time,
    version,
  })
  .openapi('Contact');

export const socialSchema = z.object({
  network: z.string(),
  visibility: z.enum(['public', 'direct']),
  permalink: z.string().nullable(),
});

export const conversationSchema = z
  .object({
    id,
    channel: z.enum(CHANNELS),
    subject: z.string(),
    status: z.enum(STATUSES),
    priority: z.enum(PRIORITIES),
    assignee_id: id.nullable(),
    contact: z.object({ id, name: z.string() }),
    tags: z.array(z.string()),
    preview: z.string().max(200),
    created_at: time,
    updated_at: time,
    last_message_at: time,
    last_message_id: id.nullable(),
    waiting_since: time.nullable(),
    message_count: z.int().nonnegative(),
    version,
    social: socialSchema.nullable(),
    answers_to: z.object({ address: z.string(), sender: z.string() }).nullable().openapi({
      description:
        'Where a reply goes by the newest mail, and who sent that mail. They differ where it has a Reply-To.',
    }),
  })
  .openapi('Conversation');

export const attachmentSchema = z
  .object({
    id,
    name: z.string(),
    media_type: z.string(),
    size: z.int().nonnegative(),
    content_id: z.string().nullable(),
  })
  .openapi('Attachment');

export const messageSchema = z
  .object({
    id,
    conversation_id: id,
    kind: z.enum(['inbound', 'reply', 'note', 'event']),
    author: z.object({
      type: z.enum(['contact', 'agent', 'system']),
      id: id.nullable(),
      name: z.string(),
    }),
    created_at: time,
    body: z.object({ type: z.enum(['text', 'html']), content: z.string() }),
    attachments: z.array(attachmentSchema),
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
    version,
  })
  .openapi('Message');

const savedReplyFields = {
  title: z.string().trim().min(1).max(200),
  body: z.object({ type: z.enum(['text', 'html']), content: z.string().max(100_000) }),
  shortcut: z.string().trim().min(1).max(100).nullable(),
  folder: z.string().trim().min(1).max(200).nullable(),
};
export const savedReplySchema = z
  .object({ id, ...savedReplyFields, updated_at: time, version })
  .openapi('SavedReply');
export const newSavedReplySchema = z.strictObject(savedReplyFields).openapi('NewSavedReply');

/** What stands in a feed where a thing is gone. */
export const goneSchema = z
  .object({ id, deleted: z.literal(true), merged_into: id.nullable(), version: version.nullable() })
  .openapi('Gone');

/** A page of a feed. */
export function feedSchema<T extends z.ZodType>(item: T, name: string) {
  return z
    .object({
      items: z.array(z.union([item, goneSchema])),
      next_cursor: z.string(),
      has_more: z.boolean(),
    })
    .openapi(name);
}

export const feedQuery = z.object({
  cursor: z.string().max(200).optional().openapi({ description: 'Opaque; leave out to begin.' }),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});

export const feedParam = z.object({ feed: z.enum(FEEDS) });
export const idsQuery = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
});
export const idsSchema = z
  .object({ items: z.array(z.object({ id, version })), next_cursor: z.string(), has_more: z.boolean() })
  .openapi('Ids');

/** Ids asked for by name in one request. */
const MOST_IDS = 50;
export const rowsQuery = z.object({
  ids: z
    .string()
    .min(1)
    .transform((ids) => ids.split(','))
    .pipe(z.array(id).min(1).max(MOST_IDS))
    .openapi({ type: 'string', description: `At most ${MOST_IDS} ids with commas between them.` }),
});
export const rowsSchema = z
  .object({
    items: z.array(
      z.union([agentSchema, contactSchema, conversationSchema, messageSchema, savedReplySchema, goneSchema]),
    ),
  })
  .openapi('Rows');

export const historyQuery = z.object({
  before: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const historySchema = z
  .object({ items: z.array(messageSchema), before: z.string().nullable() })
  .openapi('History');

export const idParam = z.object({ id });
export const refParam = z.object({ ref: z.string().min(1).max(300) });

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,300}$/u, 'must be 1 to 300 printable characters without spaces')
  .openapi({ description: 'Makes the request safe to repeat; remembered for 30 days.' });

export const keyHeader = z.object({ 'idempotency-key': idempotencyKey });
export const guardedHeaders = z.object({
  'idempotency-key': idempotencyKey,
  'if-match': z.string().max(300).optional(),
});
export const ifNoneMatchHeader = z.object({ 'if-none-match': z.string().max(300).optional() });

export const patchSchema = z
  .strictObject({
    status: z.enum(STATUSES).optional(),
    priority: z.enum(PRIORITIES).optional(),
    assignee_id: id.nullable().optional(),
    add_tags: z.array(tag).max(100).optional(),
    remove_tags: z.array(tag).max(100).optional(),
  })
  .openapi('ConversationPatch');

export const newMessageSchema = z
  .strictObject({
    kind: z.enum(['reply', 'note']),
    text: z.string().max(500_000),
    upload_ids: z.array(id).max(50).default([]),
    client_ref: z.string().min(1).max(300).nullable().default(null),
    status_after: z.enum(STATUSES).nullable().default(null),
    // Without a default: the body is part of what a repeated Idempotency-Key must match.
    via: z.literal('email').optional().openapi({
      description: 'Sends a reply in a chat to the address on file, as a mail, instead of into the chat.',
    }),
    author_id: id.optional().openapi({
      description: 'The agent who writes, where several use one token; left out: whoever the token is of.',
    }),
  })
  .openapi('NewMessage');

export const writtenSchema = z
  .object({ message: messageSchema, conversation: conversationSchema })
  .openapi('WrittenMessage');

export const mergeSchema = z.strictObject({ into: id }).openapi('Merge');
export const mergedSchema = z.object({ conversation: conversationSchema }).openapi('Merged');

export const operationSchema = z
  .object({ server_id: id, conversation: conversationSchema.nullable() })
  .openapi('Operation');

export const uploadQuery = z.object({
  name: z.string().min(1).max(500),
  type: z.string().min(1).max(200).default('application/octet-stream'),
});
export const uploadSchema = z.object({ id, size: z.int().nonnegative() }).openapi('Upload');

export const inboundSocialSchema = z
  .strictObject({
    network: z
      .string()
      .regex(/^[a-z0-9_.-]{1,40}$/u, 'must be a short lower-case name such as "threads" or "telegram"'),
    visibility: z.enum(['public', 'direct']),
    permalink: z
      .url({ protocol: /^https?$/u })
      .max(2000)
      .nullable()
      .default(null),
    author: z.strictObject({ handle: z.string().trim().min(1).max(200), name: z.string().trim().max(200) }),
    text: z.string().min(1).max(100_000),
    external_id: z.string().min(1).max(300),
    in_reply_to: z.string().min(1).max(300).nullable().optional(),
  })
  .openapi('InboundSocial');

export const acceptedSchema = z
  .object({
    result: z.enum(['accepted', 'duplicate', 'own']).openapi({
      description: '`duplicate`: taken before, nothing done. `own`: our own mail came back, nothing done.',
    }),
    conversation_id: id.nullable(),
    message_id: id.nullable(),
  })
  .openapi('Accepted');

export const outgoingSocialSchema = z
  .object({
    id,
    conversation_id: id,
    network: z.string(),
    visibility: z.enum(['public', 'direct']),
    permalink: z.string().nullable(),
    in_reply_to: z.string().nullable(),
    text: z.string(),
    attachments: z.array(attachmentSchema),
    author: z.string(),
    created_at: time,
  })
  .openapi('OutgoingSocial');

export const outgoingSocialListSchema = z
  .object({ items: z.array(outgoingSocialSchema), next_cursor: z.string(), has_more: z.boolean() })
  .openapi('OutgoingSocialList');

export const healthSchema = z
  .object({ ok: z.literal(true), revision: z.int().nonnegative() })
  .openapi('Health');
