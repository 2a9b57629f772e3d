/** The page may have to say everything twice; the journal hears it once. */
import { request } from 'node:http';
import { TOKEN_HEADER } from '@shared/contract/door';
import type { Intent } from '@shared/domain/intents';
import { door, outboxOf, replyIntent, unconfirmed } from './harness/door-reader';
import { FaultProxy } from './harness/fault-proxy';
import { expect, MAIL_FIXTURES, test } from './harness/lab';
import type { RunningApp } from './harness/processes';

const TIMES = 50;

test(`a socket that closes after the journal's fsync, ${TIMES} times: one intent and one reply each`, async ({
  lab,
}) => {
  test.setTimeout(150_000);
  const { desk, client } = await lab.helpdesk({ importFolder: MAIL_FIXTURES });
  const app = await lab.app({ helpdesk: desk });
  const conversation = await client.conversation('Parcel never arrived');
  const proxy = await FaultProxy.start(Number(new URL(app.origin).port));
  await proxy.set('reset-after-commit');

  const texts: string[] = [];
  for (let n = 1; n <= TIMES; n += 1) {
    const text = `Reply ${n} of ${TIMES}`;
    texts.push(text);
    const intent = await replyIntent(app, desk, conversation.id, text);
    expect(await putThrough(proxy, app, intent)).toBe('ECONNRESET');
    const again = await door(app, `intents/${intent.ref}`, { method: 'PUT', json: intent });
    expect(again.status).toBe(200);
  }
  await proxy.stop();
  expect(proxy.resets).toBe(TIMES);

  const rows = (await outboxOf(app)).rows.map(({ intent }) => intent.ref);
  expect(rows).toHaveLength(TIMES);
  expect(new Set(rows).size).toBe(TIMES);
  await expect.poll(async () => (await unconfirmed(app)).length, { timeout: 60_000 }).toBe(0);
  const replies = (await client.messages(conversation.id)).filter(({ kind }) => kind === 'reply');
  expect(replies.map(({ body }) => body.content.replace(/<[^>]+>/g, '').trim())).toEqual(texts);
});

/** One PUT through the proxy, with the headers the guard asks for. @returns the status, or how it broke */
function putThrough(proxy: FaultProxy, app: RunningApp, intent: Intent): Promise<number | string> {
  const body = JSON.stringify(intent);
  return new Promise((resolve) => {
    const asking = request(
      new URL(`/door/intents/${intent.ref}`, proxy.url),
      {
        method: 'PUT',
        agent: false,
        headers: {
          host: new URL(app.origin).host,
          [TOKEN_HEADER]: app.token,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? -1);
      },
    );
    asking.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'broken'));
    asking.end(body);
  });
}
