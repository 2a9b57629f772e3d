/**
 * The door: every request and answer between the page and the host, checked on both sides.
 *
 * Headers on every request: `x-holdfast-token` (per launch). On every answer:
 * `x-holdfast-build` and `x-holdfast-contract`; a page that sees another value than its own
 * flushes its drafts and reloads. Errors are {@link doorErrorSchema} with a 4xx or 5xx status.
 *
 *   GET  /door/session                            → Session
 *   GET  /door/accounts                           → Account[]
 *   GET  /door/changes?account&after&limit        → ChangesPage
 *   GET  /door/events                             → text/event-stream of DoorEvent (JSON in `data:`)
 *   PUT  /door/intents/:ref            Intent     → OutboxRow, after the journal's fsync; idempotent
 *   GET  /door/intents?after                      → OutboxPage, rows changed after a revision; from 0
 *                                                   what is unconfirmed or finished within a day
 *   GET  /door/log?before&limit&state&text        → LogPage, newest first, also what is finished for long;
 *                                                   with a state or words: what fits, found in at most
 *                                                   0.3 s, so a page may be empty and the log go on
 *   GET  /door/log.csv · /door/log.json           → the whole delivery log as a file
 *   POST /door/intents/:ref/undo                  → OutboxRow (409 `too-late` once it has left)
 *   POST /door/intents/:ref/resend                → OutboxRow (parked only)
 *   POST /door/intents/:ref/discard               → OutboxRow (parked or held only)
 *   POST /door/intents/:ref/send-as-is   Seen     → OutboxRow (held only; held again if it moved on since)
 *   POST /door/intents/:ref/send-by-mail Seen     → OutboxRow (held as late only; 422 `not-offered`)
 *   POST /door/intents/:ref/settle       Settle   → OutboxRow (parked as `no-answer` only)
 *                                                   each verb again answers with the row as it is
 *   GET  /door/drafts                             → Draft[]
 *   PUT  /door/drafts/:account/:conversation DraftContent → Draft, after the fsync
 *   PUT  /door/uploads/:uploadId?offset&total&name&type   octet-stream → UploadProgress
 *   GET  /door/uploads/:uploadId                  → UploadProgress (where to resume)
 *   GET  /door/history?account&conversation&before → HistoryPage (asks the backend)
 *   POST /door/links                   LinkRequest → Link[] (signed, 60 s, one GET each)
 *   GET  /blob/:name?…signature                   → bytes (no token; the signature is the right)
 *   POST /door/attention                          → null: an agent came back to a window, or looks elsewhere in
 *                                                   it, so a dead link is to be found out now
 *   GET  /door/settings · PUT /door/settings      → Settings
 */
import { z } from 'zod';
import type { Draft as DraftRow } from '../domain/drafts';
import { STATUSES } from '../domain/entities';
import { FAILURE_KINDS } from '../domain/failures';
import {
  agentSchema,
  contactSchema,
  conversationSchema,
  intentBaseSchema,
  messageSchema,
  outboxRowSchema,
  savedReplySchema,
  speakerSchema,
  uploadedFileSchema,
} from './entity-schemas';

/** Raised with every change that an older page or host could not read. */
export const CONTRACT_VERSION = '3';

export const TOKEN_HEADER = 'x-holdfast-token';
export const BUILD_HEADER = 'x-holdfast-build';
export const CONTRACT_HEADER = 'x-holdfast-contract';

const id = z.string().min(1).max(500);
const time = z.number().int();

export const DOOR_ERROR_CODES = [
  'bad-request',
  'no-token',
  'not-found',
  'bad-address',
  'bad-proxy',
  'already-there',
  'too-late',
  'reused-ref',
  'not-offered',
  'too-large',
  'disk-full',
  'account-unreachable',
  'closing',
  'internal',
] as const;
export const doorErrorSchema = z.object({
  error: z.object({
    code: z.enum(DOOR_ERROR_CODES),
    /** What happened, in English, for logs; the page words the code in the agent's language. */
    message: z.string(),
  }),
});
export type DoorError = z.infer<typeof doorErrorSchema>['error'];
export type DoorErrorCode = (typeof DOOR_ERROR_CODES)[number];

export const sessionSchema = z.object({
  build: z.string(),
  contract: z.string(),
  /** 8 hex digits, the first part of every intent reference made here. */
  installId: z.string().regex(/^[0-9a-f]{8}$/),
  /** Changes when the host's spools were made anew: a page with another one empties its cache. */
  epoch: z.string(),
  /** Origin and path of the mail frame, on a second origin. */
  mailFrameUrl: z.string(),
  hostTime: time,
  /** Where a customer can write to the embedded helpdesk; `null` without one. */
  tryIt: z.object({ chatUrl: z.string(), inboundEmailUrl: z.string() }).nullable(),
});
export type Session = z.infer<typeof sessionSchema>;

/**
 * connecting → online ⇄ offline (cannot reach it) · refused (credentials) · paused (by the agent).
 */
export const ACCOUNT_STATES = ['connecting', 'online', 'offline', 'refused', 'paused'] as const;
export const accountSchema = z.object({
  id,
  name: z.string(),
  backend: z.string(),
  state: z.enum(ACCOUNT_STATES),
  /** Since when it is in this state. */
  stateSince: time,
  /** When the last whole pull began: the "as of" of every view; `null` before the first ended. */
  asOf: time.nullable(),
  failure: z.object({ kind: z.enum(FAILURE_KINDS), detail: z.string() }).nullable(),
  /** Until the first pull reached the end. */
  firstSync: z
    .object({
      /** Records of every kind that came so far. */
      rows: z.number().int(),
      /** Conversations among them. */
      conversations: z.number().int().optional(),
      /** How many conversations are still to come, as far as the helpdesk tells. */
      left: z.number().int().nullable().optional(),
    })
    .nullable(),
  /**
   * The agent removes it: until `at` (the host's clock) that can be undone. `failed`: it could not be
   * removed and is still there. Absent: it stays.
   */
  leaving: z
    .object({ state: z.enum(['waiting', 'leaving', 'failed']), at: time })
    .nullable()
    .optional(),
  rejectedRows: z.number().int(),
  /** What was wrong with the rows that were set aside last, each once, for an administrator. */
  rejectedBecause: z.array(z.string()).optional(),
  /** In this run, the helpdesk turned out to be restored from a backup: when that was seen. */
  rolledBack: z.object({ at: time }).nullable().optional(),
  /** Who works here: the speaker where the credentials are shared, else whoever is signed in. */
  agent: agentSchema.nullable(),
  /** Whose the credentials are, as far as the helpdesk told. */
  signedIn: agentSchema.nullable().optional(),
  /** Who speaks at this console, where the credentials are shared. */
  speaker: speakerSchema.nullable().optional(),
  tier: z.enum(['T1', 'T2', 'T3', 'T4']),
  supports: z.object({
    note: z.boolean(),
    priority: z.boolean(),
    tags: z.boolean(),
    attachments: z.boolean(),
    push: z.boolean(),
    /** A late chat reply can be sent as a mail instead; absent: no. */
    chatByMail: z.boolean().optional(),
    /** A message can be said to be of another agent than the one who is signed in; absent: no. */
    author: z.boolean().optional(),
    maxAttachmentBytes: z.number(),
  }),
  /** Address of the helpdesk; empty for the embedded one until it runs. */
  url: z.string().optional(),
  /** The part of the server it works in; absent where a server is one whole. */
  workspace: z.string().optional(),
  /** The embedded helpdesk that this host runs itself: it has no address or credentials to change. */
  ownHelpdesk: z.boolean().optional(),
  /** The backend's own words for the five statuses. */
  statusWords: z.record(z.enum(STATUSES), z.string()).optional(),
  /** What whoever wrote its custom profile should mend, with file and line; it works all the same. */
  advice: z.array(z.string()).optional(),
});
export type Account = z.infer<typeof accountSchema>;

const changeOf = <K extends string, S extends z.ZodType>(kind: K, row: S) =>
  z.object({
    seq: z.number().int(),
    kind: z.literal(kind),
    id,
    row: row.nullable(),
    movedTo: z.string().nullable(),
  });
export const spooledChangeSchema = z.discriminatedUnion('kind', [
  changeOf('conversation', conversationSchema),
  changeOf('message', messageSchema),
  changeOf('contact', contactSchema),
  changeOf('agent', agentSchema),
  changeOf('savedReply', savedReplySchema),
]);
/** A change with its place in the account's spool. */
export type SpooledChange = z.infer<typeof spooledChangeSchema>;

export const changesPageSchema = z.object({
  epoch: z.string(),
  changes: z.array(spooledChangeSchema),
  /** Ask again with `after: seq`. */
  seq: z.number().int(),
  more: z.boolean(),
});
export type ChangesPage = z.infer<typeof changesPageSchema>;

export const outboxPageSchema = z.object({
  rows: z.array(outboxRowSchema),
  revision: z.number().int(),
  /** What opening the journal found damaged; told to the agent once. */
  recovery: z.object({ tornBytes: z.number().int(), damaged: z.number().int() }),
});
export type OutboxPage = z.infer<typeof outboxPageSchema>;

export const logPageSchema = z.object({
  rows: z.array(outboxRowSchema),
  /** Ask again with this; `null` at the oldest. */
  before: z.number().int().nullable(),
  /** When the oldest row was decided that was looked at; `null` or absent: none was. */
  reachedAt: time.nullable().optional(),
});
export type LogPage = z.infer<typeof logPageSchema>;

/**
 * What was on screen when the agent let a held row go: the hold's `movement.head`, or what is newer
 * on screen. `toConversationId` is the hold's `into`, which the agent agreed to.
 */
export const seenSchema = z.object({ base: intentBaseSchema, toConversationId: id.nullable().optional() });
export type Seen = z.infer<typeof seenSchema>;

/**
 * The agent's word on what nobody else can tell: "this message is it", or "it is not there". `base` is
 * what was on screen then: a reply that goes out again over more than that is held. Absent (an older
 * page): what the row was parked with counts as seen.
 */
export const settleSchema = z.union([
  z.object({ arrived: id }).strict(),
  z.object({ notThere: z.literal(true), base: intentBaseSchema.optional() }).strict(),
]);
export type Settle = z.infer<typeof settleSchema>;

export const draftContentSchema = z.object({
  mode: z.enum(['reply', 'note']),
  text: z.string().max(500_000),
  files: z.array(uploadedFileSchema).max(50),
  /** The page's clock when it was typed: the later one wins. */
  typedAt: time,
});
export type DraftContent = z.infer<typeof draftContentSchema>;
/** An empty draft (no text, no files) is kept as a tombstone until the host drops it. */
export const draftSchema = draftContentSchema.extend({
  accountId: id,
  conversationId: id,
}) satisfies z.ZodType<DraftRow>;
export type Draft = z.infer<typeof draftSchema>;

export const uploadProgressSchema = z.object({
  received: z.number().int(),
  /** Present once all bytes are there and hashed. */
  file: uploadedFileSchema.nullable(),
});
export type UploadProgress = z.infer<typeof uploadProgressSchema>;

export const historyPageSchema = z.object({
  messages: z.array(messageSchema),
  /** Ask again with this; `null` at the very first message. */
  before: z.string().nullable(),
});
export type HistoryPage = z.infer<typeof historyPageSchema>;

/** What the file is called when it is saved; it says nothing about how it is shown. */
const savedName = z.string().max(255).optional();
export const linkRequestSchema = z
  .array(
    z.union([
      z.object({ accountId: id, attachmentId: id, download: z.boolean(), name: savedName }),
      z.object({
        hash: z.string().regex(/^[0-9a-f]{64}$/),
        mediaType: z.string(),
        download: z.boolean(),
        name: savedName,
      }),
    ]),
  )
  .max(200);
export type LinkRequest = z.infer<typeof linkRequestSchema>;
export const linksSchema = z.array(z.object({ url: z.string() }));
export type Links = z.infer<typeof linksSchema>;

export const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  /** `system` follows the browser or the operating system. */
  locale: z.enum(['system', 'en', 'ru', 'be', 'vi']),
  density: z.enum(['comfortable', 'compact']),
  undoSendMs: z.number().int().min(0).max(60_000),
  statusAfterReply: z.enum(STATUSES).nullable(),
  /** A reply in a live chat that could not leave within this waits for the agent. */
  chatLateMs: z.number().int().min(30_000).max(3_600_000).default(180_000),
});
export type Settings = z.infer<typeof settingsSchema>;
export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  locale: 'system',
  density: 'comfortable',
  undoSendMs: 5_000,
  statusAfterReply: null,
  chatLateMs: 180_000,
};

export const doorEventSchema = z.discriminatedUnion('type', [
  /** New rows wait in an account's spool. */
  z.object({ type: z.literal('changes'), accountId: id, seq: z.number().int() }),
  z.object({ type: z.literal('outbox'), row: outboxRowSchema }),
  z.object({ type: z.literal('account'), account: accountSchema }),
  /** Its rows are gone here; what was not sent and what was drafted is kept. */
  z.object({ type: z.literal('account-removed'), accountId: id }),
  z.object({ type: z.literal('draft'), draft: draftSchema }),
  z.object({ type: z.literal('settings'), settings: settingsSchema }),
  /** The team's data is different: ask again (team.ts). */
  z.object({ type: z.literal('team') }),
  /** Every 5 s: a stream silent for 12 s is dead. */
  z.object({ type: z.literal('ping'), hostTime: time }),
]);
export type DoorEvent = z.infer<typeof doorEventSchema>;

/** Largest chunk of an upload, in bytes. */
export const UPLOAD_CHUNK_BYTES = 1024 * 1024;
