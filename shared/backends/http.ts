/** The one way out to a backend. The host supplies it (axios, ws); tests supply fakes. */
import type { SocketDialer } from './socket';

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers: Readonly<Record<string, string>>;
  /** JSON text or raw bytes; `null` for none. */
  body: string | Uint8Array | AsyncIterable<Uint8Array> | null;
  /** Whole-request limit in ms; `null` for streams. */
  timeoutMs: number | null;
  signal: AbortSignal;
}

export interface HttpResponse {
  status: number;
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>;
  /** The whole body as text. */
  text(): Promise<string>;
  /** The body as it arrives. */
  stream(): AsyncIterable<Uint8Array>;
}

/**
 * Resolves for every status. Rejects with a `BackendError` of kind `dns`, `refused`, `tls`,
 * `proxy` or `no-answer` when there was no answer. Never follows a redirect of a mutation.
 */
export interface HttpClient {
  (request: HttpRequest): Promise<HttpResponse>;
  /** Absent where no sockets can be opened: then such news is polled for. */
  dial?: SocketDialer;
}

/** A client that stands between another and its callers, and opens sockets as that one does. */
export function between(http: HttpClient, wrap: (http: HttpClient) => HttpClient): HttpClient {
  const wrapped = wrap(http);
  return Object.assign((request: HttpRequest) => wrapped(request), http.dial && { dial: http.dial });
}
