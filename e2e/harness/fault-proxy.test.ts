import { createServer, request, Agent, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FaultProxy } from './fault-proxy';

let server: Server;
let proxy: FaultProxy;
let seen: string[];
const agent = new Agent({ keepAlive: true });

beforeEach(async () => {
  seen = [];
  server = createServer((incoming, answer) => {
    seen.push(`${incoming.method} ${incoming.url}`);
    incoming.resume().on('end', () => answer.end('hello'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await FaultProxy.start((server.address() as AddressInfo).port);
});

afterEach(async () => {
  agent.destroy();
  await proxy.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** What a client gets: the body, or the error's code. */
function ask(method: string, path: string): Promise<string> {
  return new Promise((resolve) => {
    const asking = request(new URL(path, proxy.url), { method, agent }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => (body += text));
      answer.on('end', () => resolve(body));
      answer.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'broken'));
    });
    asking.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'broken'));
    asking.end(method === 'GET' ? undefined : 'body');
  });
}

describe('the fault proxy', () => {
  it('passes bytes when there is no fault', async () => {
    expect(await ask('GET', '/a')).toBe('hello');
    expect(seen).toEqual(['GET /a']);
  });

  it('refuses connections, and listens at the same address once healed', async () => {
    const before = proxy.url;
    await proxy.set('refuse');
    expect(await ask('GET', '/a')).toBe('ECONNREFUSED');
    await proxy.set('none');
    expect(proxy.url).toBe(before);
    expect(await ask('GET', '/b')).toBe('hello');
    expect(seen).toEqual(['GET /b']);
  });

  it('swallows requests as a black hole and delivers them once healed', async () => {
    await proxy.set('black-hole');
    const answer = ask('GET', '/a');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen).toEqual([]);
    await proxy.set('none');
    expect(await answer).toBe('hello');
  });

  it('never wakes a connection that was open when the link went half-open', async () => {
    expect(await ask('GET', '/a')).toBe('hello');
    await proxy.set('half-open');
    const dead = ask('GET', '/lost');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await proxy.set('none');
    const fresh = await fetch(new URL('/fresh', proxy.url)).then((answer) => answer.text());
    expect(fresh).toBe('hello');
    expect(await Promise.race([dead, Promise.resolve('still waiting')])).toBe('still waiting');
    expect(seen).toEqual(['GET /a', 'GET /fresh']);
  });

  it('answers as a login page without asking the server', async () => {
    await proxy.set('captive');
    expect(await ask('GET', '/a')).toContain('Accept the terms');
    expect(seen).toEqual([]);
  });

  it('breaks the connection after the server has committed, and only then', async () => {
    await proxy.set('reset-after-commit');
    expect(await ask('GET', '/a')).toBe('hello');
    expect(await ask('POST', '/b')).toBe('ECONNRESET');
    expect(seen).toEqual(['GET /a', 'POST /b']);
    expect(proxy.resets).toBe(1);
  });

  it('keeps bytes whole and in order over a slow link that loses packets', async () => {
    await proxy.set('slow-lossy');
    const from = performance.now();
    expect(await ask('GET', '/a')).toBe('hello');
    expect(performance.now() - from).toBeGreaterThanOrEqual(295);
  });
});
