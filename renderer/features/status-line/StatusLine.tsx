import {
  CircleAlert,
  Clock,
  CloudOff,
  HardDrive,
  KeyRound,
  PauseCircle,
  RefreshCw,
  Unplug,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import type { Account } from '@shared/contract/door';
import { useNow } from '@renderer/components/clock';
import { cx } from '@renderer/components/class-names';
import { formatDate } from '@renderer/components/dates';
import { DAY_MS, MINUTE_MS } from '@renderer/components/elapsed';
import { Kbd } from '@renderer/components/Kbd';
import { Tooltip } from '@renderer/components/Tooltip';
import { useAccounts } from '@renderer/data/accounts';
import { useHostLink } from '@renderer/data/host-link';
import { useOutbox, useSaving } from '@renderer/data/outbox';
import { openAccounts } from '@renderer/state/account-screen';
import { useCommandKeys, useSomeCommands } from '@renderer/state/commands';
import { useOverlay } from '@renderer/state/overlays';
import { useSelection, type Pane } from '@renderer/state/selection';

/** A view younger than this is simply current; its age is said only beyond. */
const FRESH_MS = 2 * MINUTE_MS;

/** Where everything stands, calmly, in 24 px: accounts, outbox, connection, and the keys of the moment. */
export function StatusLine() {
  const { t } = useTranslation('status');
  const accounts = useAccounts();
  return (
    <footer
      aria-label={t('label')}
      className="flex h-6 shrink-0 items-center gap-3 overflow-hidden border-t px-3 text-meta text-muted"
    >
      <Connection accounts={accounts} />
      <ul className="flex shrink-0 items-center gap-3" aria-label={t('accounts')}>
        {accounts.map((account) => (
          <li key={account.id}>
            <AccountFreshness account={account} />
          </li>
        ))}
      </ul>
      <OutboxCount />
      <KeyHints />
    </footer>
  );
}

/** The one sentence about what is cut off, if anything is. */
function Connection({ accounts }: { accounts: readonly Account[] }) {
  const { t, i18n } = useTranslation('status');
  const link = useHostLink();
  const outbox = useOutbox();
  const saving = useSaving();
  const clock = (at: number) => formatDate(at, i18n.language, 'clock');
  const sentence = (icon: ReactNode, words: string) => (
    <p role="status" className="flex max-w-[70%] shrink-0 items-center gap-1.5 text-warning">
      {icon}
      <span className="truncate" title={words}>
        {words}
      </span>
    </p>
  );
  if (link.state === 'lost') {
    const key = saving.length > 0 ? 'hostLostSaving' : 'hostLost';
    return sentence(
      <Unplug size={13} aria-hidden className="shrink-0" />,
      t(key, { time: clock(link.since) }),
    );
  }
  const refused = accounts.find(({ state }) => state === 'refused');
  if (refused !== undefined) {
    return sentence(
      <KeyRound size={13} aria-hidden className="shrink-0" />,
      t('refused', { account: refused.name }),
    );
  }
  const offline = accounts.filter(({ state }) => state === 'offline');
  const first = offline[0];
  if (first !== undefined) {
    const waiting = outbox.some(
      ({ state, intent }) => state !== 'accepted' && offline.some(({ id }) => id === intent.accountId),
    );
    const time = clock(Math.min(...offline.map(({ stateSince }) => stateSince)));
    // Where others go on, the one that does not is named.
    const some = offline.length < accounts.length;
    const account = offline.map(({ name }) => name).join(', ');
    const words = some
      ? t(waiting ? 'offlineSomeWaiting' : 'offlineSome', { account, time })
      : t(waiting ? 'offlineWaiting' : 'offline', { time });
    return sentence(<CloudOff size={13} aria-hidden className="shrink-0" />, words);
  }
  if (accounts.some(({ failure }) => failure?.kind === 'storage')) {
    return sentence(<HardDrive size={13} aria-hidden className="shrink-0" />, t('storageTrouble'));
  }
  return (
    <p role="status" className="sr-only">
      {link.state === 'live' ? t('connected') : t('connecting')}
    </p>
  );
}

const DOT: Readonly<Record<Account['state'], string>> = {
  connecting: 'bg-faint',
  online: 'bg-good',
  offline: 'bg-warning',
  refused: 'bg-danger',
  paused: 'bg-faint',
};

function AccountFreshness({ account }: { account: Account }) {
  const { t, i18n } = useTranslation('status');
  const now = useNow('minute');
  // Without its host the page knows only how the account stood when it last heard of it.
  const current = useHostLink().state === 'live';
  const { asOf, state, failure, firstSync } = account;
  const age =
    asOf === null || (current && state === 'online' && now - asOf < FRESH_MS)
      ? null
      : t('asOf', { time: formatDate(asOf, i18n.language, now - asOf < DAY_MS ? 'clock' : 'dayAndYear') });
  const details = (fetched: string | null) =>
    [
      current ? t(`state.${state}`) : null,
      failure === null ? null : t(`failure.${failure.kind}`),
      asOf === null ? t('neverSynced') : fetched,
      firstSync === null ? null : t('firstSync', { count: firstSync.rows }),
      account.rejectedRows > 0 ? t('rejected', { count: account.rejectedRows }) : null,
    ].filter((line) => line !== null);
  return (
    <Tooltip side="top" label={<Lines asOf={asOf} details={details} />}>
      <button
        type="button"
        onClick={() => openAccounts({ name: 'list' }, account.id)}
        className="flex h-6 items-center gap-1.5 whitespace-nowrap hover:text-text"
        aria-label={[account.name, ...details(age)].join('. ')}
      >
        {state === 'connecting' ? (
          <RefreshCw size={11} className="animate-spin text-faint" aria-hidden />
        ) : state === 'paused' ? (
          <PauseCircle size={12} className="text-faint" aria-hidden />
        ) : (
          <span
            aria-hidden
            className={cx(
              'size-1.5 rounded-full forced-color-adjust-none',
              current ? DOT[state] : 'bg-faint',
            )}
          />
        )}
        <span>{account.name}</span>
        {firstSync !== null ? (
          <span className="tabular text-faint">{t('firstSync', { count: firstSync.rows })}</span>
        ) : (
          age !== null && <span className="tabular text-faint">{age}</span>
        )}
      </button>
    </Tooltip>
  );
}

/** Drawn only while they are asked for, so that the exact time is put into words only then. */
function Lines(props: { asOf: number | null; details: (fetched: string | null) => string[] }) {
  const { asOf, details } = props;
  const { t, i18n } = useTranslation('status');
  const fetched = asOf === null ? null : t('fetched', { time: formatDate(asOf, i18n.language, 'full') });
  return (
    <span className="block">
      {details(fetched).map((line) => (
        <span key={line} className="block">
          {line}
        </span>
      ))}
    </span>
  );
}

/** What has not arrived yet; opens the outbox. */
function OutboxCount() {
  const { t } = useTranslation('status');
  const outbox = useOutbox();
  const saving = useSaving();
  const show = useOverlay((state) => state.show);
  const keys = useCommandKeys('app.outbox');
  const needsAgent = outbox.filter(({ state }) => state === 'parked' || state === 'held').length;
  // What the server has taken only waits to be seen again; that is nobody's worry.
  const taken = outbox.filter(({ state }) => state === 'accepted').length;
  const waiting = outbox.length + saving.length - needsAgent - taken;
  if (waiting + needsAgent === 0) return null;
  return (
    <Tooltip label={t('openOutbox')} keys={keys} side="top">
      <button
        type="button"
        onClick={() => show('outbox')}
        className="tabular flex h-6 shrink-0 items-center gap-3 whitespace-nowrap hover:text-text"
      >
        {waiting > 0 && (
          <span className="flex items-center gap-1.5">
            <Clock size={12} aria-hidden />
            {t('waiting', { count: waiting })}
          </span>
        )}
        {needsAgent > 0 && (
          <span className="flex items-center gap-1.5 text-danger">
            <CircleAlert size={12} aria-hidden />
            {t('needsYou', { count: needsAgent })}
          </span>
        )}
      </button>
    </Tooltip>
  );
}

const HINTS: Readonly<Record<Pane, readonly string[]>> = {
  queue: ['queue.next', 'queue.previous', 'queue.open', 'app.palette', 'app.shortcuts'],
  conversation: [
    'conversation.reply',
    'conversation.note',
    'conversation.close',
    'conversation.assign',
    'app.shortcuts',
  ],
  person: ['pane.next', 'app.palette', 'app.shortcuts'],
};

/** Keys for what is selected, taught where the eye rests. */
function KeyHints() {
  const pane = useSelection((state) => state.pane);
  const hints = useSomeCommands(HINTS[pane]).filter(({ enabled }) => enabled !== false);
  return (
    <ul
      aria-hidden
      className="ml-auto hidden h-6 min-w-0 flex-1 basis-0 flex-wrap items-center justify-end gap-x-4 overflow-hidden two:flex"
    >
      {hints.map(({ id, keys, label }) => (
        <li key={id} className="flex h-6 items-center gap-1.5 whitespace-nowrap text-faint">
          {keys[0] !== undefined && <Kbd keys={keys[0]} />}
          {label}
        </li>
      ))}
    </ul>
  );
}
