/** Real servers on 127.0.0.1 that end with a test: a helpdesk behind TLS, and a small proxy in front of it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server as RawServer, Socket } from 'node:net';
import { afterEach } from 'vitest';
import type { MadeCertificate } from './certificate.test-data';
import { runProxy, type TestProxy } from './proxy.test-data';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Listens until the test ends. */
export async function listening(server: RawServer): Promise<number> {
  const open = new Set<Socket>();
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.on('error', () => undefined);
  };
  server.on('connection', keep);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of open) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

export interface TestDesk {
  server: Server;
  port: number;
  url: string;
  /** Of every request that came, as `METHOD /path`. */
  asked: string[];
  /** TCP connections. */
  connections: number;
  /** Shows another certificate from the next connection on. */
  show(certificate: MadeCertificate): void;
}

/** Answers `{"ok":true}` to everything; plain without a certificate. */
export async function startDesk(
  certificate: MadeCertificate | null,
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}'),
): Promise<TestDesk> {
  const asked: string[] = [];
  const hear = (request: IncomingMessage, response: ServerResponse): void => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  };
  const secure = certificate === null ? null : createSecureServer(certificate, hear);
  const server = secure ?? createServer(hear);
  const port = await listening(server);
  const desk: TestDesk = {
    server,
    port,
    url: `${certificate === null ? 'http' : 'https'}://127.0.0.1:${port}`,
    asked,
    connections: 0,
    show: (next) => secure?.setSecureContext(next),
  };
  server.on('connection', () => (desk.connections += 1));
  return desk;
}

/** See {@link runProxy}; ended with the test. */
export async function startProxy(refuse?: (line: string) => string | null): Promise<TestProxy> {
  const proxy = await runProxy(refuse);
  closing.push(() => proxy.stop());
  return proxy;
}
