import 'fake-indexeddb/auto';
import Dexie from 'dexie';
import { expect, it } from 'vitest';
import { declareCacheDb } from './cache-db';

it('version 1 becomes version 3 with all its rows; the cursors begin anew, for saved replies were read past', async () => {
  const old = new Dexie('cache-of-version-1');
  old.version(1).stores({
    conversations: 'key, [contact+lastMessageAt]',
    messages: 'key, [conversation+createdAt+id]',
    contacts: 'key',
    agents: 'key',
    blocks: 'block',
    dirty: '++n',
    firstPages: 'filter',
    cursors: 'account',
    owner: 'name',
  });
  const row = { key: 'desk/1', contact: 'desk/c1', lastMessageAt: 1, keyId: 'none', data: 'sealed' };
  const cursor = { account: 'desk', epoch: 's', seq: 7, canary: null };
  await old.table('conversations').put(row);
  await old.table('cursors').put(cursor);
  old.close();

  const db = declareCacheDb('cache-of-version-1');
  expect(await db.conversations.toArray()).toEqual([row]);
  expect(await db.cursors.toArray()).toEqual([{ ...cursor, seq: 0 }]);
  expect(await db.savedReplies.toArray()).toEqual([]);
  expect(await db.moved.toArray()).toEqual([]);
  await db.delete();
});
