import { describe, expect, it } from 'vitest';
import { BUILD_HEADER, CONTRACT_HEADER, CONTRACT_VERSION, TOKEN_HEADER } from '@shared/contract/door';
import { FakeHost } from '../testing/fake-host';
import { DoorClient } from './door-client';

function client(fetch: typeof globalThis.fetch, token: string | null = 'token-of-this-launch-0001') {
  const heard: string[] = [];
  const door = new DoorClient({
    base: '',
    token: () => token,
    fetch,
    onOtherBuild: () => heard.push('other-build'),
    onWrongToken: () => heard.push('wrong-token'),
  });
  return { door, heard };
}

const answering =
  (status: number, body: string, headers: Record<string, string> = {}): typeof fetch =>
  async () =>
    new Response(body, { status, headers });

describe('DoorClient', () => {
  it('sends the token as a header and gives the checked answer', async () => {
    const host = new FakeHost();
    const { door } = client(host.fetch);
    expect((await door.session()).installId).toBe('0badcafe');
    let sent: string | null = null;
    const { door: watched } = client(async (_, init) => {
      sent = new Headers(init?.headers).get(TOKEN_HEADER);
      return new Response('[]');
    });
    await watched.accounts();
    expect(sent).toBe(host.token);
  });

  it.each([
    [
      'no answer at all',
      (() => Promise.reject(new TypeError('fetch failed'))) as typeof fetch,
      'unreachable',
    ],
    ['a page of HTML', answering(200, '<!doctype html>'), 'unreachable'],
    ['an HTML error page', answering(502, '<h1>Bad gateway</h1>'), 'unreachable'],
    ['an answer that breaks the contract', answering(200, '{"build":1}'), 'internal'],
    ['an error of the host', answering(507, '{"error":{"code":"disk-full","message":"x"}}'), 'disk-full'],
  ])('turns %s into a DoorFailure', async (_, fetch, code) => {
    await expect(client(fetch).door.session()).rejects.toMatchObject({ name: 'DoorFailure', code });
  });

  it('says when the host refuses the token', async () => {
    const { door, heard } = client(new FakeHost().fetch, 'token-of-an-earlier-launch');
    await expect(door.session()).rejects.toMatchObject({ code: 'no-token' });
    expect(heard).toEqual(['wrong-token']);
  });

  it('does not ask again with a refused token, and does with the next one', async () => {
    const host = new FakeHost();
    let token: string | null = null;
    const door = new DoorClient({
      base: '',
      token: () => token,
      fetch: host.fetch,
      onOtherBuild: () => undefined,
      onWrongToken: () => undefined,
    });
    for (const wrong of [null, 'token-of-an-earlier-launch']) {
      token = wrong;
      host.asked.length = 0;
      for (let times = 0; times < 3; times += 1) {
        await expect(door.session()).rejects.toMatchObject({ code: 'no-token' });
      }
      expect(host.asked).toEqual(['GET /door/session']);
    }
    token = host.token;
    await expect(door.session()).resolves.toMatchObject({ installId: '0badcafe' });
  });

  it('notices another build than the one that answered first, and another contract at once', async () => {
    const host = new FakeHost();
    const { door, heard } = client(host.fetch);
    await door.session();
    expect(heard).toEqual([]);
    host.build = 'build-2';
    await door.session();
    expect(heard).toEqual(['other-build']);

    const newer = { [BUILD_HEADER]: 'build-1', [CONTRACT_HEADER]: `${CONTRACT_VERSION}0` };
    const { door: other, heard: otherHeard } = client(answering(200, '[]', newer));
    await other.accounts();
    expect(otherHeard).toEqual(['other-build']);
  });

  it('gives an abort back as it is, not as a failure of the host', async () => {
    const { door } = client(
      (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(init.signal!.reason as Error));
        }),
    );
    const stop = new AbortController();
    const asked = door.changes('desk', 0, 10, stop.signal);
    stop.abort(new Error('closing'));
    await expect(asked).rejects.toThrow('closing');
  });
});

describe('the file of the delivery log', () => {
  const ignore = () => undefined;

  it('is fetched with the token in a header, and tells how much has come', async () => {
    let asked: [string, string | null] = ['', null];
    const { door } = client(async (input, init) => {
      asked = [String(input), new Headers(init?.headers).get(TOKEN_HEADER)];
      const pieces = ['one,', 'two'];
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          const piece = pieces.shift();
          if (piece === undefined) controller.close();
          else controller.enqueue(new TextEncoder().encode(piece));
        },
      });
      return new Response(body, { headers: { 'content-type': 'text/csv' } });
    });
    const counts: number[] = [];
    const file = await door.logFile('csv', (bytes) => counts.push(bytes), new AbortController().signal);
    expect(asked).toEqual(['/door/log.csv', 'token-of-this-launch-0001']);
    expect([await file.text(), file.type, counts]).toEqual(['one,two', 'text/csv', [4, 7]]);
  });

  it('is a failure when it breaks off, never half a file', async () => {
    const { door } = client(async () => {
      let sent = false;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent) controller.error(new TypeError('network error'));
          else controller.enqueue(new TextEncoder().encode('half'));
          sent = true;
        },
      });
      return new Response(body);
    });
    const file = door.logFile('json', ignore, new AbortController().signal);
    await expect(file).rejects.toMatchObject({ name: 'DoorFailure', code: 'unreachable' });
  });

  it('gives the host’s refusal, and an abort as it is', async () => {
    const closing = answering(503, '{"error":{"code":"closing","message":"x"}}');
    const refused = client(closing).door.logFile('csv', ignore, new AbortController().signal);
    await expect(refused).rejects.toMatchObject({ code: 'closing' });
    const stop = new AbortController();
    const { door } = client(async (_, init) => {
      stop.abort();
      init?.signal?.throwIfAborted();
      return new Response();
    });
    await expect(door.logFile('csv', ignore, stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('a check of an account', () => {
  const DRAFT = { name: '', backend: 'desk', url: 'https://desk.invalid', values: {} };
  const reached = { step: 'address', ok: true, origin: 'https://desk.invalid' };
  const never = new AbortController().signal;

  it('tells each step, and is over with its last line', async () => {
    const heard: unknown[] = [];
    const answer = `\n${JSON.stringify(reached)}\n{"step":"end"}\n`;
    await client(answering(200, answer)).door.checkAccount(DRAFT, (step) => heard.push(step), never);
    expect(heard).toEqual([reached]);
  });

  it.each([
    ['that breaks off', `${JSON.stringify(reached)}\n`, 'unreachable'],
    ['that tells what no step is', '{"step":"nonsense"}\n', 'internal'],
    ['that is no JSON', '<html>\n', 'unreachable'],
  ])('is a failure for an answer %s', async (_, answer, code) => {
    const checked = client(answering(200, answer)).door.checkAccount(DRAFT, () => undefined, never);
    await expect(checked).rejects.toMatchObject({ name: 'DoorFailure', code });
  });

  it('gives the host’s refusal, and an abort as it is', async () => {
    const refused = answering(422, '{"error":{"code":"bad-address","message":"x"}}');
    await expect(client(refused).door.checkAccount(DRAFT, () => undefined, never)).rejects.toMatchObject({
      code: 'bad-address',
    });
    const stop = new AbortController();
    const answer = `${JSON.stringify(reached)}\n${JSON.stringify(reached)}\n{"step":"end"}\n`;
    const checked = client(answering(200, answer)).door.checkAccount(DRAFT, () => stop.abort(), stop.signal);
    await expect(checked).rejects.toMatchObject({ name: 'AbortError' });
  });
});
