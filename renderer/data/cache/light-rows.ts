/** The few fields of a conversation that order and filter the queue, and their packed form. */
import {
  CHANNELS,
  conversationKey,
  PRIORITIES,
  STATUSES,
  type Channel,
  type Conversation,
  type ConversationKey,
  type Priority,
  type Status,
} from '@shared/domain/entities';

export interface LightRow {
  key: ConversationKey;
  accountId: string;
  channel: Channel;
  status: Status;
  priority: Priority;
  assigneeId: string | null;
  waitingSince: number | null;
  lastMessageAt: number;
}

export function lightOf(conversation: Conversation): LightRow {
  return {
    key: conversationKey(conversation.accountId, conversation.id),
    accountId: conversation.accountId,
    channel: conversation.channel,
    status: conversation.status,
    priority: conversation.priority,
    assigneeId: conversation.assigneeId,
    waitingSince: conversation.waitingSince,
    lastMessageAt: conversation.lastMessageAt,
  };
}

/** Columns; accounts and assignees by their place in a dictionary, -1 for none. */
interface Columns {
  accounts: string[];
  assignees: string[];
  id: string[];
  account: number[];
  channel: number[];
  status: number[];
  priority: number[];
  assignee: number[];
  waitingSince: (number | null)[];
  lastMessageAt: number[];
}

function placeIn(dictionary: string[], word: string): number {
  const place = dictionary.indexOf(word);
  return place === -1 ? dictionary.push(word) - 1 : place;
}

/** Packs rows into one JSON string: 100,000 rows load about three times as fast as records. */
export function packRows(rows: Iterable<LightRow>): string {
  const columns: Columns = {
    accounts: [],
    assignees: [],
    id: [],
    account: [],
    channel: [],
    status: [],
    priority: [],
    assignee: [],
    waitingSince: [],
    lastMessageAt: [],
  };
  for (const row of rows) {
    columns.id.push(row.key.slice(row.accountId.length + 1));
    columns.account.push(placeIn(columns.accounts, row.accountId));
    columns.channel.push(CHANNELS.indexOf(row.channel));
    columns.status.push(STATUSES.indexOf(row.status));
    columns.priority.push(PRIORITIES.indexOf(row.priority));
    columns.assignee.push(row.assigneeId === null ? -1 : placeIn(columns.assignees, row.assigneeId));
    columns.waitingSince.push(row.waitingSince);
    columns.lastMessageAt.push(row.lastMessageAt);
  }
  return JSON.stringify(columns);
}

/** A block does not hold what {@link packRows} writes. */
export class DamagedBlockError extends Error {
  constructor() {
    super('A block of packed rows cannot be read');
    this.name = 'DamagedBlockError';
  }
}

/** @throws DamagedBlockError */
export function unpackRows(packed: unknown): LightRow[] {
  try {
    const columns = JSON.parse(packed as string) as Columns;
    return columns.id.map((id, i) => {
      const accountId = wordAt(columns.accounts, columns.account[i]);
      const assignee = columns.assignee[i];
      return {
        key: conversationKey(accountId, id),
        accountId,
        channel: wordAt(CHANNELS, columns.channel[i]),
        status: wordAt(STATUSES, columns.status[i]),
        priority: wordAt(PRIORITIES, columns.priority[i]),
        assigneeId: assignee === -1 ? null : wordAt(columns.assignees, assignee),
        waitingSince: columns.waitingSince[i] ?? null,
        lastMessageAt: columns.lastMessageAt[i] ?? 0,
      };
    });
  } catch {
    throw new DamagedBlockError();
  }
}

function wordAt<T>(words: readonly T[], place: number | undefined): T {
  const word = words[place ?? -1];
  if (word === undefined) throw new DamagedBlockError();
  return word;
}
