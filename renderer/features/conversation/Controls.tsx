import { ChevronDown, CircleUser, Hand, Plus, SignalHigh, Tag } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import { PRIORITIES, STATUSES, type Conversation } from '@shared/domain/entities';
import type { IntentAction } from '@shared/domain/intents';
import { Button } from '@renderer/components/Button';
import { Chip } from '@renderer/components/Chip';
import { cx } from '@renderer/components/class-names';
import { Menu, MenuChoice } from '@renderer/components/Menu';
import { Popover } from '@renderer/components/Popover';
import { Tooltip } from '@renderer/components/Tooltip';
import { agentName, useAccounts, useAgentIds, useAgents } from '@renderer/data/accounts';
import { useCommand, useCommandKeys } from '@renderer/state/commands';
import { useKnownTags } from './known-tags';
import { PickList } from './PickList';

export interface ControlsProps {
  conversation: Conversation;
  decide: (action: IntentAction) => void;
}

/** Who has it, how it stands, how much it presses, what it is about: each one key away. */
export function Controls({ conversation, decide }: ControlsProps) {
  const account = useAccounts().find(({ id }) => id === conversation.accountId);
  return (
    <div className="flex flex-wrap items-center gap-x-1 gap-y-1 @max-[26rem]:gap-x-0">
      <StatusControl conversation={conversation} decide={decide} />
      <AssignControl conversation={conversation} decide={decide} />
      {account?.supports.priority !== false && (
        <PriorityControl conversation={conversation} decide={decide} />
      )}
      {account?.supports.tags !== false && <TagsControl conversation={conversation} decide={decide} />}
    </div>
  );
}

/** Seven words in a row: none of them may shout. */
const LIGHT = 'font-normal!';

/** In a narrow header what is not out of the ordinary keeps its glyph and its spoken name. */
const NARROW = '@max-[26rem]:sr-only';

const DOT: Readonly<Record<Conversation['status'], string>> = {
  new: 'bg-info',
  open: 'bg-good',
  pending: 'bg-warning',
  resolved: 'border border-line-control',
  closed: 'border border-line-control',
};

function StatusControl({ conversation, decide }: ControlsProps) {
  const { t } = useTranslation(['conversation', 'common']);
  const [open, setOpen] = useState(false);
  useCommand({
    id: 'conversation.status',
    group: 'conversation',
    keys: ['s'],
    label: t('command.status'),
    run: () => setOpen(true),
  });
  const keys = useCommandKeys('conversation.status');
  const own = conversation.statusLabel;
  return (
    <Menu
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button variant="quiet" size="small" className={LIGHT} title={hint(t('command.status'), keys)}>
          <span aria-hidden className={cx('size-2 rounded-full', DOT[conversation.status])} />
          <span className="sr-only">{t('control.status')}: </span>
          {t(`common:status.${conversation.status}`)}
          {own !== null && <span className="text-faint">({own})</span>}
          <ChevronDown size={12} className="text-faint @max-[19rem]:hidden" aria-hidden />
        </Button>
      }
    >
      <MenuChoice
        value={conversation.status}
        onChange={(status) => decide({ kind: 'status', status })}
        options={STATUSES.map((status) => ({ value: status, label: t(`common:status.${status}`) }))}
      />
    </Menu>
  );
}

/** `Assign (A)`: a native tooltip, since the trigger's own belongs to its menu. */
function hint(label: string, keys: readonly string[]): string {
  const first = keys[0];
  return first === undefined ? label : `${label} (${first.toUpperCase()})`;
}

function AssignControl({ conversation, decide }: ControlsProps) {
  const { t } = useTranslation('conversation');
  const { accountId, assigneeId } = conversation;
  const [open, setOpen] = useState(false);
  const mine = useAgentIds()[accountId] ?? null;
  const agents = useAgents(accountId);
  useCommand({
    id: 'conversation.assign',
    group: 'conversation',
    keys: ['a'],
    label: t('command.assign'),
    run: () => setOpen(true),
  });
  useCommand({
    id: 'conversation.claim',
    group: 'conversation',
    keys: ['c'],
    label: t('command.claim'),
    enabled: mine !== null && assigneeId !== mine,
    run: () => mine !== null && decide({ kind: 'assign', assigneeId: mine }),
  });
  const claimKeys = useCommandKeys('conversation.claim');
  const keys = useCommandKeys('conversation.assign');
  const name =
    assigneeId === null
      ? t('control.nobody')
      : assigneeId === mine
        ? t('control.you')
        : agentName(accountId, assigneeId);
  return (
    <>
      <Popover
        open={open}
        onOpenChange={setOpen}
        label={t('command.assign')}
        trigger={
          <Button variant="quiet" size="small" className={LIGHT} title={hint(t('command.assign'), keys)}>
            <CircleUser size={14} className="text-faint" aria-hidden />
            <span className="sr-only">{t('control.assignee')}: </span>
            <bdi className="max-w-36 truncate @max-[26rem]:max-w-24">{name}</bdi>
            <ChevronDown size={12} className="text-faint @max-[19rem]:hidden" aria-hidden />
          </Button>
        }
      >
        <PickList
          label={t('command.assign')}
          placeholder={t('pick.agent')}
          options={[
            ...agents
              .map((agent) => ({
                value: agent.id,
                label: agent.name,
                selected: agent.id === assigneeId,
                ...(agent.id === mine ? { detail: t('control.you') } : {}),
              }))
              .sort((a, b) => Number(b.value === mine) - Number(a.value === mine)),
            { value: '', label: t('control.nobody'), selected: assigneeId === null },
          ]}
          onPick={(value) => {
            setOpen(false);
            decide({ kind: 'assign', assigneeId: value === '' ? null : value });
          }}
        />
      </Popover>
      {mine !== null && assigneeId === null && (
        <Tooltip label={t('command.claim')} keys={claimKeys}>
          <Button
            variant="quiet"
            size="small"
            className={LIGHT}
            icon={Hand}
            onClick={() => decide({ kind: 'assign', assigneeId: mine })}
          >
            <span className="@max-[19rem]:sr-only">{t('control.claim')}</span>
          </Button>
        </Tooltip>
      )}
    </>
  );
}

function PriorityControl({ conversation, decide }: ControlsProps) {
  const { t } = useTranslation(['conversation', 'common']);
  const [open, setOpen] = useState(false);
  useCommand({
    id: 'conversation.priority',
    group: 'conversation',
    keys: ['p'],
    label: t('command.priority'),
    run: () => setOpen(true),
  });
  const keys = useCommandKeys('conversation.priority');
  const { priority } = conversation;
  return (
    <Menu
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button
          variant="quiet"
          size="small"
          title={hint(t('command.priority'), keys)}
          className={cx(
            LIGHT,
            priority === 'urgent' && 'text-danger!',
            priority === 'high' && 'text-warning!',
          )}
        >
          <SignalHigh size={14} aria-hidden className={priority === 'normal' ? 'text-faint' : ''} />
          <span className={cx(priority === 'normal' && NARROW)}>{t(`common:priority.${priority}`)}</span>
          <ChevronDown size={12} className="text-faint @max-[19rem]:hidden" aria-hidden />
        </Button>
      }
    >
      <MenuChoice
        value={priority}
        onChange={(next) => decide({ kind: 'priority', priority: next })}
        options={PRIORITIES.toReversed().map((value) => ({ value, label: t(`common:priority.${value}`) }))}
      />
    </Menu>
  );
}

function TagsControl({ conversation, decide }: ControlsProps) {
  const { t } = useTranslation('conversation');
  const [open, setOpen] = useState(false);
  const known = useKnownTags(conversation.tags);
  useCommand({
    id: 'conversation.tag',
    group: 'conversation',
    keys: ['t'],
    label: t('command.tag'),
    run: () => setOpen(true),
  });
  const keys = useCommandKeys('conversation.tag');
  const { tags } = conversation;
  return (
    <>
      {tags.map((tag) => (
        <Chip
          key={tag}
          className="mx-0.5"
          removeLabel={t('control.removeTag', { tag })}
          onRemove={() => decide({ kind: 'tags', add: [], remove: [tag] })}
        >
          <bdi>{tag}</bdi>
        </Chip>
      ))}
      <Popover
        open={open}
        onOpenChange={setOpen}
        label={t('command.tag')}
        trigger={
          <Button
            variant="quiet"
            size="small"
            className={LIGHT}
            icon={tags.length === 0 ? Tag : Plus}
            title={hint(t('command.tag'), keys)}
          >
            <span className={NARROW}>{t('control.tag')}</span>
          </Button>
        }
      >
        <PickList
          label={t('command.tag')}
          placeholder={t('pick.tag')}
          options={known.map((tag) => ({ value: tag, label: tag, selected: tags.includes(tag) }))}
          onPick={(tag) =>
            decide(
              tags.includes(tag)
                ? { kind: 'tags', add: [], remove: [tag] }
                : { kind: 'tags', add: [tag], remove: [] },
            )
          }
          createLabel={(tag) => t('pick.newTag', { tag })}
          onCreate={(tag) => decide({ kind: 'tags', add: [tag], remove: [] })}
        />
      </Popover>
    </>
  );
}
