/** News that a helpdesk tells by itself: server-sent events, or a plain WebSocket. A message is a reason to pull. */
import { rootAt } from '../declare';
import { readHints, withinSilence } from '../event-stream';
import type { Asker, RestDefinition, RequestShape } from '../rest-definition';
import { msOf } from './durations';
import type { Push } from './profile-schema';
import type { Path } from './profile-source';
import { accountContext, forPull, type Caller, type Runtime } from './runtime';
import { expressionIn, expressionsIn, fillTemplate } from './templates';

const PATH: Path = ['push'];

/** The `push` of a definition. Signs in as the account does; ends when the stream does, or with its line. */
export function pushOf(runtime: Runtime, push: Push): NonNullable<RestDefinition['push']> {
  const when = expressionIn(push.when, [...PATH, 'when']);
  const silenceMs = msOf(push.silence);
  return async (asker, onHint) => {
    // A message may wait: agents' expressions go before it.
    const ask = forPull(asker);
    /** Reads on once it is known: a flood is held back where it comes from. */
    const hear = async (text: string): Promise<void> => {
      const isNews = when === null || (await runtime.values(ask, [when], meant(text)))[0] === true;
      if (isNews) onHint();
    };
    const { get, query = {}, headers = {} } = push;
    const shape = await runtime.request(ask, { get, query, headers }, PATH, accountContext(ask));
    if (push.kind === 'events') {
      const stream = { ...shape, headers: { ...shape.headers, accept: 'text/event-stream' } };
      const response = await runtime.withLine(() => ask.stream(stream), shape, PATH);
      // What happened before it stood was announced to nobody.
      onHint();
      return readHints(response.stream(), silenceMs, ask.clock, hear);
    }
    const first = await firstOf(runtime, push.first, ask);
    const socket = await runtime.withLine(
      () => ask.dial({ ...handshake(runtime, ask, shape), signedIn: true }),
      shape,
      PATH,
    );
    if (first !== null) socket.send(first);
    onHint();
    const texts = socket.texts()[Symbol.asyncIterator]();
    for (;;) {
      const next = await withinSilence(texts.next(), silenceMs, ask.clock);
      if (next.done === true) return;
      await hear(next.value);
    }
  };
}

function handshake(
  { profile }: Runtime,
  { settings }: Asker,
  { path, query, headers = {} }: RequestShape,
): Parameters<Asker['dial']>[0] {
  const asked = new URLSearchParams(query).toString();
  const whole = rootAt(profile.server.api)(settings) + path;
  return { path: asked === '' ? whole : `${whole}?${asked}`, headers };
}

async function firstOf(
  runtime: Runtime,
  template: Extract<Push, { kind: 'socket' }>['first'],
  ask: Caller,
): Promise<string | null> {
  if (template === undefined) return null;
  const values = await runtime.values(ask, expressionsIn(template, [...PATH, 'first']), accountContext(ask));
  const first = fillTemplate(template, values[Symbol.iterator]());
  return typeof first === 'string' ? first : JSON.stringify(first);
}

/** A message as an expression sees it. */
function meant(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
