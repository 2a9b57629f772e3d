/** Opens WebSockets to backends. One socket is one life: whoever wants another dials again. */
import type { Agent } from 'node:http';
import { BackendError } from '@shared/backends/backend-error';
import type { SocketDialer, TextSocket } from '@shared/backends/socket';
import { WebSocket } from 'ws';
import { failureOf } from './http-failures';

export interface SocketLimits {
  /** Until the socket stands, in ms. */
  connectMs: number;
  /** Largest message, in bytes. */
  maxMessageBytes: number;
  /** Messages that nobody has read yet; hints are read at once, so more are a server gone wild. */
  maxWaiting: number;
}

export const SOCKET_LIMITS: SocketLimits = {
  connectMs: 5_000,
  maxMessageBytes: 1024 * 1024,
  maxWaiting: 1_000,
};

/**
 * @param onOpened told of every socket, so that whoever closes can end them
 * @param agentOf opens the connection beneath a socket, secure or plain
 */
export function createSocketDialer(
  limits: SocketLimits = SOCKET_LIMITS,
  onOpened: (end: () => void) => () => void = () => () => undefined,
  agentOf: (secure: boolean) => Agent | undefined = () => undefined,
): SocketDialer {
  return (request) =>
    new Promise((resolve, reject) => {
      if (request.signal.aborted) {
        return reject(new BackendError('no-answer', 'The socket was called off.'));
      }
      const socket = new WebSocket(request.url, [...request.protocols], {
        agent: agentOf(request.url.startsWith('wss:')),
        headers: { 'User-Agent': 'Holdfast', ...request.headers },
        handshakeTimeout: limits.connectMs,
        maxPayload: limits.maxMessageBytes,
        perMessageDeflate: false,
        followRedirects: false,
      });
      const end = (): void => socket.terminate();
      const forget = onOpened(end);
      request.signal.addEventListener('abort', end, { once: true });
      // Listened to from the first moment: what comes with the handshake must not be lost.
      const life = new SocketLife(socket, limits);
      socket.once('unexpected-response', (_request, response) => {
        response.destroy();
        socket.terminate();
        reject(refusalOf(response.statusCode ?? null));
      });
      socket.once('open', () => resolve(life));
      socket.on('error', (error) => reject(failureOf(error, 'dialling')));
      socket.once('close', () => {
        forget();
        request.signal.removeEventListener('abort', end);
        reject(new BackendError('no-answer', 'The socket closed before it stood.'));
      });
    });
}

const UNAUTHORIZED = 401;

/** Credentials that expired are told apart: they can be renewed, and the socket dialled once more. */
function refusalOf(status: number | null): BackendError {
  const kind = status === UNAUTHORIZED ? 'unauthorized' : 'refused';
  return new BackendError(kind, `The server refused the socket (HTTP ${status}).`, status);
}

class SocketLife implements TextSocket {
  readonly #socket: WebSocket;
  readonly #waiting: string[] = [];
  #problem: BackendError | null = null;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(socket: WebSocket, limits: SocketLimits) {
    this.#socket = socket;
    socket.on('message', (data, isBinary) => {
      if (isBinary) return;
      this.#waiting.push(data.toString());
      if (this.#waiting.length > limits.maxWaiting) {
        this.#problem = new BackendError('nonsense', 'The server sends more than can be read.');
        socket.terminate();
      }
      this.#wake();
    });
    socket.on('error', (error) => (this.#problem ??= failureOf(error, 'sent')));
    socket.once('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  send(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text);
  }

  async *texts(): AsyncIterable<string> {
    try {
      for (;;) {
        const next = this.#waiting.shift();
        if (next !== undefined) yield next;
        else if (this.#problem !== null) throw this.#problem;
        else if (this.#ended) return;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.#socket.terminate();
    }
  }
}
