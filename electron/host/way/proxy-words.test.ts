/** Proxies that repeat what they were told: nothing of their sign-in may stand in words. */
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createHttpClient, HTTP_LIMITS, type HostHttp } from '../http-client';

const SIGN_IN = 'ann:sample-secret';
let end: () => void = () => undefined;
afterEach(() => end());

/** A client whose proxy answers every request with what it makes of its head. */
async function through(answer: (basic: string) => string): Promise<HostHttp> {
  const proxy = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (bytes) => socket.end(answer(/Basic (\S+)/.exec(String(bytes))?.[1] ?? '')));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const http = createHttpClient(HTTP_LIMITS, { trusted: null, proxy: { url, signIn: SIGN_IN } });
  end = () => {
    http.close();
    proxy.close();
  };
  return http;
}
const asked = (url: string) => ({
  method: 'GET' as const,
  url,
  headers: {},
  body: null,
  timeoutMs: 10_000,
  signal: new AbortController().signal,
});
const decoded = (basic: string): string => Buffer.from(basic, 'base64').toString();

it.each(['https://desk.example/', 'http://desk.example/'])(
  'a refusal on the way to %s repeats no sign-in',
  async (url) => {
    const http = await through(
      (basic) => `HTTP/1.1 407 No entry for ${decoded(basic)} ${basic}\r\nContent-Length: 0\r\n\r\n`,
    );
    const error = await http.request(asked(url)).catch((reason: unknown) => reason as Error);
    expect(error).toMatchObject({
      kind: 'proxy',
      message: expect.stringContaining('407 No entry for') as string,
    });
    expect(String(error)).not.toMatch(/sample-secret|YW5uOnNhbXBsZS1zZWNyZXQ/);
  },
);

it('its own page repeats no sign-in', async () => {
  const http = await through(
    (basic) => `HTTP/1.1 403 no\r\nConnection: close\r\n\r\n<html>${basic} ${decoded(basic)} may not</html>`,
  );
  const answer = await http.request(asked('http://desk.example/'));
  expect([answer.status, await answer.text()]).toEqual([403, '<html>… … may not</html>']);
});
