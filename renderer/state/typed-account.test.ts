import { describe, expect, it } from 'vitest';
import { NOTHING_TYPED, typedMore, withoutSecrets, type TypedAccount } from './typed-account';

const typed: TypedAccount = {
  ...NOTHING_TYPED,
  name: 'Shop',
  url: 'https://desk.invalid/support',
  values: { login: 'a@team.invalid' },
  secrets: { token: 'sample-secret', clientSecret: '' },
};

describe('what is typed about an account', () => {
  it('is kept without its secrets, which are named as lost', () => {
    const kept = withoutSecrets(typed);
    expect(kept).toEqual({ ...typed, secrets: {}, lost: ['token'] });
    expect(withoutSecrets(kept).lost).toEqual(['token']);
  });

  it.each([
    ['https://user:sample-secret@desk.invalid/support', 'https://desk.invalid/support'],
    ['user:sample-secret@desk.invalid', 'desk.invalid'],
    ['https://desk.invalid/?key=sample-secret#sample-secret', 'https://desk.invalid/'],
    ['https://desk.invalid/team@home', 'https://desk.invalid/team@home'],
    ['desk.inv', 'desk.inv'],
  ])('keeps of the address %s nothing that may be a key', (url, plain) => {
    expect(withoutSecrets({ ...typed, url }).url).toBe(plain);
  });

  it('keeps of a proxy where it is, and nothing that may be a key', () => {
    const way = { trusted: null, proxy: 'address', proxyLogin: 'ann' } as const;
    const kept = withoutSecrets({
      ...typed,
      way: { ...way, proxyUrl: 'http://ann:sample-secret@proxy.invalid:3128' },
    });
    expect(kept.way).toEqual({ ...way, proxyUrl: 'http://proxy.invalid:3128' });
  });

  it('misses a secret only until it is typed again', () => {
    const kept = withoutSecrets(typed);
    expect(typedMore(kept, { name: 'Other' }).lost).toEqual(['token']);
    expect(typedMore(kept, { secrets: { token: 's' } }).lost).toEqual([]);
  });
});
