/**
 * A profile's feeds: how each list is read for news. A list that is asked "what changed since" is not
 * paged through, because rows that change meanwhile would move under the pages: each page is asked for
 * with the newest time of the one before, and only rows of one and the same time are paged.
 */
import { z } from 'zod';
import type { Message } from '../../domain/entities';
import { wholeList } from '../declare';
import { newestFirst, rewindNews } from '../newest-first';
import type { Asker, FeedDefinition, RawPage } from '../rest-definition';
import type { UnreadThread } from '../threads-apart';
import { threadsApart } from '../threads-apart';
import { msOf } from './durations';
import { charactersIn, excerptOf } from './excerpt';
import { thingError, withThreadFacts, type EntryReader, type PlacedEntry, type ReadThing } from './entries';
import { time } from './field-values';
import type { Feed } from './profile-schema';
import type { Path } from './profile-source';
import { withVanished, type ThingPage } from './vanished';
import { accountContext, forPull, type Caller, type Context, type Runtime, type TimedPage } from './runtime';
import { expressionIn } from './templates';

/** How often news is looked for while older conversations are still read, in ms. */
const NEWS_EVERY_MS = 30_000;
/** Messages of conversations that are closed and older than this are read when somebody opens them, in ms. */
const RECENT_MS = 14 * 86_400_000;

/** How far ahead of its server's clock a row may be dated: its parts seldom agree on the second. */
const AHEAD_MS = 60_000;
/** A server that gives only what changed *after* a time is asked for so much earlier, in ms. */
const EXCLUSIVE_STEP_MS = 1;
/** What changed within so much of the newest time may come again, in ms. */
const SAME_MS = 1_000;
const MOST_MARKS = 5_000;
/** Larger rows are known by their picture alone. */
const MARKED_CHARACTERS = 4 * 1_048_576;
const MOST_TOLD = 5_000;

export interface FeedParts {
  runtime: Runtime;
  reader: EntryReader;
  /** The newest messages of a conversation, as `history` brings them. */
  newestMessages(ask: Caller, conversationId: string): Promise<readonly ReadThing[]>;
}

export function profileFeed(name: string, feed: Feed, parts: FeedParts): FeedDefinition {
  const { runtime, reader } = parts;
  const path: Path = ['feeds', name];
  const entries = entriesOf(name, feed);

  const page: ReadPage = (ask, cursor, context = {}) =>
    runtime.page(forPull(ask), feed, path, { ...accountContext(ask), ...context }, cursor);
  const pull = pullOf(feed, path, runtime, page);
  const readThings = async (ask: Asker, cursor: string | null): Promise<ThingPage> => {
    const found = await pull(ask, cursor);
    return { ...found, rows: await reader.read(forPull(ask), entries, found.rows) };
  };
  const readPage = feed.delta.kind === 'whole' ? withVanished(readThings) : readThings;
  return {
    async pull(ask, cursor) {
      const caller = forPull(ask);
      const found = await readPage(ask, cursor);
      const things = found.rows;
      const others = async (): Promise<readonly string[]> =>
        (await reader.read(caller, entries, (await page(ask, null)).rows)).flatMap((thing) =>
          isConversation(thing) ? [thing.id] : [],
        );
      const rows = feed.withMessages ? await withMessages(caller, things, parts, others) : things;
      return { ...found, rows: await untold(ask, name, rows) };
    },
    row: readThing,
    age: (raw) => (raw as ReadThing).age,
    cursorsExpire: feed.cursorsExpire,
  };
}

/** What was set aside and has no id to be known by is told once, however often it comes again. */
async function untold(ask: Asker, feed: string, rows: readonly FeedRow[]): Promise<readonly FeedRow[]> {
  const told = await ask.remembered(`set aside: ${feed}`, Infinity, () => Promise.resolve(new Set<string>()));
  return rows.filter((row) => {
    if (row.problem === null || row.id !== null) return true;
    if (told.has(row.problem)) return false;
    if (told.size >= MOST_TOLD) told.clear();
    told.add(row.problem);
    return true;
  });
}

/** The entries of a feed with their places. */
export function entriesOf(name: string, feed: Feed): readonly PlacedEntry[] {
  return feed.gives.map((entry, index) => ({ entry, path: ['feeds', name, 'gives', index] }));
}

/** The engine's row reader over things that were read already. */
export const readThing: FeedDefinition['row'] = (raw) => {
  const { change, problem } = raw as ReadThing;
  if (change === null) throw thingError(problem ?? 'It cannot be read.');
  return change;
};

type FeedRow = ReadThing | UnreadThread;

function isConversation(thing: ReadThing): thing is ReadThing & { id: string } {
  return thing.change?.kind === 'conversation' && thing.change.row !== null;
}

/** Each conversation with its newest messages, or what stands for one whose messages cannot be read. */
async function withMessages(
  ask: Caller,
  things: readonly ReadThing[],
  { newestMessages }: FeedParts,
  others: () => Promise<readonly string[]>,
): Promise<readonly FeedRow[]> {
  const worth = things.filter(isConversation).filter(({ change }) => {
    const row = change?.kind === 'conversation' ? change.row : null;
    return row !== null && (row.status !== 'closed' || row.updatedAt > ask.clock.now() - RECENT_MS);
  });
  const found = await threadsApart(ask, worth, {
    idOf: ({ id }) => id,
    ageOf: ({ age }) => age,
    read: async (thing) => withThreadFacts([thing, ...(await newestMessages(ask, thing.id))]),
    witness: (id) => newestMessages(ask, id),
    others,
    atOnce: 1,
  });
  const rows = new Map<ReadThing, readonly FeedRow[]>(
    worth.map((thing, index) => [thing, [found[index] ?? thing].flat()]),
  );
  return things.flatMap((thing) => rows.get(thing) ?? [thing]);
}

type Pull = FeedDefinition['pull'];
type ReadPage = (ask: Asker, cursor: string | null, context?: Context) => Promise<TimedPage>;

function pullOf(feed: Feed, path: Path, runtime: Runtime, page: ReadPage): Pull {
  const { delta } = feed;
  switch (delta.kind) {
    case 'continue':
      return (ask, cursor) => page(ask, cursor);
    case 'whole':
      return wholeList(msOf(delta.every), (ask, from) => page(ask, from));
    case 'updatedSince': {
      const since = new SinceWalk(feed, path, runtime, page);
      const { newestFirst: older } = delta;
      if (older === undefined) return (ask, cursor) => since.news(ask, cursor);
      const olderList = { ...feed, query: older.query };
      const olderQuery: Path = [...path, 'delta', 'newestFirst', 'query'];
      const olderPage = (ask: Asker, cursor: string | null): Promise<TimedPage> =>
        runtime.page(forPull(ask), olderList, path, accountContext(ask), cursor, olderQuery);
      return newestFirst({
        newsEveryMs: NEWS_EVERY_MS,
        head: async (ask) => ({ cursor: await since.head(ask, await olderPage(ask, null)) }),
        news: (ask, cursor) => since.news(ask, cursor),
        async older(ask, cursor) {
          const found = await olderPage(ask, cursor);
          return { rows: found.rows, cursor: found.more ? found.cursor : null };
        },
      });
    }
  }
}

/** The cursor so much earlier; for feeds that look back. */
export function rewindFeed({ delta }: Feed, cursor: string): string {
  if (delta.kind !== 'updatedSince' || delta.overlap === undefined) return cursor;
  const overlap = msOf(delta.overlap);
  const earlier = (news: string): string => {
    const at = standing.parse(JSON.parse(news));
    return JSON.stringify({ since: at.since === null ? null : at.since - overlap, page: null, seen: [] });
  };
  return delta.newestFirst === undefined ? earlier(cursor) : rewindNews(cursor, earlier);
}

const standing = z.object({
  /** The newest time that was read, in ms; `null` before the first row. */
  since: z.number().nullable(),
  /** Where the rows of that one time go on, if they fill more than a page. */
  page: z.string().nullable(),
  /** Marks of rows that come again with the next question. */
  seen: z.array(z.string()),
});
type Standing = z.infer<typeof standing>;

class SinceWalk {
  readonly #feed: Feed;
  readonly #path: Path;
  readonly #runtime: Runtime;
  readonly #page: ReadPage;

  constructor(feed: Feed, path: Path, runtime: Runtime, page: ReadPage) {
    this.#feed = feed;
    this.#path = path;
    this.#runtime = runtime;
    this.#page = page;
  }

  async news(ask: Asker, cursor: string | null): Promise<RawPage> {
    const at: Standing =
      cursor === null ? { since: null, page: null, seen: [] } : standing.parse(JSON.parse(cursor));
    const { delta } = this.#feed;
    const back = delta.kind === 'updatedSince' && delta.bound === 'exclusive' ? EXCLUSIVE_STEP_MS : 0;
    const found = await this.#page(ask, at.page, at.since === null ? {} : { since: at.since - back });
    const times = await this.#times(ask, found.rows, cursor === null);
    this.#refuseDisorder(times);
    const marks = found.rows.map(markOf);
    const known = new Set(at.seen);
    const newest = newestOf([at.since, ...times], found.serverNow);
    const moved = newest !== at.since;
    const mine = marks.filter((_, index) => comesAgain(times[index] ?? null, newest));
    const farther = at.since !== null && newest !== null && newest - at.since >= SAME_MS;
    const next: Standing = {
      since: newest,
      page: found.more && !moved ? found.cursor : null,
      seen: farther ? mine : [...new Set([...at.seen, ...mine])].slice(-MOST_MARKS),
    };
    const rows = found.rows.filter((_, index) => !known.has(marks[index] ?? ''));
    return { rows, cursor: standingText(next), more: found.more };
  }

  /** Where news begins behind a page of rows, newest first. */
  async head(ask: Asker, { rows, serverNow }: TimedPage): Promise<string> {
    const times = await this.#times(ask, rows, true);
    const newest = newestOf(times, serverNow);
    const seen = rows.filter((_, index) => comesAgain(times[index] ?? null, newest)).map(markOf);
    return standingText({ since: newest, page: null, seen });
  }

  /** When each row changed; `null` where that cannot be told, which its reader will complain about. */
  async #times(ask: Asker, rows: readonly unknown[], isFirst: boolean): Promise<readonly (number | null)[]> {
    const { delta } = this.#feed;
    const field =
      delta.kind === 'updatedSince' ? expressionIn(delta.field, [...this.#path, 'delta', 'field']) : null;
    if (field === null) return rows.map(() => null);
    const outcomes = await this.#runtime.outcomes(forPull(ask), [field], rows);
    const times = outcomes.map(([outcome]) =>
      outcome !== undefined && 'value' in outcome ? (time.safeParse(outcome.value).data ?? null) : null,
    );
    // One row may be broken; when all are that there are, it is the profile that is.
    if (isFirst && rows.length > 1 && times.every((ms) => ms === null)) {
      const [first] = outcomes[0] ?? [];
      const why = first !== undefined && 'problem' in first ? first.problem : 'it gives no time for any row.';
      throw this.#runtime.nonsense(field.path, why, rows[0]);
    }
    return times;
  }

  #refuseDisorder(times: readonly (number | null)[]): void {
    const known = times.filter((ms) => ms !== null);
    const at = known.findIndex((ms, index) => ms < (known[index - 1] ?? ms));
    if (at < 0) return;
    const [before, after] = [known[at - 1], known[at]].map((ms) => new Date(ms ?? 0).toISOString());
    const problem = `rows must come oldest change first, and ${before} came before ${after}`;
    throw this.#runtime.nonsense([...this.#path, 'delta'], `${problem}: ask for that order in the query.`);
  }
}

/** Rows dated ahead of the server's own clock must not keep from being read what happens before that. */
function newestOf(times: readonly (number | null)[], serverNow: number): number | null {
  const past = times.filter((ms) => ms !== null && ms <= serverNow + AHEAD_MS) as number[];
  return past.length === 0 ? null : Math.max(...past);
}

/** Servers that count in seconds give all of a second again; what has no time may come with every page. */
function comesAgain(ms: number | null, newest: number | null): boolean {
  return ms === null || newest === null || ms > newest - SAME_MS;
}

function standingText(at: Standing): string {
  return JSON.stringify(at);
}

/** A short mark of a row as it is now (FNV-1a, 32 bits, twice over). */
function markOf(row: unknown): string {
  const large = charactersIn(row, MARKED_CHARACTERS) > MARKED_CHARACTERS;
  const text = large ? excerptOf(row) : (JSON.stringify(row) ?? '');
  let [one, two] = [0x811c9dc5, 0x01000193];
  for (let index = 0; index < text.length; index += 1) {
    one = Math.imul(one ^ text.charCodeAt(index), 0x01000193);
    two = Math.imul(two ^ text.charCodeAt(text.length - 1 - index), 0x811c9dc5);
  }
  return `${(one >>> 0).toString(36)}${(two >>> 0).toString(36)}`;
}

/** The messages among some things. */
export function messagesAmong(things: readonly ReadThing[]): readonly Message[] {
  return things.flatMap(({ change }) =>
    change?.kind === 'message' && change.row !== null ? [change.row] : [],
  );
}
