/**
 * What a vendor's simulator is made of. A simulator behaves over time, like the server it stands for:
 * it keeps state, moves its clock, shows the vendor's faults. It is a function from request to answer,
 * so that a test needs no socket, and one place can put any of them behind a real one.
 */
import { BackendError } from '../backends/backend-error';
import { bytesOf } from '../backends/bytes';
import type { Clock } from '../backends/clock';
import { between, type HttpClient, type HttpRequest, type HttpResponse } from '../backends/http';
import type { BackendSettings } from '../backends/registry';
import type { RestDefinition } from '../backends/rest-definition';
import { createRestBackend } from '../backends/rest-engine';
import type { SocketDialer } from '../backends/socket';
import type { BackendHarness, ContractTraits, CustomerSide, Need } from './contract-kit';

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
  /** Absent where the vendor has no sockets. */
  dial?: SocketDialer;
}

/**
 * A vendor's simulator with somebody who plays its customers and colleagues: what the contract suite,
 * `npm run backend:check -- --all` and the benches open. Each vendor's folder exports one way to make it,
 * entered in `vendors/simulators.ts`.
 */
export interface VendorSimulator
  extends CustomerSide, Pick<BackendHarness, 'missingId' | 'spoils' | 'threadRequest'> {
  server: VendorServer;
  /** The server's time; a {@link LeapingClock} lets the adapter wait without waiting. */
  clock: Clock;
  definition: RestDefinition;
  /** The same with pages of so many rows, where the adapter names their size; left out: see `traits`. */
  definitionWith?(rowsAPage: number): RestDefinition;
  signIn: Omit<BackendSettings, 'accountId'>;
  /** Credentials that the server does not know. */
  stranger: Omit<BackendSettings, 'accountId'>;
  /** What the suite must know of it. */
  traits?: ContractTraits;
  /** What the simulator, beside the vendor, does not do, each with its reason. */
  lacks?: Readonly<Partial<Record<Need, string>>>;
}

/** Each call makes a server of its own, so that no run hears of another. */
export type OpenSimulator = () => VendorSimulator | Promise<VendorSimulator>;

/** The simulator as the contract suite wants it. */
export function harnessOf(simulator: VendorSimulator): BackendHarness {
  const { server, clock, definition, signIn, stranger } = simulator;
  const network = httpClientOf(server);
  return {
    ...partsOf(simulator),
    clock,
    connect({ pageSize, wrap, stranger: unknown = false } = {}) {
      const sized = pageSize === undefined ? undefined : simulator.definitionWith?.(pageSize);
      const settings = { accountId: 'a1', ...(unknown ? stranger : signIn) };
      return createRestBackend(
        sized ?? definition,
        settings,
        wrap === undefined ? network : between(network, wrap),
        clock,
      );
    },
    close: () => Promise.resolve(),
  };
}

/** What a simulator has beside its server, bound to it: it may be an object of a class. */
function partsOf(
  simulator: VendorSimulator,
): CustomerSide & Pick<BackendHarness, 'missingId' | 'spoils' | 'threadRequest'> {
  const { remove, merge, keepsSavedReply, refusesQuietly, missingId, spoils, threadRequest } = simulator;
  return {
    customerWrites: (text, file) => simulator.customerWrites(text, file),
    customerAnswers: (conversationId, text) => simulator.customerAnswers(conversationId, text),
    ...(remove && { remove: remove.bind(simulator) }),
    ...(merge && { merge: merge.bind(simulator) }),
    ...(keepsSavedReply && { keepsSavedReply: keepsSavedReply.bind(simulator) }),
    ...(refusesQuietly && { refusesQuietly: refusesQuietly.bind(simulator) }),
    ...(missingId && { missingId: missingId.bind(simulator) }),
    ...(spoils && { spoils: spoils.bind(simulator) }),
    ...(threadRequest && { threadRequest: threadRequest.bind(simulator) }),
  };
}

/** A client whose network is the simulator itself. */
export function httpClientOf(server: VendorServer): HttpClient {
  return Object.assign(
    (request: HttpRequest) => answered(server, request),
    server.dial && { dial: server.dial.bind(server) },
  );
}

async function answered(server: VendorServer, request: HttpRequest): Promise<HttpResponse> {
  if (request.signal.aborted) throw new BackendError('no-answer', 'The request was called off.');
  const url = new URL(request.url);
  const reaction = await server.handle({
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    body: await bodyOf(request.body),
  });
  if (reaction === 'cut') throw new BackendError('no-answer', 'The connection was closed.');
  return responseOf(reaction);
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

async function bodyOf(body: HttpRequest['body']): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  if (typeof body === 'string') return new TextEncoder().encode(body);
  return body instanceof Uint8Array ? body : bytesOf(body);
}
