/** Puts a vendor's simulator behind a real socket on this computer. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeAnswer, type VendorServer } from '@shared/testing/vendor-kit';

export interface ServedVendor {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on a free port of the loopback interface. A `cut` ends the connection without an answer. */
export async function serveVendor(vendor: VendorServer): Promise<ServedVendor> {
  const server = createServer((request, response) => {
    void (async () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
      const reaction = await vendor.handle({
        method: request.method ?? 'GET',
        path: pathname,
        query: searchParams,
        headers: headersOf(request),
        body: await bodyOf(request),
      });
      if (reaction === 'cut') return void request.socket.destroy();
      const { status, headers, bytes } = encodeAnswer(reaction);
      response.writeHead(status, { ...headers, 'content-length': bytes.length }).end(bytes);
    })().catch((error: unknown) => {
      // A simulator that breaks must not look like a server that is slow.
      const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: `The simulator broke: ${words}` }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) found[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return found;
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
