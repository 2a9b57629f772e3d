import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { teamStateSchema } from '@shared/contract/team';
import type { Backend } from '@shared/backends/port';
import { MemoryFileSystem } from '@shared/testing/memory-file-system';
import { openDoorKit, type DoorKit } from './door-kit.test-data';

let folder: string;
let kit: DoorKit;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-team-door-'));
  kit = await openDoorKit(new MemoryFileSystem(), folder, {} as Backend);
});
afterEach(async () => {
  kit.events.close();
  await rm(folder, { recursive: true, force: true });
});

const role = { id: 'r1', agent: 'anna@example.com', account: null, role: 'lead' };

it('answers each step with the whole state, which names no private key', async () => {
  const put = await kit.good(teamStateSchema, 'PUT', '/door/team/records/computer', {
    kind: 'role',
    record: role,
  });
  expect(put.computer.role).toEqual([role]);
  expect(put).toMatchObject({ keeps: { a1: {} }, followed: null, publisher: null });
  const made = await kit.good(teamStateSchema, 'POST', '/door/team/publisher', {
    name: 'Sample',
    folder,
    url: '',
  });
  expect(made.publisher).toMatchObject({ hasKey: true, revision: 0, folder });
  expect(JSON.stringify(made)).not.toContain('MC4CAQAwBQYDK2Vw');
  const removed = await kit.good(teamStateSchema, 'POST', '/door/team/records/computer/remove', {
    kind: 'role',
    id: 'r1',
  });
  expect(removed.computer.role).toEqual([]);
});

it('hands the newest revision out as a file', async () => {
  expect(await kit.refusal('GET', '/door/team/bundle.json')).toEqual([404, 'not-found']);
  await kit.good(teamStateSchema, 'POST', '/door/team/publisher', { name: 'Sample', folder, url: '' });
  await kit.ask('POST', '/door/team/publish');
  const file = await kit.ask('GET', '/door/team/bundle.json');
  expect(file.headers.get('content-disposition')).toContain('holdfast-team.json');
  expect(await file.json()).toMatchObject({ holdfast: 'settings-bundle', format: 1, revision: 1 });
});

it('refuses what is no link, no record and no place, each by its kind', async () => {
  expect(await kit.refusal('POST', '/door/team/follow', { link: 'https://example.com' })).toEqual([
    422,
    'bad-address',
  ]);
  expect(await kit.refusal('POST', '/door/team/publish')).toEqual([404, 'not-found']);
  expect(await kit.refusal('POST', '/door/team/publisher', { name: 'S', folder: '', url: '' })).toEqual([
    422,
    'bad-address',
  ]);
  const wrong = { kind: 'role', record: { ...role, role: 'owner' } };
  expect(await kit.refusal('PUT', '/door/team/records/computer', wrong)).toEqual([400, 'bad-request']);
  expect(await kit.refusal('PUT', '/door/team/records/elsewhere', { kind: 'role', record: role })).toEqual([
    400,
    'bad-request',
  ]);
});
