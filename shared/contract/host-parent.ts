/**
 * What the host process and the process that forked it (the desktop shell, or a plain Node parent)
 * say to each other, over Electron's MessagePort or Node's IPC channel. Checked on both sides.
 *
 *   host → parent   ready · launch-helpdesk · stop-helpdesk · keychain · failed
 *   parent → host   close · helpdesk-started · helpdesk-failed · helpdesk-exited · keychain-answer
 *
 * The host cannot start the helpdesk itself there: with the RunAsNode fuse off, only Electron's
 * main process can start another process that runs JavaScript.
 */
import { z } from 'zod';

const launch = z.string().min(1).max(100);

export const hostToParentSchema = z.discriminatedUnion('type', [
  /** It listens; the token is the page's for this launch. */
  z.object({ type: z.literal('ready'), token: z.string() }),
  /** It cannot start; the sentence says why and what to do. It exits afterwards. */
  z.object({ type: z.literal('failed'), message: z.string() }),
  z.object({
    type: z.literal('launch-helpdesk'),
    launch,
    dataDir: z.string(),
    port: z.number().int().nullable(),
    seed: z.number().int(),
  }),
  z.object({ type: z.literal('stop-helpdesk'), launch }),
  /** Asks the system's keychain; `offer` only asks whether there is one. */
  z.object({
    type: z.literal('keychain'),
    ask: z.string().min(1).max(100),
    verb: z.enum(['offer', 'wrap', 'unwrap']),
    bytes: z.base64(),
  }),
]);
export type HostToParent = z.infer<typeof hostToParentSchema>;

export const parentToHostSchema = z.discriminatedUnion('type', [
  /** Stop claiming work, finish what is in flight (at most 5 s), exit. */
  z.object({ type: z.literal('close') }),
  z.object({ type: z.literal('helpdesk-started'), launch, url: z.string(), token: z.string() }),
  z.object({ type: z.literal('helpdesk-failed'), launch, message: z.string() }),
  z.object({ type: z.literal('helpdesk-exited'), launch }),
  /** `null`: there is no keychain, or it does not know what it was given. */
  z.object({
    type: z.literal('keychain-answer'),
    ask: z.string().min(1).max(100),
    bytes: z.base64().nullable(),
  }),
]);
export type ParentToHost = z.infer<typeof parentToHostSchema>;
