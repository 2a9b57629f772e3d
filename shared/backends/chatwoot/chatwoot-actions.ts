/**
 * What is done at Chatwoot.
 *
 * Our reference rides in `content_attributes.items` of a message: `MessageBuilder` has kept `items` since
 * 2020 (other fields of `content_attributes` only since 4.x), `ContentAttributeValidator` looks at them
 * for `input_select`, `cards`, `form` and `article` only, no channel sends them with a text, and
 * `_message.json.jbuilder` gives `content_attributes` back. `echo_id` is not stored; `source_id` is, but
 * a message that has one counts as come from the channel and is not sent
 * (`Base::SendOnChannelService#outgoing_message_originated_from_channel?`).
 */
import { z } from 'zod';
import { assertNever } from '../../domain/assert-never';
import type { Conversation } from '../../domain/entities';
import { agentNumber, mustBeDone, type TagChange, type Written } from '../actions';
import { afterwards } from '../afterwards';
import { BackendError, ThreadTooLongError } from '../backend-error';
import { rowId } from '../field-schemas';
import { rowsAt } from '../pagination';
import type { Operation, OperationProof } from '../port';
import { understand } from '../response';
import type { Asker, RequestShape } from '../rest-definition';
import { changeWholeSet, type WholeSet } from '../whole-set';
import { alone, readAlone } from './chatwoot-feed';
import { asked, askConversation, askMessages, ofConversation, oldestId } from './chatwoot-requests';
import { PRIORITY_WORDS, refOfMessage, REF_FIELD, STATUS_WORDS } from './chatwoot-rows';

/** Pages of 20 that are searched for a reference before nobody can say that it is not there. */
const MOST_PAGES_SEARCHED = 50;

const made = z.object({ id: rowId });

export async function perform(ask: Asker, operation: Operation): Promise<OperationProof> {
  const { action, conversationId } = operation;
  switch (action.kind) {
    case 'reply':
    case 'note':
      return write(ask, operation, action);
    case 'status':
      await setStatus(ask, conversationId, STATUS_WORDS[action.status]);
      return proofAfter(
        ask,
        conversationId,
        (now) => STATUS_WORDS[now.status] === STATUS_WORDS[action.status],
      );
    case 'assign':
      await asked(ask, {
        method: 'POST',
        path: ofConversation(ask, conversationId, '/assignments'),
        // An id that nobody has takes the conversation from its owner; so does one that is wrong.
        json: { assignee_id: action.assigneeId === null ? 0 : agentNumber(action.assigneeId) },
      });
      return proofAfter(ask, conversationId, (now) => now.assigneeId === action.assigneeId);
    case 'priority':
      await asked(ask, {
        method: 'POST',
        path: ofConversation(ask, conversationId, '/toggle_priority'),
        json: { priority: PRIORITY_WORDS[action.priority] },
        // It answers 200 with an empty body (`head :ok`).
        passes: [200],
      });
      return proofAfter(ask, conversationId, (now) => now.priority === action.priority);
    case 'tags':
      await changeLabels(ask, conversationId, action);
      return proofAfter(ask, conversationId, () => true);
    default:
      return assertNever(action);
  }
}

async function write(
  ask: Asker,
  { conversationId, ref, files = [] }: Operation,
  action: Written,
): Promise<OperationProof> {
  const shape: RequestShape = {
    method: 'POST',
    path: ofConversation(ask, conversationId, '/messages'),
    ...(files.length === 0
      ? {
          json: {
            content: action.text,
            message_type: 'outgoing',
            private: action.kind === 'note',
            content_attributes: { items: [{ [REF_FIELD]: ref }] },
          },
        }
      : {
          multipart: {
            fields: [
              ['content', action.text],
              ['message_type', 'outgoing'],
              // Any text counts as true in places of the builder, also "false".
              ...(action.kind === 'note' ? ([['private', 'true']] as const) : []),
              [`content_attributes[items][][${REF_FIELD}]`, ref],
            ],
            files: files.map((file) => ({ field: 'attachments[]', file })),
          },
        }),
  };
  const { body } = await asked(ask, shape);
  const { id } = understand(() => made.parse(body));
  if (action.kind === 'reply' && action.statusAfter !== null) {
    const status = STATUS_WORDS[action.statusAfter];
    await afterwards(() => setStatus(ask, conversationId, status));
  }
  return { serverId: id, conversation: await conversationNow(ask, conversationId).catch(() => null) };
}

async function setStatus(ask: Asker, conversationId: string, status: string): Promise<void> {
  // Opening gives the conversation to the agent who opens it (`handle_human_open`); the proof tells so.
  await asked(ask, {
    method: 'POST',
    path: ofConversation(ask, conversationId, '/toggle_status'),
    json: { status },
  });
}

async function conversationNow(ask: Asker, conversationId: string): Promise<Conversation> {
  const raw = await alone(ask, await askConversation(ask, conversationId));
  return understand(() => readAlone(raw, ask.accountId));
}

async function proofAfter(
  ask: Asker,
  conversationId: string,
  done: (now: Conversation) => boolean,
): Promise<OperationProof> {
  const conversation = await conversationNow(ask, conversationId);
  mustBeDone(done(conversation));
  return { serverId: conversationId, conversation };
}

/** Labels can only be written as a whole set; a comma would end one. */
async function changeLabels(ask: Asker, conversationId: string, change: TagChange): Promise<void> {
  const comma = change.add.find((tag) => tag.includes(','));
  if (comma !== undefined) throw new BackendError('invalid', `A label cannot have a comma: "${comma}".`);
  const path = ofConversation(ask, conversationId, '/labels');
  const set: WholeSet = {
    async read() {
      const { body } = await asked(ask, { method: 'GET', path });
      return understand(() => z.array(z.string()).parse(rowsAt(body, 'payload')));
    },
    async write(labels) {
      await asked(ask, { method: 'POST', path, json: { labels } });
    },
  };
  await changeWholeSet(set, change);
}

/**
 * A `null` is sure: the conversation was searched to its beginning, and a message that cannot be read in
 * full was looked at as well.
 */
export async function findByRef(
  ask: Asker,
  conversationId: string,
  ref: string,
): Promise<OperationProof | null> {
  let before: string | null = null;
  let looked = 0;
  for (let pages = 0; pages < MOST_PAGES_SEARCHED; pages += 1) {
    const page: readonly unknown[] = await askMessages(
      ask,
      conversationId,
      before === null ? {} : { before },
    );
    const found = understand(() => page.find((raw) => refOfMessage(raw) === ref));
    if (found !== undefined) {
      const serverId = understand(() => made.parse(found)).id;
      return { serverId, conversation: await conversationNow(ask, conversationId).catch(() => null) };
    }
    before = oldestId(page);
    if (before === null) return null;
    looked += page.length;
  }
  throw new ThreadTooLongError(looked);
}
