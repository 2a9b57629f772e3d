import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '@shared/backends/port';
import { logPageSchema, outboxPageSchema } from '@shared/contract/door';
import type { OutboxRow } from '@shared/domain/intents';
import { openJournal } from '@shared/sync/journal';
import { aConversation, anOutboxRow, refOf } from '@shared/testing/builders';
import { MemoryFileSystem } from '@shared/testing/memory-file-system';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../system-clock';
import { openDoorKit, type DoorKit } from './door-kit.test-data';

const DAY_MS = 24 * 3_600_000;
let folder = '';
let kit: DoorKit;

function row(n: number, text: string, parts: Partial<OutboxRow> = {}): OutboxRow {
  const action = { kind: 'reply', text, files: [], statusAfter: null } as const;
  const changedAt = systemClock.now() - 2 * DAY_MS;
  return anOutboxRow(n, action, { state: 'delivered', serverId: `s${n}`, changedAt, ...parts });
}
async function openWith(rows: readonly OutboxRow[]): Promise<void> {
  const disk = new MemoryFileSystem();
  const journal = await openJournal(disk, 'journal', systemClock);
  await journal.append(rows);
  await journal.close();
  kit = await openDoorKit(disk, folder, {} as Backend);
}
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-log-'));
});
afterEach(async () => {
  kit.events.close();
  await rm(folder, { recursive: true });
});

describe('the delivery log at the door', () => {
  it('comes in pages, newest first, with what is finished for long', async () => {
    await openWith([1, 2, 3, 4, 5].map((n) => row(n, `Answer ${n}`)));
    const first = await kit.good(logPageSchema, 'GET', '/door/log?limit=3');
    expect([first.rows.map(({ order }) => order), first.before]).toEqual([[5, 4, 3], 3]);
    const last = await kit.good(logPageSchema, 'GET', `/door/log?limit=3&before=${first.before}`);
    expect([last.rows.map(({ order }) => order), last.before]).toEqual([[2, 1], null]);
    expect(await kit.refusal('GET', '/door/log?limit=9999')).toEqual([400, 'bad-request']);
  });

  it('is searched by words of the conversation and by state, in the host', async () => {
    await openWith([
      row(1, 'One'),
      row(2, 'Two', { state: 'parked' }),
      row(3, 'Three', { intent: { ...row(3, '').intent, conversationId: 'c9' } }),
      row(4, 'Four'),
    ]);
    const put = (id: string, subject: string) =>
      kit.spool.commit('conversations', subject, [
        {
          kind: 'conversation',
          id,
          row: aConversation({ id, subject, contactName: 'Ольга Ёлкина' }),
          movedTo: null,
        },
      ]);
    await put('c1', 'Broken lamp');
    await put('c9', 'Lost parcel');
    const find = async (query: string) => {
      const page = await kit.good(logPageSchema, 'GET', `/door/log?${query}`);
      return [page.rows.map(({ order }) => order), page.before];
    };
    expect(await find('text=lamp')).toEqual([[4, 2, 1], null]);
    expect(await find('text=parcel+%D0%B5%D0%BB%D0%BA')).toEqual([[3], null]);
    expect(await find('text=lamp&state=parked')).toEqual([[2], null]);
    expect(await find('text=lamp&limit=1')).toEqual([[4], 4]);
    expect(await find('text=lamp&limit=1&before=4')).toEqual([[2], 2]);
    expect(await find('text=nobody')).toEqual([[], null]);
    await put('c9', 'Broken lamp too');
    expect(await find('text=parcel')).toEqual([[], null]);
    expect(await kit.refusal('GET', '/door/log?state=lost')).toEqual([400, 'bad-request']);
  });

  it('leaves a page that begins with what is unconfirmed or finished within a day', async () => {
    await openWith([
      row(1, 'long ago'),
      row(2, 'just now', { changedAt: systemClock.now() }),
      row(3, 'waits for the agent', { state: 'parked' }),
    ]);
    const page = await kit.good(outboxPageSchema, 'GET', '/door/intents');
    expect(page.rows.map(({ order }) => order)).toEqual([2, 3]);
    expect(page.revision).toBe(3);
  });

  it('is exported as JSON, whole', async () => {
    await openWith([row(1, 'One'), row(2, 'Two')]);
    const answer = await kit.ask('GET', '/door/log.json');
    expect(answer.headers.get('content-disposition')).toContain('delivery-log.json');
    const rows = (await answer.json()) as OutboxRow[];
    expect(rows.map(({ intent }) => intent.ref)).toEqual([refOf(2), refOf(1)]);
    expect(rows[0]).toEqual(row(2, 'Two', { changedAt: rows[0]?.changedAt as number }));
  });

  it('is empty JSON and a CSV of names when there was nothing', async () => {
    await openWith([]);
    expect(await (await kit.ask('GET', '/door/log.json')).json()).toEqual([]);
    expect((await (await kit.ask('GET', '/door/log.csv')).text()).split('\r\n')).toHaveLength(2);
  });

  it('is exported as CSV that no spreadsheet takes for formulas', async () => {
    const hostile = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r\n=1', '  =cmd', 'say "hi", Ольга'];
    await openWith(hostile.map((text, i) => row(i + 1, text)));
    const answer = await kit.ask('GET', '/door/log.csv');
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const csv = new TextDecoder().decode(bytes);
    for (const text of hostile.slice(0, -1)) expect(csv).toContain(`"'${text}"`);
    expect(csv).toContain('"say ""hi"", Ольга"');
    expect(csv).not.toMatch(/(?:^|,)"\s*[=+@-]/);
    expect(csv.match(/a1/g)?.length).toBe(hostile.length);
  });

  it('streams thousands of rows in pieces', async () => {
    await openWith(Array.from({ length: 3_000 }, (_, i) => row(i + 1, 'x'.repeat(200))));
    const { body } = await kit.ask('GET', '/door/log.csv');
    let pieces = 0;
    let lines = 0;
    for await (const piece of body ?? []) {
      pieces += 1;
      lines += new TextDecoder().decode(piece as Uint8Array).split('\r\n').length - 1;
    }
    expect([pieces >= 30, lines]).toEqual([true, 3_001]);
  });
});
