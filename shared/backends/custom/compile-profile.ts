/** Makes a definition for the REST engine out of a profile. Asks no server. */
import type { Change, EntityKind } from '../../domain/entities';
import type { ThreadHead } from '../../domain/thread-moved';
import { BackendError, ThreadTooLongError } from '../backend-error';
import { goneChange, goneThread } from '../changes';
import { rootAt } from '../declare';
import { mediaTypeOf } from '../multipart';
import { at } from '../pagination';
import type { BackendDescriptor, IdPage, OperationProof, OutgoingFile } from '../port';
import type { Asker, RestDefinition, SweepDefinition } from '../rest-definition';
import { threadsApart } from '../threads-apart';
import { performer } from './actions';
import { EntryReader, withThreadFacts, type PlacedEntry, type ReadThing } from './entries';
import type { Evaluator } from './evaluator';
import { entriesOf, messagesAmong, profileFeed, readThing, rewindFeed } from './feeds';
import { profileWords } from './field-values';
import { authOf, descriptorOf } from './profile-facts';
import type { Profile } from './profile-schema';
import type { Path } from './profile-source';
import { pushOf } from './push';
import { sentenceOf, type LoadedProfile } from './read-profile';
import { accountContext, forAgent, forPull, Runtime, type Caller } from './runtime';
import { expressionIn, textOf } from './templates';

/** A list that is read from its oldest message on is read whole, up to so many pages. */
const MOST_HISTORY_PAGES = 100;

export function compileProfile(loaded: LoadedProfile, evaluator: Evaluator): RestDefinition {
  const runtime = new Runtime(loaded, evaluator);
  const { profile } = runtime;
  const reader = new EntryReader(runtime);
  const words = profileWords(profile);
  const history = historyOf(runtime, reader);
  const newestMessages = async (ask: Caller, conversationId: string): Promise<readonly ReadThing[]> =>
    (await history(ask, conversationId, null)).rows;
  const one = oneConversation(runtime, reader);
  const whole = wholeConversation(runtime, one, newestMessages);
  const feeds = Object.entries(profile.feeds).map(
    ([name, feed]) => [name, profileFeed(name, feed, { runtime, reader, newestMessages })] as const,
  );
  const rewinds = Object.values(profile.feeds).some(
    ({ delta }) => delta.kind === 'updatedSince' && delta.overlap !== undefined,
  );
  const { server, delivery, files, sweep, conversation, push } = profile;
  return {
    descriptor: withAdvice(descriptorOf(profile), loaded),
    root: rootAt(server.api),
    auth: authOf(profile),
    async whoAmI(asker) {
      const ask = forAgent(asker);
      const path: Path = ['whoAmI'];
      const shape = await runtime.request(ask, profile.whoAmI, path, accountContext(ask));
      const { body } = await runtime.ask(ask, shape, path);
      return reader.agent(ask, body, profile.whoAmI.agent, [...path, 'agent']);
    },
    feeds: Object.fromEntries(feeds),
    ...(rewinds && {
      rewind: (name: string, cursor: string) => {
        const feed = profile.feeds[name];
        return feed === undefined ? cursor : rewindFeed(feed, cursor);
      },
    }),
    history: {
      page: (ask, conversationId, before) => history(forAgent(ask), conversationId, before),
      row: (raw, accountId) => {
        const change = readThing(raw, accountId);
        return 'row' in change && change.kind === 'message' ? change.row : null;
      },
    },
    ...(conversation !== undefined && {
      thread: (ask: Asker, conversationId: string) =>
        headOf(forAgent(ask), conversationId, whole, newestMessages),
    }),
    perform: performer({ runtime, words, conversation: one }),
    ...(delivery.tier !== 'T4' && { findByRef: readBackOf(runtime, delivery.readBack) }),
    ...(sweep !== undefined && { sweep: sweepOf(runtime, whole, sweep) }),
    ...(files?.send.kind === 'upload' && { upload: uploadOf(runtime, files.send) }),
    ...(push !== undefined && { push: pushOf(runtime, push) }),
    ...(push?.kind === 'socket' && { dials: true as const }),
    async download(asker, attachmentId) {
      const ask = forAgent(asker);
      if (files === undefined) throw new BackendError('not-found', 'The profile says nothing of files.');
      const path: Path = ['files', 'download'];
      const context = { ...accountContext(ask), attachmentId };
      const shape = await runtime.request(ask, files.download, path, context);
      return runtime.withLine(() => ask.file(shape), shape, path);
    },
  };
}

function withAdvice(descriptor: BackendDescriptor, { advice, source }: LoadedProfile): BackendDescriptor {
  if (advice.length === 0) return descriptor;
  return { ...descriptor, advice: advice.map((problem) => sentenceOf(source.file, problem)) };
}

function historyOf(
  runtime: Runtime,
  reader: EntryReader,
): (
  ask: Caller,
  conversationId: string,
  before: string | null,
) => Promise<{
  rows: readonly ReadThing[];
  before: string | null;
}> {
  const { history } = runtime.profile;
  const path: Path = ['history'];
  const { each, when, fields } = history;
  const entry: PlacedEntry = {
    entry: {
      kind: 'message',
      fields,
      ...(each !== undefined && { each }),
      ...(when !== undefined && { when }),
    },
    path,
  };
  return async (ask, conversationId, before) => {
    const context = { ...accountContext(ask), conversationId };
    const read = (rows: readonly unknown[]): Promise<readonly ReadThing[]> =>
      reader.read(ask, [entry], rows, conversationId);
    if (history.order === 'newestFirst') {
      const found = await runtime.page(ask, history, path, context, before);
      return { rows: (await read(found.rows)).toReversed(), before: found.more ? found.cursor : null };
    }
    const rows: unknown[] = [];
    let cursor: string | null = null;
    for (let pages = 0; pages < MOST_HISTORY_PAGES; pages += 1) {
      const found = await runtime.page(ask, history, path, context, cursor);
      rows.push(...found.rows);
      if (!found.more) return { rows: await read(rows), before: null };
      cursor = found.cursor;
    }
    throw runtime.nonsense(path, `a conversation has more than ${MOST_HISTORY_PAGES} pages of messages.`);
  };
}

/** One conversation read this moment: its raw row, what it means, and the messages that came with it. */
export interface FoundConversation {
  raw: unknown;
  thing: ReadThing;
  messages: readonly ReadThing[];
}
type OneConversation = (ask: Caller, conversationId: string) => Promise<FoundConversation>;

function oneConversation(runtime: Runtime, reader: EntryReader): OneConversation {
  return async (ask, conversationId) => {
    const { conversation, feeds } = runtime.profile;
    const feed = conversation === undefined ? undefined : feeds[conversation.feed];
    if (conversation === undefined || feed === undefined)
      throw new Error('The profile reads no conversation.');
    const path: Path = ['conversation'];
    const shape = await runtime.request(ask, conversation, path, { ...accountContext(ask), conversationId });
    const { body } = await runtime.ask(ask, shape, path);
    const raw = at(body, conversation.row);
    if (raw === undefined) {
      throw runtime.nonsense([...path, 'row'], `there is nothing at "${conversation.row}".`, body);
    }
    const things = await reader.read(ask, entriesOf(conversation.feed, feed), [raw]);
    const thing = things.find(({ change, problem }) => problem !== null || change?.kind === 'conversation');
    if (thing === undefined) throw new BackendError('not-found', 'The profile takes it for no conversation.');
    return { raw, thing, messages: things.filter(({ change }) => change?.kind === 'message') };
  };
}

/** The same as the feed tells it: with what follows from messages that have to be asked for. */
function wholeConversation(
  { profile }: Runtime,
  one: OneConversation,
  newestMessages: (ask: Caller, conversationId: string) => Promise<readonly ReadThing[]>,
): OneConversation {
  return async (ask, conversationId) => {
    const found = await one(ask, conversationId);
    const row = found.thing.change?.kind === 'conversation' ? found.thing.change.row : null;
    const asks = profile.feeds[profile.conversation?.feed ?? '']?.withMessages === true;
    if (!asks || row === null || row.id !== conversationId) return found;
    const messages = await newestMessages(ask, conversationId);
    const [thing = found.thing] = withThreadFacts([found.thing, ...messages]);
    return { ...found, thing, messages };
  };
}

async function headOf(
  ask: Caller,
  conversationId: string,
  whole: OneConversation,
  newestMessages: (ask: Caller, conversationId: string) => Promise<readonly ReadThing[]>,
): Promise<ThreadHead> {
  try {
    const { thing, messages } = await whole(ask, conversationId);
    const change = readThing(thing, ask.accountId) as Extract<Change, { kind: 'conversation' }>;
    // Some servers answer for a merged conversation with the one it went into.
    if (change.row === null) return goneThread(change.movedTo);
    if (change.id !== conversationId) return goneThread(change.id);
    const newest = messages.length > 0 ? messages : await newestMessages(ask, conversationId);
    return { conversation: change.row, gone: false, movedTo: null, messages: messagesAmong(newest) };
  } catch (error) {
    if (error instanceof BackendError && error.kind === 'not-found') return goneThread();
    throw error;
  }
}

type ReadBack = Exclude<Profile['delivery'], { tier: 'T4' }>['readBack'];

function readBackOf(runtime: Runtime, readBack: ReadBack): NonNullable<RestDefinition['findByRef']> {
  const path: Path = ['delivery', 'readBack'];
  return async (asker, conversationId, ref): Promise<OperationProof | null> => {
    const ask = forAgent(asker);
    const context = { ...accountContext(ask), conversationId, ref };
    const found = expressionIn(readBack.found, [...path, 'found']);
    let cursor: string | null = null;
    let looked = 0;
    for (let pages = 0; pages < readBack.maxPages; pages += 1) {
      const page = await runtime.page(ask, readBack, path, context, cursor);
      const outcomes =
        found === null ? [] : await runtime.outcomes(ask, [found], page.rows, { ref, conversationId });
      const at = outcomes.findIndex(
        ([outcome]) => outcome !== undefined && 'value' in outcome && outcome.value === true,
      );
      if (at >= 0) {
        const id = textOf(await runtime.value(ask, readBack.result, [...path, 'result'], page.rows[at]));
        if (id === '') throw runtime.nonsense([...path, 'result'], 'gives no id.', page.rows[at]);
        return { serverId: id, conversation: null };
      }
      if (!page.more) return null;
      cursor = page.cursor;
      looked += page.rows.length;
    }
    // Not on the pages that were read: nobody may take that for "not there".
    const problem = `not found on ${readBack.maxPages} pages, and there are more.`;
    throw new ThreadTooLongError(looked, `${runtime.lineOf(path)}: ${problem}`);
  };
}

function sweepOf(
  runtime: Runtime,
  whole: OneConversation,
  sweep: NonNullable<Profile['sweep']>,
): SweepDefinition {
  const path: Path = ['sweep'];
  const id = expressionIn(sweep.id, [...path, 'id']);
  const age = expressionIn(sweep.age, [...path, 'age']);
  const expressions = [id, age].filter((expression) => expression !== null);
  const ids = async (ask: Caller, cursor: string | null): Promise<IdPage> => {
    const page = await runtime.page(ask, sweep, path, accountContext(ask), cursor);
    const found: { id: string; age: number | null }[] = [];
    for (const row of page.rows) {
      const [given, revision] = await runtime.values(ask, expressions, row);
      // An id that cannot be read must not look as if its thing were gone.
      if (textOf(given) === '') throw runtime.nonsense([...path, 'id'], 'gives no id.', row);
      found.push({ id: textOf(given), age: typeof revision === 'number' ? revision : null });
    }
    return { ids: found, next: page.more ? page.cursor : null };
  };
  return {
    kinds: ['conversation'],
    rowsAtOnce: 10,
    ids: (asker, _kind, cursor) => ids(forPull(asker), cursor),
    rows(asker, kind, wanted) {
      const ask = forPull(asker);
      return threadsApart(ask, wanted, {
        idOf: (one) => one,
        read: (one) => swept(ask, kind, one, whole),
        witness: (one) => whole(ask, one),
        others: async () => (await ids(ask, null)).ids.map(({ id: one }) => one),
        atOnce: 1,
      });
    },
    feedOf: () => runtime.profile.conversation?.feed ?? '',
  };
}

async function swept(ask: Caller, kind: EntityKind, id: string, one: OneConversation): Promise<ReadThing> {
  const gone = (movedTo: string | null): ReadThing => ({
    id,
    change: goneChange(kind, id, movedTo),
    age: null,
    problem: null,
    told: new Set(),
  });
  try {
    const { thing } = await one(ask, id);
    return thing.change !== null && thing.change.id !== id ? gone(thing.change.id) : thing;
  } catch (error) {
    if (error instanceof BackendError && error.kind === 'not-found') return gone(null);
    throw error;
  }
}

type Upload = Extract<NonNullable<Profile['files']>['send'], { kind: 'upload' }>;

function uploadOf(runtime: Runtime, send: Upload): NonNullable<RestDefinition['upload']> {
  const path: Path = ['files', 'send'];
  return async (asker, file: OutgoingFile, ref) => {
    const ask = forAgent(asker);
    const { name, size } = file;
    const mediaType = mediaTypeOf(file);
    const shape = await runtime.request(ask, send, path, {
      ...accountContext(ask),
      name,
      size,
      mediaType,
      ref,
    });
    const { body } = await runtime.ask(
      ask,
      send.raw
        ? {
            ...shape,
            headers: { 'content-type': mediaType, 'content-length': String(size), ...shape.headers },
            bytes: file.read(),
          }
        : {
            ...shape,
            multipart: {
              fields: shape.multipart?.fields ?? [],
              files: [{ field: send.multipart?.file ?? 'file', file }],
            },
          },
      path,
    );
    const id = textOf(await runtime.value(ask, send.result, [...path, 'result'], body));
    if (id === '') throw runtime.nonsense([...path, 'result'], 'gives no id.', body);
    return id;
  };
}
