import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { scriptedHttp } from '../testing/scripted-http';
import { VirtualClock } from '../testing/virtual-clock';
import { base64Of, basic, oauth2 } from './auth';
import { BackendError } from './backend-error';
import { CertificateError } from './certificate-error';
import { changeTo } from './changes';
import { embeddedDefinition } from './embedded/embedded-backend';
import type { RestDefinition } from './rest-definition';
import { createRestBackend } from './rest-engine';

const { signal } = new AbortController();
const KEY = 'k3y/with+odd ?"signs';
const settings = { accountId: 'a1', url: 'https://desk.invalid/', token: KEY };

function backendOf(
  parts: Partial<RestDefinition>,
  given: Partial<Parameters<typeof createRestBackend>[1]> = {},
) {
  const { http } = scriptedHttp(
    { body: { access_token: 'granted-access-token', refresh_token: 'the-next-refresh-token' } },
    { status: 500, body: { error: 'No Bearer granted-access-token, and not the-next-refresh-token' } },
  );
  const definition: RestDefinition = { ...embeddedDefinition, ...parts };
  return createRestBackend(definition, { ...settings, ...given }, http, new VirtualClock(0));
}

const wordsOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing failed',
    (error: unknown) => (error instanceof BackendError ? error.message : 'not of our kind'),
  );

describe('what leaves a backend', () => {
  it('holds no key in any form in which a server may repeat it', async () => {
    for (const repeated of [
      KEY,
      encodeURIComponent(KEY),
      new URLSearchParams({ key: KEY }).toString(),
      JSON.stringify({ key: KEY }),
      base64Of(KEY),
      `Basic ${base64Of(KEY)}`,
    ]) {
      const whoAmI = () =>
        Promise.reject(new BackendError('nonsense', `There is no id in ${repeated}, sorry`));
      const words = await wordsOf(backendOf({ whoAmI }).whoAmI(signal));
      expect(words).toMatch(/^There is no id in .*…/);
      for (const part of ['k3y', 'signs', base64Of(KEY).slice(0, 8)])
        expect(words, repeated).not.toContain(part);
    }
  });

  it('is the very error that was thrown, with what else it carries', async () => {
    const certificate = { subject: 'desk.invalid' } as unknown as CertificateError['certificate'];
    const thrown = new CertificateError(`Not for ${KEY}`, certificate);
    const caught: unknown = await backendOf({ whoAmI: () => Promise.reject(thrown) })
      .whoAmI(signal)
      .catch((error: unknown) => error);
    expect(caught).toBeInstanceOf(CertificateError);
    expect(caught).toMatchObject({ message: 'Not for …', certificate });
    expect((caught as Error).stack).not.toContain(KEY);
  });

  it('holds no key that words were cut in', async () => {
    const cut = `${'x'.repeat(488)}${KEY}`;
    const whoAmI = () => Promise.reject(new BackendError('nonsense', cut));
    expect(await wordsOf(backendOf({ whoAmI }).whoAmI(signal))).not.toContain('k3y/wi');
    const excerpt = () => Promise.reject(new BackendError('nonsense', `{"key":"${KEY.slice(0, 9)}…","b":1}`));
    expect(await wordsOf(backendOf({ whoAmI: excerpt }).whoAmI(signal))).toBe('{"key":"…","b":1}');
  });

  it('holds no key in the reasons for which rows were set aside', async () => {
    const feeds: RestDefinition['feeds'] = {
      ...embeddedDefinition.feeds,
      agents: {
        pull: () => Promise.resolve({ rows: [{ id: 'x', [KEY]: 1 }], cursor: 'c', more: false }),
        row: (raw) => {
          throw new z.ZodError([
            { code: 'custom', path: ['name'], message: `missing in ${JSON.stringify(raw)}`, input: raw },
          ]);
        },
      },
    };
    const { rejected } = await backendOf({ feeds }).pull('agents', null, signal);
    expect(rejected).toEqual([{ id: 'x', problem: 'name: missing in {"id":"x","…":1}' }]);
  });

  it('holds neither the sign-in in its header nor what the server gave in its place', async () => {
    const auth = basic(({ token }) => ({ user: 'somebody', password: token }));
    const header = base64Of(`somebody:${KEY}`);
    const whoAmI: RestDefinition['whoAmI'] = async (ask) => {
      await ask.json({ method: 'GET', path: '/me' });
      throw new BackendError('nonsense', `You sent ${header}`);
    };
    expect(await wordsOf(backendOf({ auth, whoAmI }).whoAmI(signal))).toBe('You sent …');
    const renewing = oauth2(() => 'https://desk.invalid/token');
    const asking: RestDefinition['whoAmI'] = async (ask) => {
      await ask.json({ method: 'GET', path: '/me' });
      throw new Error('unreachable');
    };
    const backend = backendOf(
      { auth: renewing, whoAmI: asking },
      { values: { refreshToken: 'the-first-refresh' } },
    );
    expect(await wordsOf(backend.whoAmI(signal))).toBe('No Bearer …, and not …');
  });

  it('is never a failure of another kind: what a script cannot digest is nonsense of the server', async () => {
    const whoAmI = () => Promise.resolve().then(() => encodeURIComponent('lone\ud800') as never);
    await expect(backendOf({ whoAmI }).whoAmI(signal)).rejects.toMatchObject({
      kind: 'nonsense',
      message: expect.stringContaining('URIError') as string,
    });
  });
});

describe('rows that nothing could keep or show', () => {
  const agent = (id: unknown) => ({ id, name: 'Sample', email: null });

  it('are set aside for an id that no address can carry, and the others come', async () => {
    const rows = [agent('lone\ud800sur'), agent('nul\0'), agent('u1'), agent('smile😀')];
    const pull = () => Promise.resolve({ rows, cursor: 'c', more: false });
    const feeds = { ...embeddedDefinition.feeds, agents: { ...embeddedDefinition.feeds['agents']!, pull } };
    const page = await backendOf({ feeds }).pull('agents', null, signal);
    expect(page.changes.map(({ id }) => id)).toEqual(['u1', 'smile😀']);
    expect(page.rejected).toHaveLength(2);
  });

  it('are set aside for a time that no calendar knows, and the others come', async () => {
    const times = [
      9_000_000_000_000_000, 8_640_000_000_000_000, 253_402_300_800_000, 253_402_300_799_999, 0, -1,
    ];
    const feeds: RestDefinition['feeds'] = {
      ...embeddedDefinition.feeds,
      agents: {
        pull: () =>
          Promise.resolve({ rows: times.map((at) => ({ id: String(at), at })), cursor: 'c', more: false }),
        row: (raw) => {
          const { id, at } = raw as { id: string; at: number };
          const row = { accountId: 'a1', id, title: '', body: { type: 'text', content: '' } as const };
          return changeTo('savedReply', { ...row, shortcut: null, folder: null, updatedAt: at });
        },
      },
    };
    const page = await backendOf({ feeds }).pull('agents', null, signal);
    expect(page.changes.map(({ id }) => Number(id))).toEqual(times.slice(3));
    expect(page.rejected[0]?.problem).toBe('updatedAt: not a time that a calendar knows');
  });
});
