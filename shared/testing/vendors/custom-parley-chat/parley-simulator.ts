/** Parley as the contract suite opens it. */
import type { RestDefinition } from '../../../backends/rest-definition';
import { NOON } from '../../builders';
import { LeapingClock } from '../../leaping-clock';
import type { VendorSimulator } from '../../vendor-kit';
import { PARLEY_KEY, ParleyChat } from './parley-chat';

/** Between two things that people do: several fall into one of the server's seconds. */
const BREATH_MS = 400;
/** The size of a page in the profile. */
const PAGE = 25;

export interface ParleySimulator extends VendorSimulator {
  server: ParleyChat;
  clock: LeapingClock;
}

/**
 * @param definition the compiled profile
 * @param sized the same with pages of so many rows, where there is one
 */
export function openParleyChat(
  definition: RestDefinition,
  sized?: (rowsAPage: number) => RestDefinition,
): ParleySimulator {
  const clock = new LeapingClock(NOON);
  const server = new ParleyChat(clock);
  const done = (): Promise<void> => {
    clock.pass(BREATH_MS);
    return Promise.resolve();
  };
  const url = 'https://parley.invalid';
  return {
    server,
    clock,
    definition,
    ...(sized === undefined ? { traits: { smallestPage: PAGE } } : { definitionWith: sized }),
    signIn: { url, token: PARLEY_KEY },
    stranger: { url, token: 'nobody-knows-this' },
    async customerWrites(text, file) {
      const id = server.customerWrites(text, file);
      await done();
      return id;
    },
    customerAnswers(id, text) {
      server.customerAnswers(id, text);
      return done();
    },
    remove(id) {
      server.remove(id);
      return done();
    },
    merge(id, into) {
      server.merge(id, into);
      return done();
    },
    refusesQuietly(refusing) {
      server.ignoresPhase = refusing;
    },
  };
}
