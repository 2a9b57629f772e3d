/**
 * Stands between the host and its helpdesk as an HTTP server and changes single requests or answers:
 * for what no cut of the link brings about. Everything else passes as it is, streams included.
 */
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  method: string;
  /** With its query. */
  path: string;
  body: string;
}

/** `pass`: as it is. `commit-then-cut`: the helpdesk gets it, the answer never comes. `cut`: neither. Else the answer. */
export type Verdict = 'pass' | 'commit-then-cut' | 'cut' | { status: number; body: unknown };

export class HttpTamper {
  /** What becomes of a request; asked once for each. */
  judge: (seen: Seen) => Verdict = () => 'pass';
  /** What becomes of a JSON answer's text. */
  rewrite: (seen: Seen, answer: string) => string = (_, answer) => answer;
  readonly seen: Seen[] = [];
  readonly #port: number;
  readonly #server: Server;

  private constructor(port: number) {
    this.#port = port;
    this.#server = createServer((incoming, outgoing) => void this.#serve(incoming, outgoing));
  }

  static async start(port: number): Promise<HttpTamper> {
    const tamper = new HttpTamper(port);
    await new Promise<void>((resolve) => tamper.#server.listen(0, '127.0.0.1', resolve));
    return tamper;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const seen = { method: incoming.method ?? 'GET', path: incoming.url ?? '/', body: body.toString('utf8') };
    this.seen.push(seen);
    const verdict = this.judge(seen);
    if (typeof verdict === 'object') {
      outgoing.writeHead(verdict.status, { 'content-type': 'application/json' });
      outgoing.end(JSON.stringify(verdict.body));
      return;
    }
    if (verdict === 'cut') {
      outgoing.destroy();
      return;
    }
    const headers = { ...incoming.headers, host: `127.0.0.1:${this.#port}` };
    const onward = request(
      { host: '127.0.0.1', port: this.#port, method: seen.method, path: seen.path, headers },
      (answer) => {
        if (verdict === 'commit-then-cut') {
          answer.resume().on('end', () => outgoing.destroy());
          return;
        }
        void this.#answer(seen, answer, outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    onward.end(body);
  }

  async #answer(seen: Seen, answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { 'content-length': _length, ...headers } = answer.headers;
    outgoing.writeHead(answer.statusCode ?? 502, headers);
    if (!String(headers['content-type'] ?? '').startsWith('application/json')) {
      answer.pipe(outgoing);
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    outgoing.end(this.rewrite(seen, Buffer.concat(chunks).toString('utf8')));
  }
}
