/** A simulated Chatwoot with its customers. */
import { chatwootDefinition } from '../../../backends/chatwoot/chatwoot-backend';
import { NOON } from '../../builders';
import { LeapingClock } from '../../leaping-clock';
import type { VendorSimulator } from '../../vendor-kit';
import { knownIn } from '../../vendor-people';
import { ChatwootDesk } from './chatwoot-desk';
import { ChatwootServer } from './chatwoot-server';
import { HOST } from './chatwoot-views';

/** Set by `CONVERSATION_RESULTS_PER_PAGE` there; 25 by default. */
const PER_PAGE = 4;

export interface ChatwootSimulator extends VendorSimulator {
  server: ChatwootServer;
  desk: ChatwootDesk;
  clock: LeapingClock;
}

export function openChatwoot(): ChatwootSimulator {
  const clock = new LeapingClock(NOON);
  const desk = new ChatwootDesk(clock);
  const server = new ChatwootServer(desk, PER_PAGE);
  const known = knownIn(desk.conversations);
  const values = { workspace: String(desk.account.id) };
  return {
    server,
    desk,
    clock,
    definition: chatwootDefinition,
    signIn: { url: HOST, token: 'sample-agent-key', values },
    stranger: { url: HOST, token: 'key-of-nobody', values },
    traits: { newStatus: 'open', smallestPage: PER_PAGE },
    threadRequest: (id) => new RegExp(`/conversations/${id}/messages`),
    missingId: (thing) => (thing === 'conversation' ? '999999' : '999999/1/1'),
    customerWrites(text, file) {
      const conversation = desk.open('Channel::WebWidget', {});
      const id = desk.nextId();
      desk.customerSays(conversation, text, file === undefined ? [] : [{ id, key: `blob${id}`, ...file }]);
      return Promise.resolve(String(conversation.id));
    },
    customerAnswers(conversationId, text) {
      desk.customerSays(known(conversationId), text);
      return Promise.resolve();
    },
    remove(conversationId) {
      desk.conversations.delete(known(conversationId).id);
      return Promise.resolve();
    },
    keepsSavedReply(title, text) {
      desk.canned.push({ id: desk.nextId(), shortCode: title, content: text });
      return Promise.resolve();
    },
    refusesQuietly(refusing) {
      server.faults.refusesQuietly = refusing;
    },
  };
}
