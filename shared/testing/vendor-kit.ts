/**
 * What a vendor's simulator is made of. A simulator behaves over time, like the server it stands for:
 * it keeps state, moves its clock, shows the vendor's faults. It is a function from request to answer,
 * so that a test needs no socket, and one place can put any of them behind a real one.
 */
import { BackendError } from '../backends/backend-error';
import type { HttpClient, HttpRequest, HttpResponse } from '../backends/http';

export interface VendorRequest {
  method: string;
  /** Decoded by nobody: as it stands in the address, without the query. */
  path: string;
  query: URLSearchParams;
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

export interface VendorAnswer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is; `content-type` is the headers' matter. */
  body?: string | Uint8Array;
}

/** `cut`: the connection ends without an answer, after whatever was done. */
export type VendorReaction = VendorAnswer | 'cut';

export interface VendorServer {
  handle(request: VendorRequest): VendorReaction | Promise<VendorReaction>;
}

/** A client whose network is the simulator itself. */
export function httpClientOf(server: VendorServer): HttpClient {
  return async (request) => {
    if (request.signal.aborted) throw new BackendError('no-answer', 'The request was called off.');
    const url = new URL(request.url);
    const reaction = await server.handle({
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      body: await bytesOf(request.body),
    });
    if (reaction === 'cut') throw new BackendError('no-answer', 'The connection was closed.');
    return responseOf(reaction);
  };
}

/** The bytes and headers of an answer, as they go over a wire. */
export function encodeAnswer({ status, headers = {}, json, body }: VendorAnswer): {
  status: number;
  headers: Readonly<Record<string, string>>;
  bytes: Uint8Array;
} {
  if (json !== undefined) {
    const type = { 'content-type': 'application/json; charset=utf-8' };
    return {
      status,
      headers: { ...type, ...headers },
      bytes: new TextEncoder().encode(JSON.stringify(json)),
    };
  }
  return {
    status,
    headers,
    bytes: typeof body === 'string' ? new TextEncoder().encode(body) : (body ?? new Uint8Array()),
  };
}

function responseOf(answer: VendorAnswer): HttpResponse {
  const { status, headers, bytes } = encodeAnswer(answer);
  return {
    status,
    headers,
    text: () => Promise.resolve(new TextDecoder().decode(bytes)),
    async *stream() {
      yield bytes;
    },
  };
}

async function bytesOf(body: HttpRequest['body']): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
