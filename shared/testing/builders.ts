/** Builders of plain domain objects for tests: every field has a value, a test names only what matters. */
import type { Conversation, Message } from '../domain/entities';
import type { Intent, IntentAction, OutboxRow } from '../domain/intents';

/** 2026-03-01T12:00:00Z: a fixed "now" for tests. */
export const NOON = Date.UTC(2026, 2, 1, 12);

/** A conversation of account `a1` by email, waiting since {@link NOON}. */
export function aConversation(parts: Partial<Conversation> = {}): Conversation {
  return {
    accountId: 'a1',
    id: 'c1',
    channel: 'email',
    subject: 'Sample question',
    status: 'open',
    statusLabel: null,
    priority: 'normal',
    assigneeId: null,
    contactId: 'p1',
    contactName: 'Sample Customer',
    tags: [],
    preview: 'A sample question',
    createdAt: NOON,
    updatedAt: NOON,
    lastMessageAt: NOON,
    lastMessageId: 'm1',
    waitingSince: NOON,
    messageCount: 1,
    version: '1',
    social: null,
    ...parts,
  };
}

/** An inbound text message of {@link aConversation}. */
export function aMessage(parts: Partial<Message> = {}): Message {
  return {
    accountId: 'a1',
    id: 'm1',
    conversationId: 'c1',
    kind: 'inbound',
    author: { type: 'contact', id: 'p1', name: 'Sample Customer' },
    createdAt: NOON,
    body: { type: 'text', content: 'A sample question' },
    attachments: [],
    clientRef: null,
    email: null,
    ...parts,
  };
}

/** A valid intent reference ending in a number, for telling intents apart in a failing test. */
export function refOf(n: number): string {
  return `0a0a0a0a-00000001-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** An intent on {@link aConversation} without undo time. */
export function anIntent(n: number, action: IntentAction, parts: Partial<Intent> = {}): Intent {
  return {
    ref: refOf(n),
    accountId: 'a1',
    conversationId: 'c1',
    agentId: 'agent-1',
    decidedAt: NOON,
    base: { messageId: 'm1', version: '1' },
    delayMs: 0,
    action,
    ...parts,
  };
}

/** A queued outbox row around {@link anIntent}. */
export function anOutboxRow(n: number, action: IntentAction, parts: Partial<OutboxRow> = {}): OutboxRow {
  return {
    intent: anIntent(n, action),
    order: n,
    revision: n,
    state: 'queued',
    reason: null,
    attempts: 0,
    nextAttemptAt: null,
    serverId: null,
    queuedAt: NOON,
    changedAt: NOON,
    evidence: [],
    ...parts,
  };
}
