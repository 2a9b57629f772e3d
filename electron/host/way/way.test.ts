/** The way to a helpdesk, on servers that really listen: certificates and proxies. */
import { createServer as createRawServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { CertificateError } from '@shared/backends/certificate-error';
import { BackendError, verdictOf } from '@shared/backends/backend-error';
import type { HttpRequest } from '@shared/backends/http';
import { createHttpClient, HTTP_LIMITS, type HostHttp } from '../http-client';
import { makeCertificate } from './certificate.test-data';
import { DIRECT, type Way } from './way';
import { startShield } from './shield.test-data';
import { listening, startDesk, startProxy, type TestDesk } from './way.test-data';

const clients: HostHttp[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

function clientOn(way: Partial<Way> = {}): HostHttp {
  const client = createHttpClient({ ...HTTP_LIMITS, connectMs: 1_000 }, { ...DIRECT, ...way });
  clients.push(client);
  return client;
}
const ask = (client: HostHttp, url: string, parts: Partial<HttpRequest> = {}) =>
  client.request({
    method: 'POST',
    url,
    headers: { authorization: 'Bearer sample-secret' },
    body: '{}',
    timeoutMs: 5_000,
    signal: new AbortController().signal,
    ...parts,
  });
async function works(client: HostHttp, url: string): Promise<void> {
  expect(await (await ask(client, url)).text()).toBe('{"ok":true}');
}
async function failure(wanted: Promise<unknown>): Promise<BackendError> {
  const error = await wanted.then(
    () => new Error('It worked.'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof BackendError)) throw error;
  return error;
}
async function refusal(wanted: Promise<unknown>): Promise<CertificateError> {
  const error = await failure(wanted);
  if (!(error instanceof CertificateError)) throw error;
  return error;
}
const pinned = (desk: Pick<TestDesk, 'port'>, fingerprint: string): Pick<Way, 'trusted'> => ({
  trusted: { host: '127.0.0.1', port: desk.port, fingerprint },
});

describe('a certificate that nobody known vouches for', () => {
  it('is told in full, and nothing is sent to its server', async () => {
    const made = makeCertificate({ commonName: 'desk.sample.invalid' });
    const desk = await startDesk(made);
    const { kind, certificate } = await refusal(ask(clientOn(), desk.url));
    expect(kind).toBe('tls');
    expect(certificate).toMatchObject({
      host: `127.0.0.1:${desk.port}`,
      subject: 'desk.sample.invalid, Sample Tools',
      issuer: 'desk.sample.invalid, Sample Tools',
      names: ['127.0.0.1', 'localhost'],
      fingerprint: made.fingerprint,
      faults: ['self-signed'],
      trusted: null,
    });
    expect(certificate.validFrom).toBeLessThan(Date.now());
    expect(certificate.validTo).toBeGreaterThan(Date.now());
    expect([desk.asked, desk.connections]).toEqual([[], 1]);
  });

  it.each([
    [
      ['unknown-authority'],
      () => ({ issuer: makeCertificate({ commonName: 'Sample CA', authority: true }) }),
    ],
    [
      ['unknown-authority', 'expired'],
      () => ({
        issuer: makeCertificate({ commonName: 'Sample CA', authority: true }),
        validFrom: new Date('2020-01-01'),
        validTo: new Date('2021-01-01'),
      }),
    ],
    [
      ['self-signed', 'expired'],
      () => ({ validFrom: new Date('2020-01-01'), validTo: new Date('2021-01-01') }),
    ],
    [
      ['self-signed', 'not-yet-valid'],
      () => ({ validFrom: new Date('2045-01-01'), validTo: new Date('2046-01-01') }),
    ],
    [['self-signed', 'other-name'], () => ({ names: ['other.invalid'] })],
  ] as const)('is told with every fault: %j', async (faults, wishes) => {
    const desk = await startDesk(makeCertificate(wishes()));
    expect((await refusal(ask(clientOn(), desk.url))).certificate.faults).toEqual(faults);
    expect(desk.asked).toEqual([]);
  });

  it('is told as nobody’s also when it has expired and its server shows an authority of its own', async () => {
    const issuer = makeCertificate({ commonName: 'Sample CA', authority: true });
    const made = makeCertificate({ issuer, validTo: new Date('2021-01-01') });
    const desk = await startDesk({ ...made, cert: made.cert + issuer.cert });
    const { faults } = (await refusal(ask(clientOn(), desk.url))).certificate;
    expect(faults).toEqual(['unknown-authority', 'expired']);
  });

  it('is accepted where it is trusted, over one connection that is kept', async () => {
    const made = makeCertificate({ names: ['other.invalid'], validTo: new Date('2021-01-01') });
    const desk = await startDesk(made);
    const client = clientOn(pinned(desk, made.fingerprint));
    await works(client, desk.url);
    await works(client, desk.url);
    expect([desk.asked.length, desk.connections]).toEqual([2, 1]);
  });

  it('is not accepted in place of the trusted one: both are named, nothing is sent', async () => {
    const [before, after] = [makeCertificate(), makeCertificate()];
    const desk = await startDesk(before);
    const client = clientOn(pinned(desk, before.fingerprint));
    await works(client, desk.url);
    desk.show(after);
    desk.server.closeAllConnections();
    // The first may still be on the connection that was just closed.
    await ask(client, desk.url).catch(() => undefined);
    const asked = desk.asked.length;
    const { message, certificate } = await refusal(ask(client, desk.url));
    expect(message).toContain(before.fingerprint);
    expect(message).toContain(after.fingerprint);
    expect(certificate).toMatchObject({
      faults: ['changed', 'self-signed'],
      fingerprint: after.fingerprint,
      trusted: before.fingerprint,
    });
    expect(desk.asked).toHaveLength(asked);
  });

  it('is trusted of one server only, and by one account only', async () => {
    const made = makeCertificate();
    const [desk, other] = [await startDesk(made), await startDesk(made)];
    const client = clientOn(pinned(desk, made.fingerprint));
    await works(client, desk.url);
    expect((await refusal(ask(client, other.url))).certificate.faults).toEqual(['self-signed']);
    await refusal(ask(clientOn(), desk.url));
  });

  it('is not accepted any more once the trust is taken back; what was asked before ends well', async () => {
    const made = makeCertificate();
    let answer = (): void => undefined;
    const desk = await startDesk(made, (_request, response) => {
      answer = () => response.end('{"ok":true}');
      if (desk.asked.length === 1) answer();
    });
    const client = clientOn(pinned(desk, made.fingerprint));
    await works(client, desk.url);
    const slow = ask(client, desk.url);
    await vi.waitFor(() => expect(desk.asked).toHaveLength(2));
    client.take(DIRECT);
    await refusal(ask(client, desk.url));
    answer();
    expect(await (await slow).text()).toBe('{"ok":true}');
    expect(desk.asked).toHaveLength(2);
  });

  it('is not accepted because a switch of Node says that all are', async () => {
    const desk = await startDesk(makeCertificate());
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    await refusal(ask(clientOn(), desk.url));
    vi.unstubAllEnvs();
    expect(desk.asked).toEqual([]);
  });
});

describe('a proxy', () => {
  beforeEach(() => {
    for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'ALL_PROXY']) {
      vi.stubEnv(name, '');
      vi.stubEnv(name.toLowerCase(), '');
    }
  });
  afterEach(() => void vi.unstubAllEnvs());

  it('carries what is secret through a tunnel that is kept, and sees nothing of it', async () => {
    const made = makeCertificate();
    const desk = await startDesk(made);
    const proxy = await startProxy();
    const client = clientOn({
      ...pinned(desk, made.fingerprint),
      proxy: { url: proxy.url, signIn: 'ann:pass word' },
    });
    await works(client, `${desk.url}/hidden`);
    await works(client, `${desk.url}/hidden`);
    expect(desk.asked).toEqual(['POST /hidden', 'POST /hidden']);
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${desk.port}`]);
    expect(proxy.signIns).toEqual([`Basic ${Buffer.from('ann:pass word').toString('base64')}`]);
    expect(desk.connections).toBe(1);
  });

  it('does not spare the certificate from being judged', async () => {
    const desk = await startDesk(makeCertificate());
    const proxy = await startProxy();
    const { certificate } = await refusal(
      ask(clientOn({ proxy: { url: proxy.url, signIn: null } }), desk.url),
    );
    expect(certificate.host).toBe(`127.0.0.1:${desk.port}`);
    expect(desk.asked).toEqual([]);
  });

  it('is given a plain request as it is', async () => {
    const desk = await startDesk(null);
    const proxy = await startProxy();
    const client = clientOn({ proxy: { url: proxy.url, signIn: null } });
    const response = await ask(client, `${desk.url}/plain`, { method: 'GET', body: null });
    expect(await response.text()).toBe('{"ok":true}');
    expect(proxy.asked).toEqual([`GET ${desk.url}/plain`]);
    expect(desk.asked).toEqual(['GET /plain']);
  });

  const secret = { signIn: 'ann:sample-secret' };
  it.each([
    [
      'wants a sign-in',
      'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="Sample", Negotiate\r\n\r\n',
      [407, '407 Proxy Authentication Required. It asks for: Basic, Negotiate.'],
    ],
    ['cannot go on', 'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n', [502, '502 Bad Gateway.']],
    [
      'is a web page',
      'HTTP/1.1 405 Method Not Allowed\r\ncontent-type: text/html\r\n\r\n<html>Welcome</html>',
      [405, '405 Method Not Allowed.'],
    ],
  ])(
    'that %s surely sent nothing on, and says why without the sign-in',
    async (_title, answer, [status, words]) => {
      const desk = await startDesk(makeCertificate());
      const proxy = await startProxy(() => answer);
      const error = await failure(ask(clientOn({ proxy: { url: proxy.url, ...secret } }), desk.url));
      expect([error.kind, error.status, verdictOf(error.kind)]).toEqual(['proxy', status, 'link-down']);
      expect(error.message).toBe(`The proxy 127.0.0.1:${proxy.port} answered ${words}`);
      expect(desk.connections).toBe(0);
    },
  );

  it('that wants a sign-in for a plain request surely sent nothing on', async () => {
    const desk = await startDesk(null);
    const proxy = await startProxy(
      () => 'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n',
    );
    const error = await failure(ask(clientOn({ proxy: { url: proxy.url, signIn: null } }), desk.url));
    expect([error.kind, error.status]).toEqual(['proxy', 407]);
    expect(desk.connections).toBe(0);
  });

  it.each([
    ['where nobody is', async () => 1],
    ['that is silent', () => listening(createRawServer(() => undefined))],
    ['that hangs up', () => listening(createRawServer((socket) => socket.end()))],
    [
      'that talks of something else',
      () => listening(createRawServer((socket) => socket.end('220 mail\r\n'))),
    ],
  ])('%s cannot be reached: nothing was sent', async (_title, start) => {
    const desk = await startDesk(makeCertificate());
    const proxy = { url: `http://127.0.0.1:${await start()}`, ...secret };
    const error = await failure(ask(clientOn({ proxy }), desk.url));
    expect([error.kind, error.status]).toEqual(['proxy', null]);
    expect(error.message).not.toContain('sample-secret');
    expect(desk.connections).toBe(0);
  });

  it('leaves the doubt where a tunnel breaks after the request left', async () => {
    const made = makeCertificate();
    const desk = await startDesk(made, (request) => request.socket.destroy());
    const proxy = await startProxy();
    const way = { ...pinned(desk, made.fingerprint), proxy: { url: proxy.url, signIn: null } };
    expect((await failure(ask(clientOn(way), desk.url))).kind).toBe('no-answer');
    expect(desk.asked).toHaveLength(1);
  });

  it('is the one that this computer is set to, but for what it excepts', async () => {
    const made = makeCertificate();
    const desk = await startDesk(made);
    const proxy = await startProxy();
    const way: Way = { ...pinned(desk, made.fingerprint), proxy: 'system' };
    vi.stubEnv('HTTPS_PROXY', proxy.url.replace('//', '//ann:secret@'));
    await works(clientOn(way), desk.url);
    expect(proxy.asked).toHaveLength(1);
    expect(proxy.signIns).toEqual([`Basic ${Buffer.from('ann:secret').toString('base64')}`]);
    vi.stubEnv('HTTPS_PROXY', `ann:secret@127.0.0.1:${proxy.port}`);
    await works(clientOn(way), desk.url);
    expect(proxy.asked).toHaveLength(2);
    // No other way is a proxy taken that nobody chose for the account.
    await works(clientOn({ ...way, proxy: 'none' }), desk.url);
    vi.stubEnv('NO_PROXY', '127.0.0.1');
    await works(clientOn(way), desk.url);
    expect(proxy.asked).toHaveLength(2);
  });

  it('that is spoken to over TLS is vouched for by this computer, never by the trust of the account', async () => {
    const made = makeCertificate();
    const desk = await startDesk(made);
    const shield = await startShield((await startProxy()).port, made);
    const proxy = { url: shield.url, signIn: 'ann:sample-secret' };
    for (const { port } of [desk, shield]) {
      const error = await failure(ask(clientOn({ ...pinned({ port }, made.fingerprint), proxy }), desk.url));
      expect([error.kind, error.message]).toEqual([
        'proxy',
        expect.stringContaining('SELF_SIGNED') as string,
      ]);
    }
    expect([shield.heard, desk.connections]).toEqual([0, 0]);
    await shield.stop();
  });

  it('of a kind that is not known is told, not passed by', async () => {
    const desk = await startDesk(null);
    vi.stubEnv('HTTP_PROXY', 'socks5://127.0.0.1:1080');
    expect((await failure(ask(clientOn({ proxy: 'system' }), desk.url))).kind).toBe('proxy');
    expect(desk.connections).toBe(0);
  });
});

describe('a socket that stays', () => {
  const dial = (client: HostHttp, url: string) =>
    client.request.dial?.({
      url: url.replace('http', 'ws'),
      protocols: [],
      headers: {},
      signal: new AbortController().signal,
    }) ?? Promise.reject(new Error('No sockets.'));

  it.each([true, false])('goes the same way (secure: %s), and ends when the way changes', async (secure) => {
    const made = secure ? makeCertificate() : null;
    const desk = await startDesk(made);
    const sockets = new WebSocketServer({ server: desk.server });
    sockets.on('connection', (socket) => socket.send('welcome'));
    const proxy = await startProxy();
    const client = clientOn({
      ...(made && pinned(desk, made.fingerprint)),
      proxy: { url: proxy.url, signIn: null },
    });
    const texts = (await dial(client, desk.url)).texts()[Symbol.asyncIterator]();
    expect(await texts.next()).toMatchObject({ value: 'welcome' });
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${desk.port}`]);
    client.take(DIRECT);
    expect(await texts.next()).toMatchObject({ done: true });
    sockets.close();
  });

  it('does not open over a certificate that is not trusted, nor through a proxy that refuses', async () => {
    const desk = await startDesk(makeCertificate());
    const sockets = new WebSocketServer({ server: desk.server });
    await refusal(dial(clientOn(), desk.url));
    const proxy = await startProxy(() => 'HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const error = await failure(dial(clientOn({ proxy: { url: proxy.url, signIn: null } }), desk.url));
    expect([error.kind, error.status]).toEqual(['proxy', 407]);
    expect(sockets.clients.size).toBe(0);
    sockets.close();
  });
});
