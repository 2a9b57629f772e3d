/** Accounts that come and go while the host runs, on two helpdesks that really run. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHelpdesk, type RunningHelpdesk } from '@electron/helpdesk/server';
import {
  backendsSchema,
  checkLineSchema,
  holdingsSchema,
  profileResultSchema,
  removedAccountSchema,
} from '@shared/contract/accounts';
import {
  accountSchema,
  changesPageSchema,
  doorErrorSchema,
  draftSchema,
  outboxPageSchema,
  sessionSchema,
  TOKEN_HEADER,
  type Account,
} from '@shared/contract/door';
import type { Conversation } from '@shared/domain/entities';
import type { IntentAction } from '@shared/domain/intents';
import { anIntent, refOf } from '@shared/testing/builders';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { HelpdeskLauncher } from '../helpdesk-launcher';
import { startHost, type RunningHost } from '../start-host';

/** One of the profiles that come with the product. */
const PROFILE = join(import.meta.dirname, '../../../resources/backends/copper-tracker.yaml');

let folder = '';
let host: RunningHost;
let second: { helpdesk: RunningHelpdesk; url: string };
/** How many embedded helpdesks run now. */
let embedded = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-accounts-'));
  const helpdesk = await openHelpdesk(join(folder, 'second'), Date.now);
  second = { helpdesk, url: await helpdesk.listen(0) };
  embedded = 0;
  host = await start();
});
afterEach(async () => {
  await host.close();
  await second.helpdesk.close();
  await rm(folder, { recursive: true });
});

const launcher: HelpdeskLauncher = {
  async start({ dataDir, port }) {
    const helpdesk = await openHelpdesk(dataDir, Date.now);
    const url = await helpdesk.listen(port ?? 0);
    embedded += 1;
    let tellExited = (): void => undefined;
    const exited = new Promise<void>((resolve) => (tellExited = resolve));
    const stop = async (): Promise<void> => {
      await helpdesk.close();
      embedded -= 1;
      tellExited();
    };
    return { url, token: helpdesk.token, exited, stop };
  },
};

function start(): Promise<RunningHost> {
  return startHost({
    dataDir: join(folder, 'data'),
    listen: { kind: 'tcp', port: 0 },
    pageFolder: folder,
    build: '1',
    helpdesk: launcher,
    log: () => undefined,
  });
}

async function send(method: string, path: string, body?: unknown): Promise<Response> {
  const headers = { [TOKEN_HEADER]: host.token, 'content-type': 'application/json' };
  return fetch(host.origin + path, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
}
async function ask<S extends z.ZodType>(
  schema: S,
  method: string,
  path: string,
  body?: unknown,
): Promise<z.output<S>> {
  const response = await send(method, path, body);
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return z.parse(schema, answer);
}
const until = <T>(look: () => Promise<T | null | undefined>): Promise<T> =>
  vi.waitFor(
    async () => {
      const found = await look();
      if (found === null || found === undefined) throw new Error('not yet');
      return found;
    },
    { timeout: 20_000, interval: 20 },
  );

const accounts = () => ask(z.array(accountSchema), 'GET', '/door/accounts');
const account = (id: string, state: Account['state']): Promise<Account> =>
  until(async () => (await accounts()).find((one) => one.id === id && one.state === state));
const draft = (token: string) => ({
  name: 'Second desk',
  backend: 'embedded',
  url: second.url,
  values: { token },
});
const addSecond = () => ask(accountSchema, 'POST', '/door/accounts', draft(second.helpdesk.token));
const changes = (id: string) => ask(changesPageSchema, 'GET', `/door/changes?account=${id}&after=0`);
const conversationIn = (id: string): Promise<Conversation> =>
  until(async () =>
    (await changes(id)).changes.flatMap((one) => (one.kind === 'conversation' ? (one.row ?? []) : [])).at(0),
  );

async function mail(url: string, token: string): Promise<void> {
  const answer = await fetch(new URL('/inbound/email', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'message/rfc822' },
    body: 'From: sample@customer.invalid\r\nSubject: Sample\r\nMessage-ID: <1@customer.invalid>\r\n\r\nHello\r\n',
  });
  expect(answer.status).toBe(201);
}

/** A reply to what the account's first conversation shows. */
async function reply(id: string): Promise<void> {
  const { id: conversationId, lastMessageId, version, status, assigneeId } = await conversationIn(id);
  const base = { messageId: lastMessageId, version, status, assigneeId };
  const action = { kind: 'reply', text: 'Sample answer', files: [], statusAfter: null } as const;
  const intent = anIntent(1, action, { accountId: id, conversationId, base });
  expect((await send('PUT', `/door/intents/${refOf(1)}`, intent)).status).toBe(200);
}
const row = async () => (await ask(outboxPageSchema, 'GET', '/door/intents')).rows[0];

describe('accounts that are managed while the host runs', { timeout: 40_000 }, () => {
  it('are added beside the embedded helpdesk, keep their credentials sealed, and are there after a restart', async () => {
    await account('embedded', 'online');
    const added = await addSecond();
    expect(added).toMatchObject({ name: 'Second desk', id: '127.0.0.1', url: second.url.replace(/\/$/, '') });
    await account(added.id, 'online');
    await mail(second.url, second.helpdesk.token);
    await conversationIn(added.id);
    const { vault, offers } = await ask(backendsSchema, 'GET', '/door/backends');
    expect(vault).toBe('file');
    expect(offers.map(({ id }) => id)).toContain('embedded');
    for (const file of ['accounts.json', 'vault.json']) {
      const text = await readFile(join(folder, 'data', 'console', file), 'utf8');
      expect(text).not.toContain(second.helpdesk.token);
    }
    await host.close();
    host = await start();
    await account(added.id, 'online');
    expect((await accounts()).map(({ id }) => id)).toEqual(['embedded', '127.0.0.1']);
  });

  it('say that their credentials are refused, and go on once these are corrected', async () => {
    const { id } = await ask(accountSchema, 'POST', '/door/accounts', draft('not-the-token'));
    expect((await account(id, 'refused')).failure?.kind).toBe('unauthorized');
    await account('embedded', 'online');
    await ask(accountSchema, 'POST', `/door/accounts/${id}`, { values: { token: second.helpdesk.token } });
    await account(id, 'online');
  });

  it('are checked step by step before they are kept, and again with what the vault has', async () => {
    const check = async (body: object) => {
      const lines = (await (await send('POST', '/door/account-checks', body)).text()).trim().split('\n');
      const steps = lines.map((line) => checkLineSchema.parse(JSON.parse(line)));
      // Only this tells that nothing was cut off.
      expect(steps.pop()).toEqual({ step: 'end' });
      return steps;
    };
    const good = await check(draft(second.helpdesk.token));
    expect(good.map(({ step }) => step)).toEqual(['address', 'helpdesk', 'signIn', 'clock', 'read', 'tier']);
    expect(good.find(({ step }) => step === 'read')).toMatchObject({ open: 0, all: true });
    const wrong = await check(draft('not-the-token'));
    expect(wrong.at(-1)).toMatchObject({ step: 'failed', at: 'signIn', problem: 'bad-credentials' });
    const nowhere = await check({ ...draft('x'), url: 'http://127.0.0.1:9' });
    expect(nowhere.at(-1)).toMatchObject({ at: 'address', problem: 'nobody-there' });
    expect(await accounts()).toHaveLength(1);
    const { id } = await addSecond();
    const again = await check({ ...draft(''), values: {}, accountId: id });
    expect(again.at(-1)).toMatchObject({ step: 'tier', tier: 'T1' });
    const elsewhere = second.url.replace('127.0.0.1', 'localhost');
    const moved = await check({ ...draft(''), url: elsewhere, values: {}, accountId: id });
    expect(moved.at(-1)).toMatchObject({ problem: 'bad-credentials' });
  });

  it('are checked no longer than somebody listens, and tell each step before the next is known', async () => {
    let asked = (): void => undefined;
    let gaveUp = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const isGivenUp = new Promise<void>((resolve) => (gaveUp = resolve));
    // Knows who signs in, and never tells of any conversation.
    const silent = createServer((request, response) => {
      if (request.url?.includes('/conversations') !== true) {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ id: 'a1', name: 'Sample Agent', email: null }));
        return;
      }
      response.on('close', gaveUp);
      asked();
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const stop = new AbortController();
    const response = await fetch(`${host.origin}/door/account-checks`, {
      method: 'POST',
      headers: { [TOKEN_HEADER]: host.token, 'content-type': 'application/json' },
      body: JSON.stringify({ ...draft('x'), url: `http://127.0.0.1:${port}` }),
      signal: stop.signal,
    });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let told = '';
    while (!told.includes('"clock"')) told += (await reader.read()).value ?? '';
    expect(told).toContain('Sample Agent');
    await isAsked;
    stop.abort();
    await isGivenUp;
    await new Promise((resolve) => silent.close(resolve));
  });

  it('rest while they are paused: nothing is pulled, nothing leaves, also after a restart', async () => {
    const { id } = await addSecond();
    await account(id, 'online');
    await mail(second.url, second.helpdesk.token);
    await conversationIn(id);
    await ask(accountSchema, 'POST', `/door/accounts/${id}`, { paused: true });
    await reply(id);
    await host.close();
    host = await start();
    // Where it is, is known as before: it can be checked and changed while it rests.
    expect((await account(id, 'paused')).url).toBe(second.url.replace(/\/$/, ''));
    expect(await row()).toMatchObject({ state: 'queued', reason: { kind: 'account-offline' } });
    await ask(accountSchema, 'POST', `/door/accounts/${id}`, { paused: false, name: 'Renamed' });
    expect((await account(id, 'online')).name).toBe('Renamed');
    await until(async () => ((await row())?.state === 'delivered' ? true : null));
  });

  it('lose their rows and keep what was not sent when they are removed, and send it when added again', async () => {
    const { id } = await addSecond();
    await account(id, 'online');
    await mail(second.url, second.helpdesk.token);
    const { id: conversation } = await conversationIn(id);
    await ask(accountSchema, 'POST', `/door/accounts/${id}`, { paused: true });
    await reply(id);
    const typed = { mode: 'reply', text: 'Not finished', files: [], typedAt: 1 };
    await ask(draftSchema, 'PUT', `/door/drafts/${id}/${conversation}`, typed);
    const said = await ask(holdingsSchema, 'GET', `/door/accounts/${id}/holdings`);
    expect(said).toEqual({ conversations: 1, unsent: 1, drafts: 1 });
    // What was sent, or wiped out, leaves an empty one: nothing that would come back.
    await ask(draftSchema, 'PUT', `/door/drafts/${id}/answered`, { ...typed, text: '' });
    expect((await ask(holdingsSchema, 'GET', `/door/accounts/${id}/holdings`)).drafts).toBe(1);
    await ask(accountSchema, 'POST', `/door/accounts/${id}/remove`);
    expect((await accounts()).map((one) => one.id)).toEqual(['embedded']);
    expect((await send('GET', `/door/changes?account=${id}&after=0`)).status).toBe(404);
    expect(await row()).toMatchObject({ state: 'queued' });
    const again = await addSecond();
    expect(again.id).toBe(id);
    await until(async () => ((await row())?.state === 'delivered' ? true : null));
    const drafts = await ask(z.array(draftSchema), 'GET', '/door/drafts');
    expect(drafts.filter(({ text }) => text !== '')).toMatchObject([{ accountId: id, text: 'Not finished' }]);
  });

  it('are about to leave for a while: undo gives all back, and a stop of the host calls nothing off', async () => {
    const { id } = await addSecond();
    await account(id, 'online');
    await mail(second.url, second.helpdesk.token);
    await conversationIn(id);
    const now = async () => (await accounts()).find((one) => one.id === id);
    const remove = (undoMs: number) =>
      ask(accountSchema, 'POST', `/door/accounts/${id}/remove?undoMs=${undoMs}`);
    const before = Date.now();
    const leaving = (await remove(60_000)).leaving;
    expect(leaving).toMatchObject({ state: 'waiting' });
    expect(leaving?.at).toBeGreaterThanOrEqual(before + 60_000);
    expect((await now())?.leaving).toEqual(leaving);
    // Asked again, it does not stay any longer.
    expect((await remove(60_000)).leaving).toEqual(leaving);
    expect((await ask(accountSchema, 'POST', `/door/accounts/${id}/keep`)).leaving).toBeNull();
    await conversationIn(id);

    await remove(60_000);
    await host.close();
    host = await start();
    // The whole time again, for whoever did not see it before.
    expect((await account(id, 'online')).leaving).toMatchObject({ state: 'waiting' });
    await ask(accountSchema, 'POST', `/door/accounts/${id}/keep`);
    await host.close();
    host = await start();
    expect((await account(id, 'online')).leaving).toBeNull();
    await conversationIn(id);

    await remove(1);
    await until(async () => ((await now()) === undefined ? true : null));
    expect((await send('POST', `/door/accounts/${id}/keep`)).status).toBe(404);
    const removed = z.array(removedAccountSchema);
    expect(await ask(removed, 'GET', '/door/accounts/removed')).toEqual([{ id, name: 'Second desk' }]);
    expect((await send('POST', `/door/accounts/${id}/remove?undoMs=60001`)).status).toBe(400);
  });

  it('leave after a start as well, with nobody asking again', async () => {
    const { id } = await addSecond();
    await ask(accountSchema, 'POST', `/door/accounts/${id}/remove?undoMs=60000`);
    await host.close();
    host = await start();
    await until(async () => ((await accounts()).every((one) => one.id !== id) ? true : null));
    await host.close();
    host = await start();
    expect((await accounts()).map((one) => one.id)).toEqual(['embedded']);
  });

  it('are changed one after the other, however fast one asks', async () => {
    const other = draft(second.helpdesk.token);
    const added = await Promise.all([1, 2].map(() => send('POST', '/door/accounts', other)));
    expect(added.map(({ ok }) => ok).sort()).toEqual([false, true]);
    const id = (await accounts()).find((one) => one.id !== 'embedded')?.id ?? '';
    await account(id, 'online');
    const [removed, again] = await Promise.all([
      send('POST', `/door/accounts/${id}/remove`),
      send('POST', '/door/accounts', other),
    ]);
    // Which of the two came first is the network's matter; either way all that is told stays true.
    expect(removed.ok).toBe(true);
    if (!again.ok) await addSecond();
    await account(id, 'online');
    await mail(second.url, second.helpdesk.token);
    await conversationIn(id);
    await host.close();
    host = await start();
    await account(id, 'online');
  });

  it('begin anew with nothing of the old place when they are moved to another helpdesk', async () => {
    const { id } = await addSecond();
    await account(id, 'online');
    await mail(second.url, second.helpdesk.token);
    await conversationIn(id);
    const third = await openHelpdesk(join(folder, 'third'), Date.now);
    const url = (await third.listen(0)).replace('127.0.0.1', 'localhost');
    try {
      const values = { token: third.token };
      const moved = await ask(accountSchema, 'POST', `/door/accounts/${id}`, { url, values });
      expect(moved.id).toBe(id);
      const online = await account(id, 'online');
      expect(online.rolledBack).toBeNull();
      const rows = (await changes(id)).changes.filter(({ kind }) => kind === 'conversation');
      expect(rows).toEqual([]);
    } finally {
      await ask(accountSchema, 'POST', `/door/accounts/${id}/remove`);
      await third.close();
    }
  });

  it('keep for the agent what was decided for the helpdesk that they were before, also after a restart', async () => {
    const { id } = await addSecond();
    await account(id, 'online');
    await mail(second.url, second.helpdesk.token);
    const { id: conversationId } = await conversationIn(id);
    await ask(accountSchema, 'POST', `/door/accounts/${id}`, { paused: true });
    await reply(id);
    const others: IntentAction[] = [
      { kind: 'note', text: 'Sample note', files: [] },
      { kind: 'status', status: 'resolved' },
    ];
    for (const [i, action] of others.entries()) {
      const intent = anIntent(i + 2, action, { accountId: id, conversationId });
      expect((await send('PUT', `/door/intents/${intent.ref}`, intent)).status).toBe(200);
    }
    const typed = { mode: 'reply', text: 'Dear Alice', files: [], typedAt: Date.now() };
    await ask(draftSchema, 'PUT', `/door/drafts/${id}/${conversationId}`, typed);
    const third = await openHelpdesk(join(folder, 'third'), Date.now);
    const url = (await third.listen(0)).replace('127.0.0.1', 'localhost');
    try {
      // There is a conversation under the very same id.
      await mail(url, third.token);
      const patch = { url, values: { token: third.token }, paused: false };
      await ask(accountSchema, 'POST', `/door/accounts/${id}`, patch);
      await account(id, 'online');
      expect((await conversationIn(id)).id).toBe(conversationId);
      const rows = async () => (await ask(outboxPageSchema, 'GET', '/door/intents')).rows;
      const detail = new URL(second.url).host;
      const waits = { state: 'parked', reason: { kind: 'elsewhere', detail } };
      const keptDraft = { ...waits, intent: { action: { kind: 'reply', text: 'Dear Alice' } } };
      expect(await (await send('GET', '/door/drafts')).text()).not.toContain(typed.text);
      expect(await rows()).toMatchObject([waits, waits, waits, keptDraft]);
      await host.close();
      host = await start();
      await account(id, 'online');
      expect(await rows()).toMatchObject([waits, waits, waits, keptDraft]);
      expect((await conversationIn(id)).status).toBe('new');
      expect((await send('POST', `/door/intents/${refOf(2)}/resend`)).ok).toBe(false);
      expect((await send('POST', `/door/intents/${refOf(2)}/discard`)).ok).toBe(true);
    } finally {
      await ask(accountSchema, 'POST', `/door/accounts/${id}/remove`);
      await third.close();
    }
  });

  it('refuse in words what is no account, and change nothing', async () => {
    await addSecond();
    const code = async (method: string, path: string, body?: unknown): Promise<string> => {
      const answer: unknown = await (await send(method, path, body)).json();
      return doorErrorSchema.parse(answer).error.code;
    };
    const other = draft(second.helpdesk.token);
    expect(await code('POST', '/door/accounts', other)).toBe('already-there');
    expect(await code('POST', '/door/accounts', { ...other, url: 'no address' })).toBe('bad-address');
    expect(await code('POST', '/door/accounts', { ...other, backend: 'nobody' })).toBe('bad-request');
    expect(await code('POST', '/door/accounts/nobody', { paused: true })).toBe('not-found');
    expect(await code('POST', '/door/accounts/nobody/remove')).toBe('not-found');
    expect(await accounts()).toHaveLength(2);
  });

  it('take a profile of the team when it is in order, and else tell where it is not', async () => {
    const wrong = await ask(profileResultSchema, 'POST', '/door/profiles', { text: 'id: Shop\nname: 5\n' });
    expect(wrong).toMatchObject({ kept: false });
    expect(wrong.kept ? [] : wrong.problems).toContainEqual(
      expect.objectContaining({ line: 2, column: expect.any(Number) as number }),
    );
    const text = await readFile(PROFILE, 'utf8');
    const good = await ask(profileResultSchema, 'POST', '/door/profiles', { text });
    expect(good).toMatchObject({ kept: true, offer: { custom: true } });
    const { offers } = await ask(backendsSchema, 'GET', '/door/backends');
    expect(offers.filter(({ custom }) => custom)).toEqual(good.kept ? [good.offer] : []);
  });

  it('run the embedded helpdesk only as long as it is one of them', async () => {
    await account('embedded', 'online');
    expect((await ask(sessionSchema, 'GET', '/door/session')).tryIt).not.toBeNull();
    await ask(accountSchema, 'POST', '/door/accounts/embedded', { paused: true });
    await until(async () => (embedded === 0 ? true : null));
    await ask(accountSchema, 'POST', '/door/accounts/embedded', { paused: false });
    await account('embedded', 'online');
    await ask(accountSchema, 'POST', '/door/accounts/embedded/remove');
    await until(async () => (embedded === 0 ? true : null));
    expect((await ask(sessionSchema, 'GET', '/door/session')).tryIt).toBeNull();
    await ask(accountSchema, 'POST', '/door/accounts', {
      name: '',
      backend: 'embedded',
      url: '',
      values: {},
    });
    await account('embedded', 'online');
    expect(embedded).toBe(1);
  });
});
