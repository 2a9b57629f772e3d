import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackendError } from '@shared/backends/backend-error';
import type { Backend } from '@shared/backends/port';
import {
  accountSchema,
  BUILD_HEADER,
  changesPageSchema,
  CONTRACT_HEADER,
  CONTRACT_VERSION,
  DEFAULT_SETTINGS,
  doorEventSchema,
  draftSchema,
  historyPageSchema,
  outboxPageSchema,
  sessionSchema,
  settingsSchema,
  TOKEN_HEADER,
} from '@shared/contract/door';
import { outboxRowSchema } from '@shared/contract/entity-schemas';
import type { Intent, IntentAction } from '@shared/domain/intents';
import { aConversation, aMessage, anIntent, refOf } from '@shared/testing/builders';
import { diskError, MemoryFileSystem } from '@shared/testing/memory-file-system';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openDrafts } from '@shared/sync/drafts';
import { openJournal } from '@shared/sync/journal';
import { openSettings } from '../settings-store';
import { systemClock } from '../system-clock';
import { account, MAX_ATTACHMENT_BYTES, openDoorKit, TOKEN, type DoorKit } from './door-kit.test-data';

let folder = '';
let disk: MemoryFileSystem;
let kit: DoorKit;
const good: DoorKit['good'] = (schema, ...args) => kit.good(schema, ...args);
const refusal: DoorKit['refusal'] = (...args) => kit.refusal(...args);
const ask: DoorKit['ask'] = (...args) => kit.ask(...args);

const backend = {
  async history(conversationId: string, before: string | null) {
    if (conversationId === 'cut') throw new BackendError('no-answer', 'Nothing came for 8000 ms.');
    return { messages: [aMessage({ conversationId })], before: before === null ? 'older' : null };
  },
} as unknown as Backend;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-door-'));
  disk = new MemoryFileSystem();
  kit = await openDoorKit(disk, folder, backend);
});
afterEach(async () => {
  kit.events.close();
  await rm(folder, { recursive: true });
});

const put = (intent: Intent, ref = intent.ref) => ['PUT', `/door/intents/${ref}`, intent] as const;
const note = (text: string): IntentAction => ({ kind: 'note', text, files: [] });

describe('the door', () => {
  it('notices an agent by what only an agent wants', async () => {
    await ask('GET', '/door/session');
    await ask('GET', '/door/accounts');
    expect(kit.switches.attended).toBe(0);
    expect(await good(z.null(), 'POST', '/door/attention')).toBeNull();
    await ask('GET', '/door/history?account=a1&conversation=c1');
    await ask(...put(anIntent(1, note('Sample'))));
    expect(kit.switches.attended).toBe(3);
    await refusal('POST', '/door/attention', undefined, { [TOKEN_HEADER]: 'wrong' });
    expect(kit.switches.attended).toBe(3);
  });

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
    kit.switches.closing = true;
    expect(await refusal(...put(anIntent(1, note('x'))))).toEqual([503, 'closing']);
    await good(sessionSchema, 'GET', '/door/session');
  });

  it('does not log a page that went away in the middle of its request', async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('aborted')) });
    const answer = await kit.door(
      new Request('http://127.0.0.1:1/door/settings', {
        method: 'PUT',
        headers: { [TOKEN_HEADER]: TOKEN, 'content-type': 'application/json' },
        body,
        duplex: 'half',
      } as RequestInit),
    );
    expect(answer.status).toBe(400);
    expect(kit.switches.logged).toEqual([]);
  });

  it('keeps details of an unforeseen error in the log', async () => {
    kit.spool.readRaw = () => Promise.reject(new Error('some secret detail'));
    const response = await ask('GET', '/door/changes?account=a1');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
    expect(kit.switches.logged.join()).toContain('some secret detail');
  });
});

describe('changes at the door', () => {
  beforeEach(async () => {
    await kit.spool.commit('conversations', 'k', [
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

  it('let a page begin anew that saw rows which the spool has lost', async () => {
    const epochAfter = async (seq: number): Promise<string> =>
      (await good(changesPageSchema, 'GET', `/door/changes?account=a1&after=${seq}`)).epoch;
    const { epoch } = await good(sessionSchema, 'GET', '/door/session');
    expect(await epochAfter(0)).toBe(epoch);
    expect(await epochAfter(kit.spool.seq)).toBe(epoch);
    expect(await epochAfter(kit.spool.seq + 1)).not.toBe(epoch);
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
    const half = await kit.door(
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

  it('take second thoughts only where they fit, and in the words of the contract', async () => {
    await good(outboxRowSchema, ...put(anIntent(1, note('x'))));
    const { base } = anIntent(1, note('x'));
    const verb = (name: string, body: unknown) => refusal('POST', `/door/intents/${refOf(1)}/${name}`, body);
    expect(await verb('send-as-is', { base })).toEqual([409, 'too-late']);
    expect(await verb('send-by-mail', { base })).toEqual([409, 'too-late']);
    expect(await verb('settle', { notThere: true })).toEqual([409, 'too-late']);
    expect(await verb('settle', { notThere: true, base })).toEqual([409, 'too-late']);
    expect(await verb('settle', { notThere: true, base: {} })).toEqual([400, 'bad-request']);
    expect(await verb('send-as-is', {})).toEqual([400, 'bad-request']);
    expect(await verb('settle', { arrived: 'm1', notThere: true })).toEqual([400, 'bad-request']);
    const elsewhere = `/door/intents/${refOf(9)}/settle`;
    expect(await refusal('POST', elsewhere, { notThere: true })).toEqual([404, 'not-found']);
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
    expect(kit.events.listeners).toBe(0);
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
