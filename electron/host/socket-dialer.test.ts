import { createServer } from 'node:http';
import {
  createServer as createRawServer,
  type AddressInfo,
  type Server as RawServer,
  type Socket,
} from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { embeddedDefinition } from '@shared/backends/embedded/embedded-backend';
import type { RestDefinition } from '@shared/backends/rest-definition';
import { createRestBackend } from '@shared/backends/rest-engine';
import type { TextSocket } from '@shared/backends/socket';
import { WebSocketServer, type WebSocket } from 'ws';
import { createHttpClient } from './http-client';
import { createSocketDialer, SOCKET_LIMITS } from './socket-dialer';
import { systemClock } from './system-clock';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listen(server: RawServer): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => open.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of open) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** A WebSocket server; calls back for every socket with the headers it came with. */
async function serve(
  onSocket: (socket: WebSocket, headers: Readonly<Record<string, unknown>>) => void,
  isKnown: (headers: Readonly<Record<string, unknown>>) => boolean = () => true,
): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(403).end());
  const sockets = new WebSocketServer({
    server,
    path: '/cable',
    verifyClient: ({ req }, answer) => answer(isKnown(req.headers), 401),
  });
  sockets.on('connection', (socket, request) => onSocket(socket, request.headers));
  const port = await listen(server);
  closing.unshift(async () => {
    for (const client of sockets.clients) client.terminate();
    sockets.close();
  });
  return `ws://127.0.0.1:${port}/cable`;
}

function dial(url: string, signal = new AbortController().signal): Promise<TextSocket> {
  const dialer = createSocketDialer({
    ...SOCKET_LIMITS,
    connectMs: 500,
    maxMessageBytes: 1_000,
    maxWaiting: 5,
  });
  return dialer({ url, protocols: ['sample-v1'], headers: { origin: 'http://desk.invalid' }, signal });
}

describe('a socket of the host', () => {
  it('carries texts both ways, with its protocol and headers, from the first one on', async () => {
    const heard: unknown[] = [];
    const url = await serve((socket, headers) => {
      heard.push(headers['sec-websocket-protocol'], headers['origin']);
      socket.send('welcome');
      socket.on('message', (data) => socket.send(`you said ${String(data)}`));
    });
    const socket = await dial(url);
    socket.send('hello');
    const texts: string[] = [];
    for await (const text of socket.texts()) {
      texts.push(text);
      if (texts.length === 2) break;
    }
    expect(texts).toEqual(['welcome', 'you said hello']);
    expect(heard).toEqual(['sample-v1', 'http://desk.invalid']);
  });

  it('ends for its reader when the server ends it', async () => {
    const url = await serve((socket) => socket.close());
    const socket = await dial(url);
    await expect(socket.texts()[Symbol.asyncIterator]().next()).resolves.toMatchObject({ done: true });
  });

  it('ends at the server when it is called off', async () => {
    let closed: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (closed = resolve));
    const url = await serve((socket) => socket.once('close', closed));
    const stop = new AbortController();
    const socket = await dial(url, stop.signal);
    const next = socket.texts()[Symbol.asyncIterator]().next();
    stop.abort();
    await gone;
    await expect(next).resolves.toMatchObject({ done: true });
    await expect(dial(url, stop.signal)).rejects.toMatchObject({ kind: 'no-answer' });
  });

  it('ends when the host closes its client', async () => {
    const url = await serve(() => undefined);
    const http = createHttpClient();
    const socket = await http.request.dial?.({
      url,
      protocols: [],
      headers: {},
      signal: new AbortController().signal,
    });
    const next = socket?.texts()[Symbol.asyncIterator]().next();
    http.close();
    await expect(next).resolves.toMatchObject({ done: true });
  });

  it('tells by kind why it could not be opened', async () => {
    const url = await serve(() => undefined);
    await expect(dial(url.replace('/cable', '/elsewhere'))).rejects.toMatchObject({ kind: 'refused' });
    const silent = await listen(createRawServer((socket) => void socket.on('error', () => undefined)));
    await expect(dial(`ws://127.0.0.1:${silent}/cable`)).rejects.toMatchObject({ kind: 'refused' });
    await expect(dial('ws://127.0.0.1:1/cable')).rejects.toMatchObject({ kind: 'refused' });
  });

  it('is dialled once more with renewed credentials when they expired, and not when they stay unknown', async () => {
    const seen: unknown[] = [];
    const url = await serve(
      () => undefined,
      ({ authorization }) => {
        seen.push(authorization);
        return authorization === 'Bearer new';
      },
    );
    await expect(dial(url)).rejects.toMatchObject({ kind: 'unauthorized', status: 401 });
    const listening = async (renewedTo: string): Promise<void> => {
      let token = 'old';
      const { request: http } = createHttpClient();
      const definition: RestDefinition = {
        ...embeddedDefinition,
        dials: true,
        auth: () => ({
          headers: async () => ({ authorization: `Bearer ${token}` }),
          renew: async () => {
            token = renewedTo;
            return true;
          },
        }),
        push: async (ask) => void (await ask.dial({ path: '/cable', signedIn: true })),
      };
      const settings = { accountId: 'a1', url: url.replace(/^ws(.*)\/cable/, 'http$1'), token: '' };
      const backend = createRestBackend(definition, settings, http, systemClock);
      await backend.listen(() => undefined, new AbortController().signal);
    };
    seen.length = 0;
    await listening('new');
    expect(seen).toEqual(['Bearer old', 'Bearer new']);
    await expect(listening('unknown')).rejects.toMatchObject({ kind: 'unauthorized' });
  });

  it.each([
    ['too large a message', (socket: WebSocket) => socket.send('x'.repeat(2_000)), 'no-answer'],
    [
      'more messages than anybody reads',
      (socket: WebSocket) => Array.from({ length: 10 }, (_, n) => socket.send(String(n))),
      'nonsense',
    ],
  ])('ends at %s', async (_title, send, kind) => {
    let ended: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (ended = resolve));
    const url = await serve((socket) => {
      socket.once('close', ended);
      send(socket);
    });
    const socket = await dial(url);
    await closed;
    const read = (async () => {
      for await (const _text of socket.texts()) continue;
    })();
    await expect(read).rejects.toMatchObject({ kind });
  });
});
