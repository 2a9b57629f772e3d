/**
 * What is done at Freshdesk. Nothing of a reply or a note is ours to set but its text, files and author
 * ("Create a Reply": body, attachments, from_email, user_id, cc_emails, bcc_emails; "Create a Note":
 * private, incoming, notify_emails beside them), and there is no idempotency key: whether a reply whose
 * answer was lost is there can only be seen by a person (tier T4).
 *
 * Whose name: `user_id` of both, "ID of the agent who is adding the note"; without it a message is of
 * whoever the key belongs to.
 */
import { z } from 'zod';
import { assertNever } from '../../domain/assert-never';
import { agentNumber, mustBeDone, type TagChange, type Written } from '../actions';
import { afterwards } from '../afterwards';
import { rowId } from '../field-schemas';
import { htmlOf } from '../html-text';
import type { Operation, OperationProof } from '../port';
import { understand } from '../response';
import type { Asker } from '../rest-definition';
import { changeWholeSet } from '../whole-set';
import { conversationIn, readWhole } from './freshdesk-feed';
import { ofTicket } from './freshdesk-requests';
import { priorityNumber, STATUS_NUMBERS } from './freshdesk-rows';

const made = z.object({ id: rowId, user_id: rowId.nullish() });
const updated = z.object({
  status: z.number(),
  priority: z.number(),
  responder_id: rowId.nullish(),
});
const tagged = z.object({ tags: z.array(z.string()).nullish() });

export async function perform(ask: Asker, operation: Operation): Promise<OperationProof> {
  const { action, conversationId } = operation;
  switch (action.kind) {
    case 'reply':
    case 'note':
      return write(ask, operation, action);
    case 'status': {
      const status = STATUS_NUMBERS[action.status];
      await update(ask, conversationId, { status }, (now) => now.status === status);
      break;
    }
    case 'assign': {
      const responder = action.assigneeId;
      const change = { responder_id: responder === null ? null : agentNumber(responder) };
      await update(ask, conversationId, change, (now) => (now.responder_id ?? null) === responder);
      break;
    }
    case 'priority': {
      const priority = priorityNumber(action.priority);
      await update(ask, conversationId, { priority }, (now) => now.priority === priority);
      break;
    }
    case 'tags':
      await changeTags(ask, conversationId, action);
      break;
    default:
      return assertNever(action);
  }
  return proofOf(ask, conversationId, conversationId);
}

async function write(
  ask: Asker,
  { conversationId, files = [], author }: Operation,
  action: Written,
): Promise<OperationProof> {
  const note = action.kind === 'note';
  const body = htmlOf(action.text);
  const writer = author === undefined ? null : agentNumber(author.id);
  const { body: answer } = await ask.json({
    method: 'POST',
    path: ofTicket(conversationId, note ? '/notes' : '/reply'),
    ...(files.length === 0
      ? { json: { body, ...(note && { private: true }), ...(writer !== null && { user_id: writer }) } }
      : {
          multipart: {
            fields: [
              ['body', body],
              ...(note ? ([['private', 'true']] as const) : []),
              ...(writer === null ? [] : ([['user_id', String(writer)]] as const)),
            ],
            files: files.map((file) => ({ field: 'attachments[]', file })),
          },
        }),
  });
  const { id, user_id: writtenBy } = understand(() => made.parse(answer));
  if (action.kind === 'reply' && action.statusAfter !== null) {
    const status = STATUS_NUMBERS[action.statusAfter];
    await afterwards(() => update(ask, conversationId, { status }, (now) => now.status === status));
  }
  const proof = await proofOf(ask, conversationId, id);
  return writtenBy ? { ...proof, author: { id: writtenBy, name: '' } } : proof;
}

/** The conversation is a courtesy: a proof stands without it. */
async function proofOf(ask: Asker, ticketId: string, serverId: string): Promise<OperationProof> {
  const conversation = await readWhole(ask, ticketId)
    .then((whole) => conversationIn(whole, ask.accountId))
    .catch(() => null);
  return { serverId, conversation };
}

/** The answer has the ticket as it is afterwards. */
async function update(
  ask: Asker,
  ticketId: string,
  change: Readonly<Record<string, unknown>>,
  done: (now: z.infer<typeof updated>) => boolean,
): Promise<void> {
  const { body } = await ask.json({ method: 'PUT', path: ofTicket(ticketId), json: change });
  mustBeDone(done(understand(() => updated.parse(body))));
}

async function changeTags(ask: Asker, ticketId: string, change: TagChange): Promise<void> {
  const path = ofTicket(ticketId);
  await changeWholeSet(
    {
      async read() {
        const { body } = await ask.json({ method: 'GET', path });
        return understand(() => tagged.parse(body).tags ?? []);
      },
      async write(tags) {
        await ask.json({ method: 'PUT', path, json: { tags } });
      },
    },
    change,
  );
}
