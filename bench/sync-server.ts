/**
 * A helpdesk that only has to be read: the embedded helpdesk's API over the rows of the data set, each
 * row made into text beforehand, so that serving a page costs next to nothing. Empty until it is filled.
 */
import type { Change, Conversation, Message } from '@shared/domain/entities';
import type { VendorAnswer, VendorServer } from '@shared/testing/vendor-kit';
import { AGENT_ID, dataSet } from './data-set';

const FEEDS = ['conversations', 'agents', 'messages', 'contacts', 'saved-replies'] as const;
type Feed = (typeof FEEDS)[number];

export interface SyncServer extends VendorServer {
  /** How many rows a feed has. */
  count(feed: Feed): number;
  /** How many rows there are in all. */
  readonly total: number;
  /** From now on there is something to read. */
  fill(): void;
  /** When the first row was asked for, in ms of `performance.now()`; `null` before. */
  firstAskedAt(): number | null;
}

export function createSyncServer(conversations: number, now: number): SyncServer {
  const rows: Record<Feed, string[]> = {
    conversations: [],
    agents: [],
    messages: [],
    contacts: [],
    'saved-replies': [],
  };
  for (const change of dataSet({ accountId: 'desk', conversations, now })) {
    const [feed, row] = wireRow(change);
    rows[feed].push(JSON.stringify({ ...row, version: String(rows[feed].length + 1) }));
  }
  let filled = false;
  let firstAskedAt: number | null = null;

  function page(all: readonly string[], query: URLSearchParams): VendorAnswer {
    const from = Number(query.get('cursor') ?? '0');
    const to = filled ? Math.min(all.length, from + Number(query.get('limit') ?? '50')) : from;
    if (to > from) firstAskedAt ??= performance.now();
    const items = all.slice(from, to).join(',');
    return json(`{"items":[${items}],"next_cursor":"${to}","has_more":${filled && to < all.length}}`);
  }

  return {
    count: (feed) => rows[feed].length,
    total: Object.values(rows).reduce((sum, { length }) => sum + length, 0),
    fill: () => void (filled = true),
    firstAskedAt: () => firstAskedAt,
    handle({ path, query }) {
      if (path === '/')
        return { status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html>' };
      const feed = FEEDS.find((name) => path === `/api/v1/${name}`);
      if (feed !== undefined) return page(rows[feed], query);
      if (path === '/api/v1/me')
        return json(rows.agents.find((row) => row.includes(`"${AGENT_ID}"`)) ?? '{}');
      return { status: 404, json: { error: { message: 'There is only what a first sync reads.' } } };
    },
  };
}

const json = (body: string): VendorAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body,
});

const iso = (at: number): string => new Date(at).toISOString();

/** A row in the words of the embedded helpdesk's API (electron/helpdesk/api/wire.ts). */
function wireRow(change: Change): [Feed, Record<string, unknown>] {
  if (change.row !== null) {
    switch (change.kind) {
      case 'conversation':
        return ['conversations', wireConversation(change.row)];
      case 'message':
        return ['messages', wireMessage(change.row)];
      case 'contact': {
        const { id, name, emails, phones, handles, createdAt, updatedAt } = change.row;
        const times = { created_at: iso(createdAt), updated_at: iso(updatedAt) };
        return ['contacts', { id, name, emails, phones, handles, ...times }];
      }
      case 'agent': {
        const { id, name, email } = change.row;
        return ['agents', { id, name, email }];
      }
    }
  }
  throw new Error(`The data set has a ${change.kind} that this server cannot serve.`);
}

function wireConversation(row: Conversation): Record<string, unknown> {
  return {
    id: row.id,
    channel: row.channel,
    subject: row.subject,
    status: row.status,
    priority: row.priority,
    assignee_id: row.assigneeId,
    contact: { id: row.contactId, name: row.contactName },
    tags: row.tags,
    preview: row.preview,
    created_at: iso(row.createdAt),
    updated_at: iso(row.updatedAt),
    last_message_at: iso(row.lastMessageAt),
    last_message_id: row.lastMessageId,
    waiting_since: row.waitingSince === null ? null : iso(row.waitingSince),
    message_count: row.messageCount,
    social: row.social,
  };
}

function wireMessage(row: Message): Record<string, unknown> {
  return {
    id: row.id,
    conversation_id: row.conversationId,
    kind: row.kind,
    author: row.author,
    created_at: iso(row.createdAt),
    body: row.body,
    attachments: [],
    client_ref: row.clientRef,
    email: row.email,
  };
}
