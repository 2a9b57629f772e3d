import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createForwarder, type Forward } from './forwarder';

let folder: string;
let server: Server;
let forward: Forward;
let answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** A real HTTP server on a real socket (a named pipe on Windows). */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-forward-'));
  const path =
    process.platform === 'win32' ? `\\\\.\\pipe\\holdfast-${process.pid}` : join(folder, 'host.sock');
  server = createServer((incoming, outgoing) => answer(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  forward = createForwarder(path);
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

describe('the forwarder from the app’s scheme to the host', () => {
  it('passes method, path, query, headers and body on, and names the origin in Host', async () => {
    answer = (incoming, outgoing) => {
      let body = '';
      incoming.on('data', (part: Buffer) => (body += part.toString()));
      incoming.on('end', () => {
        const { method, url, headers } = incoming;
        outgoing.end(JSON.stringify({ method, url, headers, body }));
      });
    };
    const response = await forward(
      new Request('holdfast://console/door/intents/1-2?x=a%2Fb', {
        method: 'PUT',
        headers: {
          'X-Holdfast-Token': 't',
          Origin: 'holdfast://console',
          'Content-Type': 'application/json',
        },
        body: '{"a":1}',
      }),
    );
    expect(await response.json()).toMatchObject({
      method: 'PUT',
      url: '/door/intents/1-2?x=a%2Fb',
      body: '{"a":1}',
      headers: {
        host: 'console',
        origin: 'holdfast://console',
        'x-holdfast-token': 't',
        'content-type': 'application/json',
      },
    });
  });

  it('asks for the document when the address has no path, and tells the mail origin by Host', async () => {
    answer = ({ url, headers }, outgoing) => outgoing.end(`${headers.host} ${url}`);
    expect(await (await forward(new Request('holdfast://console'))).text()).toBe('console /');
    expect(await (await forward(new Request('holdfast://mail/mail-frame'))).text()).toBe('mail /mail-frame');
  });

  it('knows no other host of the scheme, and does not ask for it', async () => {
    answer = vi.fn();
    for (const host of ['evil', 'console.evil', '127.0.0.1']) {
      expect((await forward(new Request(`holdfast://${host}/door/session`))).status).toBe(404);
    }
    expect(answer).not.toHaveBeenCalled();
  });

  it('never passes a foreign origin off as the page’s', async () => {
    answer = ({ headers }, outgoing) => outgoing.end(String(headers.origin));
    for (const origin of ['null', 'https://evil.example', 'holdfast://mail']) {
      const response = await forward(new Request('holdfast://console/', { headers: { Origin: origin } }));
      expect(await response.text()).toBe('null');
    }
  });

  it('gives status and headers back, the length too, but nothing that belongs to the one connection', async () => {
    answer = (_incoming, outgoing) => {
      outgoing.writeHead(206, {
        'Content-Length': 3,
        'Content-Range': 'bytes 0-2/9',
        'Content-Security-Policy': "default-src 'none'",
        'Keep-Alive': 'timeout=5',
      });
      outgoing.end('abc');
    };
    const response = await forward(new Request('holdfast://console/blob/a'));
    expect(response.status).toBe(206);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-length': '3',
      'content-range': 'bytes 0-2/9',
      'content-security-policy': "default-src 'none'",
    });
    expect(response.headers.has('keep-alive')).toBe(false);
    expect(response.headers.has('connection')).toBe(false);
    expect(await response.text()).toBe('abc');
  });

  it('passes an answer without a body as one', async () => {
    answer = (_incoming, outgoing) => outgoing.writeHead(304).end();
    const response = await forward(new Request('holdfast://console/assets/a.js'));
    expect([response.status, response.body]).toEqual([304, null]);
  });

  it('hands every event of a stream on at once, and ends the request when the page goes away', async () => {
    const gone = new Promise<void>((resolve) => {
      answer = (_incoming, outgoing) => {
        outgoing.writeHead(200, { 'Content-Type': 'text/event-stream' });
        outgoing.write('data: 1\n\n');
        outgoing.on('close', resolve);
      };
    });
    const reader = (await forward(new Request('holdfast://console/door/events'))).body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toBe('data: 1\n\n');
    await reader?.cancel();
    await gone;
  });

  it('reads on only as fast as the page does', async () => {
    const CHUNK = Buffer.alloc(256 * 1024);
    let written = 0;
    let stalled = (): void => undefined;
    const stall = new Promise<void>((resolve) => (stalled = resolve));
    answer = (_incoming, outgoing) => {
      const pump = (): void => {
        while (written < 200) {
          written += 1;
          if (!outgoing.write(CHUNK)) {
            outgoing.once('drain', pump);
            setTimeout(stalled, 200);
            return;
          }
        }
        outgoing.end();
      };
      pump();
    };
    const response = await forward(new Request('holdfast://console/blob/large'));
    await stall;
    expect(written).toBeLessThan(50);
    expect((await response.arrayBuffer()).byteLength).toBe(200 * CHUNK.length);
  });

  it('fails the body, not the process, when the host dies in the middle of an answer', async () => {
    answer = (_incoming, outgoing) => {
      outgoing.writeHead(200, { 'Content-Length': 100 });
      outgoing.write('half');
      setTimeout(() => outgoing.destroy(), 20);
    };
    const response = await forward(new Request('holdfast://console/blob/a'));
    await expect(response.text()).rejects.toThrow();
  });

  it('gives the refusal of a host that does not read the body to its end', async () => {
    answer = (_incoming, outgoing) => outgoing.writeHead(413, { Connection: 'close' }).end('too large');
    const response = await forward(
      new Request('holdfast://console/door/uploads/1', { method: 'PUT', body: 'x'.repeat(100_000) }),
    );
    expect([response.status, await response.text()]).toEqual([413, 'too large']);
  });

  it('answers 503 in the door’s own words while no host listens', async () => {
    const response = await createForwarder(join(folder, 'nobody.sock'))(
      new Request('holdfast://console/door/session'),
    );
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      error: { code: 'closing', message: 'The host is starting again.' },
    });
  });

  it('stops asking when a request with a signal is aborted', async () => {
    const abort = new AbortController();
    const gone = new Promise<void>((resolve) => {
      answer = (incoming) => {
        incoming.on('close', resolve);
        abort.abort();
      };
    });
    const response = await forward(new Request('holdfast://console/', { signal: abort.signal }));
    expect(response.status).toBe(503);
    await gone;
  });
});
