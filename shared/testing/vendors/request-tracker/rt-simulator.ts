/** A simulated Request Tracker with its customers. */
import {
  requestTracker,
  requestTrackerDefinition,
} from '../../../backends/request-tracker/request-tracker-backend';
import { NOON } from '../../builders';
import { LeapingClock } from '../../leaping-clock';
import type { VendorSimulator } from '../../vendor-kit';
import { knownIn } from '../../vendor-people';
import { RtDesk, type DeskTicket } from './rt-desk';
import { HOST, RtServer } from './rt-server';

const CUSTOMER = { email: 'customer@example.test', name: 'Sample Customer' };

export interface RtSimulator extends VendorSimulator {
  server: RtServer;
  desk: RtDesk;
  clock: LeapingClock;
  known(id: string): DeskTicket;
}

export function openRequestTracker(): RtSimulator {
  const clock = new LeapingClock(NOON);
  const desk = new RtDesk(clock);
  const server = new RtServer(desk);
  const customer = desk.userByMail(CUSTOMER.email, CUSTOMER.name).login;
  // One answer of long ago that has a reference: what proves tier T2 to an agent who signs in.
  const old = desk.open(customer, 'An older question');
  desk.say(old, 'Correspond', 'anna', 'An older answer').refs.push('an-older-reference');
  const known = knownIn(desk.tickets);
  return {
    server,
    desk,
    clock,
    known,
    definition: requestTrackerDefinition,
    definitionWith: requestTracker,
    signIn: { url: HOST, token: '1-28-sample-token-of-anna' },
    stranger: { url: HOST, token: '1-28-token-of-nobody' },
    threadRequest: (id) => new RegExp(`/ticket/${id}/history|ObjectId=${id}\\b`),
    missingId: () => '999999999',
    customerWrites: (text, file) =>
      Promise.resolve(String(desk.open(customer, text, file === undefined ? [] : [file]).id)),
    customerAnswers(conversationId, text) {
      desk.say(known(conversationId), 'Correspond', customer, text);
      return Promise.resolve();
    },
    remove(conversationId) {
      desk.setStatus(known(conversationId), 'deleted', 'boris');
      return Promise.resolve();
    },
    merge(conversationId, into) {
      desk.merge(known(conversationId), known(into), 'boris');
      return Promise.resolve();
    },
    keepsSavedReply(title, text) {
      desk.keep({ name: title, content: text });
      return Promise.resolve();
    },
    refusesQuietly(refusing) {
      server.faults.refusesQuietly = refusing;
    },
  };
}
