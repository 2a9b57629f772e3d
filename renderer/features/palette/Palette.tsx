import { Dialog as Radix } from 'radix-ui';
import { CornerDownLeft, Search } from 'lucide-react';
import { useId, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import type { ConversationKey } from '@shared/domain/entities';
import { wordMatcher } from '@shared/domain/word-match';
import { ChannelGlyph } from '@renderer/components/ChannelGlyph';
import { cx } from '@renderer/components/class-names';
import { Kbd } from '@renderer/components/Kbd';
import { useFocusReturn } from '@renderer/components/use-focus-return';
import { useQueueRow } from '@renderer/data/queue';
import {
  runCommand,
  useCommand,
  useCommands,
  type Command,
  type CommandGroup,
} from '@renderer/state/commands';
import { useOverlay } from '@renderer/state/overlays';
import { useSelection } from '@renderer/state/selection';
import { useFound } from './use-found';

type Item = { kind: 'command'; command: Command } | { kind: 'conversation'; key: ConversationKey };

/** Everything that can be done or opened, by typing a few letters. */
export function Palette() {
  const { t } = useTranslation('palette');
  const open = useOverlay((state) => state.open) === 'palette';
  const show = useOverlay((state) => state.show);
  const chosen = useRef<Item | null>(null);
  // The dialog gives the focus back as it closes; what was chosen moves it on from there.
  const focus = useFocusReturn(() => {
    const item = chosen.current;
    chosen.current = null;
    if (item?.kind === 'command') runCommand(item.command.id);
    if (item?.kind === 'conversation') useSelection.getState().open(item.key);
  });
  useCommand({
    id: 'app.palette',
    group: 'app',
    keys: ['Mod+k', '/'],
    inEditor: true,
    inPalette: false,
    label: t('open'),
    run: () => show('palette'),
  });
  return (
    <Radix.Root open={open} onOpenChange={(next) => show(next ? 'palette' : null)}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-30 animate-fade-in bg-veil" />
        <Radix.Content
          {...focus}
          aria-describedby={undefined}
          className="fixed top-[12vh] left-1/2 z-40 flex max-h-[64vh] w-[calc(100vw-2rem)] max-w-150 -translate-x-1/2 flex-col overflow-hidden rounded-float bg-raised shadow-float outline-none"
        >
          <Radix.Title className="sr-only">{t('open')}</Radix.Title>
          <PaletteBody
            onChoose={(item) => {
              chosen.current = item;
              show(null);
            }}
          />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const GROUP_ORDER: readonly CommandGroup[] = ['conversation', 'composer', 'queue', 'app'];
/** What is done most, first of all. */
const FIRST = ['conversation.reply', 'conversation.note', 'conversation.close'];

/** What can be done with the open conversation stands before what moves elsewhere. */
function placeOf({ id, group }: Command): number {
  const first = FIRST.indexOf(id);
  return first >= 0 ? first : FIRST.length + GROUP_ORDER.indexOf(group);
}

const idOf = (item: Item): string => (item.kind === 'command' ? item.command.id : item.key);

function PaletteBody({ onChoose }: { onChoose: (item: Item) => void }) {
  const { t } = useTranslation('palette');
  const [typed, setTyped] = useState('');
  /** The item the agent moved to, which keeps the mark while others arrive; `null`: the first. */
  const [active, setActive] = useState<string | null>(null);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const matches = wordMatcher(typed);
  const commands = useCommands()
    .filter(({ enabled, inPalette, label }) => enabled !== false && inPalette !== false && matches(label))
    .sort((a, b) => placeOf(a) - placeOf(b));
  const found = useFound(typed);
  const items: readonly Item[] = [
    ...found.map((key): Item => ({ kind: 'conversation', key })),
    ...commands.map((command): Item => ({ kind: 'command', command })),
  ];
  const moved = items.findIndex((item) => idOf(item) === active);
  const at = moved >= 0 ? moved : items.length > 0 ? 0 : -1;

  const choose = (item: Item | undefined) => {
    if (item !== undefined) onChoose(item);
  };
  const moveTo = (index: number) => {
    const item = items[index];
    if (item !== undefined) setActive(idOf(item));
    list.current?.querySelector(`[data-index="${index}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (press: KeyboardEvent) => {
    if (press.nativeEvent.isComposing || items.length === 0) return;
    if (press.key === 'ArrowDown') moveTo((at + 1) % items.length);
    else if (press.key === 'ArrowUp') moveTo((at - 1 + items.length) % items.length);
    else if (press.key === 'Enter') choose(items[at]);
    else return;
    press.preventDefault();
  };

  return (
    <>
      <div className="flex h-11 shrink-0 items-center gap-2.5 border-b px-4">
        <Search size={15} className="shrink-0 text-muted" aria-hidden />
        <input
          data-first-focus
          type="text"
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={at >= 0 ? `${listId}-${at}` : undefined}
          aria-label={t('hint')}
          placeholder={t('hint')}
          value={typed}
          onChange={(change) => {
            setTyped(change.target.value);
            setActive(null);
          }}
          onKeyDown={onKeyDown}
          className="h-full min-w-0 flex-1 bg-transparent text-body outline-none placeholder:text-faint"
        />
      </div>
      <div
        ref={list}
        id={listId}
        role="listbox"
        aria-label={t('results')}
        className="min-h-0 overflow-y-auto p-1"
      >
        {items.map((item, i) => (
          <div
            key={idOf(item)}
            id={`${listId}-${i}`}
            role="option"
            aria-selected={i === at}
            data-index={i}
            onClick={() => choose(item)}
            onPointerMove={() => setActive(idOf(item))}
            className={cx(
              'flex min-h-8 items-center gap-2.5 rounded-control px-3 py-1',
              i === at && 'bg-selected',
            )}
          >
            {item.kind === 'command' ? (
              <CommandItem command={item.command} isActive={i === at} />
            ) : (
              <FoundItem rowKey={item.key} />
            )}
          </div>
        ))}
        {items.length === 0 && <p className="px-3 py-6 text-center text-muted">{t('nothing')}</p>}
      </div>
    </>
  );
}

function CommandItem({ command, isActive }: { command: Command; isActive: boolean }) {
  return (
    <>
      <CornerDownLeft size={14} aria-hidden className={cx('shrink-0 text-faint', !isActive && 'invisible')} />
      <span className="min-w-0 flex-1 truncate">{command.label}</span>
      {command.keys[0] !== undefined && (
        <span className="text-muted">
          <Kbd keys={command.keys[0]} />
        </span>
      )}
    </>
  );
}

function FoundItem({ rowKey }: { rowKey: ConversationKey }) {
  const { t } = useTranslation('common');
  const row = useQueueRow(rowKey);
  if (row === null) return <span className="h-5" />;
  const { conversation } = row;
  return (
    <>
      <ChannelGlyph
        channel={conversation.channel}
        social={conversation.social}
        size={14}
        className="text-faint"
      />
      <bdi className="max-w-[45%] shrink-0 truncate">{conversation.contactName}</bdi>
      <bdi className="min-w-0 flex-1 truncate text-muted">{conversation.subject || conversation.preview}</bdi>
      <span className="shrink-0 text-meta text-faint">{t(`status.${conversation.status}`)}</span>
    </>
  );
}
