/** Tickets, users and articles of Request Tracker, read into the product's nouns. */
import { z } from 'zod';
import type {
  Agent,
  Change,
  Channel,
  Contact,
  Conversation,
  Message,
  Priority,
  SavedReply,
  SocialOrigin,
  Status,
} from '../../domain/entities';
import { threadFacts } from '../../domain/thread-facts';
import { changeTo, goneChange } from '../changes';
import { isoTime, rowId } from '../field-schemas';
import type { RowReader } from '../rest-definition';
import { customFields, nameOf, person, readMessage, type Person, type RawMessage } from './rt-messages';

/** Asked for with every ticket. */
export const TICKET_FIELDS = {
  fields:
    'Subject,Status,Queue,Owner,Requestor,Cc,Creator,Created,LastUpdated,Resolved,Priority,CustomFields',
  'fields[Queue]': 'Name',
  'fields[Owner]': 'Name,RealName',
  'fields[Requestor]': 'Name,RealName,EmailAddress,Created,LastUpdated',
  'fields[Cc]': 'Name',
} as const;

export const TAGS_FIELD = 'Tags';
const CHANNEL_FIELD = 'Channel';
/** RT's stand-in for "no owner". */
export const NOBODY = 'Nobody';
/** RT's stand-in for "no time". */
const NO_TIME = 0;

/** The words of the default lifecycle for ours (RT_Config, %Lifecycles). */
export const STATUS_WORDS: Readonly<Record<Status, string>> = {
  new: 'new',
  open: 'open',
  pending: 'stalled',
  resolved: 'resolved',
  closed: 'rejected',
};
const STATUSES = new Map(
  Object.entries(STATUS_WORDS).map(([ours, theirs]) => [theirs, ours as Status] as const),
);

/**
 * RT's priorities are numbers, 0 to 100 with its default words (Low 0, Medium 50, High 100). Mail makes
 * tickets with 0, so 0 is "nobody said" and counts as normal; our low is a little above it.
 */
export const PRIORITY_NUMBERS: Readonly<Record<Priority, number>> = {
  low: 10,
  normal: 50,
  high: 75,
  urgent: 100,
};

export function priorityOf(number: number): Priority {
  if (number <= 0) return 'normal';
  if (number < 25) return 'low';
  if (number <= 62) return 'normal';
  return number < 88 ? 'high' : 'urgent';
}

const requestor = person.extend({
  Created: isoTime.nullish().catch(null),
  LastUpdated: isoTime.nullish().catch(null),
});

const ticketRow = z.object({
  id: rowId,
  Subject: z.string().nullable(),
  Status: z.string().min(1),
  Queue: z.object({ Name: z.string().nullish() }),
  Owner: person,
  Requestor: z.array(requestor),
  Cc: z.array(person).optional().default([]),
  Creator: person,
  Created: isoTime,
  LastUpdated: isoTime,
  Resolved: isoTime.nullish(),
  Priority: z.union([z.number(), z.string().regex(/^-?\d+$/)]).transform(Number),
  CustomFields: customFields,
});
export type Ticket = z.infer<typeof ticketRow>;

/** `null` for a ticket that cannot be understood: it is set aside when its turn as a row comes. */
export function readTicket(raw: unknown): Ticket | null {
  return ticketRow.safeParse(raw).data ?? null;
}

/** A status of a lifecycle of one's own counts as open until RT has noted when it was resolved. */
export function statusOf({ Status: word, Resolved }: Pick<Ticket, 'Status' | 'Resolved'>): Status {
  return STATUSES.get(word) ?? ((Resolved ?? NO_TIME) > NO_TIME ? 'closed' : 'open');
}

/** Whoever's words are a customer's. */
export function customersOf({ Requestor, Cc }: Ticket): Person[] {
  return [...Requestor, ...Cc];
}

/** What a row of the conversations' feed is made of. */
export type RawRow =
  | { id: string; as: 'conversation'; ticket: unknown; said: readonly RawMessage[]; whole: boolean }
  | { id: string; as: 'message'; message: RawMessage }
  | { id: string; as: 'gone'; movedTo: string | null }
  /** A transaction of the feed that does not say whose it is. */
  | { id: string; as: 'broken'; transaction: unknown };

/**
 * What stands where no messages were read (closed long ago): no preview, nobody waits, and the last
 * change is taken for the last word.
 */
export const readRow: RowReader<readonly Change[]> = (raw, accountId) => {
  // Only scripts of this folder make these rows.
  const row = raw as RawRow;
  switch (row.as) {
    case 'gone':
      return [goneChange('conversation', row.id, row.movedTo)];
    case 'message':
      return [changeTo('message', readMessage(row.message, accountId))];
    case 'broken':
      z.object({ ObjectId: rowId }).parse(row.transaction);
      return [];
    case 'conversation': {
      const { conversation, contact } = readConversation(row, accountId);
      return [changeTo('contact', contact), changeTo('conversation', conversation)];
    }
  }
};

/** The same for a sweep, which wants conversations and nothing beside them. */
export const readRowAlone: RowReader<readonly Change[]> = (raw, accountId) =>
  [readRow(raw, accountId)].flat().filter(({ kind }) => kind === 'conversation');

const aged = z.object({ LastUpdated: isoTime });

/** When RT last changed the ticket, ms; whole seconds. */
export function ageOf(raw: unknown, change: Change): number | null {
  const row = raw as RawRow;
  if (row.as !== 'conversation' || change.kind !== 'conversation') return null;
  return aged.safeParse(row.ticket).data?.LastUpdated ?? null;
}

export function readConversation(
  { ticket: raw, said, whole }: { ticket: unknown; said: readonly RawMessage[]; whole: boolean },
  accountId: string,
): { conversation: Conversation; contact: Contact; messages: Message[] } {
  const ticket = ticketRow.parse(raw);
  const messages = said.flatMap((one) => readOr(() => readMessage(one, accountId)));
  const contact = contactOf(ticket, accountId);
  const status = statusOf(ticket);
  const facts = threadFacts(status, messages, {
    preview: '',
    lastMessageAt: ticket.LastUpdated,
    lastMessageId: null,
  });
  const { channel, social } = channelOf(ticket);
  const conversation: Conversation = {
    accountId,
    id: ticket.id,
    channel,
    subject: ticket.Subject ?? '',
    status,
    statusLabel: ticket.Status === status ? null : ticket.Status,
    priority: priorityOf(ticket.Priority),
    assigneeId: ticket.Owner.id === NOBODY ? null : ticket.Owner.id,
    contactId: contact.id,
    contactName: contact.name,
    tags: ticket.CustomFields.get(TAGS_FIELD) ?? [],
    ...facts,
    createdAt: ticket.Created,
    updatedAt: ticket.LastUpdated,
    messageCount: whole ? messages.length : null,
    version: versionOf(ticket, facts.lastMessageId),
    social,
  };
  return { conversation, contact, messages };
}

/**
 * What a guarded reply is compared with: RT's own ETag (the last transaction) is not told in lists, and
 * counts each mail that RT sends. Times of RT are whole seconds; the newest message makes it finer.
 */
export function versionOf(
  { LastUpdated }: Pick<Ticket, 'LastUpdated'>,
  lastMessageId: string | null,
): string {
  return `${LastUpdated / 1_000}/${lastMessageId ?? ''}`;
}

function readOr<T>(read: () => T): T[] {
  try {
    return [read()];
  } catch (error) {
    // A broken message is set aside in a row of its own.
    if (error instanceof z.ZodError) return [];
    throw error;
  }
}

/** The first requestor; a ticket without one is its creator's matter. */
function contactOf({ Requestor: [first], Creator, Created }: Ticket, accountId: string): Contact {
  const one: z.infer<typeof requestor> = first ?? { ...Creator, Created: null, LastUpdated: null };
  const email = one.EmailAddress ?? '';
  // Without the right to see users RT tells the beginning of time.
  const created = one.Created ? one.Created : Created;
  return {
    accountId,
    id: one.id,
    name: nameOf(one),
    emails: email === '' ? [] : [email],
    phones: [],
    handles: [],
    createdAt: created,
    updatedAt: one.LastUpdated ? one.LastUpdated : created,
  };
}

/** Words of channels, as administrators name queues and values of the field. */
const CHANNEL_WORDS: readonly (readonly [word: RegExp, channel: Channel])[] = [
  [/facebook|twitter|\bx\b|instagram|whatsapp|telegram|vkontakte|\bvk\b|viber|zalo|social/i, 'social'],
  [/\bbot\b|chatbot/i, 'bot'],
  [/chat|messenger/i, 'chat'],
  [/phone|\bcalls?\b|voice/i, 'phone'],
  [/\bforms?\b|website/i, 'form'],
];

/** From the custom field "Channel" where the server has it, else from the queue's name, else mail. */
function channelOf({ CustomFields, Queue }: Ticket): { channel: Channel; social: SocialOrigin | null } {
  const word = CustomFields.get(CHANNEL_FIELD)?.[0] ?? Queue.Name ?? '';
  const channel = CHANNEL_WORDS.find(([words]) => words.test(word))?.[1] ?? 'email';
  // RT does not know who else can read it: what is not said to be public is taken for private.
  const social: SocialOrigin | null =
    channel === 'social' ? { network: word.toLowerCase(), visibility: 'direct', permalink: null } : null;
  return { channel, social };
}

const userRow = person.extend({ EmailAddress: z.string().nullish() });

export const agentOf: RowReader<Agent> = (raw, accountId) => {
  const user = userRow.parse(raw);
  return { accountId, id: user.id, name: nameOf(user), email: user.EmailAddress || null };
};

export const agentChange: RowReader<Change> = (raw, accountId) => changeTo('agent', agentOf(raw, accountId));

const articleRow = z.object({
  id: rowId,
  Name: z.string(),
  Summary: z.string().nullish(),
  Class: z.object({ Name: z.string().nullish() }).optional(),
  LastUpdated: isoTime,
  Disabled: z.union([z.string(), z.number()]).transform(Number),
  CustomFields: customFields,
});

/** Its text is in the field called Content or Response (RT's own names), else in the first that has one. */
export const savedReplyChange: RowReader<readonly Change[]> = (raw, accountId) => {
  const row = articleRow.parse(raw);
  if (row.Disabled !== 0) return [goneChange('savedReply', row.id)];
  const fields = row.CustomFields;
  const named = fields.get('Content')?.[0] ?? fields.get('Response')?.[0];
  const content = named ?? [...fields.values()].flat()[0] ?? row.Summary ?? '';
  if (content === '') return [];
  const saved: SavedReply = {
    accountId,
    id: row.id,
    title: row.Name,
    // The field's kind (plain, wiki, HTML) is not told with the article.
    body: { type: /<(?:p|br|div|ul|ol|b|strong|a)\b[^>]*>/i.test(content) ? 'html' : 'text', content },
    shortcut: null,
    folder: row.Class?.Name ?? null,
    updatedAt: row.LastUpdated,
  };
  return [changeTo('savedReply', saved)];
};
