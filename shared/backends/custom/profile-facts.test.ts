import { describe, expect, it } from 'vitest';
import { scriptedHttp } from '../../testing/scripted-http';
import { VirtualClock } from '../../testing/virtual-clock';
import { authOf, descriptorOf } from './profile-facts';
import { profileSchema, type Profile } from './profile-schema';

const signal = new AbortController().signal;

const profile = (signIn: unknown, more: Record<string, unknown> = {}): Profile =>
  profileSchema.parse({
    profile: 1,
    id: 'sample',
    name: 'Sample',
    server: { example: 'https://sample.example.com' },
    signIn,
    whoAmI: { get: '/me', agent: { id: '=id', name: '=name' } },
    words: {
      status: { new: 1, open: [2, 3], pending: 4, resolved: 5, closed: { sends: 5 }, otherwise: 'open' },
    },
    feeds: { all: { get: '/c', rows: '', gives: [{ kind: 'agent', fields: { id: '=id', name: '=name' } }] } },
    history: {
      get: '/m',
      rows: '',
      order: 'oldestFirst',
      fields: { id: '=id', kind: 'note', createdAt: '=at' },
    },
    actions: { reply: { post: '/m' }, status: { put: '/c' }, assign: { put: '/c' } },
    delivery: { tier: 'T4' },
    ...more,
  });

async function headers(signIn: unknown, answers: Parameters<typeof scriptedHttp> = []): Promise<unknown> {
  const { http, requests } = scriptedHttp(...answers);
  const values = { login: 'agent', workspace: 'w1', clientId: 'c', clientSecret: 's', refreshToken: 'r' };
  const settings = { accountId: 'a1', url: 'https://sample.example.com/', token: 'key', values };
  const auth = authOf(profile(signIn))(settings, http, new VirtualClock(0));
  return { ...(await auth.headers(signal)), ...(requests[0] && { asked: requests[0].url }) };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a profile signs in', () => {
  it.each([
    ['with a bearer token', { kind: 'bearer' }, { authorization: 'Bearer key' }],
    ['with a header of its own', { kind: 'header', header: 'X-Key', prefix: 'k=' }, { 'x-key': 'k=key' }],
    ['with login and token', { kind: 'basic' }, { authorization: `Basic ${base64('agent:key')}` }],
    [
      'with a key and a letter',
      { kind: 'basic', user: '{token}', password: 'X' },
      { authorization: `Basic ${base64('key:X')}` },
    ],
  ])('%s', async (_title, signIn, expected) => {
    await expect(headers(signIn)).resolves.toEqual(expected);
  });

  it('with OAuth, at an address of the server or a whole one', async () => {
    const grant = { body: { access_token: 'fresh' } };
    await expect(headers({ kind: 'oauth2', tokenUrl: '/oauth/token' }, [grant])).resolves.toEqual({
      authorization: 'Bearer fresh',
      asked: 'https://sample.example.com/oauth/token',
    });
    const whole = { kind: 'oauth2', tokenUrl: 'https://login.example.com/token' };
    await expect(headers(whole, [grant])).resolves.toMatchObject({
      asked: 'https://login.example.com/token',
    });
  });

  it('with what its form asks for, and no more', () => {
    const asked = (signIn: unknown): string[] =>
      descriptorOf(profile(signIn)).signIn.map(({ name, secret }) => `${name}${secret ? ' (secret)' : ''}`);
    expect(asked({ kind: 'bearer', workspace: true })).toEqual(['workspace', 'token (secret)']);
    expect(asked({ kind: 'basic' })).toEqual(['login', 'token (secret)']);
    expect(asked({ kind: 'basic', user: '{token}', password: 'X' })).toEqual(['token (secret)']);
    expect(asked({ kind: 'oauth2', tokenUrl: '/t' })).toEqual([
      'clientId',
      'clientSecret (secret)',
      'refreshToken (secret)',
    ]);
    expect(asked({ kind: 'oauth2', tokenUrl: '/t', grant: 'clientCredentials' })).toEqual([
      'clientId',
      'clientSecret (secret)',
    ]);
  });
});

it('a profile claims what its actions and files are there for, and says the rest lacks', () => {
  const bare = descriptorOf(profile({ kind: 'bearer' }, { lacks: { push: 'API guide: there is none.' } }));
  expect(bare).toMatchObject({
    id: 'custom:sample',
    tier: 'T4',
    statusWords: { new: '1', open: '2', pending: '4', resolved: '5', closed: '5' },
    supports: {
      note: false,
      priority: false,
      tags: false,
      attachments: false,
      idSweep: false,
      chatByMail: false,
    },
    lacks: { push: 'API guide: there is none.' },
  });
  const files = { maxBytes: '2MB', send: { kind: 'inline' }, download: { get: '/f/{attachmentId}' } };
  const reply = { post: '/m', json: { by: '=via' } };
  const actions = { reply, note: reply, status: { put: '/c' }, assign: { put: '/c' }, tags: { put: '/c' } };
  expect(descriptorOf(profile({ kind: 'bearer' }, { files, actions })).supports).toMatchObject({
    note: true,
    tags: true,
    priority: false,
    attachments: true,
    chatByMail: true,
    maxAttachmentBytes: 2 * 1024 * 1024,
  });
});

it('a profile without a part for what vanishes says so', () => {
  const { lacks } = descriptorOf(profile({ kind: 'bearer' }));
  expect(lacks).toMatchObject({
    remove: expect.stringContaining('"gone"') as string,
    merge: expect.stringContaining('"movedTo"') as string,
  });
});

it('names an agent under the reply, until the profile says that the helpdesk is told', () => {
  const byLine = descriptorOf(profile({ kind: 'bearer' }));
  expect([byLine.supports.author, byLine.lacks?.author]).toEqual([
    false,
    expect.stringContaining('speaksFor'),
  ]);
  const told = descriptorOf(profile({ kind: 'bearer' }, { speaksFor: 'author' }));
  expect([told.supports.author, told.lacks?.author]).toEqual([true, undefined]);
});
