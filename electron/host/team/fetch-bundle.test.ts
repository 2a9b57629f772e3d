import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { isPrivateHost } from '@shared/domain/private-host';
import { createHttpClient } from '../http-client';
import { MAX_BUNDLE_BYTES } from './bundle';
import { fetchBundle } from './fetch-bundle';
import { openShare } from './share';
import { NEVER } from './team.test-data';
import { fileUrl, readLink } from './team-link';

let server: Server | null = null;
const http = createHttpClient();
const ways = { http: http.request, share: openShare() };
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const problemOf = (at: string) =>
  fetchBundle(at, ways, NEVER).then(
    () => null,
    (error: { problem?: unknown }) => error.problem,
  );

describe('a bundle over the network', () => {
  it('is the file itself, or the one of the usual name in a folder', async () => {
    const asked: (string | undefined)[] = [];
    const origin = await serve((request, response) => {
      asked.push(request.url);
      response.end('the bytes');
    });
    for (const at of [`${origin}/team/`, `${origin}/own-name.json`]) {
      expect(Buffer.from(await fetchBundle(at, ways, NEVER)).toString()).toBe('the bytes');
    }
    expect(asked).toEqual(['/team/holdfast-team.json', '/own-name.json']);
  });

  it('that is not there, not answered or beyond 10 MB is told so', async () => {
    const origin = await serve((request, response) => {
      if (request.url === '/large.json') response.end(Buffer.alloc(MAX_BUNDLE_BYTES + 1));
      else response.writeHead(404).end();
    });
    expect(await problemOf(`${origin}/gone.json`)).toMatchObject({ kind: 'unreachable', detail: 'HTTP 404' });
    expect(await problemOf(`${origin}/large.json`)).toMatchObject({ kind: 'too-large' });
    expect(await problemOf('http://127.0.0.1:9/team.json')).toMatchObject({ kind: 'unreachable' });
  });

  it('by plain http is asked for inside the own network alone', async () => {
    expect(await problemOf('http://example.com/team.json')).toMatchObject({ kind: 'not-private' });
    const own = ['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.7.7', '[::1]', '[fd00::1]', 'desk.local'];
    expect(own.filter((host) => !isPrivateHost(`http://${host}/`))).toEqual([]);
    const foreign = ['8.8.8.8', '172.32.0.1', '11.0.0.1', '[2001:db8::1]', 'example.com', '10.example.com'];
    expect(foreign.filter((host) => isPrivateHost(`http://${host}/`))).toEqual([]);
  });
});

describe('a link', () => {
  it('without place, key or id is none', () => {
    const key = Buffer.alloc(32, 7).toString('base64url');
    expect(readLink(`holdfast-team:1?at=%2Fshare&id=b1&key=${key}`)).toEqual({ at: '/share', id: 'b1', key });
    for (const broken of [
      'https://example.com/holdfast-team.json',
      `holdfast-team:1?at=share&id=b1&key=${key}`,
      `holdfast-team:1?at=%2Fshare&key=${key}`,
      'holdfast-team:1?at=%2Fshare&id=b1&key=short',
      `holdfast-team:2?at=%2Fshare&id=b1&key=${key}`,
    ]) {
      expect(readLink(broken), broken).toBeNull();
    }
    expect(fileUrl('https://example.com/a/?v=1')).toBe('https://example.com/a/holdfast-team.json?v=1');
  });
});
