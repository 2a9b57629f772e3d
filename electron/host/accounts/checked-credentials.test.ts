/** What a check does to the credentials it is tried with, over the door, at a server of a custom profile. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkLineSchema } from '@shared/contract/accounts';
import { accountSchema, TOKEN_HEADER } from '@shared/contract/door';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startHost, type RunningHost } from '../start-host';

const PROFILE = join(import.meta.dirname, '../../../resources/backends/copper-tracker.yaml');
const FIRST = 'the-refresh-token-that-was-typed';

let folder = '';
let host: RunningHost;
let server: Server;
let url = '';
/** The one refresh token that the server takes now; each is taken once. */
let refresh = FIRST;
let access = '';
let renewals = 0;
/** `whoAmI` repeats the key and says of nobody who it is. */
let echoes = false;

beforeEach(async () => {
  [refresh, access, renewals, echoes] = [FIRST, '', 0, false];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const answer = (status: number, json: unknown): void => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
      };
      if (request.url === '/token') {
        if (new URLSearchParams(body).get('refresh_token') !== refresh) {
          answer(400, { error: 'invalid_grant' });
          return;
        }
        renewals += 1;
        refresh = `refresh-token-number-${renewals}`;
        access = `access-token-number-${renewals}`;
        answer(200, { access_token: access, refresh_token: refresh, expires_in: 3_600 });
      } else if (request.headers.authorization !== `Bearer ${access}`) {
        answer(401, { message: 'Who is that?' });
      } else if (request.url?.includes('/me') === true) {
        answer(200, echoes ? { key: access, again: refresh } : { id: 7, name: 'Sample Agent', email: null });
      } else {
        answer(200, { issues: [], staff: [], snippets: [] });
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  folder = await mkdtemp(join(tmpdir(), 'holdfast-checked-'));
  host = await start();
  const text = (await readFile(PROFILE, 'utf8')).replace(
    /^signIn:\n(?: .*\n)+/m,
    'signIn:\n  kind: oauth2\n  tokenUrl: /token\n',
  );
  expect(await (await send('POST', '/door/profiles', { text })).json()).toMatchObject({ kept: true });
});
afterEach(async () => {
  await host.close();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

function start(): Promise<RunningHost> {
  return startHost({
    dataDir: join(folder, 'data'),
    listen: { kind: 'tcp', port: 0 },
    pageFolder: folder,
    build: '1',
    helpdesk: null,
    log: () => undefined,
  });
}

function send(method: string, path: string, body?: unknown): Promise<Response> {
  const headers = { [TOKEN_HEADER]: host.token, 'content-type': 'application/json' };
  return fetch(host.origin + path, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
}

const draft = (
  values: object = { clientId: 'sample', clientSecret: 'sample-secret', refreshToken: FIRST },
) => ({
  name: 'Copper',
  backend: 'custom:copper-tracker',
  url,
  values,
});

async function check(body: object) {
  const text = await (await send('POST', '/door/account-checks', body)).text();
  const steps = text
    .trim()
    .split('\n')
    .map((line) => checkLineSchema.parse(JSON.parse(line)));
  return { text, failed: steps.find(({ step }) => step === 'failed') ?? null };
}

const online = (): Promise<void> =>
  vi.waitFor(
    async () => {
      const accounts = accountSchema.array().parse(await (await send('GET', '/door/accounts')).json());
      const added = accounts.filter(({ name }) => name === 'Copper');
      expect(added.map(({ state, failure }) => [state, failure])).toEqual([['online', null]]);
    },
    { timeout: 15_000, interval: 50 },
  );

describe('credentials that a server takes once', { timeout: 40_000 }, () => {
  it('are checked as often as one likes, and the account is connected with what became of them', async () => {
    for (let n = 0; n < 2; n += 1) expect((await check(draft())).failed).toBeNull();
    expect(renewals).toBeGreaterThan(0);
    expect((await send('POST', '/door/accounts', draft())).ok).toBe(true);
    await online();
  });

  it('of an account that works are kept for it when it is checked, also over a restart', async () => {
    const { id } = accountSchema.parse(await (await send('POST', '/door/accounts', draft())).json());
    await online();
    expect((await check({ ...draft({}), accountId: id })).failed).toBeNull();
    await online();
    await host.close();
    host = await start();
    await online();
  });
});

describe('a server that repeats the key', { timeout: 40_000 }, () => {
  it('shows it to nobody: not in a check, not in how the account stands', async () => {
    echoes = true;
    const { text, failed } = await check(draft());
    expect(failed).not.toBeNull();
    await send('POST', '/door/accounts', draft());
    const stands = await vi.waitFor(
      async () => {
        const told = await (await send('GET', '/door/accounts')).text();
        expect(told).toContain('nonsense');
        return told;
      },
      { timeout: 15_000, interval: 50 },
    );
    for (const told of [text, stands]) {
      expect(told).toContain('…');
      expect(told).not.toMatch(/(access|refresh)-token-number|token-that-was-typed|sample-secret/);
    }
  });
});
