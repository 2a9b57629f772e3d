import { FileSearch, ScrollText } from 'lucide-react';
import { useEffect, useMemo, useState, type KeyboardEvent } from 'react';
import { Button } from '@renderer/components/Button';
import { formatDate } from '@renderer/components/dates';
import { EmptyState } from '@renderer/components/EmptyState';
import { Spinner } from '@renderer/components/Progress';
import { Select } from '@renderer/components/Select';
import { Skeleton } from '@renderer/components/Skeleton';
import { TextField } from '@renderer/components/TextField';
import { useTranslation } from '@renderer/components/use-translation';
import { agentName } from '@renderer/data/accounts';
import { conversationWords, useDeliveryLog, type ConversationWords } from '@renderer/data/delivery-log';
import { conversationKey, type ConversationKey } from '@shared/domain/entities';
import { DELIVERY_STATES, type OutboxRow } from '@shared/domain/intents';
import { isFiltered, logMatcher, NO_FILTER, type LogFilter } from '@shared/domain/log-filter';
import { ExportButtons } from './ExportButtons';
import { RowList, type Line, type RowListProps } from './RowList';

const keyOf = ({ intent }: OutboxRow) => conversationKey(intent.accountId, intent.conversationId);

/** Everything that was ever sent from here, as far back as the host keeps it. */
export function LogPart(props: Pick<RowListProps, 'opened' | 'onToggle' | 'onGo'>) {
  const { t, i18n } = useTranslation('delivery');
  const [filter, setFilter] = useState<LogFilter>(NO_FILTER);
  const sought = useSettled(filter);
  const { rows, older, found: byHost, reachedAt, readOlder } = useDeliveryLog(sought);
  const filtered = isFiltered(sought);
  // What happened just now is known here before the host is asked again.
  const known = useMemo(
    () => (filtered ? rows.filter(({ intent }) => !byHost.has(intent.ref)) : NO_ROWS),
    [rows, byHost, filtered],
  );
  const words = useWordsOf(known, sought.text.trim() !== '');
  const found = useMemo(() => {
    if (!filtered) return rows;
    const matches = logMatcher(sought, (row) => ({
      conversation: words.get(keyOf(row)) ?? '',
      agent: row.intent.speaker?.name ?? agentName(row.intent.accountId, row.intent.agentId),
    }));
    return rows.filter((row) => byHost.has(row.intent.ref) || matches(row));
  }, [rows, byHost, filtered, sought, words]);

  // A filter that fits little is followed down the log until the list is full or the log ends.
  useEffect(() => {
    if (found.length === 0 && older === 'more') readOlder();
  }, [found, older, readOlder]);
  const readingOn =
    older === 'reading' && reachedAt !== null
      ? t('log.readingOn', { time: formatDate(reachedAt, i18n.language, 'dayAndYear') })
      : null;

  const lines = useMemo(() => {
    const end: Line = {
      key: 'end',
      content: (
        <p role="status" className="flex items-center gap-2 px-5 py-3 text-meta text-faint">
          {older === 'reading' && <Spinner size={12} />}
          {readingOn ?? (older === 'none' ? t('log.end') : null)}
          {older === 'unreachable' && (
            <>
              {t('log.unreachableBelow')}
              <Button size="small" onClick={readOlder}>
                {t('log.retry')}
              </Button>
            </>
          )}
        </p>
      ),
    };
    return [...found.map((row) => ({ key: row.intent.ref, row })), end];
  }, [found, older, readingOn, readOlder, t]);

  return (
    <>
      <div className="flex flex-wrap items-center gap-2 border-b px-5 pb-2.5">
        <div className="flex-[1_1_17rem]">
          <TextField
            label={t('filter.text')}
            hideLabel
            type="search"
            placeholder={t('filter.text')}
            value={filter.text}
            onChange={({ target }) => setFilter({ ...filter, text: target.value })}
            onKeyDown={(press) => {
              if (press.key === 'Escape') setFilter({ ...filter, text: '' });
              if (press.key === 'ArrowDown') toFirstRow(press);
            }}
            className="w-full"
          />
        </div>
        <Select
          label={t('filter.state')}
          value={filter.state}
          onChange={(state) => setFilter({ ...filter, state })}
          className="w-40"
          options={[
            { value: 'all' as const, label: t('filter.allStates') },
            ...DELIVERY_STATES.map((value) => ({ value, label: t(`state.${value}`) })),
          ]}
        />
        <ExportButtons />
      </div>
      {found.length > 0 ? (
        <RowList {...props} label={t('part.log')} lines={lines} onEnd={older === 'more' ? readOlder : noop} />
      ) : older === 'reading' || older === 'more' ? (
        <Reading label={t('log.reading')} progress={readingOn} />
      ) : (
        <EmptyState
          icon={filtered ? FileSearch : ScrollText}
          title={t(filtered ? 'log.nothingTitle' : 'log.emptyTitle')}
          actions={older === 'unreachable' && <Button onClick={readOlder}>{t('log.retry')}</Button>}
        >
          {t(older === 'unreachable' ? 'log.unreachable' : filtered ? 'log.nothingHelp' : 'log.emptyHelp')}
        </EmptyState>
      )}
    </>
  );
}

const noop = () => undefined;

/** From the field into the list under it. */
function toFirstRow(press: KeyboardEvent<HTMLElement>): void {
  const list = press.currentTarget.closest('[role="tabpanel"]');
  const head = list?.querySelector<HTMLElement>('[data-row-head][tabindex="0"]');
  if (head === null || head === undefined) return;
  press.preventDefault();
  head.focus();
}
const NO_WORDS: ConversationWords = new Map();
const NO_ROWS: readonly OutboxRow[] = [];

/** What the agent has typed, once they pause: the host is not asked for every letter. */
const TYPING_PAUSE_MS = 120;
function useSettled(filter: LogFilter): LogFilter {
  const [settled, setSettled] = useState(filter);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(filter), filter.text === '' ? 0 : TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [filter]);
  return settled;
}

/** Customers and subjects of what is in the log, read while something is looked for. */
function useWordsOf(rows: readonly OutboxRow[], wanted: boolean): ConversationWords {
  const [words, setWords] = useState<ConversationWords>(NO_WORDS);
  useEffect(() => {
    if (!wanted) return;
    const missing = [...new Set(rows.map(keyOf))].filter((key) => !words.has(key));
    if (missing.length === 0) return;
    let over = false;
    const add = (found: ConversationWords) => {
      if (over) return;
      // What this device does not have is not asked for again.
      const none = missing.map((key): [ConversationKey, string] => [key, '']);
      setWords(new Map([...words, ...none, ...found]));
    };
    conversationWords(missing).then(add, () => add(NO_WORDS));
    return () => {
      over = true;
    };
  }, [rows, wanted, words]);
  return words;
}

/** A search that answers at once shows nothing of it; one that takes its time says how far it is. */
function Reading({ label, progress }: { label: string; progress: string | null }) {
  return (
    <div
      role="status"
      aria-label={label}
      className="animate-fade-in space-y-4 px-5 py-3 [animation-delay:300ms] [animation-fill-mode:backwards]"
    >
      {progress !== null && (
        <p className="flex items-center gap-2 text-meta text-faint">
          <Spinner size={12} />
          {progress}
        </p>
      )}
      {[0, 1, 2, 3].map((i) => (
        <div key={i} className="space-y-1.5 pl-7">
          <Skeleton className="h-3.5 w-1/2" />
          <Skeleton className="h-3 w-3/4" />
        </div>
      ))}
    </div>
  );
}
