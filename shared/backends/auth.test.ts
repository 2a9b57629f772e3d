import { describe, expect, it, vi } from 'vitest';
import { scriptedHttp } from '../testing/scripted-http';
import { VirtualClock } from '../testing/virtual-clock';
import { basic, bearer, headerKey, oauth2 } from './auth';

const signal = new AbortController().signal;
const clock = new VirtualClock(0);
const settings = { accountId: 'a1', url: 'https://desk.invalid', token: 'sample-token' };
const nobody = scriptedHttp().http;

describe('credentials', () => {
  it('are put into the header that the vendor reads', async () => {
    await expect(bearer(settings, nobody, clock).headers(signal)).resolves.toEqual({
      authorization: 'Bearer sample-token',
    });
    await expect(headerKey('X-Api-Key', 'key ')(settings, nobody, clock).headers(signal)).resolves.toEqual({
      'x-api-key': 'key sample-token',
    });
    const parts = basic(({ token }) => ({ user: 'агент', password: token }));
    const { authorization } = await parts(settings, nobody, clock).headers(signal);
    expect(Buffer.from(authorization?.replace('Basic ', '') ?? '', 'base64').toString()).toBe(
      'агент:sample-token',
    );
  });
});

describe('OAuth 2.0', () => {
  const values = { clientId: 'id', clientSecret: 'sample-secret', refreshToken: 'r1' };
  const granted = (token: string, refresh?: string) => ({
    body: { access_token: token, expires_in: 3_600, ...(refresh && { refresh_token: refresh }) },
  });
  const define = oauth2(({ url }) => `${url}/oauth/token`);

  it('asks for a token once, however many wait, and again only when its life ends', async () => {
    const time = new VirtualClock(0);
    const { http, requests } = scriptedHttp(granted('t1'), granted('t2'));
    const auth = define({ ...settings, values }, http, time);
    const [first, second] = await Promise.all([auth.headers(signal), auth.headers(signal)]);
    expect([first, second]).toEqual([{ authorization: 'Bearer t1' }, { authorization: 'Bearer t1' }]);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.body).toBe(
      'grant_type=refresh_token&refresh_token=r1&client_id=id&client_secret=sample-secret',
    );
    await time.advance(3_600_000);
    await expect(auth.headers(signal)).resolves.toEqual({ authorization: 'Bearer t2' });
  });

  it('hands on a replaced refresh token before the new access token is used', async () => {
    const { http, requests } = scriptedHttp(granted('t1', 'r2'), granted('t2'));
    const onRenewed = vi.fn(() => Promise.resolve());
    const auth = define({ ...settings, values, onRenewed }, http, clock);
    await auth.headers(signal);
    expect(onRenewed).toHaveBeenCalledWith({ refreshToken: 'r2' });
    await auth.renew?.(signal);
    expect(requests[1]?.body).toContain('refresh_token=r2');
  });

  it('finishes a renewal whose caller has left, because the old refresh token may be worthless by then', async () => {
    const { http } = scriptedHttp(granted('t1', 'r2'));
    const onRenewed = vi.fn(() => Promise.resolve());
    const slow: typeof http = async (request) => {
      await Promise.resolve();
      if (request.signal.aborted) throw new Error('cut');
      return http(request);
    };
    const auth = define({ ...settings, values, onRenewed }, slow, clock);
    const leaving = new AbortController();
    const left = auth.headers(leaving.signal);
    const stays = auth.headers(signal);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ kind: 'refused' });
    await expect(stays).resolves.toEqual({ authorization: 'Bearer t1' });
    expect(onRenewed).toHaveBeenCalledWith({ refreshToken: 'r2' });
  });

  it('does not ask before every request where tokens live for a minute, or tell their life as text', async () => {
    for (const expires_in of [50, '50']) {
      const time = new VirtualClock(0);
      const body = { access_token: 't', expires_in };
      const { http, requests } = scriptedHttp({ body }, { body });
      const auth = define({ ...settings, values }, http, time);
      await auth.headers(signal);
      await time.advance(20_000);
      await auth.headers(signal);
      expect(requests).toHaveLength(1);
      await time.advance(31_000);
      await auth.headers(signal);
      expect(requests).toHaveLength(2);
    }
  });

  it('uses the client credentials where there is no refresh token', async () => {
    const { http, requests } = scriptedHttp(granted('t1'));
    await define({ ...settings, values: { clientId: 'id', clientSecret: 's' } }, http, clock).headers(signal);
    expect(requests[0]?.body).toContain('grant_type=client_credentials');
  });

  it('says that the credentials are refused when the grant is spent', async () => {
    const { http } = scriptedHttp({ status: 400, body: { error: 'invalid_grant' } });
    const auth = define({ ...settings, values }, http, clock);
    await expect(auth.headers(signal)).rejects.toMatchObject({ kind: 'unauthorized' });
  });
});
