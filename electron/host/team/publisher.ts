/**
 * Publishing a settings bundle. Whoever holds the key may publish, nobody else: the key lies in the
 * vault of one computer, and a role grants nothing.
 *
 *   number taken on disk ──▶ file written where the team finds it ──▶ remembered as published
 *
 * A number that was taken is never used again, so a crash in between can leave a gap, never two
 * different revisions of one number.
 */
import { randomUUID } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import type { Clock } from '@shared/backends/clock';
import type { Publisher, PublisherDraft } from '@shared/contract/team';
import { NO_TEAM_DATA, type TeamData } from '@shared/domain/team-data';
import { isPrivateHost } from '@shared/domain/private-host';
import type { FileSystem } from '@shared/storage/file-system';
import { z } from 'zod';
import type { Secrets } from '../accounts/secrets';
import { readJson, writeJson } from '../json-file';
import { handOver, MAX_BUNDLE_BYTES, readBundle, writeBundle, type Bundle } from './bundle';
import { ShareError, type Share } from './share';
import { fingerprintOf, newKeyPair, type KeyPair } from './signing';
import { TeamError } from './team-error';
import { BUNDLE_FILE, linkText, wayTo, type TeamLink } from './team-link';

/** Colleagues read it from a shared folder. */
const PUBLISHED_MODE = 0o644;

const fileSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  name: z.string(),
  key: z.string(),
  folder: z.string().nullable(),
  at: z.string(),
  handOvers: z.array(z.object({ from: z.string(), to: z.string(), signature: z.string() })),
  /** The highest number taken, published or not. */
  revision: z.number().int(),
});
type Kept = z.infer<typeof fileSchema>;

export interface BundlePublisher {
  state(): Publisher | null;
  link(): TeamLink | null;
  /** The newest published file; `null` before the first. */
  file(): Uint8Array | null;
  /** Makes a key, or changes name and place of the publisher there is. @throws TeamError */
  setUp(draft: PublisherDraft): Promise<void>;
  /** @returns the file. @throws TeamError */
  publish(data: TeamData): Promise<Uint8Array>;
  /** From the next revision on a new key signs; the old one says so in every later file. */
  changeKey(): Promise<void>;
}

export async function openPublisher(options: {
  fs: FileSystem;
  folder: string;
  secrets: Secrets;
  clock: Clock;
  share: Share;
}): Promise<BundlePublisher> {
  const { fs, folder, secrets, clock, share } = options;
  const paths = { kept: join(folder, 'publisher.json'), published: join(folder, 'published.json') };
  let kept = await readJson(fs, paths.kept, fileSchema);
  let file = kept === null ? null : await fs.read(paths.published);
  let published: Bundle | null = kept === null || file === null ? null : own(kept, file);

  // By its public half: a new key never takes the place of the old one before it is known.
  const secretOf = (key: string): string => `team-publisher/${key}`;

  async function keep(next: Kept): Promise<void> {
    await writeJson(fs, paths.kept, next);
    kept = next;
  }

  function pairOf({ key }: Kept): KeyPair {
    const privateKey = secrets.get(secretOf(key));
    if (privateKey === null) {
      throw new TeamError('not-offered', 'The key to publish with cannot be opened on this computer.');
    }
    return { publicKey: key, privateKey };
  }

  function must(): Kept {
    if (kept === null) throw new TeamError('not-found', 'Publishing is not set up on this computer.');
    return kept;
  }

  return {
    file: () => file,
    link: () => kept && { at: kept.at, id: kept.id, key: kept.key },
    state: () =>
      kept && {
        name: kept.name,
        fingerprint: fingerprintOf(kept.key),
        folder: kept.folder,
        link: linkText({ at: kept.at, id: kept.id, key: kept.key }),
        hasKey: secrets.get(secretOf(kept.key)) !== null,
        revision: published?.revision ?? 0,
        publishedAt: published?.issuedAt ?? null,
        published: copyOf(published?.data ?? NO_TEAM_DATA),
      },
    async setUp(draft) {
      const place = placeOf(draft);
      if (kept !== null) return keep({ ...kept, name: draft.name, ...place });
      const pair = newKeyPair();
      await secrets.set(secretOf(pair.publicKey), pair.privateKey);
      await keep({
        version: 1,
        id: randomUUID(),
        name: draft.name,
        key: pair.publicKey,
        ...place,
        handOvers: [],
        revision: 0,
      });
    },
    async publish(data) {
      const before = must();
      const pair = pairOf(before);
      const revision = before.revision + 1;
      const { id, name: publisher, handOvers } = before;
      const content = { id, revision, issuedAt: clock.now(), publisher, data };
      const bytes = writeBundle(content, pair, handOvers);
      refuseTooLarge(bytes);
      await refuseIfOvertaken(share, before);
      await keep({ ...before, revision });
      if (before.folder !== null) await writeForTeam(share, join(before.folder, BUNDLE_FILE), bytes);
      await fs.replace(paths.published, bytes);
      file = bytes;
      published = own(must(), bytes);
      return bytes;
    },
    async changeKey() {
      const before = must();
      const pair = newKeyPair();
      const word = handOver(before.id, pairOf(before), pair.publicKey);
      await secrets.set(secretOf(pair.publicKey), pair.privateKey);
      await keep({ ...before, key: pair.publicKey, handOvers: [...before.handOvers, word] });
    },
  };
}

/** Where the file is written, and where the team finds it. @throws TeamError */
function placeOf({ folder, url }: PublisherDraft): Pick<Kept, 'folder' | 'at'> {
  const way = wayTo(url);
  const bad = (why: string): TeamError => new TeamError('bad-address', why);
  if (folder !== '' && !isAbsolute(folder)) throw bad('The folder must be given with its whole path.');
  if (url !== '' && way !== 'https' && way !== 'http') throw bad('The address must begin with https://.');
  if (way === 'http' && !isPrivateHost(url))
    throw bad('Outside the own network the address must begin with https://.');
  if (folder === '' && url === '') throw bad('A folder or an address is needed.');
  return { folder: folder === '' ? null : folder, at: url === '' ? folder : url };
}

/** Nobody would take it, and the good one would be gone. */
function refuseTooLarge({ length }: Uint8Array): void {
  if (length <= MAX_BUNDLE_BYTES) return;
  throw new TeamError('too-large', `The revision would have ${length} of at most ${MAX_BUNDLE_BYTES} bytes.`);
}

/** Another computer with the same key was quicker: its revision would be overwritten. */
async function refuseIfOvertaken(share: Share, kept: Kept): Promise<void> {
  if (kept.folder === null) return;
  const path = join(kept.folder, BUNDLE_FILE);
  const there = await share.read(path, MAX_BUNDLE_BYTES).catch((error: unknown) => {
    // Nothing of ours is there; but a folder that does not answer takes nothing either.
    if (error instanceof ShareError && !HANGS.has(error.code)) return null;
    throw cannotWrite(path, error);
  });
  const found = there === null ? null : own(kept, there);
  if (found !== null && found.revision > kept.revision) {
    throw new TeamError('too-late', `Revision ${found.revision} was published from elsewhere meanwhile.`);
  }
}

const HANGS = new Set(['ETIMEDOUT', 'EBUSY', 'closing']);

async function writeForTeam(share: Share, path: string, bytes: Uint8Array): Promise<void> {
  await share.write(path, bytes, PUBLISHED_MODE).catch((error: unknown) => {
    throw cannotWrite(path, error);
  });
}

function cannotWrite(path: string, error: unknown): unknown {
  if (!(error instanceof ShareError)) return error;
  return new TeamError('account-unreachable', `${path} cannot be written (${error.code}).`);
}

/** A file of this publisher's own, by any of its keys; `null` for anything else. */
function own(kept: Kept, bytes: Uint8Array): Bundle | null {
  const keys = [kept.key, ...kept.handOvers.map(({ from }) => from)];
  for (const key of keys) {
    const reading = readBundle(bytes, { id: kept.id, key, inUse: null });
    if (reading.good) return reading.bundle;
  }
  return null;
}

/** The contract's arrays can be written to, the domain's cannot. */
export function copyOf(data: TeamData): Publisher['published'] {
  return structuredClone(data) as Publisher['published'];
}
