/** A simulated Freshdesk with its customers. */
import { defineFreshdesk, freshdeskDefinition } from '../../../backends/freshdesk/freshdesk-backend';
import { NOON } from '../../builders';
import { LeapingClock } from '../../leaping-clock';
import type { VendorSimulator } from '../../vendor-kit';
import { knownIn } from '../../vendor-people';
import { FreshdeskDesk } from './freshdesk-desk';
import { FreshdeskServer } from './freshdesk-server';
import { HOST } from './freshdesk-views';

/** The adapter looks for deletions every five minutes. */
const DELETIONS_SHOW_AFTER_MS = 360_000;

export interface FreshdeskSimulator extends VendorSimulator {
  server: FreshdeskServer;
  desk: FreshdeskDesk;
  clock: LeapingClock;
}

export function openFreshdesk(): FreshdeskSimulator {
  const clock = new LeapingClock(NOON);
  const desk = new FreshdeskDesk(clock);
  const server = new FreshdeskServer(desk);
  const known = knownIn(desk.tickets);
  return {
    server,
    desk,
    clock,
    definition: freshdeskDefinition,
    definitionWith: defineFreshdesk,
    signIn: { url: HOST, token: 'sample-agent-key' },
    stranger: { url: HOST, token: 'key-of-nobody' },
    traits: { newStatus: 'open' },
    threadRequest: (id) => new RegExp(`/tickets/${id}(/|$|[?])`),
    missingId: (thing) => (thing === 'conversation' ? '999999' : '999999/1/1'),
    customerWrites(text, file) {
      const files = file === undefined ? [] : [{ id: desk.nextId(), ...file }];
      return Promise.resolve(String(desk.open(text, { files }).id));
    },
    customerAnswers(conversationId, text) {
      desk.customerSays(known(conversationId), text);
      return Promise.resolve();
    },
    remove(conversationId) {
      desk.remove(known(conversationId));
      clock.pass(DELETIONS_SHOW_AFTER_MS);
      return Promise.resolve();
    },
    merge(conversationId, into) {
      desk.merge(known(conversationId), known(into));
      return Promise.resolve();
    },
    keepsSavedReply(title, text) {
      desk.folders[0]?.replies.push({ id: desk.nextId(), title, html: text });
      clock.pass(DELETIONS_SHOW_AFTER_MS);
      return Promise.resolve();
    },
    refusesQuietly(refusing) {
      server.faults.refusesQuietly = refusing;
    },
  };
}
