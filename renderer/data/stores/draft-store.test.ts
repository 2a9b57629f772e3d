import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Draft, DraftContent } from '@shared/contract/door';
import { createCodec, nullCipher } from '../cache/codec';
import { declareWorkDb, type WorkDb } from '../cache/work-db';
import { DoorFailure } from '../door/failure';
import { NOON } from '../testing/builders';
import { DraftStore } from './draft-store';

let databases = 0;
let work: WorkDb;

beforeEach(() => {
  work = declareWorkDb(`drafts-${(databases += 1)}`);
});
afterEach(() => work.delete());

const typed = (text: string, typedAt = NOON): DraftContent => ({ mode: 'reply', text, files: [], typedAt });
const draftOf = (content: DraftContent): Draft => ({ accountId: 'desk', conversationId: '1', ...content });

function stage(atHost: Draft[] = []) {
  const puts: { text: string; keepalive: boolean }[] = [];
  const host = { away: false };
  const announced: Draft[] = [];
  const changed: string[] = [];
  const drafts = new DraftStore({
    door: {
      drafts: async () => atHost,
      putDraft: async (_key, content, keepalive) => {
        puts.push({ text: content.text, keepalive });
        if (host.away) throw new DoorFailure('unreachable', 'away');
        return draftOf(content);
      },
    },
    work,
    codec: createCodec(nullCipher),
    now: () => NOON,
    announce: (draft) => void announced.push(draft),
    onChange: (key) => void changed.push(key),
  });
  return { drafts, puts, host, announced, changed };
}

describe('a draft', () => {
  it('is on this device at once and in the host after a pause, in one request for a burst of keys', async () => {
    const { drafts, puts } = stage();
    for (const text of ['H', 'He', 'Hel']) drafts.save('desk/1', typed(text));
    expect(drafts.view('desk/1')).toMatchObject({ draft: { text: 'Hel' }, state: 'saving' });
    await vi.waitFor(async () =>
      expect((await work.drafts.get('desk/1'))?.data).toMatchObject({ text: 'Hel' }),
    );
    expect(puts).toEqual([]);
    await vi.waitFor(() => expect(drafts.view('desk/1').state).toBe('saved'), { timeout: 3_000 });
    expect(puts.map(({ text }) => text)).toEqual(['Hel']);
  });

  it('says so when only this device has it, and is sent again later', async () => {
    const { drafts, host } = stage();
    host.away = true;
    drafts.save('desk/1', typed('Hello'));
    await drafts.flush();
    expect(drafts.view('desk/1').state).toBe('not-saved');
    host.away = false;
    drafts.retry();
    await vi.waitFor(() => expect(drafts.view('desk/1').state).toBe('saved'));
  });

  it('is there again after a restart and goes to the host then, if it had not got it', async () => {
    const first = stage();
    first.host.away = true;
    first.drafts.save('desk/1', typed('Half a sent'));
    await vi.waitFor(async () => expect(await work.drafts.count()).toBe(1));
    const next = stage();
    await next.drafts.start();
    expect(next.drafts.view('desk/1')).toMatchObject({ draft: { text: 'Half a sent' }, loaded: true });
    await next.drafts.refresh();
    await vi.waitFor(() => expect(next.puts.map(({ text }) => text)).toEqual(['Half a sent']));
    await first.drafts.flush();
  });

  it('typed later wins, whichever side it was typed on', async () => {
    const older = stage([draftOf(typed('older', NOON - 1))]);
    older.drafts.save('desk/1', typed('mine', NOON));
    await older.drafts.refresh();
    expect(older.drafts.view('desk/1').draft?.text).toBe('mine');
    await older.drafts.flush();

    const newer = stage([draftOf(typed('newer', NOON + 60_000))]);
    newer.drafts.save('desk/1', typed('mine', NOON));
    await newer.drafts.refresh();
    expect(newer.drafts.view('desk/1').draft?.text).toBe('newer');
  });

  it('typed after the clock was set back still wins over what was typed before', async () => {
    const { drafts, puts } = stage();
    drafts.save('desk/1', typed('first', NOON));
    drafts.save('desk/1', typed('second', NOON - 3_600_000));
    await drafts.flush();
    expect(drafts.view('desk/1').draft?.text).toBe('second');
    expect(puts.at(-1)?.text).toBe('second');
    await vi.waitFor(async () => expect((await work.drafts.get('desk/1'))?.typedAt).toBe(NOON + 1));
  });

  it('outlives its page: what is unsent goes out with keepalive, up to the platform’s limit', async () => {
    const { drafts, puts } = stage();
    drafts.save('desk/1', typed('short'));
    drafts.save('desk/2', typed('x'.repeat(70_000)));
    await drafts.flush(true);
    expect(puts.map(({ keepalive }) => keepalive)).toEqual([true, false]);
  });

  it('that was emptied is gone, here and in the list', async () => {
    const { drafts, changed, puts } = stage();
    drafts.save('desk/1', typed('Hello'));
    expect(drafts.has('desk/1')).toBe(true);
    drafts.save('desk/1', typed(''));
    await drafts.flush();
    expect(drafts.has('desk/1')).toBe(false);
    expect(drafts.view('desk/1').draft).toBeNull();
    expect(changed).toEqual(['desk/1', 'desk/1']);
    expect(puts.at(-1)?.text).toBe('');
    await vi.waitFor(async () => expect(await work.drafts.count()).toBe(0));
  });

  it('typed in another window shows here, and is saved once the host says so', () => {
    const { drafts } = stage();
    drafts.takeFromElsewhere(draftOf(typed('over there')), false);
    expect(drafts.view('desk/1')).toMatchObject({ draft: { text: 'over there' }, state: 'saving' });
    drafts.takeFromElsewhere(draftOf(typed('over there')));
    expect(drafts.view('desk/1').state).toBe('saved');
  });

  it('is surely kept once the host or this device has it, and says when neither has', async () => {
    const { drafts, host } = stage();
    expect(await drafts.keep('desk/1', typed('to both'))).toBe(true);
    host.away = true;
    expect(await drafts.keep('desk/1', typed('only here', NOON + 1))).toBe(true);
    expect(drafts.view('desk/1')).toMatchObject({ draft: { text: 'only here' }, state: 'not-saved' });
    work.close();
    expect(await drafts.keep('desk/1', typed('nowhere', NOON + 2))).toBe(false);
    await work.open();
  });
});
