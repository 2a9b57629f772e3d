import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestHelpdesk, type TestHelpdesk } from '../helpdesk.test-data';
import { sameText } from './guard';

let desk: TestHelpdesk;
beforeAll(async () => {
  desk = await openTestHelpdesk();
});
afterAll(() => desk.close());

const HOST = '127.0.0.1:8788';

describe('who may ask', () => {
  it.each<[string, string, string, Record<string, string>, number]>([
    ['the host process', 'GET', '/api/v1/me', {}, 200],
    ['a program behind a local proxy', 'GET', '/api/v1/me', { host: 'localhost:9999' }, 200],
    ['a page whose name was rebound', 'GET', '/api/v1/me', { host: 'rebound.example:8788' }, 403],
    ['an address that only begins like ours', 'GET', '/api/v1/me', { host: '127.0.0.1.example' }, 403],
    ['a page of another origin', 'POST', '/inbound/email', { origin: 'https://evil.example' }, 403],
    ['a page of another local port', 'POST', '/inbound/email', { origin: 'http://127.0.0.1:1' }, 403],
    ['a sandboxed page', 'POST', '/chat/sessions', { origin: 'null' }, 403],
    ['a cross-site fetch', 'GET', '/chat/messages', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a same-site fetch of another port', 'POST', '/chat/sessions', { 'sec-fetch-site': 'same-site' }, 403],
    [
      'a form of another site',
      'POST',
      '/chat/sessions',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      403,
    ],
    [
      'a link to the chat',
      'GET',
      '/chat',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      200,
    ],
    [
      'an image tag of another site',
      'GET',
      '/chat',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
      403,
    ],
    [
      'a link into the API',
      'GET',
      '/api/v1/me',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      403,
    ],
    ['nobody with a token', 'GET', '/api/v1/me', { authorization: '' }, 401],
    ['somebody with a wrong token', 'GET', '/api/v1/me', { authorization: 'Bearer wrong' }, 401],
    ['somebody with a token as a password', 'GET', '/api/v1/me', { authorization: 'Basic eDp5' }, 401],
    ['mail without a token', 'POST', '/inbound/email', { authorization: '' }, 401],
    ['social messages without a token', 'POST', '/inbound/social', { authorization: '' }, 401],
    ['a reader of answers without a token', 'GET', '/outgoing/social', { authorization: '' }, 401],
    ['a stream without a token', 'GET', '/api/v1/events', { authorization: '' }, 401],
    ['health, which tells nothing', 'GET', '/health', { authorization: '' }, 200],
  ])('%s: %s %s', async (_who, method, path, headers, status) => {
    const answer = await desk.ask(method, path, {
      headers: { host: HOST, ...headers },
      ...(method === 'POST' ? { body: '{"name": "x"}' } : {}),
    });
    expect(answer.status).toBe(status);
    if (status >= 400) expect(answer.body.error.message).toMatch(/\.$/u);
  });

  it('takes requests of the chat page itself', async () => {
    const answer = await desk.ask('POST', '/chat/sessions', {
      body: { name: 'Sample' },
      headers: { host: HOST, origin: `http://${HOST}`, 'sec-fetch-site': 'same-origin', authorization: '' },
    });
    expect(answer.status).toBe(201);
  });

  it('has no cross-origin permission on any answer', async () => {
    for (const path of ['/api/v1/me', '/chat', '/health', '/nothing']) {
      const { headers } = await desk.ask('GET', path);
      expect(headers.get('access-control-allow-origin'), path).toBeNull();
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    }
  });

  it('compares tokens of any length', () => {
    expect(sameText('abc', 'abc')).toBe(true);
    expect(sameText('abc', 'abcd')).toBe(false);
    expect(sameText('', 'a')).toBe(false);
  });
});
