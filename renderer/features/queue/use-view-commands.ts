/** The keys that switch the queue's view: `g` and a letter. */
import { useTranslation } from '@renderer/components/use-translation';
import type { QueueViewId } from '@shared/domain/queue-views';
import { useCommand } from '@renderer/state/commands';
import { useSelection } from '@renderer/state/selection';

const VIEW_KEYS: Readonly<Record<QueueViewId, string>> = {
  waiting: 'g w',
  mine: 'g m',
  unassigned: 'g u',
  open: 'g o',
  pending: 'g p',
  resolved: 'g r',
  all: 'g a',
};

function useViewCommand(view: QueueViewId): void {
  const { t } = useTranslation('queue');
  useCommand({
    id: `view.${view}`,
    group: 'queue',
    keys: [VIEW_KEYS[view]],
    label: t('command.view', { view: t(`view.${view}`) }),
    run: () => {
      const { filter, setFilter, focusPane } = useSelection.getState();
      setFilter({ ...filter, view });
      focusPane('queue');
    },
  });
}

export function useViewCommands(): void {
  useViewCommand('waiting');
  useViewCommand('mine');
  useViewCommand('unassigned');
  useViewCommand('open');
  useViewCommand('pending');
  useViewCommand('resolved');
  useViewCommand('all');
}
