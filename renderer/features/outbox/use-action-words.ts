import { useTranslation } from '@renderer/components/use-translation';
import { agentName, useAgentIds } from '@renderer/data/accounts';
import { assertNever } from '@shared/domain/assert-never';
import type { IntentAction } from '@shared/domain/intents';

/** What was decided, in few words: "Reply", "Status: Resolved". */
export function useActionWords(action: IntentAction, accountId: string): string {
  const { t } = useTranslation(['outbox', 'common']);
  const mine = useAgentIds()[accountId];
  switch (action.kind) {
    case 'reply':
      return t('kind.reply');
    case 'note':
      return t('kind.note');
    case 'status':
      return t('kind.status', { status: t(`common:status.${action.status}`) });
    case 'assign':
      if (action.assigneeId === null) return t('kind.unassign');
      if (action.assigneeId === mine) return t('kind.claim');
      return t('kind.assign', { agent: agentName(accountId, action.assigneeId) });
    case 'priority':
      return t('kind.priority', { priority: t(`common:priority.${action.priority}`) });
    case 'tags':
      return t('kind.tags', { tags: [...action.add, ...action.remove.map((tag) => `−${tag}`)].join(', ') });
    default:
      return assertNever(action);
  }
}
