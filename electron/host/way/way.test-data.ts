/** Real servers on 127.0.0.1: a helpdesk behind TLS, and a small proxy in front of it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type AddressInfo, type Server as RawServer, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import type { MadeCertificate } from './certificate.test-data';

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

export interface TestProxy {
  url: string;
  port: number;
  /** First lines it was asked with. */
  asked: string[];
  /** What was told of who asks, if anything. */
  signIns: (string | undefined)[];
}

/** A proxy that carries plain requests and tunnels, unless `refuse` answers first with a whole answer. */
export async function startProxy(refuse: (line: string) => string | null = () => null): Promise<TestProxy> {
  const asked: string[] = [];
  const signIns: (string | undefined)[] = [];
  const hear = (request: IncomingMessage): string | null => {
    const line = `${request.method} ${request.url}`;
    asked.push(line);
    signIns.push(request.headers['proxy-authorization']);
    return refuse(line);
  };
  const server = createServer((request, response) => {
    const no = hear(request);
    if (no !== null) return void request.socket.end(no);
    const { hostname, port, pathname } = new URL(request.url ?? '');
    const onward = connect(Number(port), hostname, () => {
      onward.write(
        `${request.method} ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`,
      );
    });
    onward.on('error', () => request.socket.destroy());
    // The whole answer, as it comes.
    onward.pipe(request.socket);
    response.on('close', () => onward.destroy());
  });
  server.on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    const no = hear(request);
    if (no !== null) return void client.end(no);
    const { hostname, port } = new URL(`http://${request.url}`);
    const onward = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(client).pipe(onward);
    });
    onward.on('error', () => client.destroy());
    client.on('error', () => onward.destroy()).on('close', () => onward.destroy());
  });
  const port = await listening(server);
  return { url: `http://127.0.0.1:${port}`, port, asked, signIns };
}
