/** Requests that must never be answered with data, as text over the wire; for guard, listener and host. */
import type { OriginAddress } from './guard';

export interface Target {
  page: OriginAddress;
  mail: OriginAddress;
  /** The real token: most shapes carry it, so that it is not the token that stops them. */
  token: string;
}

export interface HostileRequest {
  name: string;
  /** Which port it is sent to. */
  ear: 'page' | 'mail';
  /** First line and headers; `\r\n` is added between and after them. */
  head: readonly string[];
  body?: string;
  /** Well-formed for the guard: what is behind it (token value, one-time code, file name) refuses. */
  passesGuard?: true;
  /** Not HTTP that a parser accepts; cannot be put to the pure function. */
  onlyOnWire?: true;
}

type Headers = Record<string, string | readonly string[] | null>;

/** All shapes for one listening pair of origins. */
export function hostileRequests({ page, mail, token }: Target): HostileRequest[] {
  const door: Headers = {
    Host: page.host,
    Origin: page.origin,
    'Sec-Fetch-Site': 'same-origin',
    'Sec-Fetch-Mode': 'cors',
    'Sec-Fetch-Dest': 'empty',
    'X-Holdfast-Token': token,
  };
  const navigation: Headers = {
    Host: page.host,
    'Sec-Fetch-Site': 'none',
    'Sec-Fetch-Mode': 'navigate',
    'Sec-Fetch-Dest': 'document',
  };
  const frame: Headers = {
    Host: mail.host,
    'Sec-Fetch-Site': 'same-site',
    'Sec-Fetch-Mode': 'navigate',
    'Sec-Fetch-Dest': 'iframe',
  };
  const mailImage: Headers = {
    Host: mail.host,
    'Sec-Fetch-Site': 'cross-site',
    'Sec-Fetch-Mode': 'no-cors',
    'Sec-Fetch-Dest': 'image',
  };
  const control: Headers = { Host: page.host, 'X-Holdfast-Token': token };
  const json = { 'Content-Type': 'application/json', 'Content-Length': '2' };

  const to =
    (ear: 'page' | 'mail', line: string, base: Headers) =>
    (name: string, changes: Headers = {}, more: Partial<HostileRequest> = {}): HostileRequest => ({
      name,
      ear,
      head: [`${line} HTTP/1.1`, ...lines({ ...base, ...changes })],
      ...more,
    });
  const session = to('page', 'GET /door/session', door);
  const put = to('page', 'PUT /door/settings', { ...door, ...json });
  const path = (name: string, target: string, more: Partial<HostileRequest> = {}): HostileRequest =>
    to('page', `GET ${target}`, door)(name, {}, more);
  const method = (verb: string): HostileRequest =>
    to('page', `${verb} /door/session`, door)(`${verb} on the door`);
  const body = '{}';
  const guardPasses = { passesGuard: true } as const;
  const onWire = { onlyOnWire: true } as const;

  return [
    session('DNS rebinding: the name of a foreign site', { Host: `evil.example:${portOf(page)}` }),
    session('the name localhost', { Host: `localhost:${portOf(page)}` }),
    session('the IPv6 loopback address', { Host: `[::1]:${portOf(page)}` }),
    session('the address without its port', { Host: '127.0.0.1' }),
    session('the address with a trailing dot', { Host: `127.0.0.1.:${portOf(page)}` }),
    session('the address in hexadecimal', { Host: `0x7f000001:${portOf(page)}` }),
    session('the mail host on the page port', { Host: mail.host }),
    session('user information in Host', { Host: `evil@${page.host}` }),
    session('an empty Host', { Host: '' }),
    session('no Host', { Host: null }),
    session('two Hosts, the own one first', { Host: [page.host, 'evil.example'] }),
    session('two Hosts, the own one last', { Host: ['evil.example', page.host] }),
    session('the own Host twice', { Host: [page.host, page.host] }),

    session('a foreign Origin', { Origin: 'https://evil.example' }),
    session('Origin null', { Origin: 'null' }),
    session('Origin null of a sandboxed mail', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }),
    session('the mail origin tries the door', { Origin: mail.origin, 'Sec-Fetch-Site': 'same-site' }),
    session('the own origin with https', { Origin: page.origin.replace('http:', 'https:') }),
    session('the own origin with a slash', { Origin: `${page.origin}/` }),
    session('the own origin as a prefix', { Origin: `${page.origin}.evil.example` }),
    session('two Origins', { Origin: [page.origin, 'https://evil.example'] }),
    put('a change from a foreign origin', { Origin: 'https://evil.example' }, { body }),

    session('Sec-Fetch-Site cross-site on the door', { 'Sec-Fetch-Site': 'cross-site' }),
    session('Sec-Fetch-Site same-site on the door', { 'Sec-Fetch-Site': 'same-site' }),
    session('the door in the address bar', { ...navigation, Origin: null }),
    session('the door as a script', { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'script' }),
    session('the door in a frame', { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' }),
    session('an unknown Sec-Fetch-Site', { 'Sec-Fetch-Site': 'same-origin, cross-site' }),
    session('two Sec-Fetch-Site', { 'Sec-Fetch-Site': ['same-origin', 'cross-site'] }),
    to(
      'page',
      'GET /',
      navigation,
    )('the console in a frame', {
      'Sec-Fetch-Dest': 'iframe',
      'Sec-Fetch-Site': 'cross-site',
    }),
    to('page', 'GET /', navigation)('the console as an object', { 'Sec-Fetch-Dest': 'object' }),
    to(
      'page',
      'GET /assets/index-abcdefgh.js',
      door,
    )('a script of the console on a foreign page', {
      Origin: null,
      'Sec-Fetch-Site': 'cross-site',
      'Sec-Fetch-Mode': 'no-cors',
      'Sec-Fetch-Dest': 'script',
    }),
    to(
      'page',
      'GET /assets/index-abcdefgh.js',
      door,
    )('a service worker', {
      'Service-Worker': 'script',
      'Sec-Fetch-Mode': 'same-origin',
      'Sec-Fetch-Dest': 'serviceworker',
    }),

    ...['OPTIONS', 'DELETE', 'PATCH', 'TRACE', 'HEAD', 'PROPFIND'].map(method),
    to('page', 'get /door/session', door)('a method in lower case', {}, onWire),
    to(
      'page',
      'OPTIONS /door/settings',
      door,
    )('a preflight', {
      Origin: 'https://evil.example',
      'Access-Control-Request-Method': 'PUT',
      'Access-Control-Request-Headers': 'x-holdfast-token',
    }),
    to('page', 'CONNECT evil.example:443', door)('a tunnel', {}, onWire),
    to('page', 'OPTIONS *', door)('the asterisk form'),

    put('a form body', { 'Content-Type': 'application/x-www-form-urlencoded' }, { body }),
    put('a multipart body', { 'Content-Type': 'multipart/form-data; boundary=x' }, { body }),
    put('a text body', { 'Content-Type': 'text/plain' }, { body }),
    put(
      'a text body that says JSON in a parameter',
      { 'Content-Type': 'text/plain; application/json' },
      { body },
    ),
    put('a body of no type', { 'Content-Type': null }, { body }),
    put('two content types', { 'Content-Type': ['application/json', 'text/plain'] }, { body }),

    session('no token', { 'X-Holdfast-Token': null }),
    session('an empty token', { 'X-Holdfast-Token': '' }),
    session('a token one character short', { 'X-Holdfast-Token': token.slice(1) }),
    session('a token one character long', { 'X-Holdfast-Token': `${token}A` }),
    session('two tokens, the right one first', { 'X-Holdfast-Token': [token, 'A'.repeat(43)] }),
    session('two tokens in one line', { 'X-Holdfast-Token': `${token}, ${token}` }),
    session('the token in other letters', { 'X-Holdfast-Token': swapCase(token) }, guardPasses),
    session('a guessed token', { 'X-Holdfast-Token': 'A'.repeat(43) }, guardPasses),
    session('the token as a cookie only', { 'X-Holdfast-Token': null, Cookie: `token=${token}` }),
    session('the token as a bearer only', { 'X-Holdfast-Token': null, Authorization: `Bearer ${token}` }),
    to(
      'page',
      `GET /door/session?token=${token}`,
      door,
    )('the token in the address only', { 'X-Holdfast-Token': null }),

    path('dots in the path', '/door/../door/session'),
    path('a dot in the path', '/./door/session'),
    path('escaped dots in the path', '/assets/%2e%2e/%2E%2E/package.json'),
    path('escaped slashes and dots', '/assets/..%2f..%2fpackage.json'),
    path('two slashes first', '//door/session'),
    path('two slashes inside', '/door//session'),
    path('a backslash', '/assets\\..\\package.json', onWire),
    path('an escaped backslash', '/..%5c..%5cpackage.json'),
    path('an escaped NUL', '/index.html%00.js'),
    path('an escaped line break', '/door/session%0d%0aSet-Cookie:%20a=b'),
    path('a broken escape', '/door/%zz'),
    path('a broken character', '/door/%ff%fe'),
    path('a fragment', '/door/session#x'),
    path('a hidden file', '/.env', guardPasses),
    path('a folder', '/assets/', guardPasses),
    path('the absolute form with the own host', `${page.origin}/door/session`),
    path('the absolute form with a foreign host', 'http://evil.example/door/session'),
    path('a target of 9,000 characters', `/door/session?${'x'.repeat(9_000)}`),

    session('a WebSocket', {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    }),
    session('an upgrade to HTTP/2', {
      Connection: 'Upgrade, HTTP2-Settings',
      Upgrade: 'h2c',
      'HTTP2-Settings': '',
    }),
    put('Expect: 100-continue', { Expect: '100-continue' }, { body }),
    session('a header of 64 KB', { 'X-Long': 'x'.repeat(65_536) }, onWire),
    put('a length and chunks', { 'Transfer-Encoding': 'chunked' }, { body, ...onWire }),
    put('two lengths', { 'Content-Length': ['2', '20'] }, { body, ...onWire }),
    put(
      'an unknown transfer coding',
      { 'Content-Length': null, 'Transfer-Encoding': 'gzip, chunked' },
      { body },
    ),
    {
      ...session('a space before the colon', {}, onWire),
      head: ['GET /door/session HTTP/1.1', `Host : ${page.host}`],
    },
    {
      ...session('a folded header', {}, onWire),
      head: ['GET /door/session HTTP/1.1', 'Host:', ` ${page.host}`],
    },
    { ...session('HTTP/0.9', {}, onWire), head: ['GET /door/session'] },
    { ...session('the preface of HTTP/2', {}, onWire), head: ['PRI * HTTP/2.0', '', 'SM', ''] },

    to('mail', 'GET /door/session', { ...door, Host: mail.host })('the door on the mail port'),
    to('mail', 'GET /door/session', door)('the page host on the mail port'),
    to('mail', 'GET /', { ...navigation, Host: mail.host })('the console on the mail port'),
    to('mail', 'POST /control/exit', { ...control, Host: mail.host })('an order on the mail port'),
    to(
      'mail',
      'GET /mail-frame',
      frame,
    )('the mail frame as a page of its own', {
      'Sec-Fetch-Dest': 'document',
      'Sec-Fetch-Site': 'none',
    }),
    to(
      'mail',
      'GET /mail-frame',
      frame,
    )('the mail frame on a foreign page', { 'Sec-Fetch-Site': 'cross-site' }),
    to(
      'mail',
      'GET /mail-frame',
      frame,
    )('the mail frame by fetch', {
      Origin: page.origin,
      'Sec-Fetch-Mode': 'cors',
      'Sec-Fetch-Dest': 'empty',
    }),
    to('mail', 'GET /mail-frame/../door/session', frame)('the door behind the mail frame'),
    to(
      'mail',
      'GET /blob/a?s=b',
      mailImage,
    )('an attachment as a document on the mail port', {
      'Sec-Fetch-Mode': 'navigate',
      'Sec-Fetch-Dest': 'document',
    }),
    to(
      'mail',
      'GET /blob/a?s=b',
      mailImage,
    )('an attachment by fetch from a mail', {
      Origin: 'null',
      'Sec-Fetch-Mode': 'cors',
      'Sec-Fetch-Dest': 'empty',
    }),
    to('mail', 'POST /blob/a?s=b', mailImage)('a POST from a mail'),

    to('page', 'GET /blob/a?s=b', { ...mailImage, Host: page.host })('an attachment on a foreign page'),
    to('page', 'GET /mail-frame', control)('the mail frame on the page port', {}, guardPasses),
    to(
      'page',
      'POST /control/exit',
      control,
    )('an order from the page itself', { 'Sec-Fetch-Site': 'same-origin' }),
    to(
      'page',
      'POST /control/exit',
      control,
    )('an order with the Origin of the page', { Origin: page.origin }),
    to('page', 'POST /control/exit', control)('an order without a token', { 'X-Holdfast-Token': null }),
    to('page', 'POST /control/exit', control)(
      'an order with a guessed token',
      { 'X-Holdfast-Token': 'A'.repeat(43) },
      guardPasses,
    ),
    to('page', 'GET /control/exit', control)('an order by GET', {}, guardPasses),
    to('page', 'GET /open', navigation)('the one-time entry without a code'),
    to('page', 'GET /open?code=abc', navigation)('the one-time entry with a short code'),
    to('page', `GET /open?code=${'A'.repeat(43)}`, navigation)(
      'the one-time entry with a guess',
      {},
      guardPasses,
    ),
    to(
      'page',
      `GET /open?code=${'A'.repeat(43)}`,
      navigation,
    )('the one-time entry from a foreign page', {
      'Sec-Fetch-Site': 'cross-site',
    }),
  ];
}

function lines(headers: Headers): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map((one) => `${name}: ${one}`),
  );
}

function portOf({ host }: OriginAddress): string {
  return host.split(':')[1] ?? '';
}

function swapCase(text: string): string {
  return text.replace(/[a-z]/gi, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()));
}
