/**
 * Opens a connection to a server, along an account's way. It is handed over only once it stands, its
 * certificate judged: until then not one byte of a request can be on it.
 *
 *   name ──▶ connection ──▶ (tunnel through the proxy) ──▶ handshake ──▶ judged
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { BackendError } from '@shared/backends/backend-error';
import { failureOf } from '../http-failures';
import { judgeCertificate, systemAuthorities } from './certificates';
import { proxyFor, tunnelThrough, unreachable, type Proxy } from './proxies';
import type { Target, Way } from './way';

export interface DialOptions {
  way: Way;
  /** Until the connection stands, in ms. */
  connectMs: number;
  signal: AbortSignal;
  /**
   * Whether a proxy is asked for a tunnel also where nothing is secret; a plain request is given to it
   * as it is instead.
   */
  tunnels: boolean;
}

/** @throws BackendError `dns`, `refused`, `tls` or `proxy`: surely nothing was sent */
export async function dial(target: Target, options: DialOptions): Promise<Socket> {
  const { way, connectMs, tunnels, signal: called } = options;
  const proxy = proxyFor(target, way.proxy);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), connectMs);
  const signal = AbortSignal.any([called, late.signal]);
  const opened: Socket[] = [];
  const progress = { named: isIP((proxy ?? target).host) !== 0, throughProxy: false };
  try {
    let socket = await toFirst(proxy ?? target, opened, signal, progress);
    if (proxy !== null) {
      if (proxy.secure) socket = await secured(proxy, socket, opened, signal, true);
      if (target.secure || tunnels) await tunnelThrough(proxy, socket, target, signal);
      progress.throughProxy = true;
    }
    if (!target.secure) return socket;
    const shielded = await secured(target, socket, opened, signal, false);
    judgeCertificate(target, shielded, way.trusted, Date.now());
    return shielded;
  } catch (error) {
    for (const socket of opened.reverse()) socket.destroy();
    throw meaningOf(error, proxy, progress, late.signal.aborted);
  } finally {
    clearTimeout(timer);
  }
}

interface Progress {
  /** The first name on the way was looked up. */
  named: boolean;
  /** The proxy did its part: what fails now is the server's. */
  throughProxy: boolean;
}

async function toFirst(
  { host, port }: Target,
  opened: Socket[],
  signal: AbortSignal,
  progress: Progress,
): Promise<Socket> {
  const socket = connectTcp({ host, port, noDelay: true });
  opened.push(socket);
  socket.once('lookup', () => (progress.named = true));
  await standing(socket, 'connect', signal);
  return socket;
}

/** @param judge whether Node itself refuses what this computer's authorities do not vouch for */
async function secured(
  { host }: Target,
  socket: Socket,
  opened: Socket[],
  signal: AbortSignal,
  judge: boolean,
): Promise<TLSSocket> {
  const secureContext = systemAuthorities();
  const shielded = connectTls({
    socket,
    // Node checks the name against it; RFC 6066 §3 wants no address as a server's name.
    host,
    ...(isIP(host) === 0 && { servername: host }),
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: judge,
    ...(secureContext && { secureContext }),
  });
  opened.push(shielded);
  await standing(shielded, 'secureConnect', signal);
  return shielded;
}

function standing(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off(event, onEvent).off('error', onError).off('close', onClose);
      // Whoever takes it over listens in the same turn; until it is destroyed an error must find an ear.
      socket.once('error', () => undefined);
      end();
    };
    const onEvent = (): void => settle(resolve);
    const onError = (error: Error): void => settle(() => reject(error));
    const onClose = (): void => settle(() => reject(new Error('It closed.')));
    const onAbort = (): void => settle(() => reject(new Error('It was called off.')));
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once(event, onEvent).once('error', onError).once('close', onClose);
  });
}

function meaningOf(
  error: unknown,
  proxy: Proxy | null,
  { named, throughProxy }: Progress,
  late: boolean,
): BackendError {
  if (proxy !== null && !throughProxy) {
    if (late) return unreachable(proxy, 'it gave no answer in time');
    return error instanceof BackendError ? error : unreachable(proxy, codeOf(error));
  }
  if (!late) return failureOf(error, 'dialling');
  return named
    ? new BackendError('refused', 'No connection could be made in time.')
    : new BackendError('dns', 'The name look-up gave no answer.');
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'the connection broke';
}
