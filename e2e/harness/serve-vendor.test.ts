import { afterEach, describe, expect, it } from 'vitest';
import type { VendorServer } from '@shared/testing/vendor-kit';
import { serveVendor, type ServedVendor } from './serve-vendor';

let served: ServedVendor | null = null;
afterEach(async () => {
  await served?.close();
  served = null;
});
const serving = async (handle: VendorServer['handle']): Promise<string> =>
  (served = await serveVendor({ handle })).url;

describe('a simulator behind a socket', () => {
  it('hears the request as it was sent, and answers in JSON or bytes', async () => {
    const url = await serving(({ method, path, query, headers, body }) =>
      path === '/file'
        ? { status: 200, headers: { 'content-type': 'text/plain' }, body: 'as it is' }
        : {
            status: 201,
            json: {
              method,
              path,
              q: query.get('q'),
              key: headers['x-key'],
              text: new TextDecoder().decode(body),
            },
          },
    );
    const answer = await fetch(`${url}/a%20b?q=1`, {
      method: 'POST',
      headers: { 'X-Key': 'k' },
      body: 'hello',
    });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({ method: 'POST', path: '/a%20b', q: '1', key: 'k', text: 'hello' });
    expect(await (await fetch(`${url}/file`)).text()).toBe('as it is');
  });

  it('ends the connection without an answer where it is cut', async () => {
    const url = await serving(() => 'cut');
    await expect(fetch(url)).rejects.toThrow();
  });

  it('answers 500 with its words when it breaks', async () => {
    const url = await serving(() => {
      throw new Error('nobody thought of this');
    });
    const answer = await fetch(url);
    expect(answer.status).toBe(500);
    expect(await answer.text()).toContain('nobody thought of this');
  });
});
