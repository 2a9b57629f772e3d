/**
 * News over Rails' ActionCable, protocol `actioncable-v1-json`
 * (https://docs.anycable.io/misc/action_cable_protocol): the server welcomes, confirms one subscription,
 * pings every three seconds and sends messages under the subscription's identifier.
 */
import { z } from 'zod';
import { BackendError } from './backend-error';
import { withinSilence } from './event-stream';
import type { Asker } from './rest-definition';

/** The server pings every 3 s; three that do not come are no accident. */
const SILENCE_MS = 10_000;

export interface CableChannel {
  /** Beginning with a slash, from the root of the account's server. */
  path: string;
  /** What is subscribed to, with what proves the right to it. */
  identifier(ask: Asker): Promise<Readonly<Record<string, unknown>>>;
  /** Whether a message is a reason to pull. */
  isNews(message: unknown): boolean;
}

const frame = z.object({
  type: z.string().optional(),
  message: z.unknown().optional(),
  reason: z.string().nullish(),
});

/** The `push` of a definition. */
export function actionCablePush({
  path,
  identifier,
  isNews,
}: CableChannel): (ask: Asker, onHint: () => void) => Promise<void> {
  return async (ask, onHint) => {
    const wanted = JSON.stringify(await identifier(ask));
    const socket = await ask.dial({
      path,
      protocols: ['actioncable-v1-json', 'actioncable-unsupported'],
      // The server asks browsers where they come from, and refuses whoever does not say.
      headers: { origin: new URL(ask.settings.url).origin },
    });
    // Whoever listens ends the socket by the signal, also when this ends by itself.
    const texts = socket.texts()[Symbol.asyncIterator]();
    for (;;) {
      const next = await withinSilence(texts.next(), SILENCE_MS, ask.clock);
      if (next.done === true) return;
      const { type, message, reason } = read(next.value);
      if (type === 'welcome') socket.send(JSON.stringify({ command: 'subscribe', identifier: wanted }));
      // Whatever happened before is not announced to a subscription that was not there.
      else if (type === 'confirm_subscription') onHint();
      else if (type === 'reject_subscription' || type === 'disconnect') {
        throw new BackendError('forbidden', `The event channel was refused (${reason ?? type}).`);
      } else if (type === undefined && isNews(message)) onHint();
    }
  };
}

function read(text: string): z.infer<typeof frame> {
  try {
    return frame.parse(JSON.parse(text));
  } catch {
    throw new BackendError('nonsense', 'The event channel speaks another language.');
  }
}
