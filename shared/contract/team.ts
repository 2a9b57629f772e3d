/**
 * The team's data as the page manages it; shared/domain/team-data.ts says what it is.
 *
 *   GET  /door/team                                → TeamState
 *   POST /door/team/look            TeamLink      → TeamLook, what a link leads to; keeps nothing
 *   POST /door/team/follow          TeamLink      → TeamState, from now on this bundle is followed
 *   POST /door/team/unfollow                      → TeamState
 *   POST /door/team/refresh                       → TeamState, after asking for the bundle again
 *   PUT  /door/team/records/:book   TeamRecordPut → TeamState; book is `computer` or `draft`
 *   POST /door/team/records/:book/remove TeamRecordName → TeamState
 *   POST /door/team/publisher       PublisherDraft → TeamState, makes a key
 *   POST /door/team/publish                       → TeamState (409 `too-late` when another one was quicker)
 *   POST /door/team/new-key                       → TeamState, the old key hands over to a new one
 *   GET  /door/team/bundle.json                   → the newest published revision as a file
 */
import { z } from 'zod';
import './without-eval';
import { CHANNELS } from '../domain/entities';
import {
  ROLES,
  SHAPED_KINDS,
  TEAM_DATA_KINDS,
  type AnswerPolicy,
  type Calendar,
  type PersonLink,
  type Role,
  type TeamData,
  type TeamReply,
} from '../domain/team-data';

const id = z.string().min(1).max(200);
const time = z.number().int();
const address = z.object({
  backend: z.string().min(1).max(200),
  url: z.string().max(2_000),
  workspace: z.string().min(1).max(200).optional(),
  helpdesk: z.string().min(1).max(200).optional(),
});

export const teamReplySchema = z.object({
  id,
  title: z.string().trim().min(1).max(200),
  body: z.object({ type: z.enum(['text', 'html']), content: z.string().max(100_000) }),
  shortcut: z.string().trim().min(1).max(100).nullable(),
  folder: z.string().trim().min(1).max(200).nullable(),
  languages: z.array(z.string().min(2).max(20)).max(20).readonly(),
}) satisfies z.ZodType<TeamReply>;

export const roleSchema = z.object({
  id,
  agent: z.string().trim().min(1).max(320),
  account: address.nullable(),
  role: z.enum(ROLES),
}) satisfies z.ZodType<Role>;

const contactAddress = address.extend({ contactId: z.string().min(1).max(500) });
export const personLinkSchema = z.object({
  id,
  a: contactAddress,
  b: contactAddress,
  verdict: z.enum(['same', 'apart']),
  by: z.string().max(200),
  at: time,
}) satisfies z.ZodType<PersonLink>;

export const answerPolicySchema = z.object({
  id,
  channel: z.enum(CHANNELS),
  firstAnswerWithinMs: z.number().int().positive(),
  calendarId: id,
}) satisfies z.ZodType<AnswerPolicy>;

export const calendarSchema = z.object({
  id,
  name: z.string().trim().min(1).max(200),
  hours: z.literal('always'),
}) satisfies z.ZodType<Calendar>;

/** What is missing was not known when it was written. */
export const teamDataSchema = z.object({
  teamReply: z.array(teamReplySchema).max(20_000).default([]),
  role: z.array(roleSchema).max(20_000).default([]),
  personLink: z.array(personLinkSchema).max(100_000).default([]),
  answerPolicy: z.array(answerPolicySchema).max(1_000).default([]),
  calendar: z.array(calendarSchema).max(1_000).default([]),
}) satisfies z.ZodType<TeamData>;

/** Whether a bundle comes from a folder, safely over the network, or so that others can read along. */
export const bundleWaySchema = z.enum(['folder', 'https', 'http']);
export type BundleWay = z.infer<typeof bundleWaySchema>;

/**
 * Why the newest bundle is not the one in use; the last good one stays. `newer-format`: made by a
 * newer Holdfast. `not-private`: http to an address outside the own network. `forked`: the revision in
 * use, with another content.
 */
export const BUNDLE_PROBLEMS = [
  'bad-link',
  'not-private',
  'unreachable',
  'too-large',
  'not-a-bundle',
  'newer-format',
  'other-publisher',
  'other-bundle',
  'bad-signature',
  'older',
  'forked',
] as const;
export type BundleProblemKind = (typeof BUNDLE_PROBLEMS)[number];

export const bundleProblemSchema = z.object({
  kind: z.enum(BUNDLE_PROBLEMS),
  /** The system's own words, or '': never the team's data. */
  detail: z.string(),
  /** The revision that was found, where it can be told; unproven unless the signature is good. */
  revision: z.number().int().nullable(),
});
export type BundleProblem = z.infer<typeof bundleProblemSchema>;

export const followedSchema = z.object({
  address: z.string(),
  way: bundleWaySchema,
  /** Four groups of four characters, to compare. */
  fingerprint: z.string(),
  /** The bundle in use; `null` while none was ever good. */
  inUse: z
    .object({ revision: z.number().int(), publisher: z.string(), issuedAt: time, gotAt: time })
    .nullable(),
  /** When it was last asked for; `null`: not in this run. */
  checkedAt: time.nullable(),
  problem: bundleProblemSchema.nullable(),
});
export type Followed = z.infer<typeof followedSchema>;

export const publisherSchema = z.object({
  name: z.string(),
  fingerprint: z.string(),
  /** Where revisions are written; `null`: they are downloaded and uploaded by hand. */
  folder: z.string().nullable(),
  /** The link to give to the team; `null` while nobody said where the bundle will be. */
  link: z.string().nullable(),
  /** False: the key was sealed by a keychain that is not here. */
  hasKey: z.boolean(),
  /** The newest published revision; 0: none. */
  revision: z.number().int(),
  publishedAt: time.nullable(),
  published: teamDataSchema,
});
export type Publisher = z.infer<typeof publisherSchema>;

const placeSchema = z.object({ where: z.enum(['field', 'tag', 'note']), name: z.string() });
export const teamStateSchema = z.object({
  /** What each account's backend keeps by itself, by account id. */
  keeps: z.record(z.string(), z.partialRecord(z.enum(TEAM_DATA_KINDS), placeSchema)),
  followed: followedSchema.nullable(),
  /** From the bundle in use. */
  team: teamDataSchema,
  /** Kept only here. */
  computer: teamDataSchema,
  publisher: publisherSchema.nullable(),
  /** What the next revision will hold. */
  draft: teamDataSchema,
});
export type TeamState = z.infer<typeof teamStateSchema>;

/** A link made by a publisher: `holdfast-team:1?at=…&id=…&key=…`. */
export const teamLinkSchema = z.object({ link: z.string().trim().min(1).max(4_000) });

export const teamLookSchema = z.object({
  address: z.string(),
  way: bundleWaySchema.nullable(),
  fingerprint: z.string(),
  found: z.object({ revision: z.number().int(), publisher: z.string(), issuedAt: time }).nullable(),
  problem: bundleProblemSchema.nullable(),
});
export type TeamLook = z.infer<typeof teamLookSchema>;

export const bookSchema = z.enum(['computer', 'draft']);
export type TeamBook = z.infer<typeof bookSchema>;

export const teamRecordPutSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('teamReply'), record: teamReplySchema }),
  z.object({ kind: z.literal('role'), record: roleSchema }),
  z.object({ kind: z.literal('personLink'), record: personLinkSchema }),
  z.object({ kind: z.literal('answerPolicy'), record: answerPolicySchema }),
  z.object({ kind: z.literal('calendar'), record: calendarSchema }),
]);
export type TeamRecordPut = z.infer<typeof teamRecordPutSchema>;
export const teamRecordNameSchema = z.object({ kind: z.enum(SHAPED_KINDS), id });
export type TeamRecordName = z.infer<typeof teamRecordNameSchema>;

export const publisherDraftSchema = z.object({
  /** Shown to everybody who follows. */
  name: z.string().trim().min(1).max(200),
  /** Absolute path of an existing folder; '': revisions are downloaded. */
  folder: z.string().trim().max(2_000),
  /** Where the team will find it (https, or http inside the own network); '': in the folder. */
  url: z.string().trim().max(2_000),
});
export type PublisherDraft = z.infer<typeof publisherDraftSchema>;
