/** Opens the embedded helpdesk's chat page, where an agent can write to themselves as a customer. */
import { useTranslation } from '@renderer/components/use-translation';
import { useSession } from '@renderer/data/session';
import { useCommand } from '@renderer/state/commands';

/** What opens the chat page; `null` where there is no embedded helpdesk. */
export function useChatPage(): (() => void) | null {
  const { tryIt } = useSession();
  return tryIt === null ? null : () => void window.open(tryIt.chatUrl, '_blank', 'noopener');
}

/** Offers it by key and in the palette. */
export function useWriteAsCustomer(): void {
  const { t } = useTranslation('queue');
  const open = useChatPage();
  useCommand({
    id: 'app.write-as-customer',
    group: 'app',
    keys: ['g c'],
    label: t('empty.writeAsCustomer'),
    run: () => open?.(),
    enabled: open !== null,
  });
}
