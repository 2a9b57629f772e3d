/**
 * What agents do. A reply and a note are one "update ticket" with an article in it (tickets_controller.rb
 * #update: both in one lock), so a reply with a new state is one change. Our reference stands in the
 * article's preferences: a column like others, kept as it was sent (CreatesTicketArticles, CanCleanupParam)
 * and given back with every article; sending the mail only adds to it (TicketArticleCommunicateEmailJob).
 * The message id could not carry it: production servers make their own (AddsMetadataEmail).
 *
 * Whose name: the header `From` (formerly `X-On-Behalf-Of`) with an id, login or mail address makes a
 * request that of another user, for whoever has the permission `admin.user`; anybody else, and an unknown
 * name, gets 403 (application_controller/has_user.rb#current_user_on_behalf, SessionsPolicy#impersonate?).
 * The whole update is then theirs, with their rights: a state that goes with a reply too.
 */
import { z } from 'zod';
import { assertNever } from '../../domain/assert-never';
import type { Priority, Status } from '../../domain/entities';
import type { IntentAction } from '../../domain/intents';
import { base64OfBytes } from '../auth';
import { BackendError } from '../backend-error';
import { bytesOfFile } from '../bytes';
import { rowId } from '../field-schemas';
import { mediaTypeOf } from '../multipart';
import type { Operation, OperationProof, OutgoingFile } from '../port';
import { understand } from '../response';
import type { Asker } from '../rest-definition';
import {
  articleOf,
  authorIdOf,
  headOf,
  NOBODY,
  priorityOf,
  readTicket,
  REF_FIELD,
  refOf,
  STATE_TYPES,
  type Article,
  type TicketRow,
} from './zammad-rows';
import { articlesOf, peopleOf, prioritiesOf, statesOf, ticketPath, withThread } from './zammad-threads';

/** A state of this kind wants a time at which Zammad reminds of the ticket or acts on it. */
const PENDING_FOR_MS = 24 * 3_600_000;

const markedArticle = z.object({
  id: rowId,
  preferences: z.record(z.string(), z.unknown()).nullish(),
});

type TicketAction = Exclude<IntentAction, { kind: 'tags' }>;

export async function perform(ask: Asker, operation: Operation): Promise<OperationProof> {
  const { action, conversationId } = operation;
  if (action.kind === 'tags') {
    await changeTags(ask, conversationId, action);
    return { serverId: conversationId, conversation: null };
  }
  const changes = await changesOf(ask, action);
  const article = await articleFor(ask, operation);
  const { body } = await ask.json({
    method: 'PUT',
    path: ticketPath(conversationId),
    query: { expand: 'true' },
    ...(operation.author && { headers: { from: operation.author.id } }),
    json: { ...changes, ...(article === null ? {} : { article }) },
  });
  refuseIgnored(changes, body);
  if (article === null) {
    // What was changed is changed, whatever can be read of it now.
    const after = await afterwards(ask, body).catch(() => null);
    return { serverId: conversationId, conversation: after?.conversation ?? null };
  }
  const after = await afterwards(ask, body);
  const made = after.articles.find((one) => refOf(one) === operation.ref);
  // Done without doubt, but nobody knows as what: it is read back by its reference.
  if (made === undefined) throw new BackendError('nonsense', 'The article that was made is not there yet.');
  const author = { id: authorIdOf(made), name: '' };
  return { serverId: made.id, conversation: after.conversation, author };
}

async function changesOf(ask: Asker, action: TicketAction): Promise<Record<string, unknown>> {
  switch (action.kind) {
    case 'note':
      return {};
    case 'reply':
      return action.statusAfter === null ? {} : stateFor(ask, action.statusAfter);
    case 'status':
      return stateFor(ask, action.status);
    case 'assign':
      return { owner_id: Number(action.assigneeId ?? NOBODY) };
    case 'priority':
      return { priority_id: await priorityFor(ask, action.priority) };
    default:
      return assertNever(action);
  }
}

/** States are a team's own: the one with Zammad's usual name, else the first of the kind. */
async function stateFor(ask: Asker, status: Status): Promise<Record<string, unknown>> {
  const states = [...(await statesOf(ask)).values()].filter(({ active }) => active);
  for (const type of STATE_TYPES[status]) {
    const ofType = states.filter(({ state_type }) => state_type === type);
    const state = ofType.find(({ name }) => name === type) ?? ofType[0];
    if (state === undefined) continue;
    const pending = type.startsWith('pending');
    return {
      state_id: Number(state.id),
      ...(pending ? { pending_time: new Date(ask.clock.now() + PENDING_FOR_MS).toISOString() } : {}),
    };
  }
  throw new BackendError('invalid', `This Zammad has no state in use for "${status}".`);
}

async function priorityFor(ask: Asker, wanted: Priority): Promise<number> {
  const inUse = (await prioritiesOf(ask)).filter(({ active }) => active);
  const found = inUse.find(({ name }) => priorityOf(name) === wanted);
  if (found !== undefined) return Number(found.id);
  const names = inUse.map(({ name }) => name).join(', ');
  throw new BackendError('invalid', `This Zammad has no priority for "${wanted}", only: ${names}.`);
}

/** `null` for what makes no article. */
async function articleFor(ask: Asker, operation: Operation): Promise<Record<string, unknown> | null> {
  const { action, conversationId, ref, files = [] } = operation;
  if (action.kind !== 'reply' && action.kind !== 'note') return null;
  return {
    body: action.text,
    content_type: 'text/plain',
    sender: 'Agent',
    preferences: { [REF_FIELD]: ref },
    // `internal` alone does not keep a mail from leaving: what must not be sent is of type note.
    ...(action.kind === 'note' ? { type: 'note', internal: true } : await addressOf(ask, conversationId)),
    ...(files.length === 0 ? {} : { attachments: await Promise.all(files.map(attached)) }),
  };
}

async function attached(file: OutgoingFile): Promise<Record<string, string>> {
  const data = base64OfBytes(await bytesOfFile(file));
  return { filename: file.name, data, 'mime-type': mediaTypeOf(file) };
}

/** Types of article that answer in their own channel, to whoever wrote last in it. */
const BY_CHANNEL: Readonly<Record<string, string>> = {
  sms: 'sms',
  'telegram personal-message': 'telegram personal-message',
  'whatsapp message': 'whatsapp message',
  'twitter status': 'twitter status',
  'twitter direct-message': 'twitter direct-message',
  'facebook feed post': 'facebook feed comment',
  'facebook feed comment': 'facebook feed comment',
};

/** How a reply reaches the customer: in the channel of their last word, else by mail. */
async function addressOf(ask: Asker, conversationId: string): Promise<Record<string, unknown>> {
  const { body } = await ask.json({
    method: 'GET',
    path: ticketPath(conversationId),
    query: { expand: 'true' },
  });
  const ticket = headOf(body);
  if (ticket === null) throw new BackendError('nonsense', 'The ticket cannot be read.');
  const articles = (await articlesOf(ask, conversationId)).flatMap((raw) => articleOf(raw) ?? []);
  const last = articles.findLast(({ sender, internal }) => sender === 'Customer' && !internal);
  const type = BY_CHANNEL[last?.type ?? ''];
  const answers = last?.message_id ? { in_reply_to: last.message_id } : {};
  if (type !== undefined) return { type, internal: false, to: last?.from ?? '', ...answers };
  const to = await mailAddress(ask, ticket.customer_id, last);
  return { type: 'email', internal: false, to, subject: ticket.title, ...answers };
}

async function mailAddress(ask: Asker, customerId: string, last: Article | undefined): Promise<string> {
  const said = last?.type === 'email' ? last.reply_to || last.from : null;
  const address = said || (await peopleOf(ask, [customerId])).get(customerId)?.email;
  if (address) return address;
  throw new BackendError('invalid', 'Zammad knows no mail address of this customer.');
}

/** A change that was answered with success and not made (a workflow of the team's own, for example). */
function refuseIgnored(changes: Readonly<Record<string, unknown>>, ticket: unknown): void {
  const answer = understand(() => z.looseObject({ id: rowId }).parse(ticket)) as Record<string, unknown>;
  for (const field of ['state_id', 'owner_id', 'priority_id']) {
    if (!(field in changes) || answer[field] === changes[field]) continue;
    throw new BackendError('invalid', `Zammad left "${field.replace('_id', '')}" as it was.`);
  }
}

/** Each tag is added and removed by itself, so those of others stay. */
async function changeTags(
  ask: Asker,
  id: string,
  { add, remove }: { add: readonly string[]; remove: readonly string[] },
): Promise<void> {
  // Zammad takes tags for tickets that are not there, and then answers 500.
  await ask.json({ method: 'GET', path: ticketPath(id) });
  for (const item of add) {
    await ask.json({ method: 'POST', path: '/tags/add', json: { object: 'Ticket', o_id: Number(id), item } });
  }
  for (const item of remove) {
    await ask.json({
      method: 'DELETE',
      path: '/tags/remove',
      json: { object: 'Ticket', o_id: Number(id), item },
    });
  }
}

/** The conversation as the server left it; a proof stands without it. */
async function afterwards(
  ask: Asker,
  ticket: unknown,
): Promise<{ conversation: OperationProof['conversation']; articles: readonly Article[] }> {
  const rows = await withThread(ask, ticket, ask.clock.now());
  const row = rows.find((found): found is TicketRow => found.of === 'ticket');
  const articles = (row?.articles ?? []).flatMap((raw) => articleOf(raw) ?? []);
  try {
    return { conversation: row === undefined ? null : readTicket(row, ask.accountId), articles };
  } catch (error) {
    if (error instanceof z.ZodError) return { conversation: null, articles };
    throw error;
  }
}

/** Looks through the ticket's articles. Other changes leave no reference: made twice they are made once. */
export async function findByRef(ask: Asker, id: string, ref: string): Promise<OperationProof | null> {
  const articles = await articlesOf(ask, id);
  // Read for this alone: an article that cannot be read in full is there all the same.
  const marked = understand(() => articles.map((raw) => markedArticle.parse(raw)));
  const found = marked.find((article) => refOf(article) === ref);
  return found === undefined ? null : { serverId: found.id, conversation: null };
}
