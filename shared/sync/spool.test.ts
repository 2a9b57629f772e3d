import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../domain/entities';
import { aMessage } from '../testing/builders';
import { MemoryFileSystem } from '../testing/memory-file-system';
import { conversation, folder, message, open, readAll, texts } from '../testing/spool-kit';
import { decodeFrame, encodeFrame } from '../storage/record-frame';
import { openRecordLog } from '../storage/record-log';
import { newsOf } from './merge';
import type { Spool } from './spool';
import type { LightConversation } from './spool-records';
import { BLOCK_SEQS } from './spool-seqs';

describe('a spool', () => {
  it('gives back the newest row of everything, also after a restart', async () => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    await spool.commit('conversations', 'k1', [conversation('c1', 'old'), conversation('c2', 'x')]);
    await spool.commit('messages', 'm1', [message('m1', 'hello')]);
    await spool.commit('conversations', 'k2', [conversation('c1', 'new')]);
    await spool.close();
    const again = await open(fs);
    const rows = await readAll(again);
    expect(texts(rows)).toEqual(['conversation c2', 'message m1', 'conversation c1']);
    expect(rows.map((row) => row.seq)).toEqual([2, 3, 4]);
    expect(rows[2]?.row).toMatchObject({ subject: 'new' });
    expect([again.cursorOf('conversations'), again.cursorOf('messages')]).toEqual(['k2', 'm1']);
    expect(again.epoch).toBe(spool.epoch);
  });

  it('tells the messages of a conversation again when it comes back: pages drop them with it', async () => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    await spool.commit('messages', 'm1', [message('m1', 'one'), message('m2', 'two')], [1, 2]);
    const { conversationId } = aMessage();
    await spool.commit('c', 'k1', [conversation(conversationId, 'here'), conversation('other', 'x')]);
    await spool.commit('c', 'k2', [{ kind: 'conversation', id: conversationId, row: null, movedTo: null }]);
    const seen = spool.seq;
    expect(await spool.commit('c', 'k3', [conversation(conversationId, 'back')])).toBe(seen + 3);
    const told = ['message m1', 'message m2', `conversation ${conversationId}`];
    expect(texts(await readAll(spool, seen))).toEqual(told);
    expect(spool.markOf('message', 'm2')?.age).toBe(2);
    await spool.commit('c', 'k4', [conversation(conversationId, 'changed')]);
    expect(texts(await readAll(spool, seen + 3))).toEqual([`conversation ${conversationId}`]);
    await spool.close();
  });

  it('hands on rows as they lie on the disk, also those that an older build wrote in another form', async () => {
    const fs = new MemoryFileSystem();
    const old = await openRecordLog({ fs, folder, segmentBytes: 1_000 }, () => undefined);
    const oldChange = message('m0', 'written long ago');
    await old.append([
      { type: 'epoch', epoch: 'e0', seq: 0 },
      { type: 'change', seq: 1, change: oldChange },
      { type: 'cursor', feed: 'messages', cursor: 'm0' },
    ]);
    await old.close();
    await fs.replace(`${folder}/sound`, encodeFrame({ block: 0 }));
    const spool = await open(fs);
    await spool.commit('messages', 'm1', [message('m1', 'naïve “quotes” and Привет')]);
    const { changes, seq, more } = await spool.readRaw(0, 10);
    const rows = changes.map((json) => JSON.parse(new TextDecoder().decode(json)) as unknown);
    expect(rows).toEqual([
      { type: 'row', seq: 1, ...oldChange },
      { type: 'row', seq: BLOCK_SEQS + 1, ...message('m1', 'naïve “quotes” and Привет') },
    ]);
    expect([seq, more]).toEqual([BLOCK_SEQS + 1, false]);
    expect(spool.cursorOf('messages')).toBe('m1');
    expect((await spool.read(0, 10)).changes[0]).toEqual({ seq: 1, ...oldChange });
  });

  it('gives only what is new to a page that names its last seq', async () => {
    const spool = await open(new MemoryFileSystem());
    const seq = await spool.commit('conversations', 'k1', [conversation('c1', 'a')]);
    expect(await spool.read(seq, 100)).toEqual({ changes: [], seq, more: false });
    await spool.commit('conversations', 'k2', [conversation('c2', 'b')]);
    expect(texts((await spool.read(seq, 100)).changes)).toEqual(['conversation c2']);
  });

  it('moves a cursor without rows and without a new seq', async () => {
    const spool = await open(new MemoryFileSystem());
    expect(await spool.commit('agents', 'k9', [])).toBe(0);
    expect(spool.cursorOf('agents')).toBe('k9');
  });

  it('keeps tombstones, so that a page learns what is gone', async () => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    await spool.commit('conversations', 'k1', [conversation('c1', 'a')]);
    await spool.commit('conversations', 'k2', [{ kind: 'conversation', id: 'c1', row: null, movedTo: 'c2' }]);
    const [gone] = await readAll(await open(fs));
    expect(gone).toMatchObject({ id: 'c1', row: null, movedTo: 'c2', seq: 2 });
  });

  it('does not grow for ever when the same things change again and again', async () => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    for (let n = 0; n < 200; n++) {
      await spool.commit('conversations', `k${n}`, [conversation(`c${n % 3}`, `round ${n}`)]);
    }
    const bytes = await Promise.all(fs.paths().map(async (path) => (await fs.read(path))?.length ?? 0));
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(20_000);
    const rows = await readAll(await open(fs));
    expect(rows.map((row) => row.seq)).toEqual([198, 199, 200]);
  });

  it('tells the light view of conversations while opening and at each commit', async () => {
    const fs = new MemoryFileSystem();
    const live = new Map<string, LightConversation | null>();
    const spool = await open(fs, live);
    const many = Array.from({ length: 12 }, (_, n) => conversation(`c${n}`, 'x'));
    await spool.commit('conversations', 'k1', many);
    await spool.commit('conversations', 'k2', [{ kind: 'conversation', id: 'c3', row: null, movedTo: null }]);
    const rebuilt = new Map<string, LightConversation | null>();
    await open(fs, rebuilt);
    expect(rebuilt).toEqual(live);
    expect(rebuilt.get('c3')).toBeNull();
    expect(rebuilt.get('c4')).toMatchObject({ status: 'open' });
  });

  it('pulls everything again under a new epoch when a row was damaged on disk', async () => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    await spool.commit('conversations', 'k1', [conversation('c1', 'a'), conversation('c2', 'b')]);
    fs.scribble(`${folder}/000001-000001.log`, (bytes) => {
      bytes[200] = 1;
      return bytes;
    });
    const again = await open(fs);
    expect(again.damaged).toBe(1);
    expect(again.epoch).not.toBe(spool.epoch);
    expect(again.cursorOf('conversations')).toBeNull();
    expect(texts(await readAll(again))).toEqual(['conversation c2']);
    expect(await again.commit('conversations', 'k1', [conversation('c1', 'a')])).toBeGreaterThan(2);
    const third = await open(fs);
    expect([third.epoch, third.cursorOf('conversations')]).toEqual([again.epoch, 'k1']);
  });

  it('goes on with the other rows when one goes bad while it is open', async () => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    await spool.commit('conversations', 'k1', [conversation('c1', 'a'), conversation('c2', 'b')]);
    fs.scribble(`${folder}/000001-000001.log`, (bytes) => {
      bytes[200] = 1;
      return bytes;
    });
    expect(texts(await readAll(spool))).toEqual(['conversation c2']);
    expect(spool.cursorOf('conversations')).toBeNull();
  });

  it('hands out pages while it compacts, without missing or inventing a row', async () => {
    const spool = await open(new MemoryFileSystem());
    await spool.commit(
      'messages',
      'm',
      Array.from({ length: 20 }, (_, n) => message(`m${n}`, 'x')),
    );
    const writing = (async () => {
      for (let n = 0; n < 150; n++) await spool.commit('c', `${n}`, [conversation('c1', `${n}`)]);
    })();
    for (let n = 0; n < 40; n++) {
      const messages = (await readAll(spool)).filter((row) => row.kind === 'message');
      expect(messages.map((row) => row.id)).toEqual(Array.from({ length: 20 }, (_, i) => `m${i}`));
    }
    await writing;
  });

  it('after any crash has every acknowledged row and no cursor ahead of its rows', async () => {
    const commits = fc.array(fc.array(fc.nat(6), { maxLength: 5 }), { minLength: 1, maxLength: 25 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    await fc.assert(
      fc.asyncProperty(commits, fc.nat(80), share, share, async (program, operation, part, tear) => {
        const fs = new MemoryFileSystem();
        const spool = await open(fs);
        fs.crashAt({ operation, share: part });
        /** State after each commit: newest text per id. */
        const states: Record<string, string>[] = [{}];
        let acknowledged = 0;
        const run = async (): Promise<void> => {
          for (const [n, ids] of program.entries()) {
            const changes = ids.map((id) => message(`m${id}`, `${n}`));
            states.push({ ...states.at(-1), ...Object.fromEntries(ids.map((id) => [`m${id}`, `${n}`])) });
            await spool.commit('messages', String(n + 1), changes);
            acknowledged = n + 1;
          }
        };
        await Promise.race([run(), fs.crashed]);
        const again = await open(fs.afterCrash(tear));
        const cursor = Number(again.cursorOf('messages') ?? 0);
        expect(cursor).toBeGreaterThanOrEqual(acknowledged);
        const found: Record<string, string> = {};
        for (const row of await readAll(again)) {
          if (row.kind === 'message' && row.row !== null) found[row.id] = row.row.body.content;
        }
        const before = states[cursor] ?? {};
        const during = states[cursor + 1] ?? before;
        for (const [id, text] of Object.entries(before)) expect([text, during[id]]).toContain(found[id]);
        for (const [id, text] of Object.entries(found)) expect([before[id], during[id]]).toContain(text);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a thread in the spool', () => {
  const inside = (id: string, conversationId: string, text = ''): Change => ({
    kind: 'message',
    id,
    row: aMessage({ id, conversationId, body: { type: 'text', content: text } }),
    movedTo: null,
  });
  const idsIn = async (spool: Spool, id: string): Promise<string[]> =>
    (await spool.thread(id)).messages.map((one) => one.id).sort();

  it('is the conversation and its newest messages, also after a restart and a compaction', async () => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    await spool.commit('conversations', 'k1', [conversation('c1', 'one'), conversation('c2', 'two')]);
    await spool.commit('messages', 'k1', [inside('m1', 'c1'), inside('m2', 'c2'), inside('m3', 'c1', 'old')]);
    for (let n = 0; n < 60; n++) await spool.commit('messages', `k${n}`, [inside('m3', 'c1', `text ${n}`)]);
    await spool.commit('messages', 'gone', [{ kind: 'message', id: 'm1', row: null, movedTo: null }]);
    for (const one of [spool, await open(fs.afterCrash(0))]) {
      const thread = await one.thread('c1');
      expect(thread).toMatchObject({ conversation: { subject: 'one' }, gone: false, movedTo: null });
      expect(thread.messages.map(({ body }) => body.content)).toEqual(['text 59']);
      expect(await idsIn(one, 'c2')).toEqual(['m2']);
    }
  });

  it('follows messages that were moved by a merge, and says where the conversation went', async () => {
    const spool = await open(new MemoryFileSystem());
    await spool.commit('conversations', 'k1', [conversation('c1', 'one'), conversation('c2', 'two')]);
    await spool.commit('messages', 'k1', [inside('m1', 'c1'), inside('m2', 'c2')]);
    await spool.commit('messages', 'k2', [inside('m1', 'c2')]);
    await spool.commit('conversations', 'k2', [{ kind: 'conversation', id: 'c1', row: null, movedTo: 'c2' }]);
    expect(await spool.thread('c1')).toEqual({ conversation: null, gone: true, movedTo: 'c2', messages: [] });
    expect(await idsIn(spool, 'c2')).toEqual(['m1', 'm2']);
  });

  it('that was never heard of is empty and not gone', async () => {
    const spool = await open(new MemoryFileSystem());
    expect(await spool.thread('c9')).toEqual({
      conversation: null,
      gone: false,
      movedTo: null,
      messages: [],
    });
  });

  it('is found also behind sidecars of an older build, which knew no threads', async () => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    await spool.commit('messages', 'k0', [inside('m1', 'c1', 'x'.repeat(2_000))]);
    for (let n = 2; n < 6; n++)
      await spool.commit('messages', `k${n}`, [inside(`m${n}`, 'c1', 'x'.repeat(2_000))]);
    await spool.close();
    for (const path of fs.paths().filter((one) => one.endsWith('.index'))) {
      fs.scribble(path, (bytes) => {
        const frame = decodeFrame(bytes.subarray(0, -1), path);
        const { version: _version, ...old } = frame?.record as {
          version: number;
          entries: [Record<string, unknown>][];
        };
        for (const [summary] of old.entries) delete summary['in'];
        return encodeFrame(old);
      });
    }
    expect(await idsIn(await open(fs), 'c1')).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
  });

  it('that went bad on the disk is refused, not given with a hole', async () => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    await spool.commit('conversations', 'k1', [conversation('c1', 'one')]);
    fs.scribble(`${folder}/000001-000001.log`, (bytes) => {
      bytes[200] = 1;
      return bytes;
    });
    await expect(spool.thread('c1')).rejects.toThrow('disk');
  });
});

describe('what the spool remembers of its rows', () => {
  const mark = (spool: Spool, id: string) => spool.markOf('conversation', id);

  it('is the same after a restart, without its sidecars, and after a compaction', async () => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    for (let n = 0; n < 60; n += 1) {
      const changes = [conversation('c1', `edit ${n}`), conversation('c2', 'x'.repeat(100))];
      await spool.commit('conversations', `k${n}`, changes, [n, null]);
    }
    await spool.commit('conversations', 'end', [
      { kind: 'conversation', id: 'c3', row: null, movedTo: 'c1' },
    ]);
    const marks = ['c1', 'c2', 'c3'].map((id) => mark(spool, id));
    expect(marks).toMatchObject([
      { age: 59, gone: false },
      { age: null, gone: false },
      { age: null, gone: true },
    ]);
    expect(mark(spool, 'c4')).toBeNull();
    await spool.close();
    const sidecars = fs.paths().filter((path) => path.endsWith('.index'));
    expect(sidecars.length).toBeGreaterThan(0);
    for (const path of sidecars) await fs.remove(path);
    const again = await open(fs);
    expect(['c1', 'c2', 'c3'].map((id) => mark(again, id))).toEqual(marks);
    expect([...again.idsOf('conversation')].sort()).toEqual(['c1', 'c2']);
    expect([...again.idsOf('message')]).toEqual([]);
  });

  it('makes a row that comes again no news', async () => {
    const fs = new MemoryFileSystem();
    const spool = await open(fs);
    const came = () => [conversation('c1', 'a'), message('m1', 'b')];
    await spool.commit('conversations', 'k1', came(), [1, 2]);
    await spool.close();
    const again = await open(fs);
    expect(newsOf(came(), [1, 2], again, 'age')).toEqual([]);
    expect(newsOf([conversation('c1', 'changed')], [1], again, 'age')).toHaveLength(1);
  });
});
