import { describe, expect, it } from 'vitest';
import {
  answerDeadline,
  differencesBetween,
  addressOf,
  isSameAddress,
  withOwnHelpdesk,
  NO_TEAM_DATA,
  placeOf,
  roleOf,
  verdictsOf,
  withoutRecord,
  withRecord,
  type PersonLink,
  type Role,
  type TeamData,
  type TeamReply,
} from './team-data';

const HOUR_MS = 3_600_000;
const reply = (id: string, title: string): TeamReply => ({
  id,
  title,
  body: { type: 'text', content: 'Thank you.' },
  shortcut: null,
  folder: null,
  languages: [],
});

describe('where a kind is kept', () => {
  it('is the backend where it has a place, else the bundle, else this computer', () => {
    const keeps = { level: { where: 'tag', name: 'level' } } as const;
    expect(placeOf('level', keeps, true)).toEqual({ place: 'backend', where: 'tag', name: 'level' });
    expect(placeOf('role', keeps, true)).toEqual({ place: 'bundle' });
    expect(placeOf('role', undefined, false)).toEqual({ place: 'computer' });
  });
});

describe('records', () => {
  it('are put in, changed at their place and taken out by id', () => {
    const two = withRecord(
      withRecord(NO_TEAM_DATA, 'teamReply', reply('a', 'A')),
      'teamReply',
      reply('b', 'B'),
    );
    const changed = withRecord(two, 'teamReply', reply('a', 'A again'));
    expect(changed.teamReply.map(({ title }) => title)).toEqual(['A again', 'B']);
    expect(withoutRecord(changed, 'teamReply', 'a').teamReply.map(({ id }) => id)).toEqual(['b']);
    expect(two.teamReply).toHaveLength(2);
  });

  it('differ by what was added, changed and removed, not by the order of their fields', () => {
    const before: TeamData = {
      ...NO_TEAM_DATA,
      teamReply: [reply('a', 'A'), reply('b', 'B'), reply('c', 'C')],
    };
    const turned = Object.fromEntries(Object.entries(reply('a', 'A')).reverse()) as unknown as TeamReply;
    const after: TeamData = { ...before, teamReply: [turned, reply('b', 'B again'), reply('d', 'D')] };
    expect(differencesBetween(before, after).map(({ id, change }) => [id, change])).toEqual([
      ['b', 'changed'],
      ['d', 'added'],
      ['c', 'removed'],
    ]);
    expect(differencesBetween(after, after)).toEqual([]);
  });
});

describe('a role', () => {
  const desk = { backend: 'sample', url: 'https://desk.example.com/' };
  const role = (agent: string, name: Role['role'], account: Role['account'] = null): Role => ({
    id: agent + name,
    agent,
    account,
    role: name,
  });

  it('of one workspace is none in another; one of before they were told apart is for the whole server', () => {
    const part = (workspace: string) => ({ ...desk, workspace });
    const anna = { id: '1', email: 'anna@example.com' };
    const roles = [role('anna@example.com', 'administrator', part('1'))];
    expect(roleOf(roles, anna, part('1'))).toBe('administrator');
    expect(roleOf(roles, anna, part('2'))).toBeNull();
    expect(roleOf(roles, anna, desk)).toBeNull();
    const old = role('anna@example.com', 'lead', desk);
    expect(roleOf([...roles, old], anna, part('2'))).toBe('lead');
    expect(roleOf([old, ...roles], anna, part('1'))).toBe('administrator');
  });

  it('is of nobody whose address only folds to the same letters', () => {
    const kelvin = { id: '1', email: '\u212ate@example.com' };
    expect(roleOf([role('kte@example.com', 'administrator')], kelvin, desk)).toBeNull();
  });

  it('is found by mail address or id, and one for the account goes before one for all', () => {
    const roles = [
      role('Anna@Example.com', 'agent'),
      role('anna@example.com', 'lead', desk),
      role('7', 'administrator'),
    ];
    const anna = { id: '1', email: 'anna@example.com' };
    expect(roleOf(roles, anna, { backend: 'sample', url: 'https://desk.example.com' })).toBe('lead');
    expect(roleOf(roles, anna, { backend: 'sample', url: 'https://other.example.com' })).toBe('agent');
    expect(roleOf(roles, { id: '7', email: null }, desk)).toBe('administrator');
    expect(roleOf(roles, { id: '8', email: null }, desk)).toBeNull();
  });
});

describe('links across accounts', () => {
  it('hold for accounts by their address, whatever their id is here; others are left out', () => {
    const at = (url: string, contactId: string) => ({ backend: 'sample', url, contactId });
    const link = {
      id: 'l1',
      a: at('https://a.example/', '1'),
      b: at('https://b.example', '2'),
      by: 'Anna',
      at: 5,
    };
    const accounts = [
      { id: 'here-a', backend: 'sample', url: 'https://a.example' },
      { id: 'here-b', backend: 'sample', url: 'https://b.example/' },
    ];
    expect(verdictsOf([{ ...link, verdict: 'same' }], accounts)).toEqual([
      { a: 'here-a/1', b: 'here-b/2', verdict: 'same', by: 'Anna', at: 5 },
    ]);
    expect(verdictsOf([{ ...link, verdict: 'same' }], accounts.slice(0, 1))).toEqual([]);
    expect(isSameAddress({ backend: 'x', url: '' }, { backend: 'y', url: '' })).toBe(false);
  });
});

describe('links to a part of a server', () => {
  const server = { backend: 'sample', url: 'https://app.example' };
  const link = (id: string, workspace?: string): PersonLink => ({
    id,
    a: { ...server, contactId: '5', ...(workspace !== undefined && { workspace }) },
    b: { backend: 'other', url: 'https://b.example', contactId: '9' },
    verdict: 'same',
    by: 'Anna',
    at: 5,
  });
  const other = { id: 'other', backend: 'other', url: 'https://b.example' };
  const part = (id: string, workspace: string) => ({ id, ...server, workspace });
  const left = (links: PersonLink[], accounts: Parameters<typeof verdictsOf>[1]) =>
    verdictsOf(links, [...accounts, other]).map(({ a }) => a);

  it('hold for that part alone, and for each login there', () => {
    expect(left([link('l1', '2')], [part('w1', '1'), part('w2', '2')])).toEqual(['w2/5']);
    expect(left([link('l1', '2')], [part('w2', '2'), part('again', '2')])).toEqual(['w2/5', 'again/5']);
  });

  it('of before parts were told apart hold while only one can be meant', () => {
    expect(left([link('l1')], [part('w1', '1')])).toEqual(['w1/5']);
    expect(left([link('l1')], [part('w1', '1'), part('w2', '2')])).toEqual([]);
  });

  it('are written with the part they mean', () => {
    expect(addressOf(part('w1', '1'))).toEqual({ ...server, workspace: '1' });
    expect(addressOf({ ...server, workspace: '' })).toEqual(server);
  });
});

describe('links with a helpdesk that has an id of its own', () => {
  const account = (url: string, helpdesk?: string, ownHelpdesk = true) => ({
    id: 'mine',
    backend: 'embedded',
    url,
    ownHelpdesk,
    signedIn: helpdesk === undefined ? null : { helpdesk },
  });
  const link = (url: string, helpdesk?: string): PersonLink => ({
    id: 'l1',
    a: { backend: 'embedded', url, contactId: '1', ...(helpdesk !== undefined && { helpdesk }) },
    b: { backend: 'sample', url: 'https://b.example', contactId: '2' },
    verdict: 'apart',
    by: 'Anna',
    at: 5,
  });
  const b = { id: 'b', backend: 'sample', url: 'https://b.example' };
  const left = (links: readonly PersonLink[], mine: ReturnType<typeof account>) =>
    verdictsOf(links, [mine, b]).map((verdict) => verdict.a);

  it('hold whatever port it has, paused or not, and for no other helpdesk', () => {
    const said = link('http://127.0.0.1:44179', 'h1');
    for (const url of ['http://127.0.0.1:44179/', 'http://127.0.0.1:5/', ''])
      expect(left([said], account(url, 'h1'))).toEqual(['mine/1']);
    expect(left([said], account('http://127.0.0.1:44179/', 'h2'))).toEqual([]);
    expect(addressOf(account('', 'h1'))).toMatchObject({ helpdesk: 'h1' });
  });

  it('of a bundle that name only a port are nobody’s', () => {
    const old = [link('http://127.0.0.1:44179'), link('')];
    expect(left(old, account('http://127.0.0.1:44179/', 'h2'))).toEqual([]);
    expect(left(old, account('', 'h2'))).toEqual([]);
  });

  it('of this computer that name only a port mean the helpdesk that was here', () => {
    const mine = account('http://127.0.0.1:5/', 'h1');
    for (const old of [link('http://127.0.0.1:44179'), link('')])
      expect(left(withOwnHelpdesk([old], [mine, b]), mine)).toEqual(['mine/1']);
    const foreign = account('http://127.0.0.1:44179/', 'h3', false);
    const [named] = withOwnHelpdesk([link('http://127.0.0.1:44179')], [mine, foreign]);
    expect(named?.a.helpdesk).toBe('h3');
    // As before while nobody knows its id yet.
    expect(left(withOwnHelpdesk([link('')], [account('')]), account(''))).toEqual(['mine/1']);
  });
});

describe('a deadline', () => {
  const policy = (id: string, hours: number, calendarId = 'always') => ({
    id,
    channel: 'email' as const,
    firstAnswerWithinMs: hours * HOUR_MS,
    calendarId,
  });
  const data = (...answerPolicy: TeamData['answerPolicy']) => ({
    answerPolicy,
    calendar: [{ id: 'always', name: 'Always', hours: 'always' as const }],
  });

  it('is the strictest policy of the channel, from when the customer began to wait', () => {
    const waiting = { channel: 'email', waitingSince: 1_000 } as const;
    expect(answerDeadline(waiting, data(policy('a', 4), policy('b', 1)))).toBe(1_000 + HOUR_MS);
    expect(answerDeadline(waiting, data(policy('b', 1), policy('a', 4)))).toBe(1_000 + HOUR_MS);
  });

  it('is none when nobody waits, no policy speaks of the channel, or its calendar is missing', () => {
    expect(answerDeadline({ channel: 'email', waitingSince: null }, data(policy('a', 4)))).toBeNull();
    expect(answerDeadline({ channel: 'chat', waitingSince: 1 }, data(policy('a', 4)))).toBeNull();
    expect(answerDeadline({ channel: 'email', waitingSince: 1 }, data(policy('a', 4, 'gone')))).toBeNull();
  });
});
