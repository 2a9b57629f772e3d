/**
 * What a helpdesk can do for us, by names that the contract suite, `npm run backend:check` and the
 * account screen share. What a vendor does not offer is a fact with a source, and stands beside its
 * other facts (`BackendDescriptor.lacks`): an absence that nobody explains is a fault of the adapter.
 */
import type { BackendDescriptor, BackendSupports } from './port';

export const CAPABILITIES = [
  'delta',
  'history',
  'reply',
  'note',
  'status',
  'assignee',
  'attachmentsOut',
  'attachmentsIn',
  /** Taking a conversation from its owner without giving it to somebody else. */
  'unassign',
  'priority',
  'tags',
  'savedReplies',
  'contacts',
  'agents',
  /** A large helpdesk is usable before all of it was read. */
  'newestFirst',
  /** One thread can be read this moment, however far the feeds trail. */
  'thread',
  /** A reply can be refused by the server when the thread moved. */
  'guard',
  /** Merges are told, with where the conversation lives now. */
  'merge',
  /** Deletions are told. */
  'remove',
  'idSweep',
  'push',
  'chatByMail',
  /** Under shared credentials a message can be said to be of the agent who wrote it. */
  'author',
] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** Without one of these the console is not worth connecting: its absence is a failure. */
export const MUST_HAVES: readonly Capability[] = [
  'reply',
  'note',
  'status',
  'assignee',
  'delta',
  'history',
  'attachmentsIn',
  'attachmentsOut',
];

/** Capabilities that a flag of the port claims. */
const FLAGS: Readonly<Partial<Record<Capability, keyof BackendSupports>>> = {
  note: 'note',
  priority: 'priority',
  tags: 'tags',
  attachmentsIn: 'attachments',
  attachmentsOut: 'attachments',
  savedReplies: 'savedReplies',
  idSweep: 'idSweep',
  push: 'push',
  chatByMail: 'chatByMail',
  author: 'author',
};

/** Why something is not there, in the vendor's words; `null` where nobody says why. */
export interface Absence {
  reason: string | null;
}

/** `null`: it is there, or is claimed to be. */
export function absenceOf(
  { supports, lacks }: Pick<BackendDescriptor, 'supports' | 'lacks'>,
  capability: Capability,
): Absence | null {
  const flag = FLAGS[capability];
  const reason = lacks?.[capability] ?? null;
  const claimed = flag === undefined ? reason === null : supports[flag] === true;
  return claimed ? null : { reason };
}

/** True where a flag claims what `lacks` denies. */
export function contradicts(
  { supports, lacks }: Pick<BackendDescriptor, 'supports' | 'lacks'>,
  capability: Capability,
): boolean {
  const flag = FLAGS[capability];
  return flag !== undefined && supports[flag] === true && lacks?.[capability] !== undefined;
}
