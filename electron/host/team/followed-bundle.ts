/**
 * The settings bundle this console follows: where it is, whose it is, and the last good copy, which
 * stays in use whatever the newest file turns out to be.
 *
 *   fetched ──good──▶ kept on disk ──▶ in use
 *      └──anything else──▶ told as a problem; what was in use stays
 */
import { join } from 'node:path';
import type { Clock } from '@shared/backends/clock';
import type { BundleProblem, Followed, TeamLook } from '@shared/contract/team';
import { NO_TEAM_DATA, type TeamData } from '@shared/domain/team-data';
import type { FileSystem } from '@shared/storage/file-system';
import { z } from 'zod';
import { readJson, writeJson } from '../json-file';
import { readBundle, type Bundle, type BundleReading, type Pinned } from './bundle';
import { BundleUnreachable, fetchBundle, type Ways } from './fetch-bundle';
import { fingerprintOf } from './signing';
import { newLine } from './line';
import { wayTo, type TeamLink } from './team-link';

const fileSchema = z.object({
  version: z.literal(1),
  link: z.object({ at: z.string(), id: z.string(), key: z.string() }).nullable(),
  /** Highest revision ever taken: an older one is refused also when the copy is lost. */
  revision: z.number().int(),
  gotAt: z.number().int(),
  /**
   * The same of every bundle that was ever followed, with the keys that handed over to one another,
   * newest last: whoever follows again goes on where it ended. What is followed is among them.
   */
  seen: z
    .array(z.object({ id: z.string(), keys: z.array(z.string()).min(1), revision: z.number().int() }))
    .default([]),
});
type Kept = z.infer<typeof fileSchema>;
type Seen = Kept['seen'][number];
const NOTHING: Kept = { version: 1, link: null, revision: 0, gotAt: 0, seen: [] };

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
  /** Resolves once nothing is being written. */
  settled(): Promise<void>;
}

export async function openFollowedBundle(options: {
  fs: FileSystem;
  folder: string;
  ways: Ways;
  clock: Clock;
}): Promise<FollowedBundle> {
  const { fs, folder, ways, clock } = options;
  const paths = { kept: join(folder, 'followed.json'), bundle: join(folder, 'bundle.json') };
  let kept = withOwn((await readJson(fs, paths.kept, fileSchema)) ?? NOTHING);
  let inUse: Bundle | null = null;
  let checkedAt: number | null = null;
  let problem: BundleProblem | null = null;

  /** What changes what is kept. No step waits for anything but this disk. */
  const line = newLine();

  const isFollowed = ({ id, key }: TeamLink): boolean =>
    kept.link !== null &&
    kept.link.id === id &&
    (seenOf(kept, kept.link)?.keys ?? [kept.link.key]).includes(key);
  /** What is known of a bundle: its key by now, and how far it was seen. */
  function pinned(link: TeamLink): Pinned {
    const seen = seenOf(kept, link);
    if (seen === undefined) return { id: link.id, key: link.key, inUse: null };
    const signed = isFollowed(link) ? (inUse?.signed ?? null) : null;
    return { id: link.id, key: seen.keys.at(-1)!, inUse: { revision: seen.revision, signed } };
  }
  if (kept.link !== null) {
    const bytes = await fs.read(paths.bundle);
    const reading = bytes === null ? null : readBundle(bytes, pinned(kept.link));
    if (reading?.good) inUse = reading.bundle;
  }

  /** The bytes, or why there are none. */
  async function bytesOf(link: TeamLink, signal: AbortSignal): Promise<Uint8Array | BundleProblem> {
    try {
      return await fetchBundle(link.at, ways, signal);
    } catch (error) {
      if (error instanceof BundleUnreachable) return error.problem;
      throw error;
    }
  }

  function judge(found: Uint8Array | BundleProblem, link: TeamLink): BundleReading {
    return found instanceof Uint8Array ? readBundle(found, pinned(link)) : { good: false, problem: found };
  }

  async function keep(link: TeamLink, bundle: Bundle, bytes: Uint8Array): Promise<void> {
    // The copy first: a crash in between only means that it is judged by the older pin, which it passes.
    await fs.replace(paths.bundle, bytes);
    const { revision, key } = bundle;
    const keys = seenOf(kept, link)?.keys ?? [link.key];
    const seen = { id: link.id, keys: keys.at(-1) === key ? keys : [...keys, key], revision };
    const next: Kept = {
      version: 1,
      link: { ...link, key },
      revision,
      gotAt: clock.now(),
      seen: [...kept.seen.filter((one) => one !== seenOf(kept, link)), seen],
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
      const reading = judge(await bytesOf(link, signal), link);
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
    follow: (link) =>
      line.step(async () => {
        const same = link !== null && isFollowed(link);
        const seen = link === null ? undefined : seenOf(kept, link);
        const next: Kept = {
          ...NOTHING,
          ...(same ? kept : {}),
          link: link && { ...link, key: seen?.keys.at(-1) ?? link.key },
          revision: seen?.revision ?? 0,
          seen: kept.seen,
        };
        await writeJson(fs, paths.kept, next);
        if (!same) {
          await fs.remove(paths.bundle);
          inUse = null;
        }
        kept = next;
        checkedAt = null;
        problem = null;
      }),
    async refresh(signal) {
      const asked = kept.link;
      if (asked === null) return false;
      const found = await bytesOf(asked, signal);
      return line.step(async () => {
        const { link } = kept;
        // Meanwhile somebody may have followed another one, or none.
        if (link === null || link.at !== asked.at || !isFollowed(asked)) return false;
        const before = [inUse?.signed, JSON.stringify(problem)];
        const reading = judge(found, link);
        checkedAt = clock.now();
        problem = reading.good ? null : reading.problem;
        if (reading.good && found instanceof Uint8Array && reading.bundle.signed !== inUse?.signed) {
          await keep(link, reading.bundle, found);
        }
        return before[0] !== inUse?.signed || before[1] !== JSON.stringify(problem);
      });
    },
    take: (bytes) =>
      line.step(async () => {
        const { link } = kept;
        if (link === null) return;
        const reading = readBundle(bytes, pinned(link));
        if (reading.good) await keep(link, reading.bundle, bytes);
      }),
    settled: () => line.idle(),
  };
}

function seenOf({ seen }: Pick<Kept, 'seen'>, { id, key }: TeamLink): Seen | undefined {
  return seen.find((one) => one.id === id && one.keys.includes(key));
}

/** Files of before there was a memory of all bundles. */
function withOwn(kept: Kept): Kept {
  const { link, revision, seen } = kept;
  if (link === null || revision === 0 || seenOf(kept, link) !== undefined) return kept;
  return { ...kept, seen: [...seen, { id: link.id, keys: [link.key], revision }] };
}
