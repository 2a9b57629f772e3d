/**
 * A TCP proxy that stands on the link between the host and its helpdesk and cuts it in the ways
 * real links are cut. It knows nothing of the product: bytes in, bytes out, and one fault at a time.
 */
import { createServer, Socket, type AddressInfo, type Server } from 'node:net';
import { seededRandom } from '../../bench/data-set';

export type Fault =
  /** Bytes pass. */
  | 'none'
  /** Nobody listens: connections are refused, open ones are reset. */
  | 'refuse'
  /** Connections are accepted and nothing ever comes back; bytes wait and pass once healed. */
  | 'black-hole'
  /** As after sleep: connections open now are dead for ever without a word; new ones wait until healed. */
  | 'half-open'
  /** A hotel's login page: 200 and HTML to everything. */
  | 'captive'
  /** The helpdesk gets and commits every change, then the connection breaks before its answer. */
  | 'reset-after-commit'
  /** 300 ms there and back; 5 % of packets are lost and sent again a second later. */
  | 'slow-lossy';

const ONE_WAY_MS = 150;
const LOSS = 0.05;
const RESEND_AFTER_MS = 1_000;
/** A mutation of the helpdesk's API, at the start of a request. */
const MUTATION = /^(POST|PATCH|PUT|DELETE) /;
const PORTAL_PAGE = '<!doctype html><title>Welcome</title><h1>Accept the terms to use this network</h1>';

interface Pair {
  client: Socket;
  upstream: Socket | null;
  /** What the client sent before the upstream was opened. */
  waiting: Buffer[];
  dead: boolean;
  /** Whether the request now on its way changes something. */
  mutating: boolean;
}

export class FaultProxy {
  readonly #upstreamPort: number;
  readonly #pairs = new Set<Pair>();
  readonly #random: () => number;
  #server: Server | null = null;
  #port = 0;
  #fault: Fault = 'none';
  /** Answers swallowed by `reset-after-commit`. */
  resets = 0;

  private constructor(upstreamPort: number, seed: number) {
    this.#upstreamPort = upstreamPort;
    this.#random = seededRandom(seed);
  }

  static async start(upstreamPort: number, seed = 1): Promise<FaultProxy> {
    const proxy = new FaultProxy(upstreamPort, seed);
    await proxy.#listen();
    return proxy;
  }

  /** The helpdesk's address as the host is told it. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** Connections open at this moment. */
  get connections(): number {
    return this.#pairs.size;
  }

  async set(fault: Fault): Promise<void> {
    const before = this.#fault;
    this.#fault = fault;
    if (fault === 'refuse') {
      await this.#stopListening();
      for (const pair of this.#pairs) this.#drop(pair);
    } else if (before === 'refuse') await this.#listen();
    if (fault === 'captive') for (const pair of this.#pairs) this.#drop(pair);
    if (fault === 'half-open') for (const pair of this.#pairs) pair.dead = true;
    if (fault === 'none' || fault === 'slow-lossy' || fault === 'reset-after-commit') this.#resume();
    if (fault === 'black-hole') {
      for (const pair of this.#pairs) {
        pair.client.pause();
        pair.upstream?.pause();
      }
    }
  }

  async stop(): Promise<void> {
    for (const pair of this.#pairs) this.#drop(pair);
    await this.#stopListening();
  }

  async #listen(): Promise<void> {
    const server = createServer({ noDelay: true }, (client) => this.#accept(client));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  async #stopListening(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const pair of this.#pairs) this.#drop(pair);
    await closed;
  }

  #accept(client: Socket): void {
    const pair: Pair = { client, upstream: null, waiting: [], dead: false, mutating: false };
    this.#pairs.add(pair);
    client.on('error', () => this.#drop(pair));
    client.on('close', () => this.#drop(pair));
    client.on('data', (bytes: Buffer) => this.#fromClient(pair, bytes));
    if (this.#passes()) this.#connect(pair);
  }

  #passes(): boolean {
    return this.#fault === 'none' || this.#fault === 'slow-lossy' || this.#fault === 'reset-after-commit';
  }

  #connect(pair: Pair): void {
    const upstream = new Socket();
    pair.upstream = upstream;
    upstream.setNoDelay(true);
    upstream.on('error', () => this.#drop(pair));
    upstream.on('close', () => {
      // A dead connection stays open on the client's side: that is what half-open means.
      if (!pair.dead) this.#drop(pair);
    });
    upstream.on('data', (bytes: Buffer) => this.#fromUpstream(pair, bytes));
    upstream.connect(this.#upstreamPort, '127.0.0.1');
    for (const bytes of pair.waiting.splice(0)) this.#pass(upstream, bytes);
  }

  #fromClient(pair: Pair, bytes: Buffer): void {
    if (pair.dead) return;
    if (this.#fault === 'captive') return this.#answerAsPortal(pair);
    pair.mutating ||= MUTATION.test(bytes.subarray(0, 8).toString('latin1'));
    if (pair.upstream === null || !this.#passes()) pair.waiting.push(bytes);
    else this.#pass(pair.upstream, bytes);
  }

  #fromUpstream(pair: Pair, bytes: Buffer): void {
    if (pair.dead) return;
    if (this.#fault === 'reset-after-commit' && pair.mutating) {
      this.resets += 1;
      pair.client.resetAndDestroy();
      return;
    }
    pair.mutating = false;
    this.#pass(pair.client, bytes);
  }

  #answerAsPortal(pair: Pair): void {
    pair.client.write(
      `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${PORTAL_PAGE.length}\r\n\r\n${PORTAL_PAGE}`,
    );
  }

  readonly #lines = new WeakMap<Socket, Promise<void>>();

  /** Writes in order; on a slow link each piece arrives late, and a lost one holds up what follows. */
  #pass(to: Socket, bytes: Buffer): void {
    if (this.#fault !== 'slow-lossy' && !this.#lines.has(to)) {
      to.write(bytes);
      return;
    }
    const delay =
      this.#fault === 'slow-lossy' ? ONE_WAY_MS + (this.#random() < LOSS ? RESEND_AFTER_MS : 0) : 0;
    const due = new Promise<void>((resolve) => setTimeout(resolve, delay));
    const turn = (this.#lines.get(to) ?? Promise.resolve()).then(() => due);
    this.#lines.set(
      to,
      turn.then(() => {
        if (!to.destroyed) to.write(bytes);
      }),
    );
  }

  #resume(): void {
    for (const pair of this.#pairs) {
      if (pair.dead) continue;
      pair.client.resume();
      pair.upstream?.resume();
      if (pair.upstream === null) this.#connect(pair);
      else for (const bytes of pair.waiting.splice(0)) this.#pass(pair.upstream, bytes);
    }
  }

  #drop(pair: Pair): void {
    this.#pairs.delete(pair);
    pair.client.destroy();
    pair.upstream?.destroy();
  }
}
