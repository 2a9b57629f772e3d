/**
 * What agents do, as Request Tracker takes it. RT answers 200 to a change that it refused, with its
 * words in a list beside those of what it did; so every change is read back. `If-Match` is kept for
 * PUT; a POST of a message refuses every value of it (it has no ETag to compare), so a guarded reply is
 * compared by reading the thread right before it leaves.
 */
import { z } from 'zod';
import { assertNever } from '../../domain/assert-never';
import type { IntentAction } from '../../domain/intents';
import type { TagChange, Written } from '../actions';
import { BackendError } from '../backend-error';
import { isoTime, rowId } from '../field-schemas';
import type { Operation, OperationProof, OutgoingFile } from '../port';
import { understand } from '../response';
import type { Answer, Asker, RequestShape } from '../rest-definition';
import { customFields, REF_FIELD, TRANSACTION_FIELDS } from './rt-messages';
import { whoAmI } from './rt-people';
import { NOBODY, PRIORITY_NUMBERS, readConversation, STATUS_WORDS, TAGS_FIELD, versionOf } from './rt-rows';
import { anyOf, isNumber, jsonQuery, quoted, search } from './rt-search';
import { messagesBefore, readTicketById } from './rt-tickets';

/** A tag is set against what others do at the same moment; after so many turns it is their busy hour. */
const MOST_TURNS = 5;
/** RT writes our reference a moment after the message; what is younger and has none may be ours. */
const REF_LATE_MS = 120_000;
const TIER_KNOWN_FOR_MS = 24 * 3_600_000;

const ticketNow = z.object({
  id: rowId,
  Status: z.string(),
  Owner: z.object({ id: rowId }),
  Priority: z.union([z.number(), z.string()]).transform(Number),
  LastUpdated: isoTime,
  CustomFields: customFields,
});
type TicketNow = z.infer<typeof ticketNow> & { etag: string | null };

/** The ticket this moment. @throws BackendError `not-found` where it is deleted, `conflict` where it was merged */
async function ticketNowOf(ask: Asker, id: string): Promise<TicketNow> {
  if (!isNumber(id)) throw new BackendError('not-found', `There is no ticket ${id}.`);
  const { body, headers } = await ask.json({ method: 'GET', path: `/ticket/${id}` });
  const ticket = understand(() => ticketNow.parse(body));
  if (ticket.id !== id) throw new BackendError('conflict', `Ticket ${id} was merged into ${ticket.id}.`);
  if (ticket.Status === 'deleted') throw new BackendError('not-found', `Ticket ${id} is deleted.`);
  return { ...ticket, etag: headers['etag'] ?? null };
}

export async function perform(ask: Asker, operation: Operation): Promise<OperationProof> {
  const { conversationId, action } = operation;
  if (action.kind === 'reply' || action.kind === 'note') return say(ask, operation, action);
  if (action.kind === 'tags') await setTags(ask, conversationId, action);
  else await setField(ask, operation, action);
  return { serverId: conversationId, conversation: null };
}

async function say(ask: Asker, operation: Operation, action: Written): Promise<OperationProof> {
  const { ref, conversationId, ifVersion, files = [] } = operation;
  const ticket = await ticketNowOf(ask, conversationId);
  if (ifVersion !== null) await guard(ask, ticket, ifVersion);
  const statusAfter = action.kind === 'reply' ? action.statusAfter : null;
  const answer = await ask.json({
    method: 'POST',
    path: `/ticket/${conversationId}/${action.kind === 'note' ? 'comment' : 'correspond'}`,
    ...messageBody(
      {
        // To Perl a lone zero is no content at all.
        Content: action.text === '0' ? '0\n' : action.text,
        ContentType: 'text/plain',
        TxnCustomFields: { [REF_FIELD]: ref },
        ...(statusAfter !== null && { Status: STATUS_WORDS[statusAfter] }),
      },
      files,
    ),
  });
  const serverId = madeIn(answer);
  // Whether the status was taken as well shows only in the ticket; the reply has left either way.
  const conversation =
    statusAfter !== null ? await conversationNow(ask, conversationId).catch(() => null) : null;
  return { serverId, conversation };
}

/** Names of files come through whole only in a multipart body. */
function messageBody(
  message: Readonly<Record<string, unknown>>,
  files: readonly OutgoingFile[],
): Pick<RequestShape, 'json' | 'multipart'> {
  if (files.length === 0) return { json: message };
  return {
    multipart: {
      fields: [['JSON', JSON.stringify(message)]],
      files: files.map((file) => ({ field: 'Attachments', file })),
    },
  };
}

/** The answer names the message in its Location, `/REST/2.0/transaction/N`. */
function madeIn({ headers }: Answer): string {
  const id = /\/transaction\/(\d+)$/.exec(headers['location'] ?? '')?.[1];
  if (id === undefined) throw new BackendError('nonsense', 'The answer does not name the message it made.');
  return id;
}

/** A gap of milliseconds is left until the message is made: RT offers nothing that closes it. */
async function guard(ask: Asker, ticket: TicketNow, ifVersion: string): Promise<void> {
  const { items } = await search(ask, `/ticket/${ticket.id}/history`, {
    ...messagesBefore(null),
    per_page: '1',
  });
  const newest = z.object({ id: rowId }).safeParse(items[0]).data?.id ?? null;
  // Where no messages were read (closed long ago) the version names none.
  const [, known = ''] = ifVersion.split('/');
  if (versionOf(ticket, known === '' ? null : newest) === ifVersion) return;
  throw new BackendError('conflict', `Ticket ${ticket.id} has changed since.`);
}

async function conversationNow(ask: Asker, id: string): Promise<OperationProof['conversation']> {
  const [row] = (await readTicketById(ask, id, { messagesOf: () => true, newest: 1 })).filter(
    (one) => one.as === 'conversation',
  );
  return row === undefined ? null : readConversation(row, ask.accountId).conversation;
}

type Edit = Exclude<IntentAction, { kind: 'reply' | 'note' | 'tags' }>;

async function setField(ask: Asker, { conversationId, ifVersion }: Operation, action: Edit): Promise<void> {
  const before = await ticketNowOf(ask, conversationId);
  if (ifVersion !== null) await guard(ask, before, ifVersion);
  const { field, value, read } = editOf(action);
  if (read(before) === value) return;
  const said = await put(ask, before, { [field]: value }, ifVersion !== null);
  if (read(await ticketNowOf(ask, conversationId)) !== value) throw refused(said);
}

/** The field of RT, what is put there, and how it reads afterwards. */
function editOf(action: Edit): {
  field: string;
  value: string | number;
  read(ticket: TicketNow): string | number;
} {
  switch (action.kind) {
    case 'status':
      return { field: 'Status', value: STATUS_WORDS[action.status], read: ({ Status }) => Status };
    case 'assign':
      return { field: 'Owner', value: action.assigneeId ?? NOBODY, read: ({ Owner }) => Owner.id };
    case 'priority':
      return {
        field: 'Priority',
        value: PRIORITY_NUMBERS[action.priority],
        read: ({ Priority }) => Priority,
      };
    default:
      return assertNever(action);
  }
}

/** RT takes the whole set; its ETag keeps what others add in the same moment. */
async function setTags(ask: Asker, id: string, { add, remove }: TagChange): Promise<void> {
  for (let turn = 1; ; turn += 1) {
    const before = await ticketNowOf(ask, id);
    const tags = before.CustomFields.get(TAGS_FIELD);
    if (tags === undefined)
      throw new BackendError('invalid', `Ticket ${id} has no custom field "${TAGS_FIELD}".`);
    const wanted = [
      ...tags.filter((tag) => !remove.includes(tag)),
      ...add.filter((tag) => !tags.includes(tag)),
    ];
    if (sameSet(tags, wanted)) return;
    try {
      const said = await put(ask, before, { CustomFields: { [TAGS_FIELD]: wanted } }, true);
      const after = (await ticketNowOf(ask, id)).CustomFields.get(TAGS_FIELD) ?? [];
      if (add.every((tag) => after.includes(tag)) && !remove.some((tag) => after.includes(tag))) return;
      throw refused(said);
    } catch (error) {
      const moved = error instanceof BackendError && error.status === 412;
      if (!moved || turn === MOST_TURNS) throw error;
    }
  }
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((tag) => other.includes(tag));
}

const words = z.array(z.string().nullable());

/** Resolves with what RT says of each part of the change. */
async function put(
  ask: Asker,
  { id, etag }: TicketNow,
  json: Readonly<Record<string, unknown>>,
  guarded: boolean,
): Promise<string> {
  const { body } = await ask.json({
    method: 'PUT',
    path: `/ticket/${id}`,
    json,
    ...(guarded && etag !== null && { headers: { 'if-match': etag } }),
  });
  return (words.safeParse(body).data ?? []).filter((text) => text !== null).join(' ');
}

function refused(said: string): BackendError {
  return new BackendError(
    'invalid',
    said === '' ? 'The change was not taken, and RT does not say why.' : said,
  );
}

const made = z.object({ id: rowId });

/**
 * T2: our reference is a transaction custom field, and RT finds messages by it. It is written a moment
 * after the message (RT::REST2::Resource::Message, _add_message), so while a message of ours without a
 * reference is that young nobody may say that ours is not there.
 */
export async function findByRef(
  ask: Asker,
  conversationId: string,
  ref: string,
): Promise<OperationProof | null> {
  const { items } = await search(ask, '/transactions', {
    query: `ObjectType='RT::Ticket' AND CF.{${REF_FIELD}}=${quoted(ref)}`,
  });
  const [found] = understand(() => z.array(made).parse(items));
  if (found !== undefined) return { serverId: found.id, conversation: null };
  if ((await tier(ask)) === 'T4') {
    throw new BackendError('nonsense', `RT has not kept a reference in "${REF_FIELD}" for this agent yet.`);
  }
  if (isNumber(conversationId) && (await mayBeUnwritten(ask, conversationId))) {
    throw new BackendError('no-answer', 'A message was just written whose reference may follow.');
  }
  return null;
}

const unwritten = z.object({
  Created: isoTime,
  Creator: z.object({ id: rowId }),
  CustomFields: customFields,
});

async function mayBeUnwritten(ask: Asker, conversationId: string): Promise<boolean> {
  const me = await ask.remembered('me', TIER_KNOWN_FOR_MS, () => whoAmI(ask));
  const { items, serverTime } = await search(ask, `/ticket/${conversationId}/history`, {
    query: jsonQuery(...anyOf('Type', ['Correspond', 'Comment'])),
    orderby: 'id',
    order: 'DESC',
    ...TRANSACTION_FIELDS,
  });
  const now = serverTime ?? ask.clock.now();
  return items.some((raw) => {
    const one = unwritten.safeParse(raw).data;
    if (one === undefined || one.Creator.id !== me.id || now - one.Created > REF_LATE_MS) return false;
    return (one.CustomFields.get(REF_FIELD) ?? []).length === 0;
  });
}

/**
 * The field must exist, apply to the queue, and this agent must have the right to fill it: RT passes
 * silently over what it cannot fill. So it counts once one of the agent's own messages has it.
 */
export async function tier(ask: Asker): Promise<'T2' | 'T4'> {
  const me = await ask.remembered('me', TIER_KNOWN_FOR_MS, () => whoAmI(ask));
  const { items } = await search(ask, '/transactions', {
    query: `ObjectType='RT::Ticket' AND Creator=${quoted(me.id)} AND CF.{${REF_FIELD}} IS NOT NULL`,
    per_page: '1',
    orderby: 'id',
    order: 'DESC',
  });
  return items.length > 0 ? 'T2' : 'T4';
}
