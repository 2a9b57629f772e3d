import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments';

const read = (line: string, environment: Record<string, string> = {}) =>
  readArguments(
    line.split(' ').filter((word) => word !== ''),
    environment,
  );

describe('what the command is asked', () => {
  it('is one backend at an address, with what it signs in with', () => {
    expect(read('sample --url https://desk.invalid --token key --login me --client-id c --write')).toEqual({
      what: 'live',
      backend: 'sample',
      url: 'https://desk.invalid',
      token: 'key',
      values: { login: 'me', clientId: 'c' },
      way: { trusted: null, proxy: 'none' },
      write: true,
      conversationId: null,
      patienceMs: 90_000,
      json: false,
    });
  });

  it('takes the token from the environment, where no list of processes shows it', () => {
    const asked = read('sample --url https://desk.invalid', { HOLDFAST_TOKEN: 'quiet' });
    expect(asked).toMatchObject({ token: 'quiet' });
  });

  it('is which certificate is trusted, and which proxy is taken', () => {
    const pairs = Array.from({ length: 32 }, () => '0a');
    for (const written of [pairs.join(''), pairs.join(':'), pairs.join(':').toUpperCase()]) {
      expect(
        read(`sample --url https://desk.invalid:8443/rt --trust ${written} --proxy system`),
      ).toMatchObject({
        way: {
          trusted: { host: 'desk.invalid', port: 8443, fingerprint: pairs.join(':').toUpperCase() },
          proxy: 'system',
        },
      });
    }
    expect(read('sample --url https://desk.invalid --proxy ann:key@proxy.invalid:3128')).toMatchObject({
      way: { trusted: null, proxy: { url: 'http://proxy.invalid:3128', signIn: 'ann:key' } },
    });
  });

  it('is all of them, or some of all', () => {
    expect(read('--all --json')).toEqual({ what: 'all', names: [], json: true });
    expect(read('--all sample')).toEqual({ what: 'all', names: ['sample'], json: false });
  });

  it.each([
    '',
    'sample',
    'one two --url https://desk.invalid',
    '--no-such-option',
    'sample --url x --patience soon',
    'sample --url https://desk.invalid --trust 0A:0B',
    'sample --url https://desk.invalid --proxy ftp://proxy.invalid',
  ])('is refused in words when it is "%s"', (line) => {
    expect(read(line)).toEqual({ problem: expect.stringMatching(/\w/) as string });
  });
});
