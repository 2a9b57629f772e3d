/** Plainly invented rows for the tests of this folder. */
import type { Account } from '@shared/contract/door';
import type { Change, Conversation, Message } from '@shared/domain/entities';
import type { Intent, OutboxRow } from '@shared/domain/intents';

export const NOON = Date.UTC(2026, 4, 4, 12);

export function conversation(id: string, patch: Partial<Conversation> = {}): Conversation {
  return {
    accountId: 'desk',
    id,
    channel: 'email',
    subject: `Subject of ${id}`,
    status: 'open',
    statusLabel: null,
    priority: 'normal',
    assigneeId: null,
    contactId: 'c1',
    contactName: 'Ada Example',
    tags: [],
    preview: 'Where is my order?',
    createdAt: NOON,
    updatedAt: NOON,
    lastMessageAt: NOON,
    lastMessageId: null,
    waitingSince: NOON,
    messageCount: 1,
    version: '1',
    social: null,
    ...patch,
  };
}

export function message(id: string, conversationId: string, patch: Partial<Message> = {}): Message {
  return {
    accountId: 'desk',
    id,
    conversationId,
    kind: 'inbound',
    author: { type: 'contact', id: 'c1', name: 'Ada Example' },
    createdAt: NOON,
    body: { type: 'text', content: `Text of ${id}` },
    attachments: [],
    clientRef: null,
    email: null,
    ...patch,
  };
}

export function account(id: string): Account {
  return {
    id,
    name: 'Desk',
    backend: 'embedded',
    state: 'online',
    stateSince: NOON,
    asOf: NOON,
    failure: null,
    firstSync: null,
    rejectedRows: 0,
    agent: { accountId: id, id: 'agent-1', name: 'Grace Sample', email: null },
    tier: 'T1',
    supports: {
      note: true,
      priority: true,
      tags: true,
      attachments: true,
      push: true,
      maxAttachmentBytes: 25_000_000,
    },
  };
}

let refs = 0;

export function intent(conversationId: string, patch: Partial<Intent> = {}): Intent {
  refs += 1;
  return {
    ref: `0badcafe-00000000-0000-4000-8000-${String(refs).padStart(12, '0')}`,
    accountId: 'desk',
    conversationId,
    agentId: 'agent-1',
    decidedAt: NOON,
    base: { messageId: null, version: null },
    delayMs: 0,
    action: { kind: 'reply', text: 'On its way.', files: [], statusAfter: null },
    ...patch,
  };
}

export function outboxRow(of: Intent, patch: Partial<OutboxRow> = {}): OutboxRow {
  return {
    intent: of,
    order: 1,
    revision: 1,
    state: 'queued',
    reason: null,
    attempts: 0,
    nextAttemptAt: null,
    serverId: null,
    queuedAt: NOON,
    changedAt: NOON,
    evidence: [],
    ...patch,
  };
}

export function put(row: Conversation | Message): Change {
  const kind = 'conversationId' in row ? 'message' : 'conversation';
  return { kind, id: row.id, row, movedTo: null } as Change;
}

export function goneConversation(id: string, movedTo: string | null = null): Change {
  return { kind: 'conversation', id, row: null, movedTo };
}
