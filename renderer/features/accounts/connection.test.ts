import { describe, expect, it } from 'vitest';
import {
  endedOnTheWay,
  keptAt,
  missingOfWay,
  PROXY_PASSWORD,
  shownWay,
  STRAIGHT,
  wayDraft,
  withoutStaleTrust,
} from './connection';

const ONE = Array.from({ length: 32 }, () => '0A').join(':');
const way = { ...STRAIGHT, trusted: ONE };

describe('how an account is reached', () => {
  it('is not sent while nothing about it was typed', () => {
    expect(wayDraft({ secrets: {} })).toEqual({});
  });

  it('is sent as it is shown', () => {
    const kept = {
      trusted: ONE,
      proxy: { use: 'address' as const, url: 'http://proxy.invalid:3128', signsIn: true },
    };
    expect(wayDraft({ way: shownWay(kept), secrets: {} })).toEqual({
      connection: { trusted: ONE, proxy: { use: 'address', url: 'http://proxy.invalid:3128' } },
    });
    expect(wayDraft({ way: shownWay({ trusted: null, proxy: { use: 'system' } }), secrets: {} })).toEqual({
      connection: { trusted: null, proxy: { use: 'system' } },
    });
  });

  it('is sent with a sign-in at the proxy only when one was typed, and only to a proxy of its own', () => {
    const secrets = { [PROXY_PASSWORD]: 'sample' };
    const typed = { ...way, proxy: 'address' as const, proxyUrl: ' proxy.invalid:3128 ', proxyLogin: 'ann' };
    expect(wayDraft({ way: typed, secrets }).connection?.proxy).toEqual({
      use: 'address',
      url: 'proxy.invalid:3128',
      signIn: 'ann:sample',
    });
    expect(wayDraft({ way: { ...typed, proxy: 'system' }, secrets }).connection?.proxy).toEqual({
      use: 'system',
    });
  });

  it('trusts nothing at another server', () => {
    const before = { url: 'https://desk.invalid', way };
    expect(withoutStaleTrust(before, { url: 'https://desk.invalid/support' })).not.toHaveProperty('way');
    expect(withoutStaleTrust(before, { url: 'https://other.invalid' }).way?.trusted).toBeNull();
    expect(withoutStaleTrust(before, { name: 'Renamed' })).toEqual({ name: 'Renamed' });
  });

  it('keeps the proxy and not the trust where the address is of another server, typed about or not', () => {
    const kept = { trusted: ONE, proxy: { use: 'system' as const } };
    expect(keptAt(kept, true)).toEqual(kept);
    expect(keptAt(kept, false)).toEqual({ trusted: null, proxy: { use: 'system' } });
  });

  it('misses the address of a proxy that is taken, and of no other', () => {
    expect(missingOfWay({ way: { ...way, proxy: 'address', proxyUrl: ' ' } })).toEqual(['proxyUrl']);
    expect(missingOfWay({ way: { ...way, proxy: 'address', proxyUrl: 'proxy.invalid' } })).toEqual([]);
    expect([missingOfWay({ way }), missingOfWay({})]).toEqual([[], []]);
  });

  it('is where a check ended that met the certificate or the proxy', () => {
    const failed = (problem: 'certificate' | 'proxy-refuses' | 'bad-credentials') =>
      endedOnTheWay([{ step: 'failed', ok: false, at: 'address', problem, detail: '' }]);
    expect([failed('certificate'), failed('proxy-refuses'), failed('bad-credentials')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
