/**
 * Who may ask what, decided from the head of a request alone, before any handler sees it.
 *
 * The page and the mail frame are two origins. A browser cannot lie about Host, Origin and
 * Sec-Fetch-*, so this table keeps out other web pages (also by DNS rebinding) and mail content;
 * the token, whose value the door compares, keeps out other programs of this computer.
 * A header that is absent is allowed where a program may ask as well: the token decides there.
 */
import { isTokenShaped } from './token';
import { TOKEN_HEADER } from '@shared/contract/door';

/** The head of a request exactly as it came over the wire. */
export interface RequestHead {
  method: string;
  /** The request target as sent, e.g. `/door/session?x=1`. */
  target: string;
  /** Every header line in order, repeated ones repeated; names in any case. */
  headers: readonly (readonly [name: string, value: string])[];
}

export interface OriginAddress {
  /** The only accepted Host header. */
  host: string;
  /** What the browser sends as Origin. */
  origin: string;
}

/** One ear of the host: a TCP port is one origin, the desktop's socket is both, told by Host. */
export interface Ear {
  kind: 'page' | 'mail' | 'socket';
  page: OriginAddress;
  mail: OriginAddress;
}

export type Route = 'document' | 'file' | 'open' | 'door' | 'blob' | 'control' | 'mail-frame' | 'mail-blob';

export type Verdict =
  | { allow: true; route: Route; /** Undecoded, without the query. */ path: string }
  | { allow: false; status: number; code: 'bad-request' | 'no-token'; reason: string };

interface Rule {
  methods: readonly string[];
  /** Accepted values of Sec-Fetch-Site, -Mode and -Dest where sent; empty: never from a browser. */
  site: readonly string[];
  mode: readonly string[];
  dest: readonly string[];
  /** The origin of the page may be named in Origin; no other ever is. */
  origin: 'own' | 'absent';
  token: boolean;
  /** Media types of a request with a body. */
  body: readonly string[];
}

const ANY_SITE = ['none', 'same-origin', 'same-site', 'cross-site'];
const SUBRESOURCES = [
  'script',
  'style',
  'font',
  'image',
  'audio',
  'worker',
  'sharedworker',
  'manifest',
  'empty',
];

const RULES: Readonly<Record<Route, Rule>> = {
  // A link on any page may open the bare shell: it holds no data and no token.
  document: rule({ methods: ['GET', 'HEAD'], site: ANY_SITE, mode: ['navigate'], dest: ['document'] }),
  file: rule({
    methods: ['GET', 'HEAD'],
    site: ['same-origin'],
    mode: ['cors', 'no-cors', 'same-origin'],
    dest: SUBRESOURCES,
    origin: 'own',
  }),
  // From a command line or the address bar only; the code in it works once.
  open: rule({ methods: ['GET'], site: ['none'], mode: ['navigate'], dest: ['document'] }),
  door: rule({
    methods: ['GET', 'PUT', 'POST'],
    site: ['same-origin'],
    mode: ['cors', 'same-origin'],
    dest: ['empty'],
    origin: 'own',
    token: true,
    body: ['application/json', 'application/octet-stream'],
  }),
  blob: rule({
    methods: ['GET'],
    site: ['same-origin'],
    mode: ['navigate', 'cors', 'no-cors', 'same-origin'],
    dest: ['document', 'image', 'audio', 'video', 'empty'],
    origin: 'own',
  }),
  control: rule({ methods: ['GET', 'POST'], site: [], mode: [], dest: [], token: true }),
  'mail-frame': rule({ methods: ['GET'], site: ['same-site'], mode: ['navigate'], dest: ['iframe'] }),
  // The sandboxed frame's origin is opaque, so its own images count as cross-site.
  'mail-blob': rule({
    methods: ['GET'],
    site: ['cross-site', 'same-site'],
    mode: ['no-cors'],
    dest: ['image'],
  }),
};

function rule(
  given: Pick<Rule, 'methods' | 'site' | 'mode' | 'dest'> & Partial<Pick<Rule, 'origin' | 'token' | 'body'>>,
): Rule {
  return { origin: 'absent', token: false, body: [], ...given };
}

/** A second one of these is a smuggling attempt, never an accident. */
const SINGLE = new Set([
  'host',
  'origin',
  'content-type',
  'content-length',
  'transfer-encoding',
  'sec-fetch-site',
  'sec-fetch-mode',
  'sec-fetch-dest',
  TOKEN_HEADER,
]);
/** Nothing here upgrades, tunnels or registers a service worker. */
const FORBIDDEN = ['upgrade', 'http2-settings', 'expect', 'trailer', 'service-worker'];
const MAX_TARGET_CHARACTERS = 8_192;

/** Decides on one request. Pure: the same head always gets the same verdict. */
export function judge(head: RequestHead, ear: Ear): Verdict {
  const headers = new Map<string, string>();
  for (const [rawName, value] of head.headers) {
    const name = rawName.toLowerCase();
    if (SINGLE.has(name) && headers.has(name)) return refuse(400, `repeated ${name}`);
    headers.set(name, value);
  }
  const host = headers.get('host');
  const role = roleOf(host, ear);
  if (role === null) return refuse(421, 'not a name of this host');
  const forbidden = FORBIDDEN.find((name) => headers.has(name));
  if (forbidden !== undefined) return refuse(400, `header ${forbidden}`);

  const path = pathOf(head.target);
  if (path === null) return refuse(400, 'odd request target');
  const route = routeOf(role, path, head.target);
  if (route === null) return refuse(404, 'nothing here');
  const refusal = check(head.method, headers, RULES[route], ear.page.origin);
  return refusal ?? { allow: true, route, path };
}

function roleOf(host: string | undefined, ear: Ear): 'page' | 'mail' | null {
  if (ear.kind !== 'mail' && host === ear.page.host) return 'page';
  if (ear.kind !== 'page' && host === ear.mail.host) return 'mail';
  return null;
}

/** The path of an origin-form target without tricks; `null` for anything else. */
function pathOf(target: string): string | null {
  if (target.length > MAX_TARGET_CHARACTERS || !/^\/[\x21-\x7e]*$/.test(target)) return null;
  if (/[\\#]/.test(target)) return null;
  const path = target.split('?', 1)[0] ?? '';
  if (path.includes('//')) return null;
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null;
  }
  if (/[\u0000-\u001f\u007f]/.test(decoded)) return null;
  return decoded.split(/[/\\]/).some((segment) => segment === '.' || segment === '..') ? null : path;
}

function routeOf(role: 'page' | 'mail', path: string, target: string): Route | null {
  const under = (folder: string): boolean => path.startsWith(`${folder}/`);
  if (role === 'mail') {
    if (path === '/mail-frame') return 'mail-frame';
    return under('/blob') ? 'mail-blob' : null;
  }
  if (under('/door')) return 'door';
  if (under('/blob')) return 'blob';
  if (under('/control')) return 'control';
  if (path === '/open') return /^\/open\?code=[A-Za-z0-9_-]{43}$/.test(target) ? 'open' : null;
  return path === '/' || path === '/index.html' ? 'document' : 'file';
}

function check(
  method: string,
  headers: ReadonlyMap<string, string>,
  { methods, site, mode, dest, origin, token, body }: Rule,
  ownOrigin: string,
): Verdict | null {
  if (!methods.includes(method)) return refuse(405, `method ${method}`);
  for (const [name, allowed] of [
    ['sec-fetch-site', site],
    ['sec-fetch-mode', mode],
    ['sec-fetch-dest', dest],
  ] as const) {
    const value = headers.get(name);
    if (value !== undefined && !allowed.includes(value)) return refuse(403, `${name} ${value}`);
  }
  const sentOrigin = headers.get('origin');
  if (sentOrigin !== undefined && (origin === 'absent' || sentOrigin !== ownOrigin)) {
    return refuse(403, 'foreign origin');
  }
  if (token && !isTokenShaped(headers.get(TOKEN_HEADER) ?? '')) {
    return { allow: false, status: 401, code: 'no-token', reason: 'no token' };
  }
  return checkBody(headers, body);
}

function checkBody(headers: ReadonlyMap<string, string>, allowed: readonly string[]): Verdict | null {
  const encoding = headers.get('transfer-encoding');
  if (encoding !== undefined && encoding !== 'chunked') return refuse(400, 'transfer coding');
  const type = headers.get('content-type');
  const hasBody = encoding !== undefined || (headers.get('content-length') ?? '0') !== '0';
  if (!hasBody && type === undefined) return null;
  const media = (type ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return allowed.includes(media) ? null : refuse(415, `body of type ${media}`);
}

function refuse(status: number, reason: string): Verdict {
  return { allow: false, status, code: 'bad-request', reason };
}
