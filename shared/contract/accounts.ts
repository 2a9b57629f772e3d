/**
 * Accounts as the page manages them. Credentials go one way: into the host's vault, never back.
 *
 *   GET    /door/backends                        → Backends, what can be connected
 *   POST   /door/account-checks    AccountDraft  → AccountCheck; asks the helpdesk, keeps nothing
 *   POST   /door/accounts          AccountDraft  → Account
 *   POST   /door/accounts/:id      AccountPatch  → Account
 *   GET    /door/accounts/:id/holdings           → Holdings, what a removal is about
 *   POST   /door/accounts/:id/remove             → Account as it was; unsent replies and drafts are kept
 *   POST   /door/profiles          ProfileText   → ProfileResult; keeps a custom profile that compiles
 */
import { z } from 'zod';

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

export const accountDraftSchema = z.object({
  /** Empty: the host names it after the helpdesk. */
  name: z.string().trim().max(200),
  backend: id,
  url: z.string().trim().max(2_000),
  values: signInValues,
});
export type AccountDraft = z.infer<typeof accountDraftSchema>;

/** What is left out stays as it is; a credential that is left out too. */
export const accountPatchSchema = accountDraftSchema
  .omit({ backend: true })
  .extend({ paused: z.boolean() })
  .partial();
export type AccountPatch = z.infer<typeof accountPatchSchema>;

export const CHECK_STEPS = ['address', 'kind', 'sign-in', 'reading', 'replying'] as const;

/** Why a check fails, in kinds that the page has words and advice for. */
export const CHECK_PROBLEMS = [
  'bad-address',
  'dns',
  'refused',
  'tls',
  'no-answer',
  'redirected',
  'not-json',
  'other-product',
  'credentials',
  'missing-right',
  'rate-limited',
  'clock-skew',
  'server',
  'wrong-type',
  'limited-proof',
] as const;
export type CheckProblem = (typeof CHECK_PROBLEMS)[number];

export const accountCheckSchema = z.object({
  steps: z.array(
    z.object({
      step: z.enum(CHECK_STEPS),
      /** `warn`: it works, but the agent should know something. */
      result: z.enum(['pass', 'warn', 'fail', 'skipped']),
      problem: z.enum(CHECK_PROBLEMS).nullable(),
      /** The server's own words, or a figure; never a credential. */
      detail: z.string(),
    }),
  ),
  agent: z.string().nullable(),
  openConversations: z.number().int().nullable(),
  tier: z.enum(['T1', 'T2', 'T3', 'T4']).nullable(),
});
export type AccountCheck = z.infer<typeof accountCheckSchema>;

export const holdingsSchema = z.object({
  /** Kept on this computer only as a copy: fetched again when the account is added again. */
  conversations: z.number().int(),
  /** Replies and edits that have not left. */
  unsent: z.number().int(),
  drafts: z.number().int(),
});
export type Holdings = z.infer<typeof holdingsSchema>;

export const profileTextSchema = z.object({ text: z.string().min(1).max(1_000_000) });

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
  }),
]);
export type ProfileResult = z.infer<typeof profileResultSchema>;
