import { describe, expect, it } from 'vitest';
import { aMessage, anOutboxRow, refOf } from '../testing/builders';
import { MemoryFileSystem } from '../testing/memory-file-system';
import type { OutboxRow } from '../domain/intents';
import { earlierEcho } from './earlier-echo';
import { openSpool } from './spool';

const spool = () =>
  openSpool({
    fs: new MemoryFileSystem(),
    folder: 'spool',
    newEpoch: () => 'e1',
    onConversation: () => undefined,
  });

function accepted(serverId: string | null, state: OutboxRow['state'] = 'accepted'): OutboxRow {
  return anOutboxRow(1, { kind: 'note', text: 'Sample', files: [] }, { state, serverId });
}

describe('the echo of an own message', () => {
  it('is found in the spool when the feed brought it before the row was accepted', async () => {
    const held = await spool();
    const row = aMessage({ id: 'm7', conversationId: 'c1', kind: 'reply' });
    await held.commit('messages', 'k1', [{ kind: 'message', id: 'm7', row, movedTo: null }]);
    expect(await earlierEcho(accepted('m7'), held)).toEqual({
      changes: [{ kind: 'message', id: 'm7', row, movedTo: null }],
      seq: null,
      caughtUp: false,
    });
  });

  it('is no message of another row, whose id a restored server gave again', async () => {
    const held = await spool();
    const row = aMessage({ id: 'm7', conversationId: 'c1', kind: 'note', clientRef: refOf(2) });
    await held.commit('messages', 'k1', [{ kind: 'message', id: 'm7', row, movedTo: null }]);
    expect(await earlierEcho(accepted('m7'), held)).toBeNull();
  });

  it('is still to come for another message, one that is gone, and a row that waits for none', async () => {
    const held = await spool();
    const row = aMessage({ id: 'm7', conversationId: 'c1', kind: 'reply' });
    await held.commit('messages', 'k1', [{ kind: 'message', id: 'm7', row, movedTo: null }]);
    await held.commit('messages', 'k2', [{ kind: 'message', id: 'm8', row: null, movedTo: null }]);
    for (const each of [accepted('m9'), accepted('m8'), accepted(null), accepted('m7', 'queued')]) {
      expect(await earlierEcho(each, held)).toBeNull();
    }
  });
});
