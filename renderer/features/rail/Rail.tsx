import {
  Archive,
  Clock3,
  HelpCircle,
  Hourglass,
  Inbox,
  Layers,
  PanelRight,
  PlugZap,
  Search,
  Settings2,
  UserRound,
  UserRoundX,
  type LucideIcon,
} from 'lucide-react';
import { useTranslation } from '@renderer/components/use-translation';
import { QUEUE_VIEWS, type QueueViewId } from '@shared/domain/queue-views';
import { cx } from '@renderer/components/class-names';
import { IconButton } from '@renderer/components/IconButton';
import { Tooltip } from '@renderer/components/Tooltip';
import { useCounts } from '@renderer/data/queue';
import { openAccounts } from '@renderer/state/account-screen';
import { runCommand, useSomeCommands } from '@renderer/state/commands';
import { useOverlay } from '@renderer/state/overlays';
import { useSelection } from '@renderer/state/selection';
import { AccountFilter } from './AccountFilter';

const ICONS: Readonly<Record<QueueViewId, LucideIcon>> = {
  waiting: Hourglass,
  mine: UserRound,
  unassigned: UserRoundX,
  open: Inbox,
  pending: Clock3,
  resolved: Archive,
  all: Layers,
};

/** Views whose number is load to work off; of the others a number says nothing. */
const COUNTED: readonly QueueViewId[] = ['waiting', 'mine', 'unassigned'];

/** Whose keys the buttons teach. */
const TAUGHT = [
  ...QUEUE_VIEWS.map((view) => `view.${view}`),
  'app.palette',
  'app.shortcuts',
  'app.accounts',
  'app.settings',
];
const PERSON = ['pane.person'];

/** The views of the queue with their load, and the way to everything else. */
export function Rail() {
  const { t } = useTranslation(['queue', 'common', 'settings', 'shortcuts', 'palette', 'accounts']);
  const filter = useSelection((state) => state.filter);
  const setFilter = useSelection((state) => state.setFilter);
  const focusPane = useSelection((state) => state.focusPane);
  const show = useOverlay((state) => state.show);
  const { views } = useCounts('open', filter.accountId);
  const commands = useSomeCommands(TAUGHT);
  const keysOf = (id: string) => commands.find((command) => command.id === id)?.keys;
  return (
    <nav
      aria-label={t('views')}
      className="flex w-12 shrink-0 flex-col items-center gap-1 overflow-x-hidden overflow-y-auto border-r py-2"
    >
      {QUEUE_VIEWS.map((view) => {
        const Icon = ICONS[view];
        const current = filter.view === view;
        const name = t(`view.${view}`);
        const count = COUNTED.includes(view) ? views[view] : 0;
        return (
          <Tooltip key={view} label={name} keys={keysOf(`view.${view}`)} side="right">
            <button
              type="button"
              aria-current={current ? 'page' : undefined}
              aria-label={count > 0 ? t('viewCount', { view: name, count }) : name}
              onClick={() => {
                setFilter({ ...filter, view });
                focusPane('queue');
              }}
              className={cx(
                'flex h-10 min-h-7 w-10 flex-col items-center justify-center gap-0.5 rounded-control transition-colors duration-120',
                current ? 'bg-selected text-accent-text' : 'text-muted hover:bg-hover hover:text-text',
              )}
            >
              <Icon size={17} strokeWidth={1.75} aria-hidden />
              {count > 0 && (
                <span aria-hidden className="tabular text-[0.625rem] leading-3">
                  {count > 999 ? '999+' : count}
                </span>
              )}
            </button>
          </Tooltip>
        );
      })}
      <AccountFilter />
      <div className="mt-auto flex flex-col items-center gap-1">
        <PersonToggle />
        <IconButton
          icon={Search}
          label={t('palette:open')}
          keys={keysOf('app.palette')}
          size="large"
          tooltipSide="right"
          onClick={() => show('palette')}
        />
        <IconButton
          icon={HelpCircle}
          label={t('shortcuts:title')}
          keys={keysOf('app.shortcuts')}
          size="large"
          tooltipSide="right"
          onClick={() => show('shortcuts')}
        />
        <IconButton
          icon={PlugZap}
          label={t('accounts:title')}
          keys={keysOf('app.accounts')}
          size="large"
          tooltipSide="right"
          onClick={() => openAccounts({ name: 'list' })}
        />
        <IconButton
          icon={Settings2}
          label={t('settings:title')}
          keys={keysOf('app.settings')}
          size="large"
          tooltipSide="right"
          onClick={() => show('settings')}
        />
      </div>
    </nav>
  );
}

/** Alone, since it changes with every conversation that opens. */
function PersonToggle() {
  const [person] = useSomeCommands(PERSON);
  if (person === undefined) return null;
  return (
    <IconButton
      icon={PanelRight}
      label={person.label}
      keys={person.keys}
      size="large"
      tooltipSide="right"
      disabled={person.enabled === false}
      onClick={() => runCommand('pane.person')}
    />
  );
}
