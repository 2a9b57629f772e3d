/** Zendesk as the contract suite opens it: an account, and somebody who plays its customers and colleagues. */
import type { BackendSettings } from '../../../backends/registry';
import { ticketFeed } from '../../../backends/zendesk/zendesk-feed';
import { zendeskDefinition } from '../../../backends/zendesk/zendesk-backend';
import { ticketSweep } from '../../../backends/zendesk/zendesk-sweep';
import { NOON } from '../../builders';
import { LeapingClock } from '../../leaping-clock';
import type { VendorSimulator } from '../../vendor-kit';
import { peopleAt } from '../../vendor-people';
import { ZendeskDesk } from './zendesk-desk';
import { ADMIN, AGENT, ZendeskServer } from './zendesk-server';

/** Between two things that people do: longer than the second in which Zendesk tells times. */
const BREATH_MS = 3_000;

export interface ZendeskSimulator extends VendorSimulator {
  server: ZendeskServer;
  clock: LeapingClock;
}

export const signInOf = (who: { login: string; token: string }): Omit<BackendSettings, 'accountId'> => ({
  url: 'https://sample.zendesk.invalid/',
  token: who.token,
  values: { login: who.login },
});

/** @param role admins read exports, everybody else searches */
export function openZendesk(role: 'admin' | 'agent' = 'admin'): ZendeskSimulator {
  const clock = new LeapingClock(NOON);
  const desk = new ZendeskDesk(clock);
  const server = new ZendeskServer(desk);
  clock.pass(3_600_000);
  const done = (): Promise<void> => {
    clock.pass(BREATH_MS);
    return Promise.resolve();
  };
  return {
    server,
    clock,
    definition: zendeskDefinition,
    definitionWith: (rows) => ({
      ...zendeskDefinition,
      feeds: { ...zendeskDefinition.feeds, tickets: ticketFeed({ threads: rows, list: rows, newest: rows }) },
      sweep: ticketSweep(rows),
    }),
    signIn: signInOf(role === 'admin' ? ADMIN : AGENT),
    stranger: signInOf({ login: ADMIN.login, token: 'nobody-knows-this' }),
    // Deletions are told by the export alone, a minute late and at most once a minute.
    traits: { patienceMs: 300_000 },
    async customerWrites(text, file) {
      const thread = desk.customerWrites(
        text,
        file && { file_name: file.name, content_type: file.mediaType, bytes: file.bytes },
      );
      await done();
      return String(thread.ticket.id);
    },
    ...peopleAt(desk, done),
    keepsSavedReply(title, text) {
      desk.keepsMacro(title, text);
      // Macros are read again every ten minutes.
      clock.pass(600_000);
      return done();
    },
    refusesQuietly(refusing) {
      server.faults.ignoresStatus = refusing;
    },
    threadRequest: (id) => new RegExp(`/tickets/${id}/comments`),
    missingId: () => '99999999',
  };
}
