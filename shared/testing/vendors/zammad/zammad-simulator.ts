/** Zammad as the contract suite opens it: a server, and somebody who plays its customers and colleagues. */
import { ticketFeed } from '../../../backends/zammad/zammad-feed';
import { zammadDefinition } from '../../../backends/zammad/zammad-backend';
import { ticketSweep } from '../../../backends/zammad/zammad-sweep';
import { NOON } from '../../builders';
import { LeapingClock } from '../../leaping-clock';
import type { VendorSimulator } from '../../vendor-kit';
import { peopleAt } from '../../vendor-people';
import { ZammadDesk } from './zammad-desk';
import { TOKEN, ZammadServer } from './zammad-server';

const BREATH_MS = 3_000;
const URL = 'https://zammad.invalid/';

export interface ZammadSimulator extends VendorSimulator {
  server: ZammadServer;
  clock: LeapingClock;
}

export function openZammad(): ZammadSimulator {
  const clock = new LeapingClock(NOON);
  const desk = new ZammadDesk(clock);
  const server = new ZammadServer(desk);
  clock.pass(3_600_000);
  const done = (): Promise<void> => {
    clock.pass(BREATH_MS);
    return Promise.resolve();
  };
  return {
    server,
    clock,
    definition: zammadDefinition,
    definitionWith: (rows) => ({
      ...zammadDefinition,
      feeds: { ...zammadDefinition.feeds, tickets: ticketFeed(rows) },
      sweep: ticketSweep(rows),
    }),
    signIn: { url: URL, token: TOKEN },
    stranger: { url: URL, token: 'nobody-knows-this' },
    async customerWrites(text, file) {
      const stored = file && {
        filename: file.name,
        bytes: file.bytes,
        preferences: { 'Content-Type': file.mediaType },
      };
      const ticket = desk.customerWrites(text, 'email', stored);
      await done();
      return String(ticket.id);
    },
    ...peopleAt(desk, done),
    keepsSavedReply(title, text) {
      desk.keepsTextModule(title, text);
      // Text modules are read again every ten minutes.
      clock.pass(600_000);
      return done();
    },
    refusesQuietly(refusing) {
      server.faults.ignoresState = refusing;
    },
    threadRequest: (id) => new RegExp(`/by_ticket/${id}([?]|$)`),
    missingId: (thing) => (thing === 'attachment' ? '9/9/9' : '99999999'),
  };
}
