import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem } from '@electron/files/node-file-system';
import { BackendError } from '@shared/backends/backend-error';
import type { Backend } from '@shared/backends/port';
import {
  accountSchema,
  BUILD_HEADER,
  changesPageSchema,
  CONTRACT_HEADER,
  CONTRACT_VERSION,
  DEFAULT_SETTINGS,
  doorErrorSchema,
  doorEventSchema,
  draftSchema,
  historyPageSchema,
  linksSchema,
  outboxPageSchema,
  sessionSchema,
  settingsSchema,
  TOKEN_HEADER,
  uploadProgressSchema,
  UPLOAD_CHUNK_BYTES,
  type Account,
} from '@shared/contract/door';
import { outboxRowSchema } from '@shared/contract/entity-schemas';
import type { Intent, IntentAction } from '@shared/domain/intents';
import { createOutbox, type Outbox } from '@shared/sync/outbox';
import { openSpool, type Spool } from '@shared/sync/spool';
import { aConversation, aMessage, anIntent, refOf } from '@shared/testing/builders';
import { diskError, MemoryFileSystem } from '@shared/testing/memory-file-system';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openDrafts } from '../drafts';
import { createEventHub, type EventHub } from '../events';
import { openAttachmentCache } from '../files/attachment-cache';
import { createBlobLinks, LINK_LIFE_MS } from '../files/blob-links';
import { openFileStore } from '../files/file-store';
import { createUploads } from '../files/uploads';
import { openJournal } from '../journal';
import { openSettings } from '../settings-store';
import { systemClock, systemRandom } from '../system-clock';
import { createDoor } from './door';

const TOKEN = 'sample-token';
const MAX_ATTACHMENT_BYTES = 3 * 1024 * 1024;
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);

const account: Account = {
  id: 'a1',
  name: 'Sample helpdesk',
  backend: 'sample',
  state: 'online',
  stateSince: 1,
  asOf: 2,
  failure: null,
  firstSync: null,
  rejectedRows: 0,
  agent: { accountId: 'a1', id: 'agent-1', name: 'Sample Agent', email: null },
  tier: 'T1',
  supports: {
    note: true,
    priority: true,
    tags: true,
    attachments: true,
    push: true,
    maxAttachmentBytes: MAX_ATTACHMENT_BYTES,
  },
};

let folder = '';
let disk: MemoryFileSystem;
let spool: Spool;
let outbox: Outbox;
let events: EventHub;
let door: (request: Request) => Promise<Response>;
let closing = false;
let elapsed = 0;
let attachment: Uint8Array | BackendError = PNG;
let logged: string[] = [];

const backend = {
  async history(conversationId: string, before: string | null) {
    if (conversationId === 'cut') throw new BackendError('no-answer', 'Nothing came for 8000 ms.');
    return { messages: [aMessage({ conversationId })], before: before === null ? 'older' : null };
  },
  async download() {
    if (attachment instanceof BackendError) throw attachment;
    const bytes = attachment;
    return (async function* () {
      yield bytes;
    })();
  },
} as unknown as Backend;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-door-'));
  disk = new MemoryFileSystem();
  closing = false;
  elapsed = 0;
  attachment = PNG;
  logged = [];
  spool = await openSpool({
    fs: disk,
    folder: 'spool/a1',
    newEpoch: () => 'e1',
    onConversation: () => undefined,
  });
  events = createEventHub(() => 1);
  const journal = await openJournal(disk, 'journal', systemClock);
  const files = await openFileStore({ fs: nodeFileSystem, folder, quotaBytes: 1e9 });
  const backendOf = (id: string) => (id === 'a1' ? backend : null);
  outbox = createOutbox({
    rows: journal.rows,
    journal,
    backendOf: () => null,
    accountOnline: () => false,
    files,
    clock: systemClock,
    random: systemRandom,
    onRow: (row) => events.publish({ type: 'outbox', row }),
  });
  const attachments = await openAttachmentCache({
    fs: disk,
    folder: 'files/index',
    store: files,
    backendOf,
    pinned: () => new Set(),
  });
  door = createDoor({
    token: TOKEN,
    build: 'build-1',
    session: () => ({
      build: 'build-1',
      contract: CONTRACT_VERSION,
      installId: '0a0a0a0a',
      epoch: 'e1',
      mailFrameUrl: 'http://127.0.0.1:2/mail-frame',
      hostTime: 1,
      tryIt: null,
    }),
    accounts: () => [{ account: () => account, spool, backend: () => backend }],
    outbox,
    recovery: { tornBytes: 12, damaged: 1 },
    drafts: await openDrafts({ fs: disk, folder: 'drafts', clock: systemClock }),
    settings: await openSettings(disk, 'settings.json'),
    events,
    files,
    uploads: createUploads(nodeFileSystem, files, (bytes) => files.reserve(bytes)),
    attachments,
    links: createBlobLinks(() => elapsed),
    closing: () => closing,
    log: (sentence) => logged.push(sentence),
  });
});
afterEach(async () => {
  events.close();
  await rm(folder, { recursive: true });
});

function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const raw = body instanceof Uint8Array;
  const type = raw ? 'application/octet-stream' : 'application/json';
  return door(
    new Request(`http://127.0.0.1:1${path}`, {
      method,
      headers: { [TOKEN_HEADER]: TOKEN, ...(body === undefined ? {} : { 'content-type': type }), ...headers },
      ...(body === undefined ? {} : { body: raw ? Buffer.from(body) : JSON.stringify(body) }),
    }),
  );
}
/** Asks and checks the answer against the contract. */
async function good<S extends z.ZodType>(schema: S, ...args: Parameters<typeof ask>): Promise<z.output<S>> {
  const response = await ask(...args);
  const json: unknown = await response.json();
  expect([response.status, json]).toEqual([200, json]);
  return z.parse(schema, json);
}
async function refusal(...args: Parameters<typeof ask>): Promise<[number, string]> {
  const response = await ask(...args);
  const { error } = doorErrorSchema.parse(await response.json());
  expect(error.message).toMatch(/^[A-Z].*\.$/);
  return [response.status, error.code];
}
const put = (intent: Intent, ref = intent.ref) => ['PUT', `/door/intents/${ref}`, intent] as const;
const note = (text: string): IntentAction => ({ kind: 'note', text, files: [] });

describe('the door', () => {
  it('opens only for the token of this launch', async () => {
    expect(await refusal('GET', '/door/session', undefined, { [TOKEN_HEADER]: 'wrong' })).toEqual([
      401,
      'no-token',
    ]);
    expect(await refusal('GET', '/door/nowhere', undefined, { [TOKEN_HEADER]: '' })).toEqual([
      401,
      'no-token',
    ]);
    expect(await refusal('GET', '/door/nowhere')).toEqual([404, 'not-found']);
  });

  it('stamps build, contract and protective headers on every answer, refusals too', async () => {
    for (const path of ['/door/session', '/door/nowhere', '/blob/file']) {
      const { headers } = await ask('GET', path);
      expect(headers.get(BUILD_HEADER)).toBe('build-1');
      expect(headers.get(CONTRACT_HEADER)).toBe(CONTRACT_VERSION);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    }
  });

  it('answers session and accounts as the contract says', async () => {
    expect(await good(sessionSchema, 'GET', '/door/session')).toMatchObject({ installId: '0a0a0a0a' });
    expect(await good(z.array(accountSchema), 'GET', '/door/accounts')).toEqual([account]);
  });

  it('takes nothing new while it closes, but still answers questions', async () => {
    closing = true;
    expect(await refusal(...put(anIntent(1, note('x'))))).toEqual([503, 'closing']);
    await good(sessionSchema, 'GET', '/door/session');
  });

  it('keeps details of an unforeseen error in the log', async () => {
    spool.read = () => Promise.reject(new Error('some secret detail'));
    const response = await ask('GET', '/door/changes?account=a1');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
    expect(logged.join()).toContain('some secret detail');
  });
});

describe('changes at the door', () => {
  beforeEach(async () => {
    await spool.commit('conversations', 'k', [
      { kind: 'conversation', id: 'c1', row: aConversation(), movedTo: null },
      { kind: 'message', id: 'm1', row: aMessage(), movedTo: null },
      { kind: 'contact', id: 'p1', row: null, movedTo: null },
    ]);
  });

  it('come in pages that continue where the last one ended', async () => {
    const first = await good(changesPageSchema, 'GET', '/door/changes?account=a1&after=0&limit=2');
    expect([first.seq, first.more, first.epoch]).toEqual([2, true, 'e1']);
    const second = await good(
      changesPageSchema,
      'GET',
      `/door/changes?account=a1&after=${first.seq}&limit=2`,
    );
    expect(second).toMatchObject({ seq: 3, more: false, changes: [{ kind: 'contact', row: null }] });
  });

  it('are refused for an unknown account and a nonsensical place', async () => {
    expect(await refusal('GET', '/door/changes?account=none')).toEqual([404, 'not-found']);
    expect(await refusal('GET', '/door/changes?account=a1&after=-1')).toEqual([400, 'bad-request']);
    expect(await refusal('GET', '/door/changes?account=a1&limit=100000')).toEqual([400, 'bad-request']);
  });
});

describe('intents at the door', () => {
  it('are answered only after the journal has them', async () => {
    const row = await good(outboxRowSchema, ...put(anIntent(1, note('hello'))));
    expect(row).toMatchObject({ state: 'queued', order: 1 });
    const journal = await openJournal(disk.afterCrash(0), 'journal', systemClock);
    expect(journal.rows.map((one) => one.intent.ref)).toEqual([refOf(1)]);
  });

  it('are taken once, however often they come', async () => {
    const twice = [put(anIntent(1, note('hello'))), put(anIntent(1, note('hello')))];
    await Promise.all(twice.map((request) => good(outboxRowSchema, ...request)));
    await good(outboxRowSchema, ...put(anIntent(1, note('hello'))));
    expect((await good(outboxPageSchema, 'GET', '/door/intents')).rows).toHaveLength(1);
  });

  it('are refused when the reference was used for something else or is not theirs', async () => {
    await good(outboxRowSchema, ...put(anIntent(1, note('hello'))));
    expect(await refusal(...put(anIntent(1, note('other'))))).toEqual([409, 'reused-ref']);
    expect(await refusal(...put(anIntent(1, note('hello')), refOf(2)))).toEqual([400, 'bad-request']);
    expect(await refusal('PUT', '/door/intents/../x', anIntent(1, note('x')))).toEqual([404, 'not-found']);
  });

  it('are refused in words that name fields and never what was typed', async () => {
    const broken = { ...anIntent(1, note('x')), delayMs: 'secret text', action: { kind: 'note', text: 5 } };
    const response = await ask('PUT', `/door/intents/${refOf(1)}`, broken);
    const words = await response.text();
    expect([response.status, words]).toEqual([400, expect.stringContaining('delayMs')]);
    expect(words).not.toContain('secret');
    const half = await door(
      new Request(`http://127.0.0.1:1/door/intents/${refOf(1)}`, {
        method: 'PUT',
        headers: { [TOKEN_HEADER]: TOKEN },
        body: '{"ref":',
      }),
    );
    expect(half.status).toBe(400);
  });

  it('are not acknowledged on a full disk, and the page can try again', async () => {
    disk.failing.set('write', diskError('ENOSPC'));
    expect(await refusal(...put(anIntent(1, note('x'))))).toEqual([507, 'disk-full']);
    disk.failing.clear();
    await good(outboxRowSchema, ...put(anIntent(1, note('x'))));
  });

  it('are refused at once when a file is larger than the helpdesk takes', async () => {
    const file = { hash: 'a'.repeat(64), name: 'big', mediaType: '', size: MAX_ATTACHMENT_BYTES + 1 };
    const reply: IntentAction = { kind: 'reply', text: 'x', files: [file], statusAfter: null };
    expect(await refusal(...put(anIntent(1, reply)))).toEqual([413, 'too-large']);
  });

  it('can be undone, and told as too late or unknown otherwise', async () => {
    await good(outboxRowSchema, ...put(anIntent(1, note('x'), { delayMs: 5_000 })));
    expect(await good(outboxRowSchema, 'POST', `/door/intents/${refOf(1)}/undo`)).toMatchObject({
      state: 'discarded',
    });
    expect(await refusal('POST', `/door/intents/${refOf(1)}/resend`)).toEqual([409, 'too-late']);
    expect(await refusal('POST', `/door/intents/${refOf(9)}/discard`)).toEqual([404, 'not-found']);
  });

  it('are listed after a revision, with what the journal lost', async () => {
    await good(outboxRowSchema, ...put(anIntent(1, note('x'))));
    const { revision, recovery } = await good(outboxPageSchema, 'GET', '/door/intents?after=0');
    expect(recovery).toEqual({ tornBytes: 12, damaged: 1 });
    await good(outboxRowSchema, ...put(anIntent(2, note('y'))));
    const next = await good(outboxPageSchema, 'GET', `/door/intents?after=${revision}`);
    expect(next.rows.map((row) => row.intent.ref)).toEqual([refOf(2)]);
    expect((await good(outboxPageSchema, 'GET', `/door/intents?after=${next.revision}`)).rows).toEqual([]);
  });
});

describe('events at the door', () => {
  it('stream what happens, in the words of the contract', async () => {
    const response = await ask('GET', '/door/events');
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = response.body?.getReader();
    const seen: string[] = [];
    const next = async (): Promise<void> => {
      const { value } = (await reader?.read()) ?? {};
      for (const frame of new TextDecoder().decode(value).trim().split('\n\n')) {
        seen.push(doorEventSchema.parse(JSON.parse(frame.replace('data: ', ''))).type);
      }
    };
    await next();
    await good(outboxRowSchema, ...put(anIntent(1, note('x'))));
    await next();
    await good(settingsSchema, 'PUT', '/door/settings', { ...DEFAULT_SETTINGS, theme: 'dark' });
    await next();
    await reader?.cancel();
    expect(seen).toEqual(['ping', 'outbox', 'settings']);
    expect(events.listeners).toBe(0);
  });
});

describe('drafts and settings at the door', () => {
  const content = { mode: 'reply', text: 'Dear customer', files: [], typedAt: 5 };

  it('are durable once answered', async () => {
    const draft = await good(draftSchema, 'PUT', '/door/drafts/a1/c%2F1', content);
    expect(draft).toEqual({ ...content, accountId: 'a1', conversationId: 'c/1' });
    const again = await openDrafts({ fs: disk.afterCrash(0), folder: 'drafts', clock: systemClock });
    expect(again.list()).toEqual([draft]);
    expect(await good(z.array(draftSchema), 'GET', '/door/drafts')).toEqual([draft]);
  });

  it('answer with the draft that was typed later', async () => {
    await good(draftSchema, 'PUT', '/door/drafts/a1/c1', { ...content, text: 'later', typedAt: 9 });
    const answer = await good(draftSchema, 'PUT', '/door/drafts/a1/c1', content);
    expect(answer.text).toBe('later');
  });

  it('are checked', async () => {
    expect(await refusal('PUT', '/door/drafts/a1/c1', { ...content, mode: 'x' })).toEqual([
      400,
      'bad-request',
    ]);
    expect(await refusal('PUT', '/door/settings', { theme: 'pink' })).toEqual([400, 'bad-request']);
    const long = { ...content, text: 'x'.repeat(5_000_000) };
    expect(await refusal('PUT', '/door/drafts/a1/c1', long)).toEqual([413, 'too-large']);
  });

  it('keep the settings', async () => {
    expect(await good(settingsSchema, 'GET', '/door/settings')).toEqual(DEFAULT_SETTINGS);
    const wanted = { ...DEFAULT_SETTINGS, locale: 'vi', undoSendMs: 0 };
    expect(await good(settingsSchema, 'PUT', '/door/settings', wanted)).toEqual(wanted);
    expect(await good(settingsSchema, 'GET', '/door/settings')).toEqual(wanted);
    expect((await openSettings(disk, 'settings.json')).current).toEqual(wanted);
  });
});

describe('files at the door', () => {
  const id = randomUUID();
  const chunk = (offset: number, total: number, bytes: Uint8Array) =>
    [
      'PUT',
      `/door/uploads/${id}?offset=${offset}&total=${total}&name=b%20%26.txt&type=text/html`,
      bytes,
    ] as const;
  const fetchLink = (url: string) => door(new Request(`http://127.0.0.1:1${url}`));
  async function linkTo(wanted: object): Promise<string> {
    const [link] = await good(linksSchema, 'POST', '/door/links', [wanted]);
    return link?.url ?? '';
  }

  it('come in chunks and can be asked where to resume', async () => {
    await good(uploadProgressSchema, ...chunk(0, 6, Buffer.from('abc')));
    expect(await good(uploadProgressSchema, 'GET', `/door/uploads/${id}`)).toEqual({
      received: 3,
      file: null,
    });
    const { file } = await good(uploadProgressSchema, ...chunk(3, 6, Buffer.from('def')));
    const hash = createHash('sha256').update('abcdef').digest('hex');
    expect(file).toEqual({ hash, name: 'b &.txt', mediaType: 'text/html', size: 6 });
  });

  it('are refused when larger than the helpdesk takes, or a chunk larger than agreed', async () => {
    expect(await refusal(...chunk(0, MAX_ATTACHMENT_BYTES + 1, Buffer.from('x')))).toEqual([
      413,
      'too-large',
    ]);
    const long = new Uint8Array(UPLOAD_CHUNK_BYTES + 1);
    expect(await refusal(...chunk(0, MAX_ATTACHMENT_BYTES, long))).toEqual([413, 'too-large']);
    expect(await refusal('PUT', '/door/uploads/..%2F..%2Fx?offset=0&total=1&name=x', PNG)).toEqual([
      400,
      'bad-request',
    ]);
  });

  it('open by a link that works once and needs no token', async () => {
    const url = await linkTo({ accountId: 'a1', attachmentId: 'x', download: false, name: 'Фото.png' });
    expect(url).not.toContain(TOKEN);
    const response = await fetchLink(url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(response.headers.get('content-length')).toBe(String(PNG.length));
    expect(response.headers.get('content-disposition')).toBe(
      `inline; filename*=UTF-8''${encodeURIComponent('Фото.png')}`,
    );
    expect(Buffer.from(await response.arrayBuffer())).toEqual(PNG);
    expect((await fetchLink(url)).status).toBe(404);
  });

  it('do not open by a forged, changed or old link, nor by another method', async () => {
    const target = { accountId: 'a1', attachmentId: 'x', download: false };
    const url = await linkTo(target);
    expect((await fetchLink(url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')))).status).toBe(404);
    expect((await fetchLink('/blob/file?ticket=e30&signature=x')).status).toBe(404);
    expect((await fetchLink('/blob/file')).status).toBe(404);
    expect((await door(new Request(`http://127.0.0.1:1${url}`, { method: 'POST' }))).status).toBe(404);
    elapsed += LINK_LIFE_MS + 1;
    expect((await fetchLink(url)).status).toBe(404);
  });

  it.each([
    ['html', Buffer.from('<script>alert(1)</script>')],
    ['svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>')],
    ['pdf', Buffer.from('%PDF-1.7')],
    ['an empty file', Buffer.alloc(0)],
  ])('that are %s are only ever saved', async (_name, bytes) => {
    attachment = bytes;
    const response = await fetchLink(await linkTo({ accountId: 'a1', attachmentId: 'x', download: false }));
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('are saved when asked, also an image', async () => {
    const response = await fetchLink(await linkTo({ accountId: 'a1', attachmentId: 'x', download: true }));
    expect(response.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''attachment");
  });

  it('of the agent open by their hash', async () => {
    const { file } = await good(uploadProgressSchema, ...chunk(0, PNG.length, PNG));
    const url = await linkTo({ hash: file?.hash, mediaType: 'image/png', download: false });
    expect((await fetchLink(url)).status).toBe(200);
    const gone = await linkTo({ hash: 'b'.repeat(64), mediaType: 'image/png', download: false });
    expect((await fetchLink(gone)).status).toBe(404);
  });

  it('that the helpdesk cannot give are told as such, and open later', async () => {
    const target = { accountId: 'a1', attachmentId: 'x', download: false };
    attachment = new BackendError('refused', 'No connection could be made in time.');
    expect((await fetchLink(await linkTo(target))).status).toBe(502);
    attachment = new BackendError('not-found', 'The helpdesk knows no such attachment.');
    expect((await fetchLink(await linkTo(target))).status).toBe(404);
    attachment = PNG;
    expect((await fetchLink(await linkTo(target))).status).toBe(200);
    attachment = new BackendError('refused', 'No connection could be made in time.');
    expect((await fetchLink(await linkTo(target))).status).toBe(200);
  });
});

describe('history at the door', () => {
  it('comes from the backend, page by page', async () => {
    const first = await good(historyPageSchema, 'GET', '/door/history?account=a1&conversation=c1');
    expect(first).toMatchObject({ before: 'older', messages: [{ id: 'm1' }] });
    const last = await good(
      historyPageSchema,
      'GET',
      '/door/history?account=a1&conversation=c1&before=older',
    );
    expect(last.before).toBeNull();
  });

  it('says when the backend cannot be reached', async () => {
    expect(await refusal('GET', '/door/history?account=a1&conversation=cut')).toEqual([
      502,
      'account-unreachable',
    ]);
  });
});
