/**
 * What agents do. Every change but that of tags is one "Update Ticket" whose metadata carries our
 * reference into the audit, where it can be read back ("Setting metadata": what is sent as
 * `ticket.metadata` is kept as `metadata.custom` of the audit).
 *
 * Whose name: an API token is the whole account's, and the mail address before `/token` says who acts; so
 * each agent may sign in with their own address and the shared token. With credentials of one person for
 * all, `comment.author_id` names the agent: "the user with the id is shown as the author of the comment.
 * However, this user is not considered the updater of the ticket" ("Ticket Comments", "Author id"). So
 * changes without a comment stay those of whoever is signed in.
 */
import { z } from 'zod';
import { assertNever } from '../../domain/assert-never';
import type { IntentAction } from '../../domain/intents';
import { agentNumber } from '../actions';
import { BackendError, ThreadTooLongError } from '../backend-error';
import { htmlOf } from '../html-text';
import type { Operation, OperationProof } from '../port';
import { understand } from '../response';
import type { Asker } from '../rest-definition';
import { rowId } from '../field-schemas';
import { rowsAt } from '../pagination';
import { nextOf, ticketPath, withThread } from './zendesk-threads';
import { readTicket, REF_FIELD, type TicketRow } from './zendesk-rows';

/** Our words as they are sent. */
export const STATUS_WORDS = {
  new: 'new',
  open: 'open',
  pending: 'pending',
  resolved: 'solved',
  closed: 'closed',
} as const;

/** How often a change of tags is tried again when somebody else changed the ticket meanwhile. */
const TAG_TRIES = 4;
const AUDITS_PER_PAGE = 100;
/** A ticket with more audits than this many pages is not searched to its end. */
const MOST_AUDIT_PAGES = 60;

const CHANGED_FIELDS: readonly string[] = ['status', 'assignee_id', 'priority'];

const audit = z.object({
  metadata: z.object({ custom: z.record(z.string(), z.unknown()).nullish() }).nullish(),
  events: z.array(
    z.looseObject({
      type: z.string(),
      id: rowId.nullish(),
      field_name: z.string().nullish(),
      author_id: rowId.nullish(),
    }),
  ),
});
type Audit = z.infer<typeof audit>;

const updated = z.object({ ticket: z.looseObject({ id: rowId }), audit });

const ticketTags = z.object({ ticket: z.object({ tags: z.array(z.string()), updated_at: z.string() }) });

type Update = Exclude<IntentAction, { kind: 'tags' }>;

export async function perform(ask: Asker, operation: Operation): Promise<OperationProof> {
  const { action, conversationId } = operation;
  if (action.kind === 'tags') {
    await changeTags(ask, conversationId, 'PUT', action.add);
    await changeTags(ask, conversationId, 'DELETE', action.remove);
    return { serverId: conversationId, conversation: null };
  }
  const { body } = await ask.json({
    method: 'PUT',
    path: ticketPath(conversationId),
    json: {
      ticket: {
        ...changesOf(action, operation),
        metadata: { [REF_FIELD]: operation.ref },
        ...(operation.ifVersion === null ? {} : { safe_update: true, updated_stamp: operation.ifVersion }),
      },
    },
  });
  const answer = understand(() => updated.parse(body));
  // A message that left stands, whatever became of the status beside it; the proof shows that.
  if (action.kind !== 'reply' && action.kind !== 'note') refuseIgnored(action, answer.ticket, answer.audit);
  const comment = commentIn(answer.audit);
  return {
    serverId: comment?.id ?? answer.ticket.id,
    conversation: await afterwards(ask, answer.ticket),
    ...(comment?.author_id ? { author: { id: comment.author_id, name: '' } } : {}),
  };
}

function changesOf(
  action: Update,
  { uploadIds, author }: Pick<Operation, 'uploadIds' | 'author'>,
): Record<string, unknown> {
  switch (action.kind) {
    case 'reply':
    case 'note': {
      const comment = {
        // Not `body`: Zendesk reads that as Markdown, and an agent's asterisks are only asterisks.
        html_body: htmlOf(action.text),
        public: action.kind === 'reply',
        ...(uploadIds.length === 0 ? {} : { uploads: uploadIds }),
        ...(author === undefined ? {} : { author_id: agentNumber(author.id) }),
      };
      const after = action.kind === 'reply' ? action.statusAfter : null;
      return { comment, ...(after === null ? {} : { status: STATUS_WORDS[after] }) };
    }
    case 'status':
      return { status: STATUS_WORDS[action.status] };
    case 'assign':
      return { assignee_id: action.assigneeId === null ? null : Number(action.assigneeId) };
    case 'priority':
      return { priority: action.priority };
    default:
      return assertNever(action);
  }
}

/** A change that was answered with success and not made. Business rules may well change it once more. */
function refuseIgnored(action: Update, ticket: Readonly<Record<string, unknown>>, made: Audit): void {
  const wanted = changesOf(action, { uploadIds: [] });
  for (const field of CHANGED_FIELDS) {
    if (!(field in wanted) || ticket[field] === wanted[field]) continue;
    const done = made.events.some(
      (event) =>
        event['field_name'] === field && String(event['value'] ?? '') === String(wanted[field] ?? ''),
    );
    if (!done) throw new BackendError('invalid', `The server left "${field}" at "${String(ticket[field])}".`);
  }
}

/** Only whoever adds or takes away one tag keeps those of others; the guard is the vendor's own advice. */
async function changeTags(
  ask: Asker,
  id: string,
  method: 'PUT' | 'DELETE',
  tags: readonly string[],
): Promise<void> {
  if (tags.length === 0) return;
  for (let tries = 1; ; tries += 1) {
    const { body } = await ask.json({ method: 'GET', path: ticketPath(id) });
    const { ticket } = understand(() => ticketTags.parse(body));
    // Zendesk keeps tags in small letters.
    const wanted = tags.filter((tag) => ticket.tags.includes(tag.toLowerCase()) === (method === 'DELETE'));
    if (wanted.length === 0) return;
    try {
      await ask.json({
        method,
        path: `${ticketPath(id)}/tags`,
        json: { tags: wanted, updated_stamp: ticket.updated_at, safe_update: 'true' },
      });
      return;
    } catch (error) {
      const moved = error instanceof BackendError && error.kind === 'conflict';
      if (!moved || tries === TAG_TRIES) throw error;
    }
  }
}

/** The conversation as the server left it; a proof stands without it. */
async function afterwards(ask: Asker, ticket: unknown): Promise<OperationProof['conversation']> {
  try {
    const rows = await withThread(ask, ticket, [], ask.clock.now());
    const row = rows.find((found): found is TicketRow => found.of === 'ticket');
    return row === undefined ? null : readTicket(row, ask.accountId);
  } catch (error) {
    if (error instanceof BackendError || error instanceof z.ZodError) return null;
    throw error;
  }
}

/** An update whose change was ignored leaves its reference as well, in an audit of nothing. */
function didSomething({ events }: Audit): boolean {
  return events.some(
    ({ type, field_name }) => type === 'Comment' || CHANGED_FIELDS.includes(field_name ?? ''),
  );
}

function commentIn({ events }: Audit): Audit['events'][number] | undefined {
  return events.find(({ type }) => type === 'Comment');
}

/**
 * Reads a ticket's audits from the first to the last ("List Audits for a Ticket"). An audit is written
 * in the transaction of the change it tells of. Changes of tags leave no reference: made twice they are
 * made once.
 */
export async function findByRef(ask: Asker, id: string, ref: string): Promise<OperationProof | null> {
  let after: string | null = null;
  let looked = 0;
  for (let page = 0; page < MOST_AUDIT_PAGES; page += 1) {
    const { body } = await ask.json({
      method: 'GET',
      path: `${ticketPath(id)}/audits`,
      query: {
        'page[size]': String(AUDITS_PER_PAGE),
        ...(after === null ? {} : { 'page[after]': after }),
      },
    });
    const { audits, next } = understand(() => ({
      audits: z.array(audit).parse(rowsAt(body, 'audits')),
      next: nextOf(body),
    }));
    const found = audits.find((one) => one.metadata?.custom?.[REF_FIELD] === ref && didSomething(one));
    if (found !== undefined) return { serverId: commentIn(found)?.id ?? id, conversation: null };
    if (next === null) return null;
    after = next;
    looked += audits.length;
  }
  throw new ThreadTooLongError(looked);
}
