import type { Draft } from '@shared/domain/drafts';
import type { Intent } from '@shared/domain/intents';
import { openDrafts } from '@shared/sync/drafts';
import type { Move } from '@shared/sync/elsewhere';
import { MemoryFileSystem } from '@shared/testing/memory-file-system';
import { anOutboxRow } from '@shared/testing/builders';
import { VirtualClock } from '@shared/testing/virtual-clock';
import { describe, expect, it } from 'vitest';
import { keepMovedDrafts } from './moved-drafts';

const MOVED_AT = 1_000_000;
const draft = (text: string, typedAt: number, conversationId = 'c1'): Draft => {
  return { accountId: 'a1', conversationId, mode: 'reply', text, files: [], typedAt };
};

async function world() {
  const clock = new VirtualClock(MOVED_AT + 1);
  const kept = new Map<string, Intent>();
  const told: Draft[] = [];
  const move: Move = { upTo: 0, at: MOVED_AT, from: 'old.desk.invalid' };
  const options: { full: boolean; move: Move | undefined } = { full: false, move };
  const stored = await openDrafts({ fs: new MemoryFileSystem(), folder: 'drafts', clock });
  const drafts = keepMovedDrafts({
    drafts: stored,
    outbox: {
      keepDraft(intent, from) {
        if (options.full) return Promise.reject(new Error('ENOSPC'));
        expect(from).toBe('old.desk.invalid');
        kept.set(intent.ref, intent);
        return Promise.resolve(anOutboxRow(1, intent.action, { intent }));
      },
    },
    clock,
    installId: '0b0b0b0b',
    moveOf: () => options.move,
    onDraft: (one) => told.push(one),
  });
  /** Saves and takes out share one fsync a second. */
  const done = async <T>(doing: Promise<T>): Promise<T> => {
    doing.catch(() => undefined);
    await clock.advance(3_000);
    return doing;
  };
  const texts = () => [...kept.values()].map(({ action }) => ('text' in action ? action.text : ''));
  return { drafts, stored, options, told, done, texts, kept };
}

describe('a draft of an account that was pointed at another helpdesk', () => {
  it('is kept as a row and leaves the conversation that has the same id, in every window', async () => {
    const { drafts, stored, told, done, texts, kept } = await world();
    await done(stored.save(draft('Dear Alice, your PIN', MOVED_AT - 5)));
    await done(drafts.takeOut('a1'));
    expect(texts()).toEqual(['Dear Alice, your PIN']);
    expect([...kept.keys()][0]).toMatch(/^0b0b0b0b-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(drafts.list()).toMatchObject([{ text: '', typedAt: MOVED_AT }]);
    expect(told).toMatchObject([{ conversationId: 'c1', text: '' }]);
    // As every start does it again.
    await done(drafts.takeOut('a1'));
    expect(texts()).toHaveLength(1);
  });

  it('is kept as well when a page brings it only now, and again', async () => {
    const { drafts, done, texts } = await world();
    expect(await done(drafts.save(draft('Typed offline', MOVED_AT - 5)))).toMatchObject({ text: '' });
    expect(await done(drafts.save(draft('Typed offline', MOVED_AT - 5)))).toMatchObject({ text: '' });
    expect(texts()).toEqual(['Typed offline']);
  });

  it('takes nothing along that was typed for the new helpdesk', async () => {
    const { drafts, done, texts } = await world();
    await done(drafts.save(draft('For Bob', MOVED_AT + 1)));
    expect(await done(drafts.save(draft('For Alice', MOVED_AT - 5)))).toMatchObject({ text: 'For Bob' });
    await done(drafts.takeOut('a1'));
    expect(drafts.list()).toMatchObject([{ text: 'For Bob' }]);
    expect(texts()).toEqual(['For Alice']);
  });

  it('stays where it is until the outbox has it durably', async () => {
    const { drafts, stored, options, done } = await world();
    await done(stored.save(draft('Dear Alice', MOVED_AT - 5)));
    options.full = true;
    await expect(done(drafts.takeOut('a1'))).rejects.toThrow('ENOSPC');
    expect(drafts.list()).toMatchObject([{ text: 'Dear Alice' }]);
  });

  it('is touched by nothing where no account was moved', async () => {
    const { drafts, options, done, texts } = await world();
    options.move = undefined;
    await done(drafts.save(draft('Dear Alice', MOVED_AT - 5)));
    await done(drafts.takeOut('a1'));
    expect(drafts.list()).toMatchObject([{ text: 'Dear Alice' }]);
    expect(texts()).toEqual([]);
  });
});
