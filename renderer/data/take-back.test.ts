import { describe, expect, it, vi } from 'vitest';
import type { DraftContent } from '@shared/contract/door';
import { DoorFailure } from './door/failure';
import { discard, undo } from './outbox';
import { takeBackInto, withContent } from './take-back';
import { intent, outboxRow } from './testing/builders';

vi.mock('./outbox', () => ({ discard: vi.fn(), undo: vi.fn() }));

const file = (name: string) => ({ hash: 'a'.repeat(64), name, mediaType: 'text/plain', size: 1 });

it('brings the text back as it was', () => {
  expect(withContent(null, { mode: 'note', text: 'Call her.\n', files: [file('a')] }, 7)).toEqual({
    mode: 'note',
    text: 'Call her.\n',
    files: [file('a')],
    typedAt: 7,
  });
});

it('loses nothing of what was typed meanwhile', () => {
  const draft = { mode: 'reply' as const, text: 'And one more thing', files: [file('b')], typedAt: 1 };
  expect(withContent(draft, { mode: 'reply', text: 'Hello', files: [file('a')] }, 7)).toEqual({
    mode: 'reply',
    text: 'Hello\n\nAnd one more thing',
    files: [file('a'), file('b')],
    typedAt: 7,
  });
});

it('keeps private what was private: a note never becomes part of a reply by itself', () => {
  const note = { mode: 'note' as const, text: 'She shouted at me', files: [], typedAt: 1 };
  expect(withContent(note, { mode: 'reply', text: 'Hello', files: [] }, 7).mode).toBe('note');
  const nothing = { ...note, text: ' ' };
  expect(withContent(nothing, { mode: 'reply', text: 'Hello', files: [] }, 7).mode).toBe('reply');
});

it('brings back what was typed, without the line that names the agent', async () => {
  const saved: DraftContent[] = [];
  const handle = {
    now: () => saved.at(-1) ?? null,
    save: (content: DraftContent) => void saved.push(content),
    keep: (content: DraftContent) => Promise.resolve(saved.push(content) > 0),
  };
  const speaker = { id: null, name: 'Sample Ada', email: null, by: 'line' } as const;
  const action = { kind: 'reply', text: 'Hello\n\n— Sample Ada', files: [], statusAfter: null } as const;
  await takeBackInto(handle, outboxRow(intent('1', { speaker, action }), { state: 'held' }));
  expect(saved.at(-1)?.text).toBe('Hello');
});

describe('taking a held reply back', () => {
  const held = outboxRow(intent('1'), { state: 'held' });
  const draft = (kept: () => Promise<boolean>) => {
    const saved: DraftContent[] = [];
    const handle = {
      now: () => saved.at(-1) ?? null,
      save: (content: DraftContent) => void saved.push(content),
      keep: (content: DraftContent) => {
        saved.push(content);
        return kept();
      },
    };
    return { saved, handle };
  };

  it('gives the row up only once its draft is kept', async () => {
    vi.mocked(discard).mockReset().mockResolvedValue();
    let keep: (kept: boolean) => void = () => undefined;
    const { saved, handle } = draft(() => new Promise((resolve) => (keep = resolve)));
    const taken = takeBackInto(handle, held);
    await Promise.resolve();
    expect(saved).toMatchObject([{ mode: 'reply', text: 'On its way.' }]);
    expect(discard).not.toHaveBeenCalled();
    keep(true);
    await taken;
    expect(discard).toHaveBeenCalledWith(held.intent.ref);
  });

  it('leaves the row where it is when nobody can keep the draft', async () => {
    vi.mocked(discard).mockReset().mockResolvedValue();
    const { saved, handle } = draft(() => Promise.resolve(false));
    await expect(takeBackInto(handle, held)).rejects.toMatchObject({ code: 'disk-full' });
    expect(discard).not.toHaveBeenCalled();
    expect(saved.at(-1)).toMatchObject({ text: '' });
  });

  it('stops one that is still on its way at once, and makes the draft what it was when it had left', async () => {
    vi.mocked(undo).mockReset().mockRejectedValue(new DoorFailure('too-late', 'left'));
    const { saved, handle } = draft(() => new Promise(() => undefined));
    const delayed = outboxRow(intent('1'), { state: 'delayed' });
    await expect(takeBackInto(handle, delayed)).rejects.toMatchObject({ code: 'too-late' });
    expect(saved.map(({ text }) => text)).toEqual(['On its way.', '']);
  });

  it('keeps the words in the draft while nobody can tell whether the row was given up', async () => {
    vi.mocked(discard).mockReset().mockRejectedValue(new DoorFailure('unreachable', 'no answer'));
    const { saved, handle } = draft(() => Promise.resolve(true));
    await expect(takeBackInto(handle, held)).rejects.toMatchObject({ code: 'unreachable' });
    expect(handle.now()).toMatchObject({ text: 'On its way.' });
    await expect(takeBackInto(handle, held)).rejects.toMatchObject({ code: 'unreachable' });
    expect(saved.at(-1)).toMatchObject({ text: 'On its way.' });
  });

  it('puts no words for another helpdesk into the draft of a conversation that has the same id', async () => {
    const { saved, handle } = draft(() => Promise.resolve(true));
    vi.mocked(discard).mockReset();
    const moved = { ...held, state: 'parked', reason: { kind: 'elsewhere', detail: null } } as const;
    await expect(takeBackInto(handle, moved)).rejects.toThrow(DoorFailure);
    expect(saved).toEqual([]);
    expect(discard).not.toHaveBeenCalled();
  });

  it('leaves what was typed while it was tried, when it had left', async () => {
    const { saved, handle } = draft(() => Promise.resolve(true));
    saved.push({ mode: 'reply', text: 'Before.', files: [file('b')], typedAt: 1 });
    vi.mocked(discard)
      .mockReset()
      .mockImplementation(() => {
        handle.save({ ...handle.now()!, text: `${handle.now()!.text} And this.` });
        return Promise.reject(new DoorFailure('too-late', 'left'));
      });
    await expect(takeBackInto(handle, held)).rejects.toMatchObject({ code: 'too-late' });
    expect(handle.now()).toMatchObject({ mode: 'reply', text: 'Before. And this.', files: [file('b')] });
  });
});
