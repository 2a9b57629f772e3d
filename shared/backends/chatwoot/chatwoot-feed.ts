/**
 * The feed of conversations, with the messages and contacts that belong to them.
 *
 * News: `updated_within=SECONDS` tells of everything that was touched (messages, status, labels, owner:
 * they all touch the conversation), by the server's clock. It is asked for with an overlap, and what was
 * told already is known by its `updated_at`. After a long absence, and on servers that do not know it or
 * tell no `updated_at`, the list is walked instead, latest activity first, down to where we were.
 */
import { z } from 'zod';
import type { Change, Conversation } from '../../domain/entities';
import { changeTo, goneChange } from '../changes';
import { newestFirst } from '../newest-first';
import type { Asker, FeedDefinition, RawPage, RowReader } from '../rest-definition';
import type { UnreadThread } from '../threads-apart';
import { threadsApart } from '../threads-apart';
import { askConversations, askMessages, oldestId, type ConversationPage } from './chatwoot-requests';
import {
  idIn,
  messageChange,
  readContactOf,
  readConversation,
  readSummary,
  withMessages,
} from './chatwoot-rows';

/** The server's clock is told to the second, and its writes end a moment after their time stamp. */
export const OVERLAP_MS = 30_000;
/** All that was touched in a longer time comes in one answer, which the server may be too slow to make. */
const LONG_ABSENCE_MS = 3_600_000;
/** Conversations whose messages are read before what came is stored. */
const AT_ONCE = 25;
/** Messages of conversations that rested longer are read when somebody opens them. */
const FRESH_MS = 14 * 86_400_000;
/** Pages of 20 messages that are read back to where we were. */
const MOST_MESSAGE_PAGES = 10;
const NEWS_EVERY_MS = 15_000;

/** Both clocks are told in whole seconds, and the question is asked in such. */
const SLACK_MS = 5_000;

const LATEST_FIRST = 'last_activity_at_desc';

/** What one row of the feed is before it is read; `id` names it when it cannot be. */
type Told =
  | { id: unknown; conversation: unknown; messages: readonly unknown[]; alone?: true }
  | { id: unknown; message: unknown };

const position = z.object({
  /** All that happened before is told; the server's clock. */
  at: z.number(),
  /** The same moment on our wall clock. */
  ours: z.number(),
  /** What was told of the time after `at - OVERLAP_MS`: `updated_at` by id. */
  told: z.record(z.string(), z.number()),
  /** A walk down the list that is under way. */
  walk: z.object({ page: z.number(), at: z.number(), ours: z.number() }).optional(),
});
type Position = z.infer<typeof position>;

const positionOf = (cursor: string): Position => position.parse(JSON.parse(cursor));

async function head(ask: Asker): Promise<{ cursor: string; count?: number }> {
  const ours = ask.clock.now();
  const { serverNow, count } = await askConversations(ask, { sort_by: LATEST_FIRST, page: '1' });
  const begin: Position = { at: serverNow, ours, told: {} };
  return { cursor: JSON.stringify(begin), ...(count === null ? {} : { count }) };
}

async function news(ask: Asker, cursor: string): Promise<RawPage> {
  const from = positionOf(cursor);
  const ours = ask.clock.now();
  const away = Math.max(0, ours - from.ours);
  if (from.walk !== undefined || away > LONG_ABSENCE_MS) return walkDown(ask, from);
  let page = await touchedWithin(ask, away + OVERLAP_MS);
  // Our clock may have been set back: what counts is how far the server's has come.
  if (page.serverNow - from.at > away + 1_000) {
    const passed = page.serverNow - from.at;
    if (passed > LONG_ABSENCE_MS) return walkDown(ask, from);
    page = await touchedWithin(ask, passed + OVERLAP_MS);
  }
  const listed = listedIn(page.rows);
  const since = from.at - OVERLAP_MS;
  // Rows from before the time that was asked for: the server does not know the question.
  if (listed.some(({ age }) => age === null || age < since - SLACK_MS)) return walkDown(ask, from);
  const fresh = listed.filter((one) => isNews(one, from.told));
  const now = fresh.slice(0, AT_ONCE);
  const told = marksOf(listed.filter((one) => !fresh.includes(one) || now.includes(one)));
  const rows = await bundles(ask, now, since);
  const more = now.length < fresh.length;
  const next: Position = more ? { ...from, told } : { at: page.serverNow, ours, told };
  return { rows, cursor: JSON.stringify(next), more };
}

function touchedWithin(ask: Asker, ms: number): Promise<ConversationPage> {
  return askConversations(ask, { updated_within: String(Math.ceil(ms / 1_000)) });
}

async function walkDown(ask: Asker, from: Position): Promise<RawPage> {
  const ours = ask.clock.now();
  const number = from.walk?.page ?? 1;
  const page = await askConversations(ask, { sort_by: LATEST_FIRST, page: String(number) });
  const since = from.at - OVERLAP_MS;
  const active = listedIn(page.rows).filter(({ activeAt }) => activeAt >= since);
  const fresh = active.filter((one) => isNews(one, from.told));
  const rows = await bundles(ask, fresh, since);
  const told = { ...from.told, ...marksOf(active) };
  const begun = from.walk ?? { at: page.serverNow, ours };
  const more = active.length > 0 && active.length === page.rows.length;
  const next: Position = more
    ? { ...from, told, walk: { page: number + 1, at: begun.at, ours: begun.ours } }
    : { at: begun.at, ours: begun.ours, told: toldSince(told, begun.at - OVERLAP_MS) };
  return { rows, cursor: JSON.stringify(next), more };
}

function toldSince(told: Position['told'], since: number): Position['told'] {
  return Object.fromEntries(Object.entries(told).filter(([, mark]) => mark >= since));
}

async function older(
  ask: Asker,
  cursor: string | null,
): Promise<{ rows: readonly unknown[]; cursor: string | null; left?: number }> {
  const number = Number(cursor ?? '1');
  const { rows, count, serverNow } = await askConversations(ask, {
    sort_by: LATEST_FIRST,
    page: String(number),
  });
  // How long a page is only the server knows; the list ends with an empty one.
  if (rows.length === 0) return { rows: [], cursor: null, left: 0 };
  const told = await bundles(ask, listedIn(rows), serverNow, serverNow - FRESH_MS);
  const left = count === null ? {} : { left: Math.max(0, count - number * rows.length) };
  return { rows: told, cursor: String(number + 1), ...left };
}

interface Listed {
  /** Empty where not even that can be read. */
  id: string;
  raw: unknown;
  /** `updated_at` in ms; `null` where the server tells none. */
  age: number | null;
  activeAt: number;
  /** What changes when the row does; a broken row is told once. */
  mark: number;
  broken: boolean;
}

/** Rows that cannot be read come along as they are, to be set aside by their reader. */
function listedIn(rows: readonly unknown[]): Listed[] {
  return rows.map((raw) => {
    const summary = readSummary(raw);
    if (summary === null) {
      return { id: idIn(raw), raw, age: Infinity, activeAt: Infinity, mark: 0, broken: true };
    }
    const { id, age, activeAt } = summary;
    return { id, raw, age, activeAt, mark: age ?? activeAt, broken: false };
  });
}

const isNews = ({ id, mark }: Listed, told: Position['told']): boolean => id === '' || told[id] !== mark;

const marksOf = (listed: readonly Listed[]): Position['told'] =>
  Object.fromEntries(listed.flatMap(({ id, mark }) => (id === '' ? [] : [[id, mark]])));

/**
 * Conversations with their newest messages, which are read back to `since`.
 * @param restedSince of resolved conversations that rested since then no messages are read
 */
async function bundles(
  ask: Asker,
  listed: readonly Listed[],
  since: number,
  restedSince = -Infinity,
): Promise<(Told | UnreadThread)[]> {
  const rows = await threadsApart(ask, listed, {
    idOf: ({ id }) => id,
    ageOf: ({ age }) => age,
    async read({ id, raw, broken }): Promise<Told[]> {
      const wanted = !broken && wantsMessages(raw, restedSince);
      const messages = wanted ? await newestMessages(ask, id, since) : [];
      return [
        { id, conversation: raw, messages },
        ...messages.map((message): Told => ({ id: (message as { id?: unknown } | null)?.id, message })),
      ];
    },
    ...messagesAsWitness(ask),
  });
  return rows.flat();
}

/** What shows that messages can be read. */
export function messagesAsWitness(ask: Asker): {
  witness(id: string): Promise<unknown>;
  others(): Promise<readonly string[]>;
} {
  return {
    witness: (id) => askMessages(ask, id),
    others: async () => (await askConversations(ask, { sort_by: LATEST_FIRST, page: '1' })).rows.map(idIn),
  };
}

function wantsMessages(raw: unknown, restedSince: number): boolean {
  const summary = readSummary(raw);
  if (summary === null) return false;
  return summary.status !== 'resolved' || summary.activeAt >= restedSince || summary.lastIsNote;
}

async function newestMessages(ask: Asker, id: string, since: number): Promise<readonly unknown[]> {
  let messages: readonly unknown[] = [];
  let before: string | null = null;
  for (let pages = 0; pages < MOST_MESSAGE_PAGES; pages += 1) {
    const page: readonly unknown[] = await askMessages(ask, id, before === null ? {} : { before });
    messages = [...page, ...messages];
    before = oldestId(page);
    if (before === null || oldestTime(page) < since) break;
  }
  return messages;
}

const timed = z.object({ created_at: z.number() });

/** In ms; -Infinity when none can be read. */
function oldestTime(rows: readonly unknown[]): number {
  const times = rows.flatMap((raw) => timed.safeParse(raw).data?.created_at ?? []);
  return times.length === 0 ? -Infinity : Math.min(...times) * 1_000;
}

const readTold: RowReader<readonly Change[]> = (raw, accountId) => {
  const told = raw as Told;
  if ('message' in told) return [messageChange(told.message, accountId)];
  const contact = readContactOf(told.conversation, accountId);
  const row = withMessages(readConversation(told.conversation, accountId), told.messages);
  const conversation = changeTo('conversation', row);
  return told.alone === true ? [conversation] : [changeTo('contact', contact), conversation];
};

/**
 * A conversation that was asked for by its id, as a row of the feed without contact and messages; these
 * are asked for only where the preview needs them.
 */
export async function alone(ask: Asker, raw: unknown): Promise<unknown> {
  const summary = readSummary(raw);
  const messages = summary?.lastIsNote === true ? await newestMessages(ask, summary.id, Infinity) : [];
  return { id: idIn(raw), conversation: raw, messages, alone: true } satisfies Told;
}

/** Reads {@link alone}. Throws a `ZodError`. */
export const readAlone: RowReader<Conversation> = (raw, accountId) => {
  const { conversation, messages } = raw as Extract<Told, { conversation: unknown }>;
  return withMessages(readConversation(conversation, accountId), messages);
};

/** What stands in the feed for a conversation that is gone. */
export interface Gone {
  gone: string;
}

const isGone = (raw: unknown): raw is Gone => typeof raw === 'object' && raw !== null && 'gone' in raw;

export const conversationsFeed: FeedDefinition = {
  pull: newestFirst({ head, news, older, newsEveryMs: NEWS_EVERY_MS }),
  ownCursors: true,
  row: (raw, accountId) => (isGone(raw) ? goneChange('conversation', raw.gone) : readTold(raw, accountId)),
  age(raw, { kind, row }) {
    // Neither messages nor contacts tell when they were changed.
    if (kind !== 'conversation' || row === null) return null;
    return readSummary((raw as { conversation: unknown }).conversation)?.age ?? null;
  },
};
