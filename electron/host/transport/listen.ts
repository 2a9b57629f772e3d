/**
 * The host's ears: loopback TCP (two ports: page and mail, so two origins) in browser mode, a Unix
 * socket or named pipe on the desktop, where the Host header says `console` or `mail`.
 *
 * Every request passes the guard first, then goes to
 *   page origin: /door/* and /blob/* → the door; /control/* and /open → here; the rest → the page's files
 *   mail origin: /mail-frame → the static frame; /blob/* → the door (images inside a mail)
 */
import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { assertNever } from '@shared/domain/assert-never';
import type { Endpoint } from '../lock';
import { createControl, type Control } from './control';
import { judge, type Ear, type Verdict } from './guard';
import { mailFrame } from './mail-frame';
import { pageDocument, pageFile } from './page';
import { bindPorts } from './ports';
import { COMMON_HEADERS, INERT_CSP } from './security-headers';

export type FetchHandler = (request: Request) => Promise<Response>;

export type ListenWhere =
  /** `null`: the ports kept for this folder; 0: those if free at once, else any; N: exactly N. */
  { kind: 'tcp'; port: number | null } | { kind: 'socket'; path: string };

export interface Ports {
  page: number;
  mail: number;
}

export interface ListenOptions {
  /** The door: answers /door/* (checks the token header itself) and /blob/* (by signature). */
  handler: FetchHandler;
  where: ListenWhere;
  /** The ports this data folder used last (from install.json); `null` the first time. */
  keptPorts: Ports | null;
  /** Folder of the built page (out/renderer). */
  pageFolder: string;
  /** This launch's token; guards /control/*. */
  token: string;
  build: string;
  /** A newer build or the desktop app asked this host to drain and exit. */
  onExitRequested(): void;
  /** One English sentence for the person at the terminal, e.g. that the port had to change. */
  say(sentence: string): void;
  /** Gives up waiting for a port once aborted. */
  signal?: AbortSignal | undefined;
}

export interface Listening {
  /** Origin of the page, no trailing slash: `http://127.0.0.1:PORT` or `holdfast://console`. */
  origin: string;
  /** Origin of the mail frame (served at `/mail-frame`). */
  mailOrigin: string;
  /** For `DataLock.announce`. */
  endpoint: Endpoint;
  /** To keep in install.json; `null` on a socket. */
  ports: Ports | null;
  /** Stops accepting, ends open streams, resolves when every connection is closed. */
  close(): Promise<void>;
}

const DESKTOP_EAR: Ear = {
  kind: 'socket',
  page: { host: 'console', origin: 'holdfast://console' },
  mail: { host: 'mail', origin: 'holdfast://mail' },
};
const HEADERS_TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 32 * 1024;
/** How long answers in flight may still take once the host closes. */
const CLOSE_PATIENCE_MS = 2_000;

/**
 * Listens and guards.
 * @throws PortTakenError (ports.ts) when `where.port` names a port that is taken.
 */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { where, token, build, onExitRequested } = options;
  const control = createControl({ token, pid: process.pid, build, onExitRequested, now: Date.now });
  return where.kind === 'socket'
    ? listenOnSocket(where.path, options, control)
    : listenOnLoopback(where.port, options, control);
}

async function listenOnLoopback(
  port: number | null,
  options: ListenOptions,
  control: Control,
): Promise<Listening> {
  // The ports, and so the origins, are known only once bound; nothing is accepted before that.
  let ears: { page: Ear; mail: Ear } | null = null;
  const page = guardedServer(() => ears?.page ?? null, options, control);
  const mail = guardedServer(() => ears?.mail ?? null, options, control);
  const timing = { now: Date.now, sleep: (ms: number) => sleep(ms), signal: options.signal };
  let ports: Ports;
  try {
    ports = await bindPorts({ page, mail }, port, options.keptPorts, options.say, timing);
  } catch (error) {
    await closeAll([page, mail]);
    throw error;
  }
  const address = (number: number) => ({
    host: `127.0.0.1:${number}`,
    origin: `http://127.0.0.1:${number}`,
  });
  const both = { page: address(ports.page), mail: address(ports.mail) };
  ears = { page: { kind: 'page', ...both }, mail: { kind: 'mail', ...both } };
  return {
    origin: both.page.origin,
    mailOrigin: both.mail.origin,
    endpoint: { kind: 'tcp', port: ports.page },
    ports,
    close: () => closeAll([page, mail]),
  };
}

async function listenOnSocket(path: string, options: ListenOptions, control: Control): Promise<Listening> {
  const server = guardedServer(() => DESKTOP_EAR, options, control);
  // The lock says that no other host of this folder lives: a socket file here is a leftover.
  if (process.platform !== 'win32') await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path, readableAll: false, writableAll: false }, resolve);
  });
  if (process.platform !== 'win32') await chmod(path, 0o600);
  return {
    origin: DESKTOP_EAR.page.origin,
    mailOrigin: DESKTOP_EAR.mail.origin,
    endpoint: { kind: 'socket', path },
    ports: null,
    close: () => closeAll([server]),
  };
}

function guardedServer(ear: () => Ear | null, options: ListenOptions, control: Control): Server {
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT_MS, requireHostHeader: true },
    (incoming, outgoing) => {
      const listening = ear();
      const verdict = listening === null ? null : judge(headOf(incoming), listening);
      if (listening === null || verdict === null) incoming.destroy();
      else if (verdict.allow) void pass(verdict, listening, incoming, outgoing);
      else turnAway(verdict, outgoing);
    },
  );
  const pass = (
    verdict: Extract<Verdict, { allow: true }>,
    at: Ear,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> =>
    getRequestListener((request) => dispatch(verdict, at, request, options, control), {
      overrideGlobalObjects: false,
      errorHandler: () => problem(500, 'internal', 'The host failed to answer.'),
    })(incoming, outgoing);
  server.on('checkContinue', (_incoming: IncomingMessage, outgoing: ServerResponse) => {
    turnAway({ status: 400, code: 'bad-request', reason: 'header expect' }, outgoing);
  });
  // A frame of another protocol never reaches a handler.
  server.on('upgrade', (_incoming, socket) => socket.destroy());
  return server;
}

async function dispatch(
  { route, path }: Extract<Verdict, { allow: true }>,
  { page, mail }: Ear,
  request: Request,
  { handler, pageFolder }: ListenOptions,
  control: Control,
): Promise<Response> {
  switch (route) {
    case 'document':
      return pageDocument(pageFolder, mail.origin);
    case 'file':
      return pageFile(pageFolder, path);
    case 'open':
      return control.open(new URL(request.url).searchParams.get('code') ?? '');
    case 'control':
      return control.handle(request, path);
    case 'mail-frame':
      return mailFrame(page.origin, mail.origin);
    case 'door':
      return withHeaders(await handler(request), 'same-origin');
    case 'blob':
      return withHeaders(await handler(request), 'same-origin');
    case 'mail-blob':
      // The sandboxed frame's origin is opaque, hence cross-origin even to itself.
      return withHeaders(await handler(request), 'cross-origin');
    default:
      return assertNever(route);
  }
}

/**
 * Data is never a document: whatever the door answers, it cannot run or be framed. The headers are
 * set in place: a new answer around the old body would turn a text into a stream, chunk by chunk.
 */
function withHeaders(answer: Response, resourcePolicy: string): Response {
  const { headers } = answer;
  for (const [name, value] of Object.entries(COMMON_HEADERS)) headers.set(name, value);
  headers.set('Content-Security-Policy', INERT_CSP);
  headers.set('Cross-Origin-Resource-Policy', resourcePolicy);
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
  return answer;
}

function problem(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message } }, { status, headers: COMMON_HEADERS });
}

function turnAway(
  { status, code, reason }: Omit<Extract<Verdict, { allow: false }>, 'allow'>,
  outgoing: ServerResponse,
): void {
  // The body, if any, is never read: the connection ends with the answer.
  outgoing.writeHead(status, {
    ...COMMON_HEADERS,
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    Connection: 'close',
  });
  outgoing.end(JSON.stringify({ error: { code, message: reason } }));
}

function headOf({ method, url, rawHeaders }: IncomingMessage) {
  const headers: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    headers.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  }
  return { method: method ?? '', target: url ?? '', headers };
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(async (server) => {
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const patience = setTimeout(() => server.closeAllConnections(), CLOSE_PATIENCE_MS);
      await closed;
      clearTimeout(patience);
    }),
  );
}
