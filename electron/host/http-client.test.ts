import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { NoHttpsError } from '@shared/backends/certificate-error';
import type { HttpRequest, HttpResponse } from '@shared/backends/http';
import { createHttpClient, type HostHttp, type HttpClientLimits } from './http-client';

/** Short enough for a test, long enough for a busy machine to answer in time where it should. */
const LIMITS: HttpClientLimits = {
  connectMs: 2_000,
  silenceMs: 1_000,
  maxTextBytes: 1_000,
  maxStreamBytes: 2_000,
};

const open: { server: Server; sockets: Set<Socket> }[] = [];
const clients: HostHttp[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A raw TCP server; returns the address its connections are answered at. */
async function listen(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  open.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return `http://127.0.0.1:${address.port}`;
}

/** Calls back once for every whole request head that arrives. */
function onRequest(socket: Socket, answer: (head: string) => void): void {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
      const head = text.slice(0, end);
      text = text.slice(end + 4);
      answer(head);
    }
  });
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const okBody = (body: string): string => `${OK}content-length: ${body.length}\r\n\r\n${body}`;

function ask(url: string, parts: Partial<HttpRequest> = {}, client = newClient()): Promise<HttpResponse> {
  const signal = new AbortController().signal;
  return client.request({ method: 'GET', url, headers: {}, body: null, timeoutMs: 20_000, signal, ...parts });
}

function newClient(): HostHttp {
  const client = createHttpClient(LIMITS);
  clients.push(client);
  return client;
}

async function fail(wanted: Promise<unknown>): Promise<string> {
  return wanted.then(
    () => 'no failure',
    (error: { kind?: string }) => error.kind ?? 'no kind',
  );
}

describe('a request that works', () => {
  it('brings status, headers in small letters and the body, and keeps the connection', async () => {
    let connections = 0;
    const url = await listen((socket) => {
      connections += 1;
      onRequest(socket, () => socket.write(okBody('{"a":1}')));
    });
    const client = newClient();
    for (let n = 0; n < 3; n += 1) {
      const response = await ask(url, {}, client);
      expect(response.status).toBe(200);
      expect(response.headers['content-type']).toBe('application/json');
      expect(await response.text()).toBe('{"a":1}');
    }
    expect(connections).toBe(1);
  });

  it('reports a redirect and does not follow it', async () => {
    const heads: string[] = [];
    const url = await listen((socket) =>
      onRequest(socket, (head) => {
        heads.push(head);
        socket.write('HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n');
      }),
    );
    const response = await ask(url, { method: 'POST', body: '{}' });
    expect([response.status, response.headers['location']]).toEqual([302, '/login']);
    expect(heads).toHaveLength(1);
  });

  it('streams a body up as it is read', async () => {
    const url = await listen((socket) => {
      let bytes = 0;
      socket.on('data', (chunk) => {
        bytes += chunk.filter((byte) => byte === 7).length;
        if (bytes === 3_000) socket.write(okBody('3000'));
      });
    });
    async function* body(): AsyncIterable<Uint8Array> {
      for (let n = 0; n < 3; n += 1) yield new Uint8Array(1_000).fill(7);
    }
    const response = await ask(url, { method: 'POST', body: body() });
    expect(await response.text()).toBe('3000');
  });

  it('leaves an event stream alone for as long as it is silent', async () => {
    const url = await listen((socket) => {
      onRequest(socket, () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: here\n\n');
        setTimeout(() => socket.end('data: {}\n\n'), LIMITS.silenceMs * 2);
      });
    });
    const response = await ask(url, { timeoutMs: null });
    let text = '';
    for await (const chunk of response.stream()) text += Buffer.from(chunk).toString();
    expect(text).toContain('data: {}');
  });
});

describe('a link that is broken', () => {
  it('by a refused connection surely sent nothing', async () => {
    const url = await listen(() => undefined);
    const closed = open.pop();
    await new Promise((resolve) => closed?.server.close(resolve));
    expect(await fail(ask(url))).toBe('refused');
  });

  it('by a name that does not exist is a failed look-up', async () => {
    expect(await fail(ask('http://helpdesk.invalid/'))).toBe('dns');
  });

  it('by something that is not TLS surely sent nothing, and is no matter of a certificate', async () => {
    const url = await listen((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const asked = ask(url.replace('http:', 'https:'));
    await expect(asked).rejects.toBeInstanceOf(NoHttpsError);
    await expect(asked).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('no https') as string,
    });
  });

  it.each<[string, (socket: Socket) => void]>([
    ['accepts and never answers', () => undefined],
    ['is reset after the request left', (socket) => onRequest(socket, () => socket.resetAndDestroy())],
    ['ends after the request left', (socket) => onRequest(socket, () => socket.end())],
    ['stops in the middle of the head', (socket) => onRequest(socket, () => socket.write('HTTP/1.1 200'))],
  ])('that %s gives no answer, never a refusal', async (_title, behave) => {
    expect(await fail(ask(await listen(behave), { method: 'POST', body: '{}' }))).toBe('no-answer');
  });

  it.each<[string, (socket: Socket) => void]>([
    ['goes silent', (socket) => socket.write(`${OK}content-length: 100\r\n\r\n{"half"`)],
    ['is cut', (socket) => socket.end(`${OK}content-length: 100\r\n\r\n{"half"`)],
    [
      'is reset',
      (socket) =>
        socket.write(`${OK}content-length: 100\r\n\r\n{"half"`, () => {
          setTimeout(() => socket.resetAndDestroy(), 50);
        }),
    ],
  ])('in the middle of a body that %s gives no answer', async (_title, behave) => {
    const url = await listen((socket) => onRequest(socket, () => behave(socket)));
    const response = await ask(url);
    expect(await fail(response.text())).toBe('no-answer');
  });

  it('after being idle does not swallow more than one request', async () => {
    let answering = true;
    const url = await listen((socket) => {
      const old = answering;
      onRequest(socket, () => {
        if (!old || answering) socket.write(okBody('{}'));
      });
    });
    const client = newClient();
    const idle = await Promise.all([1, 2, 3].map(() => ask(url, {}, client)));
    await Promise.all(idle.map((response) => response.text()));
    answering = false;
    expect(await fail(ask(url, {}, client))).toBe('no-answer');
    const response = await ask(url, {}, client);
    expect(await response.text()).toBe('{}');
  });

  it('ends at the whole-request limit however busy it looks', async () => {
    const url = await listen((socket) => {
      onRequest(socket, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        const dribble = setInterval(() => socket.write('x'), 100);
        socket.on('close', () => clearInterval(dribble));
      });
    });
    const response = await ask(url, { timeoutMs: 700 });
    expect(await fail(response.text())).toBe('no-answer');
  });

  it('is left at once when the caller no longer wants the answer', async () => {
    const caller = new AbortController();
    const url = await listen((socket) => onRequest(socket, () => caller.abort()));
    await expect(ask(url, { signal: caller.signal })).rejects.toThrow('called off');
  });
});

describe('an answer without end', () => {
  it.each([
    ['text', (response: HttpResponse) => response.text()],
    [
      'stream',
      async (response: HttpResponse) => {
        for await (const _chunk of response.stream());
      },
    ],
  ] as const)('read as %s is cut at its cap', async (_title, read) => {
    const url = await listen((socket) =>
      onRequest(socket, () => socket.write(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(10_000)}`)),
    );
    expect(await fail(read(await ask(url)))).toBe('nonsense');
  });

  it('that nobody reads leaves no timer behind once the client is closed', async () => {
    const url = await listen((socket) => onRequest(socket, () => void socket.write(okBody('{"portal":1}'))));
    const timers = (): number => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
    const before = timers();
    const client = newClient();
    await ask(url, { timeoutMs: 600_000 }, client);
    expect(timers()).toBeGreaterThan(before);
    client.close();
    expect(timers()).toBe(before);
  });

  it('that nobody reads does not hold its connection for ever', async () => {
    let gone = (): void => undefined;
    const closed = new Promise<void>((resolve) => (gone = resolve));
    const url = await listen((socket) => {
      socket.on('close', () => gone());
      onRequest(socket, () => socket.write(`${OK}content-length: 100\r\n\r\n{`));
    });
    await ask(url);
    await closed;
  });
});
