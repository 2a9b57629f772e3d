/** Copper Tracker as the contract suite opens it. */
import type { RestDefinition } from '../../../backends/rest-definition';
import { NOON } from '../../builders';
import { LeapingClock } from '../../leaping-clock';
import type { VendorSimulator } from '../../vendor-kit';
import { peopleAt } from '../../vendor-people';
import { COPPER_TOKEN, CopperTracker } from './copper-tracker';

/** Between two things that people do: several fall into one of the server's seconds. */
const BREATH_MS = 400;
/** The size of a page in the profile. */
const PAGE = 50;

export interface CopperSimulator extends VendorSimulator {
  server: CopperTracker;
  clock: LeapingClock;
}

/**
 * @param definition the compiled profile
 * @param sized the same with pages of so many rows, where there is one
 */
export function openCopperTracker(
  definition: RestDefinition,
  sized?: (rowsAPage: number) => RestDefinition,
): CopperSimulator {
  const clock = new LeapingClock(NOON);
  const server = new CopperTracker(clock);
  const done = (): Promise<void> => {
    clock.pass(BREATH_MS);
    return Promise.resolve();
  };
  const url = 'https://tracker.invalid/';
  return {
    server,
    clock,
    definition,
    ...(sized === undefined ? { traits: { smallestPage: PAGE } } : { definitionWith: sized }),
    signIn: { url, token: COPPER_TOKEN },
    stranger: { url, token: 'nobody-knows-this' },
    threadRequest: (id) => new RegExp(`/issues/${id}/comments`),
    async customerWrites(text, file) {
      const id = server.customerWrites(text, file);
      await done();
      return String(id);
    },
    ...peopleAt(server, done),
    keepsSavedReply(title, text) {
      server.keepsSnippet(title, text);
      // Snippets are read again every ten minutes.
      clock.pass(600_000);
      return done();
    },
    refusesQuietly(refusing) {
      server.ignoresState = refusing;
    },
  };
}
