import { appendFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem } from '@electron/files/node-file-system';
import type { FileSystem } from '@shared/storage/file-system';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StorageFailure } from './errors';
import type { StoredConversation } from './model';
import { Store } from './store';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-store-'));
});
afterEach(() => rm(folder, { recursive: true }));

const open = (fs: FileSystem = nodeFileSystem): Promise<Store> => Store.open({ fs, folder, now: () => 1000 });

function conversation(store: Store, subject: string): StoredConversation {
  return {
    id: store.nextId('c'),
    channel: 'email',
    subject,
    status: 'new',
    priority: 'normal',
    assigneeId: null,
    contactId: 'p1',
    tags: [],
    preview: '',
    createdAt: 1,
    updatedAt: 1,
    lastMessageAt: 1,
    lastMessageId: null,
    waitingSince: null,
    messageCount: 0,
    social: null,
    rev: store.nextRevision(),
  };
}

/** The real disk, with an fsync that waits for a word or fails. */
function diskWith(sync: () => Promise<void>): FileSystem {
  return {
    ...nodeFileSystem,
    append: async (path) => {
      const file = await nodeFileSystem.append(path);
      return {
        get size() {
          return file.size;
        },
        write: (bytes) => file.write(bytes),
        sync: async () => {
          await sync();
          await file.sync();
        },
        truncate: (size) => file.truncate(size),
        close: () => file.close(),
      };
    },
  };
}

describe('the store', () => {
  it('finds rows, ids and revisions again after it was opened anew', async () => {
    const store = await open();
    const first = conversation(store, 'first');
    await store.commit({ v: 1, conversations: [first] });
    await store.close();
    const again = await open();
    expect(again.state.conversations.get(first.id)).toEqual(first);
    expect(again.revision).toBe(first.rev);
    expect(again.nextId('c')).not.toBe(first.id);
    expect(again.nextRevision()).toBeGreaterThan(first.rev);
    await again.close();
  });

  it('cuts a torn tail, says how much, and keeps what is before it', async () => {
    const store = await open();
    const kept = conversation(store, 'kept');
    await store.commit({ v: 1, conversations: [kept] });
    await store.close();
    const segment = (await readdir(folder)).find((name) => name.endsWith('.log'));
    await appendFile(join(folder, segment!), Buffer.from([0x10, 0, 0, 0, 1, 2, 3]));
    const again = await open();
    expect(again.recovery.tornBytes).toBe(7);
    expect([...again.state.conversations.keys()]).toEqual([kept.id]);
    await again.close();
  });

  it('shows nobody a row whose fsync is not done', async () => {
    let release = (): void => undefined;
    const waiting = new Promise<void>((resolve) => {
      release = resolve;
    });
    const store = await open(diskWith(() => waiting));
    const row = conversation(store, 'not yet');
    const seen: number[] = [];
    store.onRecord((revision) => seen.push(revision));
    const committed = store.commit({ v: 1, conversations: [row] });
    expect([...store.changes('conversations', 0)]).toEqual([]);
    release();
    await committed;
    expect([...store.changes('conversations', 0)]).toEqual([{ rev: row.rev, id: row.id }]);
    expect(seen).toEqual([row.rev]);
    await store.close();
  });

  it('accepts nothing more, in a sentence, once the disk has refused a write', async () => {
    const store = await open(diskWith(() => Promise.reject(new Error('ENOSPC: no space left'))));
    const first = store.commit({ v: 1, conversations: [conversation(store, 'a')] });
    await expect(first).rejects.toBeInstanceOf(StorageFailure);
    await expect(store.commit({ v: 1 })).rejects.toThrow(/ENOSPC.*Free some disk space/u);
    await expect(store.settled()).rejects.toBeInstanceOf(StorageFailure);
    expect([...store.changes('conversations', 0)]).toEqual([]);
  });

  it('rewrites a journal that is mostly overtaken, and finds the same in it', async () => {
    const store = await open();
    const row = conversation(store, 'row');
    for (let change = 0; change < 50; change += 1) {
      await store.commit({ v: 1, conversations: [{ ...row, rev: store.nextRevision() }] });
    }
    await store.close();
    const bytes = async (): Promise<number> => {
      const names = (await readdir(folder)).filter((name) => name.endsWith('.log'));
      const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
      return sizes.reduce((sum, size) => sum + size, 0);
    };
    const before = await bytes();
    const rewritten = await Store.open({
      fs: nodeFileSystem,
      folder,
      now: () => 1000,
      rewriteFromBytes: 0,
    });
    await rewritten.close();
    expect(await bytes()).toBeLessThan(before / 10);
    const again = await open();
    expect(again.state.conversations).toEqual(store.state.conversations);
    expect(again.revision).toBe(store.revision);
    expect([...again.changes('conversations', 0)]).toEqual([...store.changes('conversations', 0)]);
    await again.close();
  });

  it('rewrites to the same state', async () => {
    const store = await open();
    const row = conversation(store, 'row');
    await store.commit({
      v: 1,
      conversations: [row],
      mailed: ['m1'],
      goneConversations: [{ id: 'c7', mergedInto: row.id, rev: store.nextRevision() }],
      operation: {
        key: 'k',
        fingerprint: 'f',
        at: 1000,
        conversation: row,
        messageId: null,
        uploadId: null,
      },
    });
    const records = [...store.state.records(2000)];
    await store.close();
    await rm(folder, { recursive: true });
    const copy = await open();
    for (const record of records) await copy.commit(record);
    expect(copy.state.conversations).toEqual(store.state.conversations);
    expect(copy.state.goneConversations).toEqual(store.state.goneConversations);
    expect(copy.state.operations).toEqual(store.state.operations);
    expect(copy.state.mailed).toEqual(store.state.mailed);
    await copy.close();
  });
});
