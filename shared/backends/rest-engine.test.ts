import { describe, expect, it } from 'vitest';
import { scriptedHttp, type ScriptedAnswer } from '../testing/scripted-http';
import { VirtualClock } from '../testing/virtual-clock';
import { bearer, type AuthDefinition } from './auth';
import { embeddedDefinition } from './embedded/embedded-backend';
import type { Change } from '../domain/entities';
import type { Backend } from './port';
import type { RestDefinition } from './rest-definition';
import { createRestBackend } from './rest-engine';

const signal = new AbortController().signal;
const settings = { accountId: 'a1', url: 'https://desk.invalid/', token: 'sample-token' };

function stage(parts: Partial<RestDefinition>, ...script: (ScriptedAnswer | Error)[]) {
  const { http, requests } = scriptedHttp(...script);
  const definition: RestDefinition = { ...embeddedDefinition, ...parts };
  return { backend: createRestBackend(definition, settings, http, new VirtualClock(0)), requests };
}

async function bytes(backend: Backend): Promise<string> {
  let text = '';
  for await (const chunk of await backend.download('f1', signal)) text += new TextDecoder().decode(chunk);
  return text;
}

const file = { headers: { 'content-disposition': 'attachment' }, body: 'the file' };

describe('the engine', () => {
  it('follows a file to where it lies and shows its credentials to nobody but the own server', async () => {
    const { backend, requests } = stage(
      {},
      { status: 302, headers: { location: '/other/place' } },
      { status: 302, headers: { location: 'https://store.invalid/signed?x=1' } },
      file,
    );
    await expect(bytes(backend)).resolves.toBe('the file');
    expect(requests.map(({ url, headers }) => [url, headers['authorization'] ?? null])).toEqual([
      ['https://desk.invalid/api/v1/attachments/f1', 'Bearer sample-token'],
      ['https://desk.invalid/other/place', 'Bearer sample-token'],
      ['https://store.invalid/signed?x=1', null],
    ]);
  });

  it('sets a row aside whose numbers no page could read, and goes on with the others', async () => {
    const contact = (id: string, createdAt: number): Change => ({
      kind: 'contact',
      id,
      row: {
        accountId: 'a1',
        id,
        name: 'Sample',
        emails: [],
        verifiedEmails: [],
        phones: [],
        handles: [],
        company: null,
        note: '',
        createdAt,
        updatedAt: 1,
      } as unknown as Extract<Change, { kind: 'contact' }>['row'],
      movedTo: null,
    });
    const made: Change[] = [contact('1', 1e300), contact('2', 1_700_000_000_000.5), contact('3', 5)];
    const { backend } = stage({
      feeds: {
        things: {
          pull: () =>
            Promise.resolve({ rows: [{ id: '1' }, { id: '2' }, { id: '3' }], cursor: '', more: false }),
          row: (raw) => made.find(({ id }) => id === (raw as { id: string }).id)!,
        },
      },
    });
    const page = await backend.pull('things', null, signal);
    expect(page.changes.map(({ id }) => id)).toEqual(['3']);
    expect(page.ages).toHaveLength(1);
    expect(page.rejected).toMatchObject([
      { id: '1', problem: expect.stringContaining('createdAt') as string },
      { id: '2' },
    ]);
  });

  it('lets no id climb out of its path', async () => {
    for (const id of ['..', '.', '%2e%2E', 'a/../../b']) {
      const { backend, requests } = stage({
        whoAmI: async (ask) => {
          await ask.json({ method: 'DELETE', path: `/tickets/${id}/tags` });
          throw new Error('It was asked.');
        },
      });
      await expect(backend.whoAmI(signal)).rejects.toMatchObject({ kind: 'invalid' });
      expect(requests).toEqual([]);
    }
  });

  it('takes headers of the own server nowhere else', async () => {
    const download = (path: string): Partial<RestDefinition> => ({
      download: (ask) => ask.file({ method: 'GET', path, headers: { 'x-team-key': 'sample' } }),
    });
    const elsewhere = stage(download('https://store.invalid/f1'), file);
    await bytes(elsewhere.backend);
    expect(elsewhere.requests[0]?.headers).not.toHaveProperty('x-team-key');
    const own = stage(download('https://desk.invalid/f1'), file);
    await bytes(own.backend);
    expect(own.requests[0]?.headers).toHaveProperty('x-team-key');
  });

  it('tells no agent a token that a server repeats, also one that it gave itself', async () => {
    const auth: AuthDefinition = () => ({
      headers: () => Promise.resolve({ authorization: 'Bearer granted-meanwhile' }),
    });
    const { backend } = stage(
      { auth },
      { status: 422, body: { error: 'granted-meanwhile is not what sample-token was' } },
    );
    await expect(backend.whoAmI(signal)).rejects.toMatchObject({ message: '… is not what … was' });
  });

  it('remembers no more than so much, however many things are asked for', async () => {
    let asked = 0;
    const { backend } = stage({
      async whoAmI(ask) {
        const read = (key: number) =>
          ask.remembered(`user ${key}`, 60_000, () => Promise.resolve((asked += 1)));
        for (let key = 0; key < 6_000; key += 1) await read(key);
        await read(5_999);
        await read(0);
        return { accountId: 'a1', id: '1', name: 'Sample', email: null };
      },
    });
    await backend.whoAmI(signal);
    expect(asked).toBe(6_001);
  });

  it('gives up on a file that is redirected for ever', async () => {
    const { backend } = stage(
      {},
      ...Array.from({ length: 6 }, () => ({ status: 302, headers: { location: '/x' } })),
    );
    await expect(bytes(backend)).rejects.toMatchObject({ kind: 'captive' });
  });

  it('never follows a redirect of anything but a file', async () => {
    const { backend, requests } = stage({}, { status: 302, headers: { location: 'https://store.invalid/' } });
    await expect(backend.whoAmI(signal)).rejects.toMatchObject({ kind: 'captive' });
    expect(requests).toHaveLength(1);
  });

  it('tells a cursor that has expired from one that the server never gave', async () => {
    const pull = (status: number, cursor: string | null, cursorsExpire?: boolean) => {
      const feed = { ...embeddedDefinition.feeds['messages']!, ...(cursorsExpire && { cursorsExpire }) };
      const { backend } = stage({ feeds: { messages: feed } }, { status, body: { error: 'No.' } });
      return backend.pull('messages', cursor, signal).catch((error: unknown) => error);
    };
    expect(await pull(410, 'c1')).toMatchObject({ kind: 'cursor-expired', status: 410 });
    expect(await pull(410, null)).toMatchObject({ kind: 'not-found' });
    expect(await pull(422, 'c1')).toMatchObject({ kind: 'invalid' });
    expect(await pull(422, 'c1', true)).toMatchObject({ kind: 'cursor-expired' });
    expect(await pull(503, 'c1', true)).toMatchObject({ kind: 'server' });
  });

  it('tries once more with renewed credentials, and tells what comes then', async () => {
    let token = 'old';
    const auth: RestDefinition['auth'] = () => ({
      headers: () => Promise.resolve({ authorization: token }),
      renew() {
        token = 'new';
        return Promise.resolve(true);
      },
    });
    const me = { body: { id: 'u1', name: 'Sample Agent', email: null } };
    const renewed = stage({ auth }, { status: 401 }, me);
    await expect(renewed.backend.whoAmI(signal)).resolves.toMatchObject({ id: 'u1' });
    expect(renewed.requests.map(({ headers }) => headers['authorization'])).toEqual(['old', 'new']);
    const refused = stage({ auth }, { status: 401 }, { status: 401 });
    await expect(refused.backend.whoAmI(signal)).rejects.toMatchObject({ kind: 'unauthorized' });
  });

  it('shows no secret in what a server says, whichever value of the account it is', async () => {
    const { http } = scriptedHttp({
      status: 422,
      body: { message: 'sample-token and sample-secret are wrong' },
    });
    const secretive = { ...settings, values: { clientSecret: 'sample-secret' } };
    const backend = createRestBackend(
      { ...embeddedDefinition, auth: bearer },
      secretive,
      http,
      new VirtualClock(0),
    );
    await expect(backend.whoAmI(signal)).rejects.toMatchObject({ message: '… and … are wrong' });
  });

  it('takes an empty answer to a write for an answer, and an empty page for none', async () => {
    const written: RestDefinition['perform'] = async (ask) => {
      const { status, body } = await ask.json({ method: 'PUT', path: '/x', json: {} });
      return { serverId: `${status} ${String(body)}`, conversation: null };
    };
    const operation = {
      ref: 'r',
      conversationId: 'c',
      action: { kind: 'status', status: 'open' } as const,
      uploadIds: [],
      ifVersion: null,
    };
    const { backend } = stage({ perform: written }, { status: 204, body: '' }, { status: 200, body: '' });
    await expect(backend.perform(operation, signal)).resolves.toMatchObject({ serverId: '204 null' });
    await expect(backend.perform(operation, signal)).rejects.toMatchObject({ kind: 'nonsense' });
  });

  it('does not claim that something is not there where nothing can be read back', async () => {
    const { findByRef: _, ...blind } = embeddedDefinition;
    const { http } = scriptedHttp();
    const backend = createRestBackend(blind, settings, http, new VirtualClock(0));
    await expect(backend.findByRef('c', 'r', signal)).rejects.toMatchObject({ kind: 'nonsense' });
  });

  it('sets a broken row aside together with everything that was read from it', async () => {
    const feeds: RestDefinition['feeds'] = {
      ...embeddedDefinition.feeds,
      agents: {
        pull: () =>
          Promise.resolve({ rows: [{ id: 1, name: 'A', email: null }, { id: 2 }], cursor: 'x', more: false }),
        row: (raw, accountId) => {
          const change = embeddedDefinition.feeds['agents']?.row(raw, accountId);
          return change === undefined ? [] : [change, change].flat();
        },
        age: () => 7,
      },
    };
    const { backend } = stage({ feeds });
    const page = await backend.pull('agents', null, signal);
    expect(page.changes.map(({ id }) => id)).toEqual(['1', '1']);
    expect(page.ages).toEqual([7, 7]);
    expect(page.rejected).toMatchObject([{ id: '2', problem: expect.stringContaining('name') as string }]);
  });
});

describe('what a server offers', () => {
  const me = { body: { id: 'u1', name: 'Sample Agent', email: null } };
  const done = { body: { id: 'c1' } };
  const operation = {
    ref: 'r1',
    conversationId: 'c1',
    action: { kind: 'status', status: 'open' } as const,
    uploadIds: [],
    ifVersion: null,
  };

  it('is found out at sign-in, and again once something was done that may have proved more', async () => {
    const tiers = ['T4', 'T2'] as const;
    let asked = 0;
    const tier: RestDefinition['tier'] = () => Promise.resolve(tiers[asked++] ?? 'T3');
    const { backend } = stage({ tier }, me, done, done);
    expect(backend.descriptor.tier).toBe('T1');
    await backend.whoAmI(signal);
    expect(backend.descriptor.tier).toBe('T4');
    await backend.perform(operation, signal);
    await Promise.resolve();
    expect(backend.descriptor.tier).toBe('T2');
  });

  it('is not asked for again once it is the best there can be', async () => {
    let asked = 0;
    const tier: RestDefinition['tier'] = () => {
      asked += 1;
      return Promise.resolve('T1');
    };
    const { backend } = stage({ tier }, me, done);
    await backend.whoAmI(signal);
    await backend.perform(operation, signal);
    expect(asked).toBe(1);
  });

  it('is remembered for as long as a script says, and a failure not at all', async () => {
    const clock = new VirtualClock(0);
    let reads = 0;
    const whoAmI: RestDefinition['whoAmI'] = async (ask) => {
      const name = await ask.remembered('name', 1_000, async () => {
        reads += 1;
        if (reads === 1) throw new Error('The first reading fails.');
        return `reading ${reads}`;
      });
      return { accountId: ask.accountId, id: 'u1', name, email: null };
    };
    const backend = createRestBackend(
      { ...embeddedDefinition, whoAmI },
      settings,
      scriptedHttp().http,
      clock,
    );
    await expect(backend.whoAmI(signal)).rejects.toThrow('first reading');
    expect((await backend.whoAmI(signal)).name).toBe('reading 2');
    expect((await backend.whoAmI(signal)).name).toBe('reading 2');
    await clock.advance(1_001);
    expect((await backend.whoAmI(signal)).name).toBe('reading 3');
  });
});
