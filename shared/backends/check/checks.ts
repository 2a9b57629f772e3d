/** One check a capability, each on one conversation that may be written into. */
import { BackendError } from '../backend-error';
import { skipOlder } from '../newest-first';
import type { Backend } from '../port';
import {
  anOperation,
  aReply,
  bytesOf,
  conversationFeed,
  eventually,
  lookUntil,
  messageOf,
  must,
  NotShown,
  readFeed,
  readHistory,
  replyWithFile,
  rowsOf,
  sameBytes,
  SAMPLE_FILE,
  type Check,
  type CheckContext,
} from './check-kit';

/** A hint must come within this. */
const HINT_WITHIN_MS = 30_000;
/** Lists without an end are walked so far to find one thing. */
const MOST_PAGES = 50;

const perform = (
  { conversationId, signal }: CheckContext,
  backend: Backend,
  action: Parameters<typeof anOperation>[1],
): ReturnType<Backend['perform']> => backend.perform(anOperation(conversationId, action), signal);

/** A cursor of the conversations' feed behind everything there is now. */
async function cursorAtNow(backend: Backend, signal: AbortSignal): Promise<string> {
  const feed = conversationFeed(backend);
  const first = await backend.pull(feed, null, signal);
  const skipped = skipOlder(first.cursor);
  return (await readFeed(backend, feed, signal, skipped)).cursor;
}

async function replies(context: CheckContext): Promise<void> {
  const backend = context.connect();
  const { serverId } = await perform(context, backend, aReply('A checked reply'));
  const message = await messageOf(context, backend, serverId);
  must(message.kind === 'reply', `A reply comes back as "${message.kind}".`);
  must(message.author.type === 'agent', `A reply comes back as written by "${message.author.type}".`);
  must(message.body.content.includes('A checked reply'), 'A reply comes back with another text.');
}

async function notes(context: CheckContext): Promise<void> {
  const backend = context.connect();
  const { serverId } = await perform(context, backend, {
    kind: 'note',
    text: 'A checked note, not for the customer',
    files: [],
  });
  const message = await messageOf(context, backend, serverId);
  must(message.kind === 'note', `A note comes back as "${message.kind}": customers may read it.`);
}

async function statuses(context: CheckContext): Promise<string> {
  const backend = context.connect();
  for (const status of ['pending', 'resolved', 'open'] as const) {
    await perform(context, backend, { kind: 'status', status });
    await lookUntil(
      context,
      backend,
      (now) => now.status === status,
      (now) => `The status "${status}" was taken and is "${now.status}" afterwards.`,
    );
  }
  return Object.entries(backend.descriptor.statusWords)
    .map(([ours, theirs]) => (ours === theirs ? ours : `${ours} = ${theirs}`))
    .join(', ');
}

async function assigns(context: CheckContext): Promise<string> {
  const backend = context.connect();
  const agent = await backend.whoAmI(context.signal);
  await perform(context, backend, { kind: 'assign', assigneeId: agent.id });
  await lookUntil(
    context,
    backend,
    (now) => now.assigneeId === agent.id,
    () => 'It was assigned to the agent who is signed in, and is not theirs afterwards.',
  );
  return agent.name;
}

async function unassigns(context: CheckContext): Promise<void> {
  const backend = context.connect();
  await perform(context, backend, { kind: 'assign', assigneeId: null });
  await lookUntil(
    context,
    backend,
    (now) => now.assigneeId === null,
    () => 'It was taken from its owner and still has one.',
  );
}

async function prioritises(context: CheckContext): Promise<void> {
  const backend = context.connect();
  await perform(context, backend, { kind: 'priority', priority: 'urgent' });
  await lookUntil(
    context,
    backend,
    (now) => now.priority === 'urgent',
    (now) => `The priority "urgent" was taken and is "${now.priority}" afterwards.`,
  );
}

async function tags(context: CheckContext): Promise<void> {
  const backend = context.connect();
  const change = (add: string[], remove: string[]): Promise<unknown> =>
    perform(context, backend, { kind: 'tags', add, remove });
  await change(['check-one', 'check-two'], []);
  await change(['check-three'], ['check-one']);
  const wanted = 'check-three check-two';
  const ours = (all: readonly string[]): string =>
    all
      .filter((tag) => tag.startsWith('check-'))
      .sort()
      .join(' ');
  await lookUntil(
    context,
    backend,
    (now) => ours(now.tags) === wanted,
    (now) => `The tags should be "${wanted}" and are "${ours(now.tags)}".`,
  );
}

async function sendsFile(context: CheckContext): Promise<void> {
  const backend = context.connect();
  const serverId = await replyWithFile(backend, context.conversationId, SAMPLE_FILE, context.signal);
  const { attachments } = await messageOf(context, backend, serverId);
  const [attachment] = attachments;
  must(
    attachment !== undefined && attachments.length === 1,
    `A reply with one file has ${attachments.length}.`,
  );
  must(
    attachment.name === SAMPLE_FILE.name,
    `The file "${SAMPLE_FILE.name}" is called "${attachment.name}".`,
  );
  must(
    attachment.size === SAMPLE_FILE.bytes.length,
    `The size of a file is told as ${attachment.size} bytes.`,
  );
}

async function fetchesFile(context: CheckContext): Promise<void> {
  const backend = context.connect();
  const all = async () => (await readHistory(backend, context.conversationId, context.signal)).messages;
  const withFile = (messages: Awaited<ReturnType<typeof all>>) =>
    messages.flatMap(({ attachments }) => attachments).at(-1);
  const attachment = withFile(await eventually(context, all, (found) => withFile(found) !== undefined));
  if (attachment === undefined) throw new NotShown('No message of the conversation has a file.');
  const bytes = await bytesOf(await backend.download(attachment.id, context.signal));
  must(sameBytes(bytes, SAMPLE_FILE.bytes), `A file of ${SAMPLE_FILE.bytes.length} bytes came down changed.`);
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
  await perform(context, backend, { kind: 'note', text: 'A note that the feed must tell of', files: [] });
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
  const { serverId } = await perform(context, backend, {
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

async function guards(context: CheckContext): Promise<void> {
  const { conversationId, signal } = context;
  const backend = context.connect();
  const { version } = await context.look(backend, conversationId);
  must(version !== null, 'It has no versions, and does not say why.');
  const { serverId } = await perform(context, backend, {
    kind: 'note',
    text: 'The thread moves on',
    files: [],
  });
  await messageOf(context, backend, serverId);
  const text = 'A guarded reply that must not leave';
  const late = backend.perform(anOperation(conversationId, aReply(text), { ifVersion: version }), signal);
  const kind = await late.then(
    () => 'done',
    (error: unknown) => (error instanceof BackendError ? error.kind : String(error)),
  );
  must(kind === 'conflict', `A reply guarded by an old version is not refused as a conflict: ${kind}.`);
  const { messages } = await readHistory(backend, conversationId, signal);
  must(!messages.some(({ body }) => body.content.includes(text)), 'A refused reply is there nevertheless.');
}

async function savedReplies(context: CheckContext): Promise<string> {
  const backend = context.connect();
  const found = new Set<string>();
  for (const feed of backend.descriptor.feeds.slice(1)) {
    const { changes } = await readFeed(backend, feed, context.signal);
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
  const agents = new Map<string, string>();
  for (const feed of backend.descriptor.feeds) {
    // The first feed of a large helpdesk may have years in it; agents are not what it is for.
    if (feed === conversationFeed(backend)) continue;
    const { changes } = await readFeed(backend, feed, context.signal);
    for (const { id, name } of rowsOf(changes, 'agent').values()) agents.set(id, name);
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
      await perform(context, backend, { kind: 'note', text: `Is anybody listening? ${n}`, files: [] });
      await clock.sleep(1_000, signal);
    }
  } finally {
    listening.abort();
    await listen;
  }
  must(hintedAt !== null, `No hint came within ${HINT_WITHIN_MS / 1_000} s of changes.`);
  return `first hint after ${Math.round(hintedAt - from)} ms`;
}

/** In the order in which they are shown; what a check leaves behind harms no later one. */
export const CHECKS: readonly Check[] = [
  { capability: 'history', title: 'reads the whole history in order', run: history },
  { capability: 'reply', title: 'replies, and shows the reply as one', run: replies },
  { capability: 'note', title: 'keeps a note among us', run: notes },
  { capability: 'delta', title: 'tells of a change after a cursor', run: delta },
  { capability: 'status', title: 'sets the status, and it holds', run: statuses },
  { capability: 'assignee', title: 'assigns to the agent who is signed in', run: assigns },
  { capability: 'unassign', title: 'takes a conversation from its owner', run: unassigns },
  { capability: 'priority', title: 'changes the priority', run: prioritises },
  { capability: 'tags', title: 'adds and removes tags without losing those of others', run: tags },
  { capability: 'attachmentsOut', title: 'sends a file with its name and size', run: sendsFile },
  { capability: 'attachmentsIn', title: 'brings the same bytes down', run: fetchesFile },
  { capability: 'thread', title: 'reads one thread afresh', run: thread },
  { capability: 'guard', title: 'refuses under a version guard when the thread has moved', run: guards },
  { capability: 'savedReplies', title: 'brings saved replies', run: savedReplies },
  { capability: 'agents', title: 'lists the agents, with the one who is signed in', run: people },
  { capability: 'contacts', title: 'says who the customer is', run: contact },
  { capability: 'idSweep', title: 'lists all ids and gives rows by id', run: sweeps },
  { capability: 'push', title: 'hints that something changed', run: pushes },
];
