/**
 * A conversation for checks, begun as a customer would: messages of customers can be written into inboxes
 * of kind API only (`Messages::MessageBuilder#message_type`), so one of these must be there.
 */
import { z } from 'zod';
import { BackendError } from '../backend-error';
import { rowId } from '../field-schemas';
import { at } from '../pagination';
import { understand } from '../response';
import type { Asker, RestDefinition } from '../rest-definition';
import { asked, inAccount, ofConversation } from './chatwoot-requests';

const inboxes = z.array(z.object({ id: z.number(), channel_type: z.string() }));
const contact = z.object({
  payload: z.object({
    contact: z.object({ id: z.number() }),
    contact_inbox: z.object({ source_id: z.string() }),
  }),
});
const made = z.object({ id: rowId });

async function apiInbox(ask: Asker): Promise<number> {
  const { body } = await asked(ask, { method: 'GET', path: inAccount(ask, '/inboxes') });
  // The description has a bare list; the server wraps it.
  const rows = understand(() => inboxes.parse(at(body, 'payload') ?? body));
  const found = rows.find(({ channel_type }) => channel_type === 'Channel::Api');
  if (found === undefined) {
    throw new BackendError(
      'invalid',
      'Only an inbox of kind API takes messages as a customer; there is none.',
    );
  }
  return found.id;
}

export const probe: NonNullable<RestDefinition['probe']> = {
  async create(ask, text) {
    const inbox = await apiInbox(ask);
    const person = await asked(ask, {
      method: 'POST',
      path: inAccount(ask, '/contacts'),
      json: { inbox_id: inbox, name: 'Sample Customer' },
    });
    const { payload } = understand(() => contact.parse(person.body));
    const conversation = await asked(ask, {
      method: 'POST',
      path: inAccount(ask, '/conversations'),
      json: {
        source_id: payload.contact_inbox.source_id,
        inbox_id: String(inbox),
        contact_id: String(payload.contact.id),
      },
    });
    const { id } = understand(() => made.parse(conversation.body));
    await asked(ask, {
      method: 'POST',
      path: ofConversation(ask, id, '/messages'),
      json: { content: text, message_type: 'incoming' },
    });
    return id;
  },
  async remove(ask, conversationId) {
    const path = ofConversation(ask, conversationId);
    try {
      await asked(ask, { method: 'DELETE', path, passes: [200] });
    } catch (error) {
      if (!(error instanceof BackendError) || error.kind !== 'forbidden') throw error;
      // Only administrators may delete.
      await asked(ask, { method: 'POST', path: `${path}/toggle_status`, json: { status: 'resolved' } });
    }
  },
};
