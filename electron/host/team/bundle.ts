/**
 * The settings bundle: one JSON file that an administrator publishes and every console of the team
 * follows. The signed part is kept as the very text that was signed, so nobody has to agree on how
 * JSON is written; who follows has pinned the publisher's key, so where the file lies needs no trust.
 *
 *   { holdfast, format, revision, key, handOvers: [old key signs new key], signed: "…", signature }
 *
 * Nothing here looks at a clock: newer means a higher revision.
 */
import { z } from 'zod';
import { teamDataSchema, type BundleProblem, type BundleProblemKind } from '@shared/contract/team';
import type { TeamData } from '@shared/domain/team-data';
import { isSignedBy, signText, type KeyPair } from './signing';

export const BUNDLE_FORMAT = 1;
/** Ten thousand replies of a page each. */
export const MAX_BUNDLE_BYTES = 10 * 1024 * 1024;

const SIGNED = 'holdfast settings bundle 1';
const HANDED_OVER = 'holdfast key hand-over 1';
const MOST_HAND_OVERS = 100;

const key = z.string().max(100);
const handOverSchema = z.object({ from: key, to: key, signature: z.string().max(200) });
/** An old key's word that from now on another one publishes. */
export type HandOver = z.infer<typeof handOverSchema>;

const headSchema = z.object({
  holdfast: z.literal('settings-bundle'),
  format: z.number().int(),
  revision: z.number().int().optional(),
});
const fileSchema = z.object({
  key,
  handOvers: z.array(handOverSchema).max(MOST_HAND_OVERS).default([]),
  signed: z.string(),
  signature: z.string().max(200),
});
const signedSchema = z.object({
  id: z.string().min(1).max(100),
  revision: z.number().int().positive(),
  issuedAt: z.number().int(),
  publisher: z.string().max(200),
  data: teamDataSchema,
});

export interface Bundle {
  id: string;
  revision: number;
  issuedAt: number;
  publisher: string;
  data: TeamData;
  /** The text that was signed: equal for equal bundles. */
  signed: string;
  /** Whose it is by now: what is pinned from here on. */
  key: string;
}

/** What is known of the bundle that is followed. */
export interface Pinned {
  id: string;
  key: string;
  /** The last good one; `null` before the first. Its text is `null` when the copy here is damaged. */
  inUse: { revision: number; signed: string | null } | null;
}

export type BundleReading = { good: true; bundle: Bundle } | { good: false; problem: BundleProblem };

/** Judges a file for somebody who follows. Nothing of it counts unless all of it is good. */
export function readBundle(bytes: Uint8Array, pinned: Pinned): BundleReading {
  if (bytes.length > MAX_BUNDLE_BYTES) return bad('too-large', null);
  const json = parsed(bytes);
  const head = headSchema.safeParse(json);
  if (!head.success) return bad('not-a-bundle', null);
  const { format, revision: told = null } = head.data;
  if (format > BUNDLE_FORMAT) return bad('newer-format', told);
  const file = fileSchema.safeParse(json);
  if (!file.success) return bad('not-a-bundle', told);
  const { key: by, handOvers, signed, signature } = file.data;
  if (!isHeir(by, handOvers, pinned)) return bad('other-publisher', told);
  if (!isSignedBy(by, SIGNED, signed, signature)) return bad('bad-signature', told);
  const content = signedSchema.safeParse(parsed(signed));
  if (!content.success) return bad('not-a-bundle', told);
  const { id, revision } = content.data;
  if (id !== pinned.id) return bad('other-bundle', revision);
  if (pinned.inUse !== null && revision < pinned.inUse.revision) return bad('older', revision);
  const known = pinned.inUse?.revision === revision ? pinned.inUse.signed : null;
  if (known !== null && known !== signed) return bad('forked', revision);
  return { good: true, bundle: { ...content.data, signed, key: by } };
}

function parsed(bytes: Uint8Array | string): unknown {
  try {
    return JSON.parse(
      typeof bytes === 'string' ? bytes : new TextDecoder('utf-8', { fatal: true }).decode(bytes),
    );
  } catch {
    return null;
  }
}

function bad(kind: BundleProblemKind, revision: number | null): BundleReading {
  return { good: false, problem: { kind, detail: '', revision } };
}

/** Whether each key from the pinned one to this one was handed over by the one before. */
function isHeir(heir: string, handOvers: readonly HandOver[], pinned: Pinned): boolean {
  let owner = pinned.key;
  for (const { from, to, signature } of handOvers) {
    if (owner === heir) break;
    if (from === owner && isSignedBy(from, HANDED_OVER, handOverText(pinned.id, from, to), signature))
      owner = to;
  }
  return owner === heir;
}

function handOverText(id: string, from: string, to: string): string {
  return `${id}\n${from}\n${to}`;
}

/** The old key says that the new one is its heir. */
export function handOver(id: string, from: KeyPair, to: string): HandOver {
  const signature = signText(from.privateKey, HANDED_OVER, handOverText(id, from.publicKey, to));
  return { from: from.publicKey, to, signature };
}

/** The file of a revision. */
export function writeBundle(
  content: Pick<Bundle, 'id' | 'revision' | 'issuedAt' | 'publisher' | 'data'>,
  by: KeyPair,
  handOvers: readonly HandOver[],
): Uint8Array {
  const signed = JSON.stringify(content);
  const file = {
    holdfast: 'settings-bundle',
    format: BUNDLE_FORMAT,
    revision: content.revision,
    key: by.publicKey,
    handOvers,
    signed,
    signature: signText(by.privateKey, SIGNED, signed),
  };
  return new TextEncoder().encode(`${JSON.stringify(file, null, 2)}\n`);
}
