/**
 * Accounts as the page manages them. Credentials go one way: into the host's vault, never back.
 *
 *   GET    /door/backends                        → Backends, what can be connected
 *   POST   /door/account-checks    AccountCheckDraft → one JSON line a CheckStep as it is known, then CheckEnd;
 *                                                  asks the helpdesk, keeps nothing. Hanging up calls it off
 *   POST   /door/accounts          AccountDraft  → Account
 *   POST   /door/accounts/:id      AccountPatch  → Account; at another server only what is given signs in
 *   GET    /door/accounts/:id/holdings           → Holdings, what a removal is about
 *   GET    /door/accounts/removed                → RemovedAccount[], what they were called last
 *   POST   /door/accounts/:id/remove?undoMs      → Account as it is until then; unsent replies and drafts
 *                                                  are kept. The host counts: it leaves with no window open
 *   POST   /door/accounts/:id/keep               → Account, which does not leave (404 once it has left)
 *   GET    /door/accounts/:id/connection         → Connection, how it reaches its helpdesk
 *   POST   /door/profiles          ProfileText   → ProfileResult; keeps a custom profile that compiles
 */
import { z } from 'zod';
import './without-eval';
import { CERTIFICATE_FAULTS, FINGERPRINT, type SeenCertificate } from '../domain/certificates';
import { agentSchema, speakerSchema } from './entity-schemas';

const id = z.string().min(1).max(500);

export const SIGN_IN_FIELDS = [
  'token',
  'login',
  'workspace',
  'clientId',
  'clientSecret',
  'refreshToken',
] as const;
export type SignInFieldName = (typeof SIGN_IN_FIELDS)[number];

const signInValues = z.partialRecord(z.enum(SIGN_IN_FIELDS), z.string().max(10_000));

export const backendOfferSchema = z.object({
  id,
  name: z.string(),
  signIn: z.array(z.object({ name: z.enum(SIGN_IN_FIELDS), secret: z.boolean() })),
  addressExample: z.string(),
  /** Made from a profile of the team's own. */
  custom: z.boolean(),
});
export type BackendOffer = z.infer<typeof backendOfferSchema>;

export const backendsSchema = z.object({
  offers: z.array(backendOfferSchema),
  /** What keeps the credentials: the system's keychain, or a file that only this user may read. */
  vault: z.enum(['keychain', 'file']),
});
export type Backends = z.infer<typeof backendsSchema>;

const fingerprint = z.string().regex(FINGERPRINT);

/** How an account reaches its helpdesk. What signs in at its proxy stays in the vault. */
export const connectionSchema = z.object({
  /** The one certificate that is accepted of its server; `null`: any that this computer vouches for. */
  trusted: fingerprint.nullable(),
  proxy: z.discriminatedUnion('use', [
    z.object({ use: z.literal('none') }),
    /** As HTTPS_PROXY, HTTP_PROXY and NO_PROXY say where the host runs. */
    z.object({ use: z.literal('system') }),
    z.object({ use: z.literal('address'), url: z.string(), signsIn: z.boolean() }),
  ]),
});
export type Connection = z.infer<typeof connectionSchema>;

export const connectionDraftSchema = z.object({
  trusted: fingerprint.nullable(),
  proxy: z.discriminatedUnion('use', [
    z.object({ use: z.literal('none') }),
    z.object({ use: z.literal('system') }),
    z.object({
      use: z.literal('address'),
      /** May hold name and password, as proxies' addresses do: the host takes them out. */
      url: z.string().trim().max(2_000),
      /** `name:password`. Left out: what the address holds, else what is kept for this proxy; `null`: none. */
      signIn: z.string().max(2_000).nullable().optional(),
    }),
  ]),
});
export type ConnectionDraft = z.infer<typeof connectionDraftSchema>;

export const accountDraftSchema = z.object({
  /** Empty: the host names it after the helpdesk. */
  name: z.string().trim().max(200),
  backend: id,
  url: z.string().trim().max(2_000),
  values: signInValues,
  /** Left out: straight, by the certificates this computer vouches for; of an account, as it is kept. */
  connection: connectionDraftSchema.optional(),
});
export type AccountDraft = z.infer<typeof accountDraftSchema>;

/** What is left out stays as it is; a credential that is left out too. */
export const accountPatchSchema = accountDraftSchema
  .omit({ backend: true })
  .extend({
    paused: z.boolean(),
    /** Who speaks at this console, where the credentials are shared; `null`: whoever they belong to. */
    speaker: speakerSchema.nullable(),
  })
  .partial();
export type AccountPatch = z.infer<typeof accountPatchSchema>;

/** `accountId`: what is left out of the values is taken from that account's vault. */
export const accountCheckDraftSchema = accountDraftSchema.extend({ accountId: id.optional() });
export type AccountCheckDraft = z.infer<typeof accountCheckDraftSchema>;

/** Where a check can end; shared/backends/check/sign-in-check.ts says what each one means. */
export const CHECK_PROBLEMS = [
  'unknown-name',
  'nobody-there',
  'no-https',
  'silent',
  'certificate',
  'proxy',
  'proxy-unreachable',
  'proxy-refuses',
  'moved',
  'web-page',
  'other-server',
  'bad-credentials',
  'nobody-signed-in',
  'missing-right',
  'rate-limited',
  'server-error',
  'unreadable-rows',
  'clock-skew',
] as const;
export type CheckProblem = (typeof CHECK_PROBLEMS)[number];

/** A certificate that was not accepted, for the person who decides whether it is trusted. */
export const seenCertificateSchema = z.object({
  host: z.string(),
  subject: z.string(),
  issuer: z.string(),
  names: z.array(z.string()),
  validFrom: z.number(),
  validTo: z.number(),
  fingerprint,
  faults: z.array(z.enum(CERTIFICATE_FAULTS)),
  trusted: fingerprint.nullable(),
}) satisfies z.ZodType<SeenCertificate>;

/** One step of a check, in the order in which they are taken; the first that fails is the last. */
export const checkStepSchema = z.discriminatedUnion('step', [
  z.object({ step: z.literal('address'), ok: z.literal(true), origin: z.string() }),
  z.object({ step: z.literal('helpdesk'), ok: z.literal(true), name: z.string() }),
  z.object({
    step: z.literal('signIn'),
    ok: z.literal(true),
    agent: agentSchema,
    /** Who speaks at this console, where that is not the agent who is signed in. */
    speaker: z.string().optional(),
  }),
  z.object({
    step: z.literal('read'),
    ok: z.literal(true),
    /** Not resolved and not closed, among those that were looked at. */
    open: z.number().int(),
    /** False: there are more than were looked at. */
    all: z.boolean(),
    total: z.number().int().nullable(),
    setAside: z.number().int(),
    problem: z.string().nullable(),
  }),
  z.object({ step: z.literal('tier'), ok: z.literal(true), tier: z.enum(['T1', 'T2', 'T3', 'T4']) }),
  /** How far the server's clock is ahead, in ms. */
  z.object({ step: z.literal('clock'), ok: z.literal(true), aheadMs: z.number().nullable() }),
  z.object({
    step: z.literal('failed'),
    ok: z.literal(false),
    at: z.enum(['address', 'helpdesk', 'signIn', 'read', 'tier', 'clock']),
    problem: z.enum(CHECK_PROBLEMS),
    /** The server's own words, or the system's; never a credential. */
    detail: z.string(),
    /** The one that was not accepted. */
    certificate: seenCertificateSchema.optional(),
  }),
]);
export type CheckStep = z.infer<typeof checkStepSchema>;

/** The last line of a check: without it the answer broke off, and there may have been more to say. */
export const checkEndSchema = z.object({ step: z.literal('end') });
export const checkLineSchema = z.union([checkStepSchema, checkEndSchema]);

export const holdingsSchema = z.object({
  /** Kept on this computer only as a copy: fetched again when the account is added again. */
  conversations: z.number().int(),
  /** Replies and edits that have not left. */
  unsent: z.number().int(),
  drafts: z.number().int(),
});
export type Holdings = z.infer<typeof holdingsSchema>;

/** How long an agent can undo the removal of an account, in ms; anew when the host starts meanwhile. */
export const UNDO_REMOVAL_MS = 10_000;
export const removalQuerySchema = z.object({
  undoMs: z.coerce.number().int().min(0).max(60_000).default(0),
});

/** What is still told of an account that is gone: what it left in the outbox goes by its name. */
export const removedAccountSchema = z.object({ id, name: z.string() });
export type RemovedAccount = z.infer<typeof removedAccountSchema>;

export const profileTextSchema = z.object({
  text: z.string().min(1).max(1_000_000),
  /** Whether it may take the place of one with the same id that says something else. */
  replace: z.boolean().optional(),
});

export const profileResultSchema = z.discriminatedUnion('kept', [
  z.object({ kept: z.literal(true), offer: backendOfferSchema }),
  z.object({
    kept: z.literal(false),
    problems: z.array(
      z.object({
        line: z.number().int().nullable(),
        column: z.number().int().nullable(),
        message: z.string(),
      }),
    ),
    /** What it would take the place of, where that was not said to be meant. */
    replaces: z.object({ name: z.string(), accounts: z.number().int() }).nullable(),
  }),
]);
export type ProfileResult = z.infer<typeof profileResultSchema>;
