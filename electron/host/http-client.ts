/**
 * The host's way out to backends. A link may be broken in many ways; every one of them ends here
 * within seconds, as a kind. Limits on silence are short (a black hole must be told within 10 s),
 * limits on whole requests are the caller's.
 */
import { request as httpRequest, type ClientRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { BackendError } from '@shared/backends/backend-error';
import type { HttpClient, HttpRequest, HttpResponse } from '@shared/backends/http';
import axios, { type AxiosResponse } from 'axios';
import { failureOf, type RequestPhase } from './http-failures';
import { createSocketDialer, SOCKET_LIMITS } from './socket-dialer';
import { createAgents, type DialedRequest } from './way/agents';
import {
  PROXY_SIGN_IN,
  proxyFor,
  refusedBy,
  withoutItsSignIn,
  signInHeaders,
  type Proxy,
} from './way/proxies';
import { DIRECT, isSameWay, targetOf, type Way } from './way/way';

export interface HttpClientLimits {
  /** Until the connection stands, TLS and a proxy's tunnel included, in ms. */
  connectMs: number;
  /** From the request's last byte to the answer's headers, and between two chunks of a body, in ms. */
  silenceMs: number;
  /** Largest body that is read as one text, in bytes. */
  maxTextBytes: number;
  /** Largest body that is streamed, in bytes; also the life of one event stream. */
  maxStreamBytes: number;
}

export const HTTP_LIMITS: HttpClientLimits = {
  connectMs: 5_000,
  silenceMs: 8_000,
  maxTextBytes: 128 * 1024 * 1024,
  maxStreamBytes: 1024 * 1024 * 1024,
};

export interface HostHttp {
  request: HttpClient;
  /** What is asked from now on goes this way; sockets that stay are ended, to be dialled again. */
  take(way: Way): void;
  /** Ends idle connections; requests in flight are cut. */
  close(): void;
}

/** Makes the axios client of one account: its connections are its own, along its own way, never a redirect. */
export function createHttpClient(limits: HttpClientLimits = HTTP_LIMITS, way: Way = DIRECT): HostHttp {
  let agents = createAgents(way, limits.connectMs);
  const lives = new Set<RequestLife>();

  async function request(wanted: HttpRequest): Promise<HttpResponse> {
    const life = new RequestLife(wanted, limits, () => lives.delete(life));
    lives.add(life);
    const { http, https, dropIdle, way: taken } = agents;
    try {
      const plainProxy = plainProxyFor(wanted.url, taken);
      const response = await life.guard(
        axios.request<Readable>({
          method: wanted.method,
          url: wanted.url,
          headers: { 'User-Agent': 'Holdfast', ...wanted.headers },
          data: bodyOf(wanted.body, life),
          transformRequest: (data: unknown) => data,
          transport: {
            request: (options: RequestOptions, onResponse: never) =>
              life.dial(plainProxy === null ? options : givenTo(plainProxy, wanted.url, options), onResponse),
          },
          httpAgent: http,
          httpsAgent: https,
          responseType: 'stream',
          validateStatus: () => true,
          maxRedirects: 0,
          maxBodyLength: Infinity,
          // Agents know the proxy.
          proxy: false,
          signal: life.signal,
        }),
      );
      if (plainProxy !== null && response.status === PROXY_SIGN_IN) {
        response.data.on('error', () => undefined).destroy();
        const challenge = response.headers['proxy-authenticate']?.toString();
        throw refusedBy(plainProxy, response.status, response.statusText, challenge);
      }
      const answer = answerOf(response, life, limits, dropIdle);
      if (plainProxy === null || answer.status < 400) return answer;
      // It may be the proxy's own page.
      return { ...answer, text: async () => withoutItsSignIn(plainProxy, await answer.text()) };
    } catch (error) {
      const failure = life.end(error);
      if (failure.kind === 'no-answer') dropIdle();
      throw failure;
    }
  }

  const sockets = new Set<() => void>();
  const dial = createSocketDialer(
    SOCKET_LIMITS,
    (end) => {
      sockets.add(end);
      return () => sockets.delete(end);
    },
    (secure) => (secure ? agents.https : agents.tunnel),
  );

  return {
    request: Object.assign(request, { dial }),
    take(next) {
      if (isSameWay(agents.way, next)) return;
      agents.retire();
      agents = createAgents(next, limits.connectMs);
      for (const end of sockets) end();
    },
    close() {
      for (const end of sockets) end();
      // Also answers that nobody reads to their end: their timers would keep the process alive.
      for (const life of lives) life.cut(new BackendError('no-answer', 'The program is closing.'));
      agents.destroy();
    },
  };
}

/** One request's timers and how far it came. */
class RequestLife {
  readonly #controller = new AbortController();
  readonly signal = this.#controller.signal;
  readonly #limits: HttpClientLimits;
  readonly #caller: HttpRequest['signal'];
  readonly #onCallerAbort = (): void =>
    this.cut(new BackendError('no-answer', 'The request was called off.'));
  readonly #whole: NodeJS.Timeout | null;
  #silence: NodeJS.Timeout | null = null;
  #phase: RequestPhase = 'dialling';
  #reason: BackendError | null = null;

  readonly #onFinished: () => void;

  constructor(request: HttpRequest, limits: HttpClientLimits, onFinished: () => void) {
    this.#limits = limits;
    this.#onFinished = onFinished;
    this.#caller = request.signal;
    this.#whole =
      request.timeoutMs === null
        ? null
        : setTimeout(() => {
            this.cut(new BackendError('no-answer', `Not finished within ${request.timeoutMs} ms.`));
          }, request.timeoutMs);
    if (request.signal.aborted) this.#onCallerAbort();
    else request.signal.addEventListener('abort', this.#onCallerAbort, { once: true });
  }

  /** The transport axios calls: Node's own request, watched until its connection stands. */
  dial(options: RequestOptions, onResponse: never): ClientRequest {
    const dialed: RequestOptions & DialedRequest = { ...options, callOff: this.signal };
    const request = (options.protocol === 'https:' ? httpsRequest : httpRequest)(dialed, onResponse);
    // A connection is handed over once it stands (way/dial.ts, which has a limit of its own).
    request.once('socket', () => {
      this.#phase = 'sent';
      this.stir();
    });
    return request;
  }

  /** Something moved: silence counts from now. */
  stir(): void {
    const { silenceMs } = this.#limits;
    this.#arm(silenceMs, () => new BackendError('no-answer', `Nothing came for ${silenceMs} ms.`));
  }

  /** Silence does not count: it is not the server's turn. */
  rest(): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = null;
  }

  cut(reason: BackendError): void {
    this.#reason ??= reason;
    this.finish();
    this.#controller.abort();
  }

  /** Rejects as soon as the request is cut, whatever the thing waited for does. */
  async guard<T>(wanted: Promise<T>): Promise<T> {
    let onAbort = (): void => undefined;
    const cut = new Promise<never>((_resolve, reject) => {
      onAbort = () => reject(this.#reason ?? new BackendError('no-answer', 'The request was cut.'));
    });
    if (this.signal.aborted) onAbort();
    else this.signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([wanted, cut]);
    } finally {
      this.signal.removeEventListener('abort', onAbort);
    }
  }

  /** Ends timers and connection; returns what the error means. */
  end(error: unknown): BackendError {
    const failure = this.#reason ?? failureOf(error, this.#phase);
    this.finish();
    this.#controller.abort();
    return failure;
  }

  finish(): void {
    this.rest();
    if (this.#whole !== null) clearTimeout(this.#whole);
    this.#caller.removeEventListener('abort', this.#onCallerAbort);
    this.#onFinished();
  }

  #arm(ms: number, reason: () => BackendError): void {
    this.rest();
    this.#silence = setTimeout(() => this.cut(reason()), ms);
  }
}

/** The proxy that is given a request as it is, because nothing in it is secret; else `null`. */
function plainProxyFor(url: string, way: Way): Proxy | null {
  const target = targetOf(url);
  return target.secure ? null : proxyFor(target, way.proxy);
}

/** A request as a proxy wants it: with the whole address in its first line (RFC 9112 §3.2.2). */
function givenTo(proxy: Proxy, url: string, options: RequestOptions): RequestOptions {
  return {
    ...options,
    path: `${new URL(url).origin}${options.path ?? '/'}`,
    headers: { ...(options.headers as Record<string, string>), ...signInHeaders(proxy) },
  };
}

function bodyOf(body: HttpRequest['body'], life: RequestLife): string | Buffer | Readable | undefined {
  if (body === null) return undefined;
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return Readable.from(stirring(body, life), { objectMode: false });
}

/** Every chunk that the connection takes proves that it is alive. */
async function* stirring(body: AsyncIterable<Uint8Array>, life: RequestLife): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    life.stir();
    yield chunk;
  }
  life.stir();
}

function answerOf(
  response: AxiosResponse<Readable>,
  life: RequestLife,
  limits: HttpClientLimits,
  dropIdle: () => void,
): HttpResponse {
  // Nobody has to read the body, but then the connection must not be held for ever.
  life.stir();
  // A cut body is told to its reader; without a reader it is nobody's error.
  response.data.on('error', () => undefined);
  // An event stream may be silent for as long as its reader likes.
  const mayRest = response.headers['content-type']?.toString().startsWith('text/event-stream') === true;

  async function* read(maxBytes: number): AsyncIterable<Uint8Array> {
    const iterator = response.data[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    let bytes = 0;
    try {
      for (;;) {
        if (mayRest) life.rest();
        else life.stir();
        const next = await life.guard(iterator.next());
        life.rest();
        if (next.done === true) break;
        bytes += next.value.length;
        if (bytes > maxBytes)
          throw new BackendError('nonsense', `The answer is larger than ${maxBytes} bytes.`);
        yield next.value;
      }
      life.finish();
    } catch (error) {
      const failure = life.end(error);
      if (failure.kind === 'no-answer') dropIdle();
      throw failure;
    } finally {
      life.finish();
      // The reader stopped early, or an answer came before the request had ended.
      if (!response.data.readableEnded) response.data.destroy();
    }
  }

  return {
    status: response.status,
    headers: Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    ),
    async text() {
      const chunks: Uint8Array[] = [];
      for await (const chunk of read(limits.maxTextBytes)) chunks.push(chunk);
      return Buffer.concat(chunks).toString('utf8');
    },
    stream: () => read(limits.maxStreamBytes),
  };
}
