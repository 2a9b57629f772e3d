/**
 * Data of a team that a helpdesk has no place for: which kinds there are, where each is kept, and the
 * rules over them. Pure: nothing here reads a clock, so two consoles with the same records agree.
 *
 *   backend keeps the kind ──▶ kept there (field, tag, note)
 *   else the team's settings bundle is set up ──▶ kept there, published by an administrator
 *   else ──▶ only on this computer
 */
import type { Channel, Conversation, MessageBody } from './entities';
import { addressForm } from './mail-address';
import type { PersonVerdict } from './people';

export const TEAM_DATA_KINDS = [
  'teamReply',
  'role',
  'personLink',
  'answerPolicy',
  'calendar',
  'promise',
  'handOverNote',
  'level',
  'personNote',
] as const;
export type TeamDataKind = (typeof TEAM_DATA_KINDS)[number];

/** Kinds the console reads and writes by now; the others only say where they will be kept. */
export const SHAPED_KINDS = ['teamReply', 'role', 'personLink', 'answerPolicy', 'calendar'] as const;
export type ShapedKind = (typeof SHAPED_KINDS)[number];

/** How a backend keeps a kind by itself: under this name of a field, a tag or a note. */
export interface BackendPlace {
  where: 'field' | 'tag' | 'note';
  name: string;
}
export type Keeps = Partial<Record<TeamDataKind, BackendPlace>>;

/** Where a kind is kept for one account. */
export type Place = ({ place: 'backend' } & BackendPlace) | { place: 'bundle' } | { place: 'computer' };

/** The one rule of where a kind is kept; `bundle`: this console follows one. */
export function placeOf(kind: TeamDataKind, keeps: Keeps | undefined, bundle: boolean): Place {
  const own = keeps?.[kind];
  if (own !== undefined) return { place: 'backend', ...own };
  return { place: bundle ? 'bundle' : 'computer' };
}

/** An account as every console of the team knows it: its id differs from computer to computer. */
export interface AccountAddress {
  backend: string;
  /** Without a slash at the end; '' for the embedded helpdesk of this computer before it ran. */
  url: string;
  /** The part of the server that the account works in; absent where a server is one whole. */
  workspace?: string | undefined;
  /** The helpdesk's own id, where it has one: its address may change, or lead elsewhere on another computer. */
  helpdesk?: string | undefined;
}

/** What an account's address is made of. */
export interface Addressed {
  backend: string;
  url?: string | undefined;
  workspace?: string | undefined;
  signedIn?: { helpdesk?: string | undefined } | null | undefined;
}

/** The address of an account, however its URL was written. */
export function addressOf({ backend, url, workspace, signedIn }: Addressed): AccountAddress {
  const helpdesk = signedIn?.helpdesk;
  return {
    backend,
    url: plainUrl(url ?? ''),
    ...(workspace !== undefined && workspace !== '' && { workspace }),
    ...(helpdesk !== undefined && { helpdesk }),
  };
}

function plainUrl(url: string): string {
  return url.trim().replace(/\/+$/, '');
}

export function isSameAddress(one: AccountAddress, other: AccountAddress): boolean {
  return isSameServer(one, other) && (one.workspace ?? '') === (other.workspace ?? '');
}

function isSameServer(one: AccountAddress, other: AccountAddress): boolean {
  if (one.backend !== other.backend) return false;
  if (one.helpdesk !== undefined && other.helpdesk !== undefined) return one.helpdesk === other.helpdesk;
  const [a, b] = [plainUrl(one.url), plainUrl(other.url)];
  // It is known that the helpdesk has a name of its own: then a port of some computer says nothing.
  if ((one.helpdesk ?? other.helpdesk) !== undefined && isOfThisComputer(a)) return false;
  return a === b;
}

/** Leads to whatever computer it is opened on. */
function isOfThisComputer(url: string): boolean {
  return url === '' || /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?($|\/)/i.test(url);
}

/** A saved reply of the team. */
export interface TeamReply {
  id: string;
  title: string;
  body: MessageBody;
  /** What an agent types to find it; `null`: only its title. */
  shortcut: string | null;
  folder: string | null;
  /** Languages of the text (BCP 47); empty: for everybody. */
  languages: readonly string[];
}

export const ROLES = ['agent', 'lead', 'administrator'] as const;
export type RoleName = (typeof ROLES)[number];

/** What the console offers somebody. It is no lock: rights are the helpdesk's and the key's. */
export interface Role {
  id: string;
  /** Mail address or agent id at the account. */
  agent: string;
  /** `null`: at every account. */
  account: AccountAddress | null;
  role: RoleName;
}

export interface ContactAddress extends AccountAddress {
  contactId: string;
}

/** An agent's word that two contacts are, or are not, one person. */
export interface PersonLink {
  id: string;
  a: ContactAddress;
  b: ContactAddress;
  verdict: 'same' | 'apart';
  /** Name of who decided. */
  by: string;
  /** Wall clock, ms. */
  at: number;
}

/** Within which time a waiting customer is to be answered first. */
export interface AnswerPolicy {
  id: string;
  channel: Channel;
  /** Ms of the calendar. */
  firstAnswerWithinMs: number;
  calendarId: string;
}

/** When the team works. Only one kind so far: always. */
export interface Calendar {
  id: string;
  name: string;
  hours: 'always';
}

export interface TeamData {
  teamReply: readonly TeamReply[];
  role: readonly Role[];
  personLink: readonly PersonLink[];
  answerPolicy: readonly AnswerPolicy[];
  calendar: readonly Calendar[];
}
export type TeamRecord = TeamData[ShapedKind][number];

export const NO_TEAM_DATA: TeamData = {
  teamReply: [],
  role: [],
  personLink: [],
  answerPolicy: [],
  calendar: [],
};

/** The data with a record put in, over the one with its id. */
export function withRecord<K extends ShapedKind>(
  data: TeamData,
  kind: K,
  record: TeamData[K][number],
): TeamData {
  const rows: readonly TeamRecord[] = data[kind];
  const at = rows.findIndex(({ id }) => id === record.id);
  return { ...data, [kind]: at < 0 ? [...rows, record] : rows.with(at, record) };
}

/** The data without a record. */
export function withoutRecord(data: TeamData, kind: ShapedKind, id: string): TeamData {
  return { ...data, [kind]: data[kind].filter((record) => record.id !== id) };
}

export interface Difference {
  kind: ShapedKind;
  id: string;
  change: 'added' | 'changed' | 'removed';
  /** As it is now, or was before it was removed. */
  record: TeamRecord;
}

/** What changed from one revision to the next, by kind, in the order of the records. */
export function differencesBetween(before: TeamData, after: TeamData): Difference[] {
  return SHAPED_KINDS.flatMap((kind) => {
    const old = new Map<string, TeamRecord>(before[kind].map((record) => [record.id, record]));
    const found: Difference[] = [];
    for (const record of after[kind]) {
      const was = old.get(record.id);
      old.delete(record.id);
      if (was === undefined) found.push({ kind, id: record.id, change: 'added', record });
      else if (!isSame(was, record)) found.push({ kind, id: record.id, change: 'changed', record });
    }
    for (const record of old.values()) found.push({ kind, id: record.id, change: 'removed', record });
    return found;
  });
}

/** Equal values, in whatever order their fields stand. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => isSame(left[name], right[name]));
}

/**
 * The role of an agent at an account; `null` when nobody gave one. A role for this account goes
 * before one for every account. Names compare as mail addresses do.
 */
export function roleOf(
  roles: readonly Role[],
  agent: { id: string; email: string | null },
  account: AccountAddress,
): RoleName | null {
  const names = [agent.id, agent.email].flatMap((name) => (name === null ? [] : [addressForm(name)]));
  const mine = roles.filter((role) => names.includes(addressForm(role.agent)));
  const here = mine.find((role) => role.account !== null && isSameAddress(role.account, account));
  // One that names no part of the server is for all its parts, as when they were not told apart.
  const server = mine.find(
    (role) =>
      role.account !== null && role.account.workspace === undefined && isSameServer(role.account, account),
  );
  return (here ?? server ?? mine.find((role) => role.account === null))?.role ?? null;
}

/**
 * Links of this computer, with the helpdesk's own id put where only a port stood: records of before it
 * had one mean the helpdesk that was here. A bundle's are left as they are: that port was another's.
 */
export function withOwnHelpdesk(
  links: readonly PersonLink[],
  accounts: readonly (Addressed & { ownHelpdesk?: boolean | undefined })[],
): PersonLink[] {
  const local = accounts.map((one) => ({ ...addressOf(one), own: one.ownHelpdesk === true }));
  const named = (contact: ContactAddress): ContactAddress => {
    const url = plainUrl(contact.url);
    if (contact.helpdesk !== undefined || !isOfThisComputer(url)) return contact;
    const candidates = local.filter((one) => one.backend === contact.backend);
    const found =
      candidates.find((one) => url !== '' && one.url === url) ?? candidates.find(({ own }) => own);
    return found?.helpdesk === undefined ? contact : { ...contact, helpdesk: found.helpdesk };
  };
  return links.map((link) => ({ ...link, a: named(link.a), b: named(link.b) }));
}

/** Links as verdicts on this console's contacts; those of accounts that are not here are left out. */
export function verdictsOf(
  links: readonly PersonLink[],
  accounts: readonly (Addressed & { id: string })[],
): PersonVerdict[] {
  const known = accounts.map((one) => ({ id: one.id, address: addressOf(one) }));
  // One helpdesk may be connected twice, under two logins: its contacts are the same ones.
  const keysOf = (contact: ContactAddress): string[] => {
    const here = known.filter(({ address }) => isSameAddress(address, contact));
    const found = here.length > 0 ? here : onlyPart(known, contact);
    return found.map(({ id }) => `${id}/${contact.contactId}`);
  };
  return links.flatMap(({ a, b, verdict, by, at }) =>
    keysOf(a).flatMap((left) => keysOf(b).map((right) => ({ a: left, b: right, verdict, by, at }))),
  );
}

/** What was said of a server before its parts were told apart counts while there is no doubt which is meant. */
function onlyPart<T extends { address: AccountAddress }>(known: readonly T[], contact: ContactAddress): T[] {
  if (contact.workspace !== undefined) return [];
  const there = known.filter(({ address }) => isSameServer(address, contact));
  return new Set(there.map(({ address }) => address.workspace)).size === 1 ? there : [];
}

/**
 * Until when a waiting customer is to be answered; `null` when nobody waits or no policy speaks of
 * the channel. Made of the server's times and the team's records alone: equal on every console.
 */
export function answerDeadline(
  conversation: Pick<Conversation, 'channel' | 'waitingSince'>,
  data: Pick<TeamData, 'answerPolicy' | 'calendar'>,
): number | null {
  if (conversation.waitingSince === null) return null;
  const deadlines = data.answerPolicy
    .filter(
      ({ channel, calendarId }) =>
        channel === conversation.channel && data.calendar.some(({ id }) => id === calendarId),
    )
    .map(({ firstAnswerWithinMs }) => conversation.waitingSince! + firstAnswerWithinMs);
  // The strictest counts, whatever order the records stand in.
  return deadlines.length === 0 ? null : Math.min(...deadlines);
}
