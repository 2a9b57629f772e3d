/** Schemas of the domain's nouns as they cross the door; each is checked against the domain's type. */
import { z } from 'zod';
import {
  CHANNELS,
  PRIORITIES,
  STATUSES,
  type Agent,
  type Attachment,
  type Contact,
  type Conversation,
  type Message,
  type SavedReply,
} from '../domain/entities';
import {
  DELIVERY_STATES,
  type Hold,
  type Intent,
  type IntentAction,
  type IntentBase,
  type OutboxRow,
  type Release,
  type UploadedFile,
} from '../domain/intents';
import { SPEAKING_WAYS, type Speaker } from '../domain/speaker';
import type { Movement } from '../domain/thread-moved';
import './without-eval';

const id = z.string().min(1).max(500);
const time = z.number().int();

export const conversationSchema = z.object({
  accountId: id,
  id,
  channel: z.enum(CHANNELS),
  subject: z.string(),
  status: z.enum(STATUSES),
  statusLabel: z.string().nullable(),
  priority: z.enum(PRIORITIES),
  assigneeId: id.nullable(),
  contactId: z.string(),
  contactName: z.string(),
  tags: z.array(z.string()),
  preview: z.string(),
  createdAt: time,
  updatedAt: time,
  lastMessageAt: time,
  lastMessageId: id.nullable(),
  waitingSince: time.nullable(),
  messageCount: z.number().int().nullable(),
  version: z.string().nullable(),
  social: z
    .object({
      network: z.string(),
      visibility: z.enum(['public', 'direct']),
      permalink: z.string().nullable(),
    })
    .nullable(),
  answersTo: z.object({ address: z.string(), sender: z.string() }).optional(),
}) satisfies z.ZodType<Conversation>;

export const attachmentSchema = z.object({
  id,
  name: z.string(),
  mediaType: z.string(),
  size: z.number().int().nonnegative(),
  contentId: z.string().nullable(),
}) satisfies z.ZodType<Attachment>;

export const messageSchema = z.object({
  accountId: id,
  id,
  conversationId: id,
  kind: z.enum(['inbound', 'reply', 'note', 'event']),
  author: z.object({
    type: z.enum(['contact', 'agent', 'system']),
    id: z.string().nullable(),
    name: z.string(),
  }),
  createdAt: time,
  body: z.object({ type: z.enum(['text', 'html']), content: z.string() }),
  attachments: z.array(attachmentSchema),
  clientRef: z.string().nullable(),
  email: z
    .object({
      from: z.string(),
      to: z.array(z.string()),
      cc: z.array(z.string()),
      subject: z.string(),
      messageId: z.string().nullable(),
    })
    .nullable(),
}) satisfies z.ZodType<Message>;

export const contactSchema = z.object({
  accountId: id,
  id,
  name: z.string(),
  emails: z.array(z.string()),
  verifiedEmails: z.array(z.string()).optional(),
  phones: z.array(z.string()),
  handles: z.array(z.string()),
  createdAt: time,
  updatedAt: time,
}) satisfies z.ZodType<Contact>;

export const agentSchema = z.object({
  accountId: id,
  id,
  name: z.string(),
  email: z.string().nullable(),
  helpdesk: z.string().optional(),
}) satisfies z.ZodType<Agent>;

export const savedReplySchema = z.object({
  accountId: id,
  id,
  title: z.string(),
  body: z.object({ type: z.enum(['text', 'html']), content: z.string() }),
  shortcut: z.string().nullable(),
  folder: z.string().nullable(),
  updatedAt: time.nullable(),
}) satisfies z.ZodType<SavedReply>;

export const uploadedFileSchema = z.object({
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string().min(1).max(255),
  mediaType: z.string().max(255),
  size: z.number().int().nonnegative(),
}) satisfies z.ZodType<UploadedFile>;

const messageText = z.string().max(500_000);
const tag = z.string().trim().min(1).max(100);

export const intentActionSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('reply'),
    text: messageText,
    files: z.array(uploadedFileSchema).max(50),
    statusAfter: z.enum(STATUSES).nullable(),
  }),
  z.object({ kind: z.literal('note'), text: messageText, files: z.array(uploadedFileSchema).max(50) }),
  z.object({ kind: z.literal('status'), status: z.enum(STATUSES) }),
  z.object({ kind: z.literal('assign'), assigneeId: id.nullable() }),
  z.object({ kind: z.literal('priority'), priority: z.enum(PRIORITIES) }),
  z.object({ kind: z.literal('tags'), add: z.array(tag).max(100), remove: z.array(tag).max(100) }),
]) satisfies z.ZodType<IntentAction>;

/** `<8 hex install id>-<uuid>`: unique for ever, also on a copied profile. */
export const INTENT_REF_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const intentBaseSchema = z.object({
  messageId: z.string().nullable(),
  version: z.string().nullable(),
  // Absent stays absent: a repeated PUT must compare equal to what an older page sent.
  status: z.enum(STATUSES).nullable().optional(),
  assigneeId: id.nullable().optional(),
}) satisfies z.ZodType<IntentBase>;

export const speakerSchema = z.object({
  id: id.nullable(),
  name: z.string().trim().min(1).max(200),
  email: z.string().max(500).nullable(),
}) satisfies z.ZodType<Speaker>;

export const intentSchema = z.object({
  ref: z.string().regex(INTENT_REF_PATTERN),
  accountId: id,
  conversationId: id,
  agentId: id,
  speaker: speakerSchema.extend({ by: z.enum(SPEAKING_WAYS) }).optional(),
  decidedAt: time,
  base: intentBaseSchema,
  delayMs: z.number().int().min(0).max(120_000),
  action: intentActionSchema,
}) satisfies z.ZodType<Intent>;

export const movementSchema = z.object({
  newMessages: z.array(
    z.object({
      id,
      kind: z.enum(['inbound', 'reply', 'note']),
      authorType: z.enum(['contact', 'agent']),
      authorId: z.string().nullable(),
      authorName: z.string(),
      createdAt: time,
    }),
  ),
  newCount: z.number().int(),
  status: z.object({ from: z.enum(STATUSES), to: z.enum(STATUSES) }).nullable(),
  assignee: z.object({ from: z.string().nullable(), to: z.string().nullable() }).nullable(),
  baseMissing: z.boolean(),
  head: intentBaseSchema,
}) satisfies z.ZodType<Movement>;

export const holdSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('moved'), movement: movementSchema }),
  z.object({
    kind: z.literal('late'),
    since: time,
    channel: z.enum(CHANNELS),
    movement: movementSchema.nullable(),
  }),
  z.object({ kind: z.literal('merged'), into: id, movement: movementSchema.nullable() }),
  z.object({
    kind: z.literal('unproven'),
    movement: movementSchema.nullable(),
    looked: z.number().int().nonnegative().optional(),
  }),
]) satisfies z.ZodType<Hold>;

const releaseSchema = z.object({
  at: time,
  base: intentBaseSchema,
  seenIds: z.array(z.string()),
  toConversationId: id.nullable(),
  via: z.literal('email').nullable(),
}) satisfies z.ZodType<Release>;

export const outboxRowSchema = z.object({
  intent: intentSchema,
  order: z.number().int(),
  revision: z.number().int(),
  state: z.enum(DELIVERY_STATES),
  reason: z
    .object({
      kind: z.enum([
        'undo-time',
        'earlier-first',
        'account-offline',
        'account-refused',
        'rate-limited',
        'no-answer',
        'refused-by-server',
        'file-missing',
        'settling',
        'thread-unread',
        'gone',
        'keeps-failing',
        'rolled-back',
        'elsewhere',
      ]),
      detail: z.string().nullable(),
    })
    .nullable(),
  attempts: z.number().int(),
  nextAttemptAt: time.nullable(),
  serverId: z.string().nullable(),
  queuedAt: time,
  changedAt: time,
  evidence: z.array(z.object({ at: time, state: z.enum(DELIVERY_STATES), note: z.string() })),
  hold: holdSchema.nullable().optional(),
  release: releaseSchema.nullable().optional(),
  leftAs: z.string().optional(),
  effect: z
    .object({ status: z.enum(STATUSES), assigneeId: id.nullable() })
    .nullable()
    .optional(),
  uploadIds: z.array(z.string().nullable()).optional(),
  uploadedAt: time.optional(),
}) satisfies z.ZodType<OutboxRow>;
