/**
 * The experiment behind a delivery tier: the server does what it was asked, and its answer is lost.
 * Each request that changes something loses its answer in turn, and each time the product's own way
 * out (settle, read back, only then again) must leave exactly one reply.
 */
import { BackendError } from '../backend-error';
import type { HttpClient } from '../http';
import type { Backend, Operation } from '../port';
import { anOperation, aReply, eventually, must, readHistory, signedIn, type CheckContext } from './check-kit';

/** No reply takes more requests than this. */
const MOST_REQUESTS = 8;

/** Loses the answer to the `nth` request (from 1) that is no GET, after the server has done it. */
export function losingAnswer(nth: number): {
  wrap: (http: HttpClient) => HttpClient;
  lost: () => boolean;
} {
  let seen = 0;
  return {
    lost: () => seen >= nth,
    wrap: (http) => async (request) => {
      const response = await http(request);
      if (request.method === 'GET') return response;
      seen += 1;
      if (seen !== nth) return response;
      await response.text();
      throw new BackendError('no-answer', 'The answer was lost on purpose.');
    },
  };
}

/** Resolves with what was seen. @throws CheckFailure when a reply is lost, doubled, or claimed without proof */
export async function proveTier(context: CheckContext): Promise<string> {
  const { tier } = (await signedIn(context)).descriptor;
  let lostAnswers = 0;
  for (let nth = 1; nth <= MOST_REQUESTS; nth += 1) {
    const cut = losingAnswer(nth);
    const backend = await signedIn(context, cut.wrap);
    const text = `Lost answer ${nth}`;
    const operation = anOperation(context.conversationId, aReply(text));
    await performUnsurely(backend, operation, cut.lost, context.signal);
    if (!cut.lost()) break;
    lostAnswers += 1;
    const after = await signedIn(context);
    await context.clock.sleep(after.descriptor.settleMs, context.signal);
    await settle(after, operation, context.signal);
    await countReplies(context, after, text);
  }
  must(lostAnswers > 0, 'No request that could lose its answer left for the reply.');
  return `${tier}, ${lostAnswers} lost ${lostAnswers === 1 ? 'answer' : 'answers'}`;
}

async function performUnsurely(
  backend: Backend,
  operation: Operation,
  lost: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  try {
    await backend.perform(operation, signal);
  } catch (error) {
    if (!lost()) throw error;
    const kind = error instanceof BackendError ? error.kind : String(error);
    must(kind === 'no-answer', `A lost answer is told as "${kind}", and not as unknown.`);
  }
}

/** What the outbox does after the settle time, tier by tier (docs/decisions/0003). */
async function settle(backend: Backend, operation: Operation, signal: AbortSignal): Promise<void> {
  const { tier } = backend.descriptor;
  if (tier === 'T4') {
    const claim = await backend.findByRef(operation.conversationId, operation.ref, signal).then(
      () => 'claimed',
      () => 'nothing claimed',
    );
    must(claim === 'nothing claimed', 'It claims to read back by reference, and has tier T4.');
    return;
  }
  if (tier !== 'T1') {
    const found = await backend.findByRef(operation.conversationId, operation.ref, signal);
    if (found !== null) return;
  }
  await backend.perform(operation, signal);
}

async function countReplies(context: CheckContext, backend: Backend, text: string): Promise<void> {
  const atMost = backend.descriptor.tier === 'T4';
  const count = async (): Promise<number> => {
    const { messages } = await readHistory(backend, context.conversationId, context.signal);
    return messages.filter(({ kind, body }) => kind === 'reply' && body.content.includes(text)).length;
  };
  const found = await eventually(context, count, (replies) => replies > 0 || atMost);
  must(found > 0 || atMost, 'A reply whose answer was lost is not there after it was settled.');
  must(found <= 1, `A reply whose answer was lost is there ${found} times after it was settled.`);
}
