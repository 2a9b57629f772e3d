import { ChevronDown } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import { CHANNELS } from '@shared/domain/entities';
import { QUEUE_VIEWS, type QueueFilter } from '@shared/domain/queue-views';
import { CHANNEL_ICONS } from '@renderer/components/ChannelGlyph';
import { cx } from '@renderer/components/class-names';
import { Menu, MenuChoice, MenuLabel, MenuSeparator } from '@renderer/components/Menu';
import { Tooltip } from '@renderer/components/Tooltip';
import { useAccounts } from '@renderer/data/accounts';
import { useCounts } from '@renderer/data/queue';
import { useCommands } from '@renderer/state/commands';
import { useSelection } from '@renderer/state/selection';

/** Which queue this is, how much is in it, and by which channel and account it is narrowed. */
export const QueueHeader = memo(function QueueHeader({ filter }: { filter: QueueFilter }) {
  const { t } = useTranslation('queue');
  const setFilter = useSelection((state) => state.setFilter);
  const counts = useCounts(filter.view, filter.accountId);
  const accounts = useAccounts();
  return (
    <header className="shrink-0 border-b">
      <div className="flex h-11 items-center gap-2 pr-3 pl-1.5">
        <Menu
          trigger={
            <button
              type="button"
              className="flex min-w-0 items-center gap-1.5 rounded-control px-1.5 py-1 transition-colors duration-120 hover:bg-hover data-[state=open]:bg-hover"
            >
              <h1 className="truncate text-body leading-5 font-strong">{t(`view.${filter.view}`)}</h1>
              <ChevronDown size={14} className="shrink-0 text-muted" aria-hidden />
            </button>
          }
        >
          <ViewChoice filter={filter} counts={counts.views} />
          {accounts.length > 1 && (
            <>
              <MenuSeparator />
              <MenuLabel>{t('accounts')}</MenuLabel>
              <MenuChoice
                value={filter.accountId ?? ''}
                onChange={(id) => setFilter({ ...filter, accountId: id === '' ? null : id })}
                options={[
                  { value: '', label: t('everyAccount') },
                  ...accounts.map(({ id, name }) => ({
                    value: id,
                    label: name,
                    detail: counts.accounts[id] ?? 0,
                  })),
                ]}
              />
            </>
          )}
        </Menu>
        <span
          className="tabular ml-auto text-muted"
          aria-label={t('inView', { count: counts.views[filter.view] })}
        >
          {counts.views[filter.view]}
        </span>
      </div>
      <ChannelFilter filter={filter} counts={counts.channels} />
    </header>
  );
});

/** Inside the menu, so that the keys are looked up only while it is open. */
function ViewChoice(props: { filter: QueueFilter; counts: ReturnType<typeof useCounts>['views'] }) {
  const { filter, counts } = props;
  const { t } = useTranslation('queue');
  const setFilter = useSelection((state) => state.setFilter);
  const commands = useCommands();
  return (
    <MenuChoice
      value={filter.view}
      onChange={(view) => setFilter({ ...filter, view })}
      options={QUEUE_VIEWS.map((view) => ({
        value: view,
        label: t(`view.${view}`),
        detail: counts[view],
        keys: commands.find(({ id }) => id === `view.${view}`)?.keys,
      }))}
    />
  );
}

function ChannelFilter(props: { filter: QueueFilter; counts: ReturnType<typeof useCounts>['channels'] }) {
  const { filter, counts } = props;
  const { t } = useTranslation(['queue', 'common']);
  const setFilter = useSelection((state) => state.setFilter);
  const existing = useCounts('all', filter.accountId).channels;
  const shown = CHANNELS.filter((channel) => existing[channel] > 0 || filter.channel === channel);
  if (shown.length < 2) return null;
  return (
    <div role="group" aria-label={t('byChannel')} className="flex h-8 items-start gap-0.5 px-1.5">
      {shown.map((channel) => {
        const Icon = CHANNEL_ICONS[channel];
        const chosen = filter.channel === channel;
        const name = t(`common:channel.${channel}`);
        return (
          <Tooltip key={channel} label={chosen ? t('everyChannel') : t('onlyChannel', { channel: name })}>
            <button
              type="button"
              aria-pressed={chosen}
              aria-label={t('channelCount', { channel: name, count: counts[channel] })}
              onClick={() => setFilter({ ...filter, channel: chosen ? null : channel })}
              className={cx(
                'tabular inline-flex h-6 min-w-6 items-center gap-1.5 rounded-control px-1.5 text-meta transition-colors duration-120',
                chosen ? 'bg-selected text-text' : 'text-muted hover:bg-hover hover:text-text',
              )}
            >
              <Icon size={14} strokeWidth={1.75} aria-hidden />
              {counts[channel]}
            </button>
          </Tooltip>
        );
      })}
    </div>
  );
}
