/** A whole host whose account's helpdesk stands behind a certificate that nobody vouches for. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHelpdesk, type RunningHelpdesk } from '@electron/helpdesk/server';
import { checkLineSchema, connectionSchema } from '@shared/contract/accounts';
import {
  accountSchema,
  changesPageSchema,
  linksSchema,
  TOKEN_HEADER,
  type Account,
} from '@shared/contract/door';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { startHost, type RunningHost } from './start-host';
import { makeCertificate } from './way/certificate.test-data';
import { startShield, type Shield } from './way/shield.test-data';
import { startProxy } from './way/way.test-data';

let folder = '';
let host: RunningHost;
let helpdesk: RunningHelpdesk;
/** The helpdesk without the certificate before it. */
let plain = '';
let shield: Shield;
const first = makeCertificate();
const logged: string[] = [];

beforeEach(async () => {
  logged.length = 0;
  folder = await mkdtemp(join(tmpdir(), 'holdfast-way-'));
  helpdesk = await openHelpdesk(join(folder, 'desk'), Date.now);
  plain = await helpdesk.listen(0);
  shield = await startShield(Number(new URL(plain).port), first);
  host = await start();
});
afterEach(async () => {
  await host.close();
  await shield.stop();
  await helpdesk.close();
  await rm(folder, { recursive: true });
});

function start(): Promise<RunningHost> {
  return startHost({
    dataDir: join(folder, 'data'),
    listen: { kind: 'tcp', port: 0 },
    pageFolder: folder,
    build: '1',
    helpdesk: null,
    log: (sentence) => logged.push(sentence),
  });
}
async function send(method: string, path: string, body?: unknown): Promise<Response> {
  const headers = { [TOKEN_HEADER]: host.token, 'content-type': 'application/json' };
  return fetch(host.origin + path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}
async function check(body: object) {
  const lines = (await (await send('POST', '/door/account-checks', body)).text()).trim().split('\n');
  return lines.map((line) => checkLineSchema.parse(JSON.parse(line)));
}
const accounts = async () => z.array(accountSchema).parse(await (await send('GET', '/door/accounts')).json());
const account = (state: Account['state'], failure: string | null = null): Promise<Account> =>
  vi.waitFor(
    async () => {
      const [found] = await accounts();
      expect([found?.state, found?.failure?.kind ?? null]).toEqual([state, failure]);
      return found as Account;
    },
    { timeout: 20_000, interval: 20 },
  );
const draft = () => ({
  name: 'Behind a certificate',
  backend: 'embedded',
  url: shield.url,
  values: { token: helpdesk.token },
});
const straight = { use: 'none' } as const;

it(
  'is checked, trusted for its account alone, told when it changes, and trusted anew',
  { timeout: 60_000 },
  async () => {
    const [failed] = await check(draft());
    expect(failed).toMatchObject({ step: 'failed', at: 'address', problem: 'certificate' });
    const seen = failed?.step === 'failed' ? failed.certificate : undefined;
    expect(seen).toMatchObject({ fingerprint: first.fingerprint, faults: ['self-signed'], trusted: null });
    // Not a byte of a request, let alone a token, before somebody decided.
    expect(shield.heard).toBe(0);

    const connection = { trusted: first.fingerprint, proxy: straight };
    expect((await check({ ...draft(), connection })).at(-2)).toMatchObject({ step: 'tier' });
    const added = accountSchema.parse(
      await (await send('POST', '/door/accounts', { ...draft(), connection })).json(),
    );
    await account('online');
    expect(
      connectionSchema.parse(await (await send('GET', `/door/accounts/${added.id}/connection`)).json()),
    ).toEqual(connection);
    await host.close();
    host = await start();
    await account('online');

    const second = makeCertificate();
    shield.show(second);
    const cut = await account('offline', 'tls');
    expect(cut.failure?.detail).toContain(first.fingerprint);
    expect(cut.failure?.detail).toContain(second.fingerprint);
    const heard = shield.heard;
    const [changed] = await check({ ...draft(), values: {}, accountId: added.id });
    expect(changed).toMatchObject({
      problem: 'certificate',
      certificate: {
        faults: ['changed', 'self-signed'],
        trusted: first.fingerprint,
        fingerprint: second.fingerprint,
      },
    });
    expect(shield.heard).toBe(heard);
    await send('POST', `/door/accounts/${added.id}`, {
      connection: { ...connection, trusted: second.fingerprint },
    });
    await account('online');
  },
);

it(
  'is reached through a proxy that signs in, with mails and files; the sign-in is nowhere to be seen',
  { timeout: 60_000 },
  async () => {
    const proxy = await startProxy();
    const connection = {
      trusted: first.fingerprint,
      proxy: { use: 'address', url: proxy.url.replace('//', '//ann:sample-secret@') },
    };
    expect((await check({ ...draft(), connection })).at(-2)).toMatchObject({ step: 'tier' });
    const { id } = accountSchema.parse(
      await (await send('POST', '/door/accounts', { ...draft(), connection })).json(),
    );
    await account('online');
    const answer = await fetch(new URL('/inbound/email', plain), {
      method: 'POST',
      headers: { authorization: `Bearer ${helpdesk.token}`, 'content-type': 'message/rfc822' },
      body: MAIL,
    });
    expect(answer.status).toBe(201);
    const file = await vi.waitFor(
      async () => {
        const page = changesPageSchema.parse(
          await (await send('GET', `/door/changes?account=${id}&after=0`)).json(),
        );
        const [found] = page.changes.flatMap((one) =>
          one.kind === 'message' ? (one.row?.attachments ?? []) : [],
        );
        if (found === undefined) throw new Error('not yet');
        return found;
      },
      { timeout: 20_000, interval: 20 },
    );
    const wanted = [{ accountId: id, attachmentId: file.id, download: true }];
    const [link] = linksSchema.parse(await (await send('POST', '/door/links', wanted)).json());
    expect(await (await fetch(new URL(link?.url ?? '', host.origin))).text()).toContain('A lamp.');
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT 127.0.0.1:${shield.port}`]));
    expect(new Set(proxy.signIns)).toEqual(
      new Set([`Basic ${Buffer.from('ann:sample-secret').toString('base64')}`]),
    );

    const told = await (await send('GET', `/door/accounts/${id}/connection`)).text();
    expect(JSON.parse(told)).toMatchObject({ proxy: { use: 'address', url: proxy.url, signsIn: true } });
    const shown = [told, JSON.stringify(await accounts()), logged.join('\n')];
    for (const entry of await readdir(join(folder, 'data'), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) shown.push(await readFile(join(entry.parentPath, entry.name), 'latin1'));
    }
    expect(shown.filter((text) => text.includes('sample-secret'))).toEqual([]);
  },
);

const MAIL = [
  'From: sample@customer.invalid',
  'Subject: Lamp',
  'Message-ID: <1@customer.invalid>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  'Hello',
  '--b',
  'Content-Type: text/plain; name=lamp.txt',
  'Content-Disposition: attachment; filename=lamp.txt',
  '',
  'A lamp.',
  '--b--',
  '',
].join('\r\n');
