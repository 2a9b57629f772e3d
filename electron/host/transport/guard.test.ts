import { describe, expect, it } from 'vitest';
import { judge, type Ear, type RequestHead, type Verdict } from './guard';
import { hostileRequests } from './hostile-requests.test-data';
import { newToken } from './token';

const origins = {
  page: { host: '127.0.0.1:21000', origin: 'http://127.0.0.1:21000' },
  mail: { host: '127.0.0.1:21001', origin: 'http://127.0.0.1:21001' },
};
const desktop = {
  page: { host: 'console', origin: 'holdfast://console' },
  mail: { host: 'mail', origin: 'holdfast://mail' },
};
const pageEar: Ear = { kind: 'page', ...origins };
const mailEar: Ear = { kind: 'mail', ...origins };
const socketEar: Ear = { kind: 'socket', ...desktop };
const token = newToken();

function headOf(lines: readonly string[]): RequestHead {
  const [first = '', ...rest] = lines;
  const [method = '', target = ''] = first.split(' ');
  return {
    method,
    target,
    headers: rest.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
    }),
  };
}

function ask(ear: Ear, first: string, headers: Record<string, string>): Verdict {
  return judge(headOf([first, ...Object.entries(headers).map(([n, v]) => `${n}: ${v}`)]), ear);
}

describe('the transport guard', () => {
  const shapes = hostileRequests({ ...origins, token });
  const judged = shapes.filter((shape) => shape.onlyOnWire === undefined);

  it('knows many hostile shapes, each by its own name', () => {
    expect(judged.length).toBeGreaterThan(80);
    expect(new Set(shapes.map((shape) => shape.name)).size).toBe(shapes.length);
  });

  it.each(judged.filter((shape) => shape.passesGuard === undefined))('refuses $name', ({ ear, head }) => {
    expect(judge(headOf(head), ear === 'page' ? pageEar : mailEar).allow).toBe(false);
  });

  it.each(judged.filter((shape) => shape.passesGuard))('leaves to the handler: $name', ({ ear, head }) => {
    expect(judge(headOf(head), ear === 'page' ? pageEar : mailEar).allow).toBe(true);
  });

  const door = { Host: origins.page.host, 'X-Holdfast-Token': token };
  const sameOrigin = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' };
  const own = { Host: origins.page.host };

  it.each([
    ['the ready address opened from a terminal', 'GET /', { ...own, ...navigation('none') }, 'document'],
    [
      'a link on another page: the bare shell only',
      'GET /',
      { ...own, ...navigation('cross-site') },
      'document',
    ],
    ['a reload', 'GET /?x=1', { ...own, ...navigation('same-origin') }, 'document'],
    ['the one-time entry', `GET /open?code=${token}`, { ...own, ...navigation('none') }, 'open'],
    [
      'a module script',
      'GET /assets/index-1a2b3c4d.js',
      { ...own, Origin: origins.page.origin, ...fetched('same-origin', 'cors', 'script') },
      'file',
    ],
    [
      'a worker',
      'GET /assets/w-1a2b3c4d.js',
      { ...own, ...fetched('same-origin', 'same-origin', 'worker') },
      'file',
    ],
    ['a font', 'GET /assets/f-1a2b3c4d.woff2', { ...own, ...fetched('same-origin', 'cors', 'font') }, 'file'],
    ['the icon', 'GET /favicon.ico', { ...own, ...fetched('same-origin', 'no-cors', 'image') }, 'file'],
    ['a read through the door', 'GET /door/session', { ...door, ...sameOrigin }, 'door'],
    ['a program with the token', 'GET /door/session', door, 'door'],
    [
      'a change through the door',
      'PUT /door/intents/1-2',
      {
        ...door,
        ...sameOrigin,
        Origin: origins.page.origin,
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Length': '20',
      },
      'door',
    ],
    [
      'a chunk of an upload',
      'PUT /door/uploads/1?offset=0&total=3&name=a%2Fb.png&type=image%2Fpng',
      { ...door, ...sameOrigin, 'Content-Type': 'application/octet-stream', 'Content-Length': '3' },
      'door',
    ],
    [
      'a POST without a body',
      'POST /door/intents/1-2/undo',
      { ...door, ...sameOrigin, 'Content-Length': '0' },
      'door',
    ],
    [
      'an id with an escaped slash',
      'PUT /door/drafts/a/b%2Fc',
      { ...door, ...sameOrigin, 'Content-Type': 'application/json', 'Content-Length': '2' },
      'door',
    ],
    [
      'an attachment saved by a link',
      'GET /blob/a.pdf?s=1',
      { ...own, ...fetched('same-origin', 'navigate', 'document') },
      'blob',
    ],
    [
      'an attached picture in the page',
      'GET /blob/a.png?s=1',
      { ...own, ...fetched('same-origin', 'no-cors', 'image') },
      'blob',
    ],
    ['a ping of a second start', 'GET /control/ping', door, 'control'],
  ])('lets pass on the page port: %s', (_name, first, headers, route) => {
    expect(ask(pageEar, first, headers)).toMatchObject({ allow: true, route });
  });

  it.each([
    ['the frame', 'GET /mail-frame', fetched('same-site', 'navigate', 'iframe'), 'mail-frame'],
    [
      'a picture inside a mail',
      'GET /blob/a.png?s=1',
      fetched('cross-site', 'no-cors', 'image'),
      'mail-blob',
    ],
  ])('lets pass on the mail port: %s', (_name, first, headers, route) => {
    expect(ask(mailEar, first, { Host: origins.mail.host, ...headers })).toMatchObject({
      allow: true,
      route,
    });
  });

  it('tells page and mail apart by Host on the desktop socket, where a browser sends no Sec-Fetch', () => {
    const headers = { Host: 'console', 'X-Holdfast-Token': token, Origin: 'holdfast://console' };
    expect(ask(socketEar, 'GET /door/session', headers)).toMatchObject({ allow: true, route: 'door' });
    expect(ask(socketEar, 'GET /mail-frame', { Host: 'mail' })).toMatchObject({ route: 'mail-frame' });
    expect(ask(socketEar, 'GET /door/session', { ...headers, Host: 'mail' }).allow).toBe(false);
    expect(ask(socketEar, 'GET /door/session', { ...headers, Origin: 'holdfast://mail' }).allow).toBe(false);
    expect(ask(socketEar, 'GET /door/session', { ...headers, Host: origins.page.host }).allow).toBe(false);
  });

  it('says 421 for another name, 401 without a token and 405 for a method', () => {
    expect(ask(pageEar, 'GET /', { Host: 'evil.example' })).toMatchObject({ status: 421 });
    expect(ask(pageEar, 'GET /door/session', own)).toMatchObject({ status: 401, code: 'no-token' });
    expect(ask(pageEar, 'DELETE /door/session', door)).toMatchObject({ status: 405 });
  });
});

function fetched(site: string, mode: string, dest: string): Record<string, string> {
  return { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': mode, 'Sec-Fetch-Dest': dest };
}

function navigation(site: string): Record<string, string> {
  return fetched(site, 'navigate', 'document');
}
