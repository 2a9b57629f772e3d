/** What a conversation looks like once the agent's own unconfirmed decisions are laid over it. */
import { assertNever } from './assert-never';
import type { Conversation } from './entities';
import type { IntentAction } from './intents';

/** What an agent's decision can change about a conversation. */
export type Editable = Pick<
  Conversation,
  'status' | 'statusLabel' | 'priority' | 'assigneeId' | 'tags' | 'waitingSince'
>;

/** Lays one action over a conversation, or a part of one; replies change only who waits. */
export function applyAction<T extends Editable>(conversation: T, action: IntentAction): T {
  switch (action.kind) {
    case 'reply': {
      const answered = { ...conversation, waitingSince: null };
      return action.statusAfter === null ? answered : { ...answered, ...withStatus(action.statusAfter) };
    }
    case 'note':
      return conversation;
    case 'status':
      return { ...conversation, ...withStatus(action.status) };
    case 'assign':
      return { ...conversation, assigneeId: action.assigneeId };
    case 'priority':
      return { ...conversation, priority: action.priority };
    case 'tags': {
      const removed = new Set(action.remove);
      const kept = conversation.tags.filter((tag) => !removed.has(tag));
      return { ...conversation, tags: [...new Set([...kept, ...action.add])] };
    }
    default:
      return assertNever(action);
  }
}

function withStatus(status: Conversation['status']): Pick<Conversation, 'status' | 'statusLabel'> {
  return { status, statusLabel: null };
}
