/** Checks of what the console does at a backend, each on one conversation that may be written into. */
import type { Agent } from '../../domain/entities';
import type { IntentAction } from '../../domain/intents';
import { BackendError } from '../backend-error';
import { bytesOf } from '../bytes';
import {
  anOperation,
  aReply,
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
  write,
  type Check,
  type CheckContext,
} from './check-kit';

/** A little more than the coarsest clock that versions are made of. */
const WHOLE_SECOND_MS = 1_100;

async function replies(context: CheckContext): Promise<void> {
  const backend = context.connect();
  const { serverId } = await write(context, backend, aReply('A checked reply'));
  const message = await messageOf(context, backend, serverId);
  must(message.kind === 'reply', `A reply comes back as "${message.kind}".`);
  must(message.author.type === 'agent', `A reply comes back as written by "${message.author.type}".`);
  must(message.body.content.includes('A checked reply'), 'A reply comes back with another text.');
}

async function notes(context: CheckContext): Promise<void> {
  const backend = context.connect();
  const { serverId } = await write(context, backend, {
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
    await write(context, backend, { kind: 'status', status });
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
  await write(context, backend, { kind: 'assign', assigneeId: agent.id });
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
  await write(context, backend, { kind: 'assign', assigneeId: null });
  await lookUntil(
    context,
    backend,
    (now) => now.assigneeId === null,
    () => 'It was taken from its owner and still has one.',
  );
}

async function prioritises(context: CheckContext): Promise<void> {
  const backend = context.connect();
  await write(context, backend, { kind: 'priority', priority: 'urgent' });
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
    write(context, backend, { kind: 'tags', add, remove });
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
  must(bytes.length === attachment.size, `A file of ${attachment.size} bytes came down as ${bytes.length}.`);
  const known = context.file?.bytes;
  must(known === undefined || sameBytes(bytes, known), 'A file came down with other bytes than it has.');
}

async function guards(context: CheckContext): Promise<void> {
  const { conversationId, signal } = context;
  const backend = context.connect();
  const { version } = await context.look(backend, conversationId);
  must(version !== null, 'It has no versions, and does not say why.');
  // Some versions are times in whole seconds: within one, nothing can be told apart.
  await context.clock.sleep(WHOLE_SECOND_MS, signal);
  const { serverId } = await write(context, backend, {
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

/** Under the credentials that are given, in the name of somebody else of the team. */
async function namesAuthor(context: CheckContext): Promise<string> {
  const { signal } = context;
  const backend = context.connect();
  const me = await backend.whoAmI(signal);
  const agents: Agent[] = [];
  for (const feed of backend.descriptor.feeds) {
    const { changes } = await readFeed(backend, feed, signal);
    agents.push(...rowsOf(changes, 'agent').values());
  }
  const other = agents.find(({ id }) => id !== me.id);
  if (other === undefined) throw new NotShown('It lists no agent beside the one who is signed in.');
  const { id, name, email } = other;
  const writeAs = async (action: IntentAction): Promise<void> => {
    const operation = anOperation(context.conversationId, action, { author: { id, name, email } });
    const proof = await backend.perform(operation, signal);
    const { author, kind } = await messageOf(context, backend, proof.serverId);
    must(author.id === id, `A ${kind} in the name of "${name}" stands there under "${author.name}".`);
    const told = proof.author?.id ?? null;
    must(
      told === null || told === author.id,
      `The answer to a ${kind} tells another author than its thread.`,
    );
  };
  await writeAs(aReply('A checked reply of a colleague'));
  await writeAs({ kind: 'note', text: 'A checked note of a colleague', files: [] });
  return `${me.name} signed in, ${name} named`;
}

export const ACTION_CHECKS: readonly Check[] = [
  { capability: 'reply', title: 'replies, and shows the reply as one', run: replies },
  { capability: 'note', title: 'keeps a note among us', run: notes },
  { capability: 'status', title: 'sets the status, and it holds', run: statuses },
  { capability: 'assignee', title: 'assigns to the agent who is signed in', run: assigns },
  { capability: 'unassign', title: 'takes a conversation from its owner', run: unassigns },
  { capability: 'priority', title: 'changes the priority', run: prioritises },
  { capability: 'tags', title: 'adds and removes tags without losing those of others', run: tags },
  { capability: 'attachmentsOut', title: 'sends a file with its name and size', run: sendsFile },
  { capability: 'attachmentsIn', title: 'brings the same bytes down', reads: true, run: fetchesFile },
  { capability: 'author', title: 'names the agent who writes under shared credentials', run: namesAuthor },
  { capability: 'guard', title: 'refuses under a version guard when the thread has moved', run: guards },
];
