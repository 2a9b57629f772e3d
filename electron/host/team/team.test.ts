import { execFileSync } from 'node:child_process';
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TeamRecordPut, TeamState } from '@shared/contract/team';
import { answerDeadline } from '@shared/domain/team-data';
import { MAX_BUNDLE_BYTES } from './bundle';
import { openShare } from './share';
import type { Team } from './team';
import { ALWAYS, answerWithin, deadShare, NEVER, openTeamKit, reply, type TeamKit } from './team.test-data';

const HOUR_MS = 3_600_000;
const WAITING = { channel: 'email', waitingSince: Date.UTC(2026, 4, 4, 9) } as const;

let kit: TeamKit;
beforeEach(async () => {
  kit = await openTeamKit();
});
afterEach(() => kit.close());

const bundleFile = () => join(kit.shared, 'holdfast-team.json');
const titlesOf = ({ team }: TeamState) => team.teamReply.map(({ title }) => title);

async function publisher(name = 'admin'): Promise<{ admin: Team; link: string }> {
  const admin = await kit.open(name);
  const { publisher: made } = await admin.setUpPublisher(
    { name: 'Sample Administrator', folder: kit.shared, url: '' },
    NEVER,
  );
  return { admin, link: made?.link ?? '' };
}

/** Changes the file that the team finds, leaving the rest of it as it is. */
async function tamper(change: (file: Record<string, unknown>) => void): Promise<void> {
  const file = JSON.parse(await readFile(bundleFile(), 'utf8')) as Record<string, unknown>;
  change(file);
  await writeFile(bundleFile(), JSON.stringify(file));
}

describe('what is only on this computer', () => {
  it('is there after a restart, changed and removed by id', async () => {
    const team = await kit.open('one');
    await Promise.all([
      team.put('computer', reply('r1', 'Thanks')),
      team.put('computer', reply('r2', 'Later')),
    ]);
    await team.put('computer', reply('r1', 'Many thanks'));
    await team.remove('computer', { kind: 'teamReply', id: 'r2' });
    const again = (await kit.open('one')).state();
    expect(again.computer.teamReply.map(({ title }) => title)).toEqual(['Many thanks']);
    expect(again).toMatchObject({ followed: null, publisher: null, keeps: { desk: {} } });
  });
});

describe('two data folders on one bundle', () => {
  it('have the same replies and the same deadline, though their clocks differ by hours', async () => {
    const { admin, link } = await publisher();
    await admin.put('draft', reply('r1', 'Thanks'));
    await admin.put('draft', ALWAYS);
    await admin.put('draft', answerWithin(4 * HOUR_MS));
    await admin.publish();
    const other = await kit.open('other', 9 * HOUR_MS);
    const followed = await other.follow(link, NEVER);
    expect(titlesOf(followed)).toEqual(['Thanks']);
    expect(followed.followed).toMatchObject({
      problem: null,
      way: 'folder',
      inUse: { revision: 1, publisher: 'Sample Administrator' },
    });
    const due = [admin, other].map((team) => answerDeadline(WAITING, team.data().team));
    expect(due).toEqual([WAITING.waitingSince + 4 * HOUR_MS, WAITING.waitingSince + 4 * HOUR_MS]);

    await admin.put('draft', answerWithin(HOUR_MS));
    await admin.publish();
    expect(other.state().followed?.inUse?.revision).toBe(1);
    expect((await other.refresh(NEVER)).followed?.inUse?.revision).toBe(2);
    expect(answerDeadline(WAITING, other.data().team)).toBe(answerDeadline(WAITING, admin.data().team));
  });

  it('use the last good copy without the folder, also after a restart, and say so', async () => {
    const { admin, link } = await publisher();
    await admin.put('draft', reply('r1', 'Thanks'));
    await admin.publish();
    await (await kit.open('other')).follow(link, NEVER);
    await writeFile(`${bundleFile()}.away`, await readFile(bundleFile()));
    await rm(bundleFile());
    const offline = await (await kit.open('other')).refresh(NEVER);
    expect(titlesOf(offline)).toEqual(['Thanks']);
    expect(offline.followed).toMatchObject({
      problem: { kind: 'unreachable', detail: 'ENOENT' },
      inUse: { revision: 1 },
    });
  });
});

describe.skipIf(process.platform === 'win32')('a folder that does not answer', () => {
  it('is told by who asks it, and holds up nothing that is only here', async () => {
    const { link } = await publisher();
    const other = await kit.open('other', 0, deadShare());
    execFileSync('mkfifo', [bundleFile()]);
    const asked = [other.follow(link, NEVER), other.look(link, NEVER), other.refresh(NEVER)] as const;
    const titles = (await other.put('computer', reply('r1', 'Thanks'))).computer.teamReply;
    expect(titles).toHaveLength(1);
    const [followed, look] = await Promise.all(asked);
    const problem = { kind: 'unreachable', detail: 'ETIMEDOUT' };
    expect(followed.followed?.problem).toMatchObject(problem);
    expect(look.problem).toMatchObject(problem);
    expect((await other.unfollow()).followed).toBeNull();
  });

  it('is published to in vain, and that is said', async () => {
    await publisher();
    const admin = await kit.open('admin', 0, deadShare());
    execFileSync('mkfifo', [bundleFile()]);
    await expect(admin.publish()).rejects.toMatchObject({ code: 'account-unreachable' });
    expect(admin.state().publisher?.revision).toBe(0);
  });

  it('is not waited for on closing', async () => {
    const { link } = await publisher();
    const never = openShare({ startMs: 600_000, workMs: 600_000 }, undefined, `setInterval(() => 0, 1000)`);
    const other = await kit.open('other', 0, never);
    const asked = other.follow(link, NEVER).catch(() => null);
    other.start();
    await other.close();
    await asked;
  });
});

describe('a file that is not to be trusted', () => {
  let admin: Team;
  let other: Team;
  let first: string;
  beforeEach(async () => {
    const made = await publisher();
    admin = made.admin;
    await admin.put('draft', reply('r1', 'Thanks'));
    await admin.publish();
    first = await readFile(bundleFile(), 'utf8');
    await admin.put('draft', reply('r2', 'Later'));
    await admin.publish();
    other = await kit.open('other');
    await other.follow(made.link, NEVER);
  });

  const cases: [string, string, number | null, () => Promise<void>][] = [
    ['no JSON', 'not-a-bundle', null, () => writeFile(bundleFile(), '<html>Sign in</html>')],
    ['some other JSON', 'not-a-bundle', null, () => writeFile(bundleFile(), '{"holdfast":"else"}')],
    [
      'larger than 10 MB',
      'too-large',
      null,
      () => writeFile(bundleFile(), Buffer.alloc(MAX_BUNDLE_BYTES + 1, 32)),
    ],
    [
      'of a newer format',
      'newer-format',
      9,
      () => tamper((file) => Object.assign(file, { format: 2, revision: 9 })),
    ],
    [
      'changed after it was signed',
      'bad-signature',
      2,
      () => tamper((file) => (file.signed = String(file.signed).replace('Later', 'Never'))),
    ],
    ['older than the one in use', 'older', 1, () => writeFile(bundleFile(), first)],
  ];
  it.each(cases)('%s: told as %s, and the last good copy stays', async (_name, kind, revision, spoil) => {
    await spoil();
    const state = await other.refresh(NEVER);
    expect(state.followed?.problem).toMatchObject({ kind, revision });
    expect(state.followed?.inUse?.revision).toBe(2);
    expect(titlesOf(state)).toEqual(['Thanks', 'Later']);
    expect(titlesOf((await kit.open('other')).state())).toEqual(['Thanks', 'Later']);
  });

  it('another publisher’s: told, and the last good copy stays', async () => {
    const { admin: stranger } = await publisher('stranger');
    await stranger.put('draft', reply('r9', 'Not ours'));
    await stranger.publish();
    const state = await other.refresh(NEVER);
    expect(state.followed?.problem?.kind).toBe('other-publisher');
    expect(titlesOf(state)).toEqual(['Thanks', 'Later']);
  });

  it('an older one is refused also when the copy here was lost', async () => {
    await writeFile(join(kit.shared, '..', 'other', 'team', 'bundle.json'), 'damaged');
    await writeFile(bundleFile(), first);
    const again = await kit.open('other');
    expect(again.state().followed?.inUse).toBeNull();
    expect((await again.refresh(NEVER)).followed).toMatchObject({ inUse: null, problem: { kind: 'older' } });
  });

  it('an older one is refused also after following another one, or none, for a while', async () => {
    const { link } = await publisher();
    const { link: elsewhere } = await publisher('stranger');
    await other.unfollow();
    await other.follow(elsewhere, NEVER);
    await writeFile(bundleFile(), first);
    const again = await kit.open('other');
    expect((await again.look(link, NEVER)).problem).toMatchObject({ kind: 'older', revision: 1 });
    const state = await again.follow(link, NEVER);
    expect(state.followed).toMatchObject({ inUse: null, problem: { kind: 'older', revision: 1 } });
    await admin.publish();
    expect((await again.refresh(NEVER)).followed).toMatchObject({ inUse: { revision: 3 }, problem: null });
  });

  it('an old key’s is refused also by who follows anew with the old link', async () => {
    const { link } = await publisher();
    await admin.changeKey();
    await other.refresh(NEVER);
    await other.unfollow();
    const late = JSON.parse(first) as { signed: string };
    expect(late.signed).toContain('"revision":1');
    await writeFile(bundleFile(), first);
    expect((await other.follow(link, NEVER)).followed?.problem?.kind).toBe('other-publisher');
  });

  it('an older one is refused also where the memory is of before it spoke of more than one', async () => {
    const path = join(kit.shared, '..', 'other', 'team', 'followed.json');
    const { seen: _seen, ...before } = JSON.parse(await readFile(path, 'utf8')) as { seen: unknown };
    await writeFile(path, JSON.stringify(before));
    const { link } = await publisher();
    const again = await kit.open('other');
    await again.unfollow();
    await writeFile(bundleFile(), first);
    expect((await again.follow(link, NEVER)).followed?.problem?.kind).toBe('older');
  });

  it('the same revision with another content is refused on whichever console sees it second', async () => {
    const twin = await kit.open('twin');

    await cp(join(kit.shared, '..', 'admin'), join(kit.shared, '..', 'copy'), { recursive: true });
    await twin.close();
    const copy = await kit.open('copy');
    await copy.put('draft', reply('r3', 'From the copy'));
    const second = await readFile(bundleFile());
    await copy.publish();
    const third = await readFile(bundleFile());
    await writeFile(bundleFile(), second);
    await admin.put('draft', reply('r3', 'From the original'));
    await admin.publish();
    expect((await other.refresh(NEVER)).followed?.problem).toBeNull();
    await writeFile(bundleFile(), third);
    const state = await other.refresh(NEVER);
    expect(state.followed?.problem).toMatchObject({ kind: 'forked', revision: 3 });
    expect(titlesOf(state)).toEqual(['Thanks', 'Later', 'From the original']);
  });
});

describe('publishing', () => {
  it('keeps the key out of every file but the vault, and what it publishes readable for colleagues', async () => {
    const { admin } = await publisher();
    await admin.publish();
    expect((await stat(bundleFile())).mode & 0o777).toBe(0o644);
    const folder = join(kit.shared, '..', 'admin', 'team');
    for (const name of ['publisher.json', 'published.json', 'bundle.json']) {
      expect(await readFile(join(folder, name), 'utf8')).not.toContain('MC4CAQAwBQYDK2Vw');
    }
    expect(admin.state().publisher).toMatchObject({ revision: 1, hasKey: true });
    expect(admin.state().publisher?.fingerprint).toMatch(/^([0-9A-Z]{4} ){3}[0-9A-Z]{4}$/);
  });

  it('refuses what nobody would take, says so, and leaves the good one', async () => {
    const { admin } = await publisher();
    await admin.put('draft', reply('r1', 'Thanks'));
    await admin.publish();
    const good = await readFile(bundleFile());
    for (let i = 0; i < 108; i += 1) {
      const { kind, record } = reply(`long${i}`, `Long ${i}`) as Extract<
        TeamRecordPut,
        { kind: 'teamReply' }
      >;
      const body = { type: 'text', content: 'x'.repeat(99_999) } as const;
      await admin.put('draft', { kind, record: { ...record, body } });
    }
    await expect(admin.publish()).rejects.toMatchObject({ code: 'too-large' });
    expect(await readFile(bundleFile())).toEqual(good);
    expect(admin.state().publisher?.revision).toBe(1);
    expect(admin.state().followed).toMatchObject({ inUse: { revision: 1 }, problem: null });
    await admin.remove('draft', { kind: 'teamReply', id: 'long0' });
    await admin.remove('draft', { kind: 'teamReply', id: 'long1' });
    await admin.remove('draft', { kind: 'teamReply', id: 'long2' });
    await admin.remove('draft', { kind: 'teamReply', id: 'long3' });
    expect((await admin.publish()).publisher?.revision).toBe(2);
  });

  it('goes on with the next number after a folder that could not be written, and loses no draft', async () => {
    const { admin } = await publisher();
    await admin.put('draft', reply('r1', 'Thanks'));
    await admin.setUpPublisher(
      { name: 'Sample Administrator', folder: join(kit.shared, 'gone'), url: '' },
      NEVER,
    );
    await expect(admin.publish()).rejects.toMatchObject({ code: 'account-unreachable' });
    expect(admin.state().publisher).toMatchObject({ revision: 0, published: { teamReply: [] } });
    await mkdir(join(kit.shared, 'gone'));
    expect((await admin.publish()).publisher).toMatchObject({
      revision: 2,
      published: { teamReply: [{ id: 'r1' }] },
    });
  });

  it('refuses to go over a revision that was published from elsewhere with the same key', async () => {
    const { admin } = await publisher();
    await admin.publish();
    await cp(join(kit.shared, '..', 'admin'), join(kit.shared, '..', 'copy'), { recursive: true });
    await (await kit.open('copy')).publish();
    await expect(admin.publish()).rejects.toMatchObject({ code: 'too-late' });
  });

  it('hands over to a new key, which followers take from the old one’s word, never back', async () => {
    const { admin, link } = await publisher();
    await admin.put('draft', reply('r1', 'Thanks'));
    await admin.publish();
    const other = await kit.open('other');
    const before = await other.follow(link, NEVER);
    const old = await readFile(bundleFile(), 'utf8');
    await admin.changeKey();
    const asleep = await kit.open('asleep');
    await admin.changeKey();
    const after = await other.refresh(NEVER);
    expect(after.followed?.inUse?.revision).toBe(3);
    expect(after.followed?.fingerprint).toBe(admin.state().publisher?.fingerprint);
    expect(after.followed?.fingerprint).not.toBe(before.followed?.fingerprint);
    // Somebody with the old link and no copy yet finds the way through both hand-overs.
    expect((await asleep.follow(link, NEVER)).followed).toMatchObject({
      problem: null,
      inUse: { revision: 3 },
    });
    await writeFile(bundleFile(), old);
    expect((await other.refresh(NEVER)).followed?.problem?.kind).toBe('other-publisher');
  });
});

describe('a link', () => {
  it('says what it leads to before it is followed, and keeps nothing', async () => {
    const { admin, link } = await publisher();
    await admin.publish();
    const other = await kit.open('other');
    expect(await other.look(link, NEVER)).toMatchObject({
      address: kit.shared,
      way: 'folder',
      fingerprint: admin.state().publisher?.fingerprint,
      found: { revision: 1 },
      problem: null,
    });
    expect(other.state().followed).toBeNull();
    await expect(other.look('https://example.com/', NEVER)).rejects.toMatchObject({ code: 'bad-address' });
  });

  it('by plain http leads only into the own network', async () => {
    const { admin } = await publisher();
    for (const [url, taken] of [
      ['http://192.168.1.4/team/', true],
      ['http://127.0.0.1:8080/team.json', true],
      ['http://example.com/team.json', false],
      ['ftp://example.com/team.json', false],
    ] as const) {
      const set = admin.setUpPublisher({ name: 'Sample', folder: '', url }, NEVER);
      if (taken)
        expect((await set.catch((error: unknown) => error)) as object, url).not.toHaveProperty(
          'code',
          'bad-address',
        );
      else await expect(set, url).rejects.toMatchObject({ code: 'bad-address' });
    }
  });
});
