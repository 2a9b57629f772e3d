/** Checks of what comes from a backend: its history, its feeds, its news. */
import type { Change, Conversation } from '../../domain/entities';
import { BackendError } from '../backend-error';
import { skipOlder } from '../newest-first';
import type { Backend, FeedPage } from '../port';
import {
  anOperation,
  aReply,
  conversationFeed,
  eventually,
  must,
  NotShown,
  readFeed,
  readHistory,
  rowsOf,
  write,
  type Check,
  type CheckContext,
} from './check-kit';

/** A hint must come within this. */
const HINT_WITHIN_MS = 30_000;
/** Lists without an end are walked so far to find one thing. */
const MOST_PAGES = 30;

/** A cursor of the conversations' feed behind everything there is now. */
async function cursorAtNow(backend: Backend, signal: AbortSignal): Promise<string> {
  const feed = conversationFeed(backend);
  const first = await backend.pull(feed, null, signal);
  const skipped = skipOlder(first.cursor);
  return (await readFeed(backend, feed, signal, skipped)).cursor;
}

async function history(context: CheckContext): Promise<string> {
  const backend = context.connect();
  const { messages, pages } = await readHistory(backend, context.conversationId, context.signal);
  must(messages.length > 0, 'A conversation with a message has an empty history.');
  const times = messages.map(({ createdAt }) => createdAt);
  must(
    times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0)),
    'The messages of a conversation do not come in their order.',
  );
  must(new Set(messages.map(({ id }) => id)).size === messages.length, 'The history has a message twice.');
  return `${messages.length} messages in ${pages} ${pages === 1 ? 'page' : 'pages'}`;
}

/** How long after a change the feed tells of it. */
async function delta(context: CheckContext): Promise<string> {
  const { clock, signal, conversationId } = context;
  const backend = context.connect();
  const feed = conversationFeed(backend);
  let cursor = await cursorAtNow(backend, signal);
  await write(context, backend, { kind: 'note', text: 'A note that the feed must tell of', files: [] });
  const from = clock.monotonic();
  const told = await eventually(
    context,
    async () => {
      const page = await readFeed(backend, feed, signal, cursor);
      cursor = page.cursor;
      return page.changes.some(({ kind, id }) => kind === 'conversation' && id === conversationId);
    },
    (seen) => seen,
  );
  must(told, `The feed did not tell of a change within ${Math.round(context.patienceMs / 1_000)} s.`);
  return `${Math.round(clock.monotonic() - from)} ms after the change`;
}

async function thread(context: CheckContext): Promise<void> {
  const { signal, conversationId } = context;
  const backend = context.connect();
  must(backend.thread !== undefined, 'It neither reads one thread nor says why not.');
  const { serverId } = await write(context, backend, {
    kind: 'note',
    text: 'A thread read afresh',
    files: [],
  });
  const head = await backend.thread(conversationId, signal);
  must(head.conversation?.id === conversationId, 'The thread that was read is that of another conversation.');
  must(
    head.messages.some(({ id }) => id === serverId),
    'A thread read afresh lacks the message just written.',
  );
}

/** The first pages of a feed: one with years in it is not read to its end for a check. */
async function firstPages(
  backend: Backend,
  feed: string,
  signal: AbortSignal,
  most = MOST_PAGES,
): Promise<Change[]> {
  const changes: Change[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < most; pages += 1) {
    const page: FeedPage = await backend.pull(feed, cursor, signal);
    changes.push(...page.changes);
    ({ cursor } = page);
    if (!page.more) break;
  }
  return changes;
}

async function savedReplies(context: CheckContext): Promise<string> {
  const backend = context.connect();
  const found = new Set<string>();
  for (const feed of backend.descriptor.feeds) {
    const changes = await firstPages(backend, feed, context.signal);
    for (const { title, body, id } of rowsOf(changes, 'savedReply').values()) {
      must(title !== '' && body.content !== '', `The saved reply ${id} has no title or no text.`);
      found.add(id);
    }
  }
  if (found.size === 0) throw new NotShown('There are none on this server to show it with.');
  return `${found.size} of them`;
}

async function people(context: CheckContext): Promise<string> {
  const backend = context.connect();
  const me = await backend.whoAmI(context.signal);
  const agents = new Set<string>();
  for (const feed of backend.descriptor.feeds) {
    const changes = await firstPages(backend, feed, context.signal);
    for (const id of rowsOf(changes, 'agent').keys()) agents.add(id);
  }
  must(agents.has(me.id), 'The agents it lists do not have the one who is signed in among them.');
  return `${agents.size} of them`;
}

async function contact(context: CheckContext): Promise<void> {
  const { contactId, contactName } = await context.look(context.connect(), context.conversationId);
  must(contactId !== '' && contactName !== '', 'The conversation does not say who its customer is.');
}

async function sweeps(context: CheckContext): Promise<void> {
  const { signal, conversationId } = context;
  const { sweep } = context.connect();
  must(sweep !== undefined, 'It claims to list all ids and cannot.');
  let cursor: string | null = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page: Awaited<ReturnType<typeof sweep.ids>> = await sweep.ids('conversation', cursor, signal);
    if (page.ids.some(({ id }) => id === conversationId)) break;
    must(page.next !== null, 'Its list of all ids lacks a conversation that is there.');
    cursor = page.next;
  }
  const { changes } = await sweep.rows('conversation', [conversationId], signal);
  must(rowsOf(changes, 'conversation').has(conversationId), 'It gives no row for the id of a conversation.');
}

async function pushes(context: CheckContext): Promise<string> {
  const { clock, signal } = context;
  const backend = context.connect();
  const listening = new AbortController();
  const from = clock.monotonic();
  let hintedAt: number | null = null;
  let broke: unknown = null;
  const listen = backend
    .listen(() => (hintedAt ??= clock.monotonic()), listening.signal)
    .catch((error: unknown) => (broke = error));
  try {
    // The channel gives no sign when it is open, so things go on happening until it hints.
    for (let n = 1; hintedAt === null && clock.monotonic() - from < HINT_WITHIN_MS; n += 1) {
      if (broke !== null) throw broke;
      await write(context, backend, { kind: 'note', text: `Is anybody listening? ${n}`, files: [] });
      await clock.sleep(1_000, signal);
    }
  } finally {
    listening.abort();
    await listen;
  }
  must(hintedAt !== null, `No hint came within ${HINT_WITHIN_MS / 1_000} s of changes.`);
  return `first hint after ${Math.round(hintedAt - from)} ms`;
}

const TIMES = ['updatedAt', 'lastMessageAt', 'createdAt'] as const satisfies readonly (keyof Conversation)[];

/** By whichever of its times the server sorts. */
function isNewestFirst(rows: readonly Conversation[]): boolean {
  return TIMES.some((time) =>
    rows.every((row, index) => index === 0 || row[time] <= (rows[index - 1]?.[time] ?? Infinity)),
  );
}

async function newestFirst(context: CheckContext): Promise<string> {
  const backend = context.connect();
  // Few of them: what changes while they are read comes as news, and is no matter of order.
  const changes = await firstPages(backend, conversationFeed(backend), context.signal, 4);
  const rows = changes.flatMap(({ kind, row }) => (kind === 'conversation' && row !== null ? [row] : []));
  must(isNewestFirst(rows), 'A first sync does not bring the newest conversations first.');
  return `${rows.length} looked at`;
}

/** What is told of a conversation that went: by its feed behind the cursor, else by the sweep. */
async function fateOf(
  context: CheckContext,
  backend: Backend,
  id: string,
  from: string,
): Promise<{ gone: boolean; movedTo: string | null }> {
  const { signal } = context;
  let cursor = from;
  const told = await eventually(
    context,
    async () => {
      const page = await readFeed(backend, conversationFeed(backend), signal, cursor);
      cursor = page.cursor;
      const change = page.changes.findLast((one) => one.kind === 'conversation' && one.id === id);
      if (change?.row === null || backend.sweep === undefined) return change;
      const { changes } = await backend.sweep.rows('conversation', [id], signal);
      return changes.findLast((one) => one.id === id);
    },
    (change) => change?.row === null,
  );
  return { gone: told?.row === null, movedTo: told?.movedTo ?? null };
}

async function removed(context: CheckContext): Promise<void> {
  const { create, remove, signal } = context;
  if (remove === undefined) throw new NotShown('Nothing here can delete a conversation to try it.');
  const backend = context.connect();
  const id = await create('To be removed');
  const cursor = await cursorAtNow(backend, signal);
  await remove(id);
  const { gone, movedTo } = await fateOf(context, backend, id, cursor);
  must(gone, 'A conversation was deleted, and nothing tells of it.');
  must(movedTo === null, 'A deleted conversation is told as moved.');
  const late = await backend.perform(anOperation(id, aReply('Anybody there?')), signal).then(
    () => 'done',
    (error: unknown) => (error instanceof BackendError ? error.kind : String(error)),
  );
  must(
    ['not-found', 'invalid', 'conflict', 'forbidden'].includes(late),
    `A reply to a deleted conversation is told as "${late}", and not as refused.`,
  );
}

async function merged(context: CheckContext): Promise<void> {
  const { create, merge, signal } = context;
  if (merge === undefined) throw new NotShown('Nothing here can merge two conversations to try it.');
  const backend = context.connect();
  const [from, into] = [await create('Said in the first one'), await create('Said in the second one')];
  const cursor = await cursorAtNow(backend, signal);
  await merge(from, into);
  const { gone, movedTo } = await fateOf(context, backend, from, cursor);
  must(gone, 'A conversation was merged, and nothing tells of it.');
  must(movedTo === into, 'A merged conversation is not told with where it lives now.');
  const { messages } = await readHistory(backend, into, signal);
  const texts = messages.map(({ body }) => body.content).join('\n');
  must(
    texts.includes('Said in the first one') && texts.includes('Said in the second one'),
    'Messages of a merged conversation are missing where it lives now.',
  );
}

export const READING_CHECKS: readonly Check[] = [
  { capability: 'history', title: 'reads the whole history in order', reads: true, run: history },
  { capability: 'delta', title: 'tells of a change after a cursor', run: delta },
  { capability: 'savedReplies', title: 'brings saved replies', reads: true, run: savedReplies },
  {
    capability: 'agents',
    title: 'lists the agents, with the one who is signed in',
    reads: true,
    run: people,
  },
  { capability: 'contacts', title: 'says who the customer is', reads: true, run: contact },
  { capability: 'newestFirst', title: 'begins a first sync with the newest', reads: true, run: newestFirst },
  { capability: 'thread', title: 'reads one thread afresh', run: thread },
  { capability: 'remove', title: 'shows that a conversation is gone', run: removed },
  {
    capability: 'merge',
    title: 'shows where a merged conversation lives now, with its messages',
    run: merged,
  },
  { capability: 'idSweep', title: 'lists all ids and gives rows by id', reads: true, run: sweeps },
  { capability: 'push', title: 'hints that something changed', run: pushes },
];
