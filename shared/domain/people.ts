/**
 * Which contacts of several accounts are one person. Pure; the page asks it for the person beside a
 * conversation.
 *
 * Joined by itself: the same e-mail address, where both helpdesks vouch for it. Suggested: the same
 * address that somebody only typed, the same telephone number, the same handle: relatives share a
 * telephone, and anybody can type an address. A person's word goes before every rule, and a join
 * changes nothing but what is shown: a reply goes to the contact of its own conversation.
 */
import type { Contact } from './entities';
import { addressForm } from './mail-address';

/** `accountId/contactId`. */
export type ContactKey = string;

export function contactKey({ accountId, id }: Pick<Contact, 'accountId' | 'id'>): ContactKey {
  return `${accountId}/${id}`;
}

/** A way to reach somebody, in a form that compares. */
export interface Reach {
  kind: 'email' | 'phone' | 'handle';
  /** Compares equal for the same address however it was written. */
  value: string;
  /** The helpdesk vouches that it is the contact's own. */
  verified: boolean;
}

/** What an agent decided about two contacts; the later one counts. */
export interface PersonVerdict {
  a: ContactKey;
  b: ContactKey;
  verdict: 'same' | 'apart';
  /** Name of who decided. */
  by: string;
  /** Wall clock, ms. */
  at: number;
}

/** Why two contacts are, or may be, one person. */
export type Kinship =
  | { by: 'verified-email'; value: string }
  | { by: 'email' | 'phone' | 'handle'; value: string }
  | { by: 'agent'; name: string; at: number };

export interface Relative {
  contact: Contact;
  because: Kinship;
  /** The contact of the same person that it is like. */
  like: ContactKey;
}

export interface Person {
  /** Without the contact that was asked about. */
  joined: readonly Relative[];
  /** What an agent could join, once. */
  suggested: readonly Relative[];
  /** What would be joined or suggested, had an agent not told it apart. */
  parted: readonly Relative[];
}

/** So many digits of a number are compared: trunk and country prefixes are written in many ways. */
const PHONE_DIGITS = 9;

/** Handles that a machine gave, which say nothing about a person. */
const MACHINE_NETWORKS = new Set(['chat', 'bot', 'form', 'phone', 'email']);

/** All ways to reach a contact, each once. */
export function reachesOf(contact: Contact): Reach[] {
  const vouched = new Set((contact.verifiedEmails ?? []).map(addressForm));
  const emails = contact.emails.map(addressForm).filter((value) => value.includes('@'));
  const phones = contact.phones.map(phoneForm).filter((value) => value.length === PHONE_DIGITS);
  const handles = contact.handles.map(addressForm).filter(isPersonal);
  const all: Reach[] = [
    ...emails.map((value) => ({ kind: 'email', value, verified: vouched.has(value) }) as const),
    ...phones.map((value) => ({ kind: 'phone', value, verified: false }) as const),
    ...handles.map((value) => ({ kind: 'handle', value, verified: false }) as const),
  ];
  return [...new Map(all.map((reach) => [`${reach.kind} ${reach.value}`, reach])).values()];
}

function phoneForm(phone: string): string {
  return phone.replace(/\D/g, '').slice(-PHONE_DIGITS);
}

function isPersonal(handle: string): boolean {
  const colon = handle.indexOf(':');
  return colon > 0 && colon < handle.length - 1 && !MACHINE_NETWORKS.has(handle.slice(0, colon));
}

/**
 * The person of a contact.
 * @param others contacts that may be the same person; others among them do no harm
 */
export function personOf(
  anchor: Contact,
  others: readonly Contact[],
  verdicts: readonly PersonVerdict[],
): Person {
  const word = latestVerdicts(verdicts);
  const members: Contact[] = [anchor];
  const joined: Relative[] = [];
  // In one order whatever order they came in: nothing on screen is to jump.
  let open = others
    .filter((other) => contactKey(other) !== contactKey(anchor))
    .sort((a, b) => (contactKey(a) < contactKey(b) ? -1 : 1));
  // Whoever joins may bring others along: it ends when a round brings nobody.
  for (let found = true; found;) {
    found = false;
    for (const other of open) {
      const relative = joins(other, members, word);
      if (relative === null) continue;
      joined.push(relative);
      members.push(other);
      open = open.filter((one) => one !== other);
      found = true;
    }
  }
  const suggested: Relative[] = [];
  const parted: Relative[] = [];
  for (const other of open) {
    const relative = suggestion(other, members);
    if (relative === null) continue;
    const against = toldApart(other, members, word);
    if (against === null) suggested.push(relative);
    // Joining again has to take back that very word.
    else parted.push({ ...relative, like: contactKey(against) });
  }
  return { joined, suggested, parted };
}

type Verdicts = ReadonlyMap<string, PersonVerdict>;

/** The same for two contacts whichever is named first; ids may hold any character. */
export function pairOf(a: ContactKey, b: ContactKey): string {
  return JSON.stringify(a < b ? [a, b] : [b, a]);
}

/**
 * When a word that is said now was said. A computer whose clock runs ahead may have dated another one
 * later than now: the newer word still has to be the later one.
 */
export function nextVerdictAt(
  a: ContactKey,
  b: ContactKey,
  verdicts: readonly PersonVerdict[],
  now: number,
): number {
  const last = latestVerdicts(verdicts).get(pairOf(a, b));
  return last === undefined ? now : Math.max(now, Math.min(last.at + 1, Number.MAX_SAFE_INTEGER));
}

function latestVerdicts(verdicts: readonly PersonVerdict[]): Verdicts {
  const latest = new Map<string, PersonVerdict>();
  for (const verdict of verdicts) {
    const key = pairOf(verdict.a, verdict.b);
    const known = latest.get(key);
    if (known === undefined || known.at <= verdict.at) latest.set(key, verdict);
  }
  return latest;
}

/** Whom an agent told it apart from: one word against any of them keeps a contact out. */
function toldApart(other: Contact, members: readonly Contact[], word: Verdicts): Contact | null {
  const isApart = (member: Contact): boolean =>
    word.get(pairOf(contactKey(member), contactKey(other)))?.verdict === 'apart';
  return members.find(isApart) ?? null;
}

function joins(other: Contact, members: readonly Contact[], word: Verdicts): Relative | null {
  if (toldApart(other, members, word) !== null) return null;
  for (const member of members) {
    const said = word.get(pairOf(contactKey(member), contactKey(other)));
    if (said?.verdict === 'same') {
      return {
        contact: other,
        because: { by: 'agent', name: said.by, at: said.at },
        like: contactKey(member),
      };
    }
  }
  for (const member of members) {
    // Two contacts of one helpdesk with one address are its own affair: it could have merged them.
    if (member.accountId === other.accountId) continue;
    const shared = sharedReach(member, other).find(({ kind, both }) => kind === 'email' && both);
    if (shared !== undefined) {
      const because: Kinship = { by: 'verified-email', value: shared.value };
      return { contact: other, because, like: contactKey(member) };
    }
  }
  return null;
}

const WEIGHT: Readonly<Record<Reach['kind'], number>> = { email: 0, phone: 1, handle: 2 };

function suggestion(other: Contact, members: readonly Contact[]): Relative | null {
  const found = members.flatMap((member) =>
    sharedReach(member, other).map((reach) => ({ ...reach, like: contactKey(member) })),
  );
  const best = found.sort((a, b) => WEIGHT[a.kind] - WEIGHT[b.kind] || Number(b.both) - Number(a.both)).at(0);
  if (best === undefined) return null;
  const { kind, value, both, like } = best;
  return { contact: other, because: { by: kind === 'email' && both ? 'verified-email' : kind, value }, like };
}

function sharedReach(a: Contact, b: Contact): { kind: Reach['kind']; value: string; both: boolean }[] {
  const theirs = new Map(reachesOf(b).map((reach) => [`${reach.kind} ${reach.value}`, reach]));
  return reachesOf(a).flatMap(({ kind, value, verified }) => {
    const same = theirs.get(`${kind} ${value}`);
    return same === undefined ? [] : [{ kind, value, both: verified && same.verified }];
  });
}
