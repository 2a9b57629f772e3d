import { useEffect, useRef } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import { splitConversationKey } from '@shared/domain/entities';
import type { QueueFilter } from '@shared/domain/queue-views';
import { useDelayed } from '@renderer/components/use-delayed';
import { useIsAccount } from '@renderer/data/accounts';
import { useQueue } from '@renderer/data/queue';
import { useSettings } from '@renderer/data/settings';
import { useCommand } from '@renderer/state/commands';
import { useSelection } from '@renderer/state/selection';
import { QueueEmpty } from './QueueEmpty';
import { QueueHeader } from './QueueHeader';
import { QueueList } from './QueueList';
import { RowSkeleton } from './QueueRowView';
import { useQueueOrder } from './use-queue-order';
import { useViewCommands } from './use-view-commands';
import { useWriteAsCustomer } from './use-write-as-customer';

/** Everything that waits, in the order it is to be answered. */
export function QueuePane() {
  const { t } = useTranslation('queue');
  const filter = useSelection((state) => state.filter);
  const queue = useQueue(filter);
  useKnownAccount(filter);
  const { density } = useSettings();
  const loading = !queue.ready && queue.length === 0;
  const showSkeleton = useDelayed(loading);
  useQueueOrder(queue);
  useViewCommands();
  useWriteAsCustomer();
  const holder = useRef<HTMLDivElement>(null);
  const focusRequest = useSelection((state) => state.focusRequest);
  useEffect(() => {
    // Without rows there is no list to hold the focus: the pane holds it instead.
    if (queue.length === 0 && useSelection.getState().pane === 'queue') holder.current?.focus();
  }, [focusRequest, queue.length]);

  return (
    <div ref={holder} tabIndex={-1} className="flex h-full min-h-0 flex-col outline-none">
      <QueueCommands />
      <QueueHeader filter={filter} />
      {queue.length > 0 ? (
        <QueueList
          queue={queue}
          filterName={`${filter.view}/${filter.channel ?? ''}/${filter.accountId ?? ''}`}
          density={density}
          label={t('list', { view: t(`view.${filter.view}`) })}
        />
      ) : loading ? (
        <div className="flex-1 overflow-hidden" aria-busy="true" aria-label={t('loading')} role="status">
          {showSkeleton &&
            Array.from({ length: 12 }, (_, i) => (
              <div key={i} className={density === 'compact' ? 'h-9' : 'h-14'}>
                <RowSkeleton compact={density === 'compact'} />
              </div>
            ))}
        </div>
      ) : (
        <QueueEmpty filter={filter} />
      )}
    </div>
  );
}

/** With an account that was removed its narrowed queue ends, and its open conversation closes. */
function useKnownAccount(filter: QueueFilter): void {
  const known = useIsAccount(filter.accountId);
  const setFilter = useSelection((state) => state.setFilter);
  useEffect(() => {
    if (!known) setFilter({ ...filter, accountId: null });
  }, [known, filter, setFilter]);
  const key = useSelection((state) => state.key);
  const hasAccount = useIsAccount(key === null ? null : splitConversationKey(key).accountId);
  const select = useSelection((state) => state.select);
  useEffect(() => {
    if (!hasAccount) select(null);
  }, [hasAccount, select]);
}

/** Alone, so that a hand that goes elsewhere draws only this anew. */
function QueueCommands() {
  const { t } = useTranslation('queue');
  const pane = useSelection((state) => state.pane);
  const cursor = useSelection((state) => state.cursor);
  const move = (step: 1 | -1) => {
    const { pane: hand, key, cursor: at, order, advance, moveCursor } = useSelection.getState();
    if (hand === 'conversation' && key !== null) return advance(step);
    const next = order?.neighbour(at, step) ?? null;
    if (next !== null) moveCursor(next);
    if (hand !== 'queue') useSelection.getState().focusPane('queue');
  };
  useCommand({
    id: 'queue.next',
    group: 'queue',
    keys: ['j'],
    label: t('command.next'),
    inPalette: false,
    run: () => move(1),
  });
  useCommand({
    id: 'queue.previous',
    group: 'queue',
    keys: ['k'],
    label: t('command.previous'),
    inPalette: false,
    run: () => move(-1),
  });
  useCommand({
    id: 'queue.open',
    group: 'queue',
    keys: ['Enter', 'o'],
    label: t('command.open'),
    enabled: pane === 'queue' && cursor !== null,
    inPalette: false,
    run: () => {
      const { cursor: at, open } = useSelection.getState();
      if (at !== null) open(at);
    },
  });
  useCommand({
    id: 'queue.first',
    group: 'queue',
    keys: ['g g'],
    label: t('command.first'),
    inPalette: false,
    run: () => {
      const { order, moveCursor, focusPane } = useSelection.getState();
      moveCursor(order?.end('first') ?? null);
      focusPane('queue');
    },
  });
  useCommand({
    id: 'queue.last',
    group: 'queue',
    keys: ['Shift+g'],
    label: t('command.last'),
    inPalette: false,
    run: () => {
      const { order, moveCursor, focusPane } = useSelection.getState();
      moveCursor(order?.end('last') ?? null);
      focusPane('queue');
    },
  });
  return null;
}
