import { mkdtemp, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TOKEN_HEADER } from '@shared/contract/door';
import { askRunning } from './ask-running';
import { hostileRequests } from './hostile-requests.test-data';
import { listen, type Listening, type ListenOptions } from './listen';
import { PortTakenError } from './ports';
import { sendRaw, statusOf } from './raw-request.test-data';
import { newToken, sameToken } from './token';

const token = newToken();
let folder: string;
let options: ListenOptions;
const handled: string[] = [];
const onExitRequested = vi.fn();

/** As the door does: the token's value decides; a blob needs its signature. */
async function door(incoming: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(incoming.url);
  const right = pathname.startsWith('/blob/')
    ? searchParams.get('s') === 'signed'
    : sameToken(incoming.headers.get(TOKEN_HEADER) ?? '', token);
  if (!right) return Response.json({ error: { code: 'no-token', message: 'no' } }, { status: 401 });
  handled.push(`${incoming.method} ${pathname}`);
  if (pathname === '/door/fails') throw new Error('a fault in the door');
  return new Response(`secret ${await incoming.text()}`, { headers: { 'Content-Type': 'text/plain' } });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-listen-'));
  await mkdir(join(folder, 'page', 'assets'), { recursive: true });
  await writeFile(
    join(folder, 'page', 'index.html'),
    '<!doctype html><html><head><title>x</title></head></html>',
  );
  await writeFile(join(folder, 'page', 'assets', 'index-abcdefgh.js'), 'export {};');
  await writeFile(join(folder, 'page', '.env'), 'SECRET=1');
  options = {
    handler: door,
    where: { kind: 'tcp', port: 0 },
    keptPorts: null,
    pageFolder: join(folder, 'page'),
    token,
    build: '1.0.0+aa',
    onExitRequested,
    say: () => {},
  };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the listening host on loopback', () => {
  let host: Listening;
  beforeAll(async () => {
    host = await listen(options);
  });
  afterAll(() => host.close());

  it('answers no hostile shape with anything but a refusal', async () => {
    const shapes = hostileRequests({
      page: { host: new URL(host.origin).host, origin: host.origin },
      mail: { host: new URL(host.mailOrigin).host, origin: host.mailOrigin },
      token,
    });
    handled.length = 0;
    const accepted: string[] = [];
    for (const { name, ear, head, body } of shapes) {
      const answer = await sendRaw(portOf(ear === 'page' ? host.origin : host.mailOrigin), head, body ?? '');
      const status = statusOf(answer);
      if ((status > 0 && status < 400) || answer.includes('secret')) accepted.push(`${name}: ${answer}`);
    }
    expect(accepted).toEqual([]);
    expect(handled).toEqual([]);
    expect(onExitRequested).not.toHaveBeenCalled();
  });

  it('answers the same sender once the shape is right: the refusals above are not a dead server', async () => {
    const head = [
      'GET /door/session HTTP/1.1',
      `Host: ${new URL(host.origin).host}`,
      `X-Holdfast-Token: ${token}`,
    ];
    expect(await sendRaw(portOf(host.origin), head, '')).toMatch(/^HTTP\/1\.1 200 .*secret/s);
  });

  it('serves the document under a strict policy whose nonce is new every time', async () => {
    const [first, second] = await Promise.all([get(`${host.origin}/`), get(`${host.origin}/`)]);
    const csp = String(first.headers['content-security-policy']);
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "worker-src 'self'",
      "img-src 'self' data: blob:",
      "connect-src 'self'",
      `frame-src ${host.mailOrigin}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]) {
      expect(csp.split('; ')).toContain(part);
    }
    expect(csp).not.toMatch(/unsafe|\*/);
    const nonceOf = (text: string): string | undefined => /nonce-([^']+)'/.exec(text)?.[1];
    expect(first.body).toContain(`<meta name="csp-nonce" content="${nonceOf(csp)}">`);
    expect(nonceOf(String(second.headers['content-security-policy']))).not.toBe(nonceOf(csp));
    expect(first.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
    });
    expect(first.headers['set-cookie']).toBeUndefined();
  });

  it('keeps hashed files for ever and hidden or foreign files to itself', async () => {
    const script = await get(`${host.origin}/assets/index-abcdefgh.js`);
    expect(script).toMatchObject({ status: 200, body: 'export {};' });
    expect(script.headers['cache-control']).toContain('immutable');
    for (const path of ['/.env', '/assets', '/assets/none-abcdefgh.js', '/package.json', '/mail-frame']) {
      expect((await get(`${host.origin}${path}`)).status).toBe(404);
    }
  });

  it('gives the mail frame no origin, no network and one pinned script', async () => {
    const frame = await get(`${host.mailOrigin}/mail-frame`);
    const csp = String(frame.headers['content-security-policy']).split('; ');
    expect(csp).toContain("default-src 'none'");
    expect(csp).toContain('sandbox allow-scripts');
    expect(csp).toContain(`img-src data: ${host.mailOrigin}/blob/`);
    expect(csp).toContain(`frame-ancestors ${host.origin}`);
    expect(csp.filter((part) => part.startsWith('script-src'))).toEqual([
      expect.stringMatching(/^script-src 'sha256-[A-Za-z0-9+/]{43}='$/),
    ]);
    expect(frame.body.match(/<script/g)).toHaveLength(1);
  });

  it('marks what the door answers as data that can neither run nor be framed', async () => {
    const answer = await get(`${host.origin}/door/session`, { [TOKEN_HEADER]: token });
    expect(answer.headers['content-security-policy']).toBe(
      "default-src 'none'; sandbox; frame-ancestors 'none'",
    );
    expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin');
    const image = await get(`${host.mailOrigin}/blob/a.png?s=signed`);
    expect(image.status).toBe(200);
    expect(image.headers['cross-origin-resource-policy']).toBe('cross-origin');
  });

  it('answers 500 without the cause when the door fails', async () => {
    const answer = await get(`${host.origin}/door/fails`, { [TOKEN_HEADER]: token });
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('a fault in the door');
  });

  it('opens the console once by a code, so that the token stays out of command lines', async () => {
    const asked = await askRunning({ ...host, token }, 'POST', '/control/open');
    const { path } = asked.body as { path: string };
    expect(path).not.toContain(token);
    const opened = await get(`${host.origin}${path}`);
    expect(opened.status).toBe(302);
    expect(opened.headers.location).toBe(`/#${token}`);
    expect((await get(`${host.origin}${path}`)).status).toBe(410);
  });

  it('tells a second start who it is and drains when asked', async () => {
    expect(await askRunning({ ...host, token }, 'GET', '/control/ping')).toEqual({
      status: 200,
      body: { pid: process.pid, build: '1.0.0+aa' },
    });
    const asked = await askRunning({ ...host, token }, 'POST', '/control/exit');
    expect(asked.status).toBe(200);
    await vi.waitFor(() => expect(onExitRequested).toHaveBeenCalledOnce());
    onExitRequested.mockClear();
  });
});

describe('the ports of a data folder', () => {
  it('are kept: the next start listens on the same ones', async () => {
    const first = await listen({ ...options, where: { kind: 'tcp', port: null } });
    await first.close();
    const second = await listen({ ...options, where: { kind: 'tcp', port: null }, keptPorts: first.ports });
    expect(second.origin).toBe(first.origin);
    expect(second.mailOrigin).toBe(first.mailOrigin);
    await second.close();
  });

  it('move to free ones at once with --port 0, and the person is told', async () => {
    const first = await listen(options);
    const said: string[] = [];
    const second = await listen({ ...options, keptPorts: first.ports, say: (line) => said.push(line) });
    expect(second.ports?.page).not.toBe(first.ports?.page);
    expect(said).toEqual([expect.stringContaining(`Port ${first.ports?.page} is taken by another program`)]);
    await Promise.all([first.close(), second.close()]);
  });

  it('are not waited for any longer once the start is called off', async () => {
    const first = await listen(options);
    const calledOff = new AbortController();
    const started = performance.now();
    const second = listen({
      ...options,
      where: { kind: 'tcp', port: null },
      keptPorts: first.ports,
      signal: calledOff.signal,
    });
    calledOff.abort();
    await expect(second).rejects.toThrow('aborted');
    // The patience with a taken port is 10 s.
    expect(performance.now() - started).toBeLessThan(5_000);
    await first.close();
  });

  it('are exactly the asked one, or a sentence that says what to do', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const port = (blocker.address() as { port: number }).port;
    const failed = await listen({ ...options, where: { kind: 'tcp', port } }).catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(PortTakenError);
    expect(String(failed)).toContain(`Port ${port} is taken by another program. Choose another with --port`);
    await new Promise((resolve) => blocker.close(resolve));
    const host = await listen({ ...options, where: { kind: 'tcp', port } });
    expect(host.origin).toBe(`http://127.0.0.1:${port}`);
    await host.close();
  });
});

describe.skipIf(process.platform === 'win32')('the listening host on a socket', () => {
  it('is for this user alone, tells page and mail apart by Host, and replaces a leftover file', async () => {
    const path = join(folder, 'host.sock');
    await writeFile(path, '');
    const host = await listen({ ...options, where: { kind: 'socket', path } });
    expect(host).toMatchObject({ origin: 'holdfast://console', mailOrigin: 'holdfast://mail', ports: null });
    expect((await stat(path)).mode & 0o077).toBe(0);
    const document = await getSocket(path, 'console', '/');
    expect(document.headers['content-security-policy']).toContain('frame-src holdfast://mail');
    const frame = await getSocket(path, 'mail', '/mail-frame');
    expect(frame.headers['content-security-policy']).toContain('frame-ancestors holdfast://console');
    expect((await getSocket(path, 'mail', '/door/session', { [TOKEN_HEADER]: token })).status).toBe(404);
    expect((await getSocket(path, '127.0.0.1', '/')).status).toBe(421);
    await host.close();
  });
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

function get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { hostname, port, pathname, search } = new URL(url);
  return ask({ host: hostname, port, path: pathname + search, headers });
}

function getSocket(socketPath: string, host: string, path: string, headers: Record<string, string> = {}) {
  return ask({ socketPath, path, headers: { Host: host, ...headers } });
}

function ask(where: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ ...where, agent: false }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => (body += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
    });
    asking.on('error', reject);
    asking.end();
  });
}

function portOf(origin: string): number {
  return Number(new URL(origin).port);
}
