import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOON, openTestHelpdesk, rawMail, type TestHelpdesk } from '../helpdesk.test-data';
import { importFolder } from './import-folder';

let desk: TestHelpdesk;
let folder = '';
beforeEach(async () => {
  desk = await openTestHelpdesk();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-import-'));
});
afterEach(async () => {
  await desk.close();
  await rm(folder, { recursive: true });
});

async function run(): Promise<string[]> {
  const lines: string[] = [];
  await importFolder(desk.running, folder, (line) => lines.push(line));
  return lines;
}

describe('the import of a folder', () => {
  it('takes every mail it can read, says of each file what became of it, and takes none twice', async () => {
    await mkdir(join(folder, 'inner'));
    const old = { From: 'a@example.com', Date: 'Sat, 03 Jan 2004 10:00:00 +0000' };
    await writeFile(
      join(folder, '1.eml'),
      rawMail({ ...old, 'Message-ID': '<1@example.com>', Subject: 'First' }),
    );
    await writeFile(join(folder, '2.eml'), '{"not": "mail"}');
    await writeFile(
      join(folder, 'inner', '3.EML'),
      rawMail({ ...old, 'Message-ID': '<3@example.com>', 'In-Reply-To': '<1@example.com>' }),
    );
    await writeFile(join(folder, 'notes.txt'), 'left alone');
    expect(await run()).toEqual([
      expect.stringMatching(/^import 1\/3 1\.eml: taken in as m\d+ of conversation c\d+$/u),
      expect.stringMatching(/^import 2\/3 2\.eml: not taken: This is not a mail/u),
      expect.stringMatching(/^import 3\/3 inner.3\.EML: taken in as m\d+ of conversation c\d+$/u),
      'Imported: 2 taken in, 0 known already, 1 not taken.',
    ]);
    expect((await run()).at(-1)).toBe('Imported: 0 taken in, 2 known already, 1 not taken.');
    const [conversation, ...others] = (await desk.ask('GET', '/api/v1/conversations')).body.items;
    expect(others).toEqual([]);
    expect(conversation).toMatchObject({
      subject: 'First',
      message_count: 2,
      created_at: '2004-01-03T10:00:00.000Z',
    });
  });

  it('does not believe a date in the future', async () => {
    await writeFile(
      join(folder, '1.eml'),
      rawMail({ From: 'a@example.com', Date: 'Sat, 03 Jan 2099 10:00:00 +0000' }),
    );
    await run();
    const [conversation] = (await desk.ask('GET', '/api/v1/conversations')).body.items;
    expect(conversation.created_at).toBe(new Date(NOON).toISOString());
  });

  it('says what to do when the folder is not there', async () => {
    await expect(importFolder(desk.running, join(folder, 'none'), () => undefined)).rejects.toThrow(
      /cannot be read.*--import/u,
    );
  });
});
