/** What takes a decision back after it has left: the same kind of decision, the other way round. Pure. */
import { assertNever } from '@shared/domain/assert-never';
import type { Conversation } from '@shared/domain/entities';
import type { IntentAction } from '@shared/domain/intents';

/** The opposite of an action, as the conversation stood before it; `null` where nothing takes it back. */
export function inverseOf(before: Conversation, action: IntentAction): IntentAction | null {
  switch (action.kind) {
    case 'reply':
    case 'note':
      return null;
    case 'status':
      return { kind: 'status', status: before.status };
    case 'assign':
      return { kind: 'assign', assigneeId: before.assigneeId };
    case 'priority':
      return { kind: 'priority', priority: before.priority };
    case 'tags':
      return {
        kind: 'tags',
        add: action.remove.filter((tag) => before.tags.includes(tag)),
        remove: action.add.filter((tag) => !before.tags.includes(tag)),
      };
    default:
      return assertNever(action);
  }
}

/** False for a decision that would leave everything as it is. */
export function changesAnything(before: Conversation, action: IntentAction): boolean {
  switch (action.kind) {
    case 'reply':
    case 'note':
      return true;
    case 'status':
      return action.status !== before.status;
    case 'assign':
      return action.assigneeId !== before.assigneeId;
    case 'priority':
      return action.priority !== before.priority;
    case 'tags':
      return (
        action.add.some((tag) => !before.tags.includes(tag)) ||
        action.remove.some((tag) => before.tags.includes(tag))
      );
    default:
      return assertNever(action);
  }
}
