/**
 * The settings bundle this console follows: where it is, whose it is, and the last good copy, which
 * stays in use whatever the newest file turns out to be.
 *
 *   fetched ──good──▶ kept on disk ──▶ in use
 *      └──anything else──▶ told as a problem; what was in use stays
 */
import { join } from 'node:path';
import type { Clock } from '@shared/backends/clock';
import type { HttpClient } from '@shared/backends/http';
import type { BundleProblem, Followed, TeamLook } from '@shared/contract/team';
import { NO_TEAM_DATA, type TeamData } from '@shared/domain/team-data';
import type { FileSystem } from '@shared/storage/file-system';
import { z } from 'zod';
import { readJson, writeJson } from '../json-file';
import { readBundle, type Bundle, type BundleReading, type Pinned } from './bundle';
import { BundleUnreachable, fetchBundle } from './fetch-bundle';
import { fingerprintOf } from './signing';
import { wayTo, type TeamLink } from './team-link';

const fileSchema = z.object({
  version: z.literal(1),
  link: z.object({ at: z.string(), id: z.string(), key: z.string() }).nullable(),
  /** Highest revision ever taken: an older one is refused also when the copy is lost. */
  revision: z.number().int(),
  gotAt: z.number().int(),
});
type Kept = z.infer<typeof fileSchema>;
const NOTHING: Kept = { version: 1, link: null, revision: 0, gotAt: 0 };

export interface FollowedBundle {
  state(): Followed | null;
  data(): TeamData;
  /** What is followed, with the key that is pinned by now. */
  link(): TeamLink | null;
  /** Fetches and judges, and keeps nothing. */
  look(link: TeamLink, signal: AbortSignal): Promise<TeamLook>;
  follow(link: TeamLink | null): Promise<void>;
  /** Asks again. @returns whether anything is different now */
  refresh(signal: AbortSignal): Promise<boolean>;
  /** Takes bytes that were just published here, as if they had been fetched. */
  take(bytes: Uint8Array): Promise<void>;
}

export async function openFollowedBundle(options: {
  fs: FileSystem;
  folder: string;
  http: HttpClient;
  clock: Clock;
}): Promise<FollowedBundle> {
  const { fs, folder, http, clock } = options;
  const paths = { kept: join(folder, 'followed.json'), bundle: join(folder, 'bundle.json') };
  let kept = (await readJson(fs, paths.kept, fileSchema)) ?? NOTHING;
  let inUse: Bundle | null = null;
  let checkedAt: number | null = null;
  let problem: BundleProblem | null = null;

  const pinned = ({ id, key }: TeamLink): Pinned => ({
    id,
    key,
    inUse: kept.revision === 0 ? null : { revision: kept.revision, signed: inUse?.signed ?? null },
  });
  if (kept.link !== null) {
    const bytes = await fs.read(paths.bundle);
    const reading = bytes === null ? null : readBundle(bytes, pinned(kept.link));
    if (reading?.good) inUse = reading.bundle;
  }

  async function read(
    link: TeamLink,
    against: Pinned,
    signal: AbortSignal,
  ): Promise<[BundleReading, Uint8Array | null]> {
    try {
      const bytes = await fetchBundle(link.at, http, signal);
      return [readBundle(bytes, against), bytes];
    } catch (error) {
      if (error instanceof BundleUnreachable) return [{ good: false, problem: error.problem }, null];
      throw error;
    }
  }

  async function keep(link: TeamLink, bundle: Bundle, bytes: Uint8Array): Promise<void> {
    // The copy first: a crash in between only means that it is judged by the older pin, which it passes.
    await fs.replace(paths.bundle, bytes);
    const next: Kept = {
      version: 1,
      link: { ...link, key: bundle.key },
      revision: bundle.revision,
      gotAt: clock.now(),
    };
    await writeJson(fs, paths.kept, next);
    kept = next;
    inUse = bundle;
  }

  return {
    data: () => inUse?.data ?? NO_TEAM_DATA,
    link: () => kept.link,
    state() {
      const { link, gotAt } = kept;
      if (link === null) return null;
      return {
        address: link.at,
        way: wayTo(link.at) ?? 'folder',
        fingerprint: fingerprintOf(link.key),
        inUse: inUse && {
          revision: inUse.revision,
          publisher: inUse.publisher,
          issuedAt: inUse.issuedAt,
          gotAt,
        },
        checkedAt,
        problem,
      };
    },
    async look(link, signal) {
      const [reading] = await read(link, { id: link.id, key: link.key, inUse: null }, signal);
      return {
        address: link.at,
        way: wayTo(link.at),
        fingerprint: fingerprintOf(link.key),
        found: reading.good
          ? {
              revision: reading.bundle.revision,
              publisher: reading.bundle.publisher,
              issuedAt: reading.bundle.issuedAt,
            }
          : null,
        problem: reading.good ? null : reading.problem,
      };
    },
    async follow(link) {
      const same = link !== null && kept.link?.id === link.id && kept.link.key === link.key;
      const next: Kept = same ? { ...kept, link } : { ...NOTHING, link };
      await writeJson(fs, paths.kept, next);
      if (!same) {
        await fs.remove(paths.bundle);
        inUse = null;
      }
      kept = next;
      checkedAt = null;
      problem = null;
    },
    async refresh(signal) {
      const { link } = kept;
      if (link === null) return false;
      const before = [inUse?.signed, JSON.stringify(problem)];
      const [reading, bytes] = await read(link, pinned(link), signal);
      checkedAt = clock.now();
      problem = reading.good ? null : reading.problem;
      if (reading.good && bytes !== null && reading.bundle.signed !== inUse?.signed) {
        await keep(link, reading.bundle, bytes);
      }
      return before[0] !== inUse?.signed || before[1] !== JSON.stringify(problem);
    },
    async take(bytes) {
      const { link } = kept;
      if (link === null) return;
      const reading = readBundle(bytes, pinned(link));
      if (reading.good) await keep(link, reading.bundle, bytes);
    },
  };
}
