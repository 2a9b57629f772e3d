import { MessageSquareQuote, Search } from 'lucide-react';
import { useId, useRef, useState, type KeyboardEvent } from 'react';
import { cx } from '@renderer/components/class-names';
import { IconButton } from '@renderer/components/IconButton';
import { Popover } from '@renderer/components/Popover';
import { useTranslation } from '@renderer/components/use-translation';
import { useReplyChoices, type ReplyChoice } from '@renderer/data/team';
import { findReplies, wordsOf } from './insert-text';

/** More than this nobody reads through: another letter finds it sooner. */
const MOST_SHOWN = 100;

export interface ReplyPickerProps {
  accountId: string;
  /** The helpdesk's name, for the replies that live there. */
  accountName: string;
  keys: readonly string[];
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onChoose: (words: string) => void;
  /** Closed without a choice, with what was typed to find one. */
  onGiveUp: (typed: string) => void;
  /** The focus is to go back to the text. */
  onClosed: () => void;
}

/** Saved replies of this computer, the team and the helpdesk, found by a few letters. */
export function ReplyPicker(props: ReplyPickerProps) {
  const { accountId, accountName, keys, open, onOpenChange, onChoose, onGiveUp, onClosed } = props;
  const { t } = useTranslation('team');
  const typed = useRef('');
  return (
    <Popover
      label={t('insert.title')}
      side="top"
      open={open}
      onOpenChange={(next) => {
        if (!next) onGiveUp(typed.current);
        typed.current = '';
        onOpenChange(next);
      }}
      onCloseAutoFocus={(event) => {
        event.preventDefault();
        onClosed();
      }}
      className="flex max-h-96! w-108 max-w-[calc(100vw-2rem)] flex-col overflow-hidden! p-0!"
      trigger={
        <IconButton icon={MessageSquareQuote} label={t('insert.command')} keys={keys} tooltipSide="top" />
      }
    >
      <Choices
        accountId={accountId}
        accountName={accountName}
        onType={(words) => (typed.current = words)}
        onChoose={(choice) => {
          typed.current = '';
          onChoose(wordsOf(choice.body));
          onOpenChange(false);
        }}
        onEmptyBackspace={() => onOpenChange(false)}
      />
    </Popover>
  );
}

function Choices(props: {
  accountId: string;
  accountName: string;
  onType: (typed: string) => void;
  onChoose: (choice: ReplyChoice) => void;
  onEmptyBackspace: () => void;
}) {
  const { accountId, accountName, onType, onChoose, onEmptyBackspace } = props;
  const { t } = useTranslation('team');
  const all = useReplyChoices(accountId);
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState<string | null>(null);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const items = findReplies(all, typed).slice(0, MOST_SHOWN);
  const moved = items.findIndex(({ key }) => key === active);
  const at = moved >= 0 ? moved : items.length > 0 ? 0 : -1;
  const moveTo = (index: number) => {
    setActive(items[index]?.key ?? null);
    list.current?.querySelector(`[data-index="${index}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (press: KeyboardEvent) => {
    if (press.nativeEvent.isComposing) return;
    if (press.key === 'Backspace' && typed === '') onEmptyBackspace();
    else if (press.key === 'ArrowDown' && items.length > 0) moveTo((at + 1) % items.length);
    else if (press.key === 'ArrowUp' && items.length > 0) moveTo((at - 1 + items.length) % items.length);
    else if (press.key === 'Enter' && items[at] !== undefined) onChoose(items[at]);
    else return;
    press.preventDefault();
  };
  return (
    <>
      <div className="flex h-9 shrink-0 items-center gap-2 border-b px-3">
        <Search size={14} className="shrink-0 text-muted" aria-hidden />
        <input
          type="text"
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={at >= 0 ? `${listId}-${at}` : undefined}
          aria-label={t('insert.find')}
          placeholder={t('insert.find')}
          value={typed}
          onChange={(change) => {
            setTyped(change.target.value);
            onType(change.target.value);
            setActive(null);
          }}
          onKeyDown={onKeyDown}
          className="h-full min-w-0 flex-1 bg-transparent outline-none placeholder:text-faint"
        />
      </div>
      <div
        ref={list}
        id={listId}
        role="listbox"
        aria-label={t('insert.title')}
        className="min-h-0 flex-1 overflow-y-auto p-1"
      >
        {items.map((choice, index) => (
          <div
            key={choice.key}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === at}
            data-index={index}
            onClick={() => onChoose(choice)}
            onPointerMove={() => setActive(choice.key)}
            className={cx('rounded-control px-2.5 py-1.5', index === at && 'bg-selected')}
          >
            <div className="flex items-baseline gap-2">
              <bdi className="min-w-0 flex-1 truncate font-strong">{choice.title}</bdi>
              {choice.shortcut !== null && (
                <span className="shrink-0 text-meta text-muted">/{choice.shortcut}</span>
              )}
            </div>
            <div className="flex items-baseline gap-2 text-meta text-muted">
              <bdi className="min-w-0 flex-1 truncate">{wordsOf(choice.body).slice(0, 200)}</bdi>
              <span className="shrink-0">
                {choice.home === 'helpdesk' ? accountName : t(`home.${choice.home}`)}
              </span>
            </div>
          </div>
        ))}
        {items.length === 0 && (
          <p className="px-3 py-4 text-center text-muted">
            {t(all.length === 0 ? 'insert.none' : 'insert.nothing')}
          </p>
        )}
      </div>
    </>
  );
}
