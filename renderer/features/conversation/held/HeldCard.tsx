import {
  CircleHelp,
  FilePen,
  Globe,
  Lock,
  Mail,
  Pause,
  PencilLine,
  SendHorizontal,
  Trash2,
  type LucideIcon,
} from 'lucide-react';
import { useEffect, useId, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { assertNever } from '@shared/domain/assert-never';
import type { ConversationKey } from '@shared/domain/entities';
import type { OutboxRow } from '@shared/domain/intents';
import { Button } from '@renderer/components/Button';
import { cx } from '@renderer/components/class-names';
import { formatDate } from '@renderer/components/dates';
import { useWhyWords } from '@renderer/components/delivery-words';
import { FileNames } from '@renderer/components/FileNames';
import { whyStopped } from '@renderer/components/held-why';
import { Folded } from '@renderer/components/mail/Folded';
import { PlainText } from '@renderer/components/mail/PlainText';
import { useTranslation } from '@renderer/components/use-translation';
import { useConversation } from '@renderer/data/conversation';
import { useOutbox } from '@renderer/data/outbox';
import { mergedInto } from '@renderer/data/row-places';
import { placeOf } from '@renderer/data/second-thoughts';
import { useCommand, useCommandKeys } from '@renderer/state/commands';
import { useJump } from '@renderer/state/jump';
import { useSelection } from '@renderer/state/selection';
import { Difference } from './Difference';
import { behind, stoppedIn } from './stopped';
import { Known, Unproven } from './Unproven';
import { useSecondThoughts, type SecondThoughts } from './use-second-thoughts';

/** One's own text is folded beyond this (px): the difference must stay in sight beside it. */
const OWN_TEXT_PX = 320;

export interface HeldCardProps {
  row: OutboxRow;
  /** The conversation that is open: after a merge the row's own, or the one that goes on. */
  shownIn: ConversationKey;
  onLink: (link: { href: string; text: string }) => void;
}

/** A reply that did not leave: why in one sentence, what happened since beside it, and what can be done. */
export function HeldCard({ row, shownIn, onLink }: HeldCardProps) {
  const { t, i18n } = useTranslation(['held', 'conversation']);
  const box = useRef<HTMLElement>(null);
  const id = useId();
  const { ref, action } = row.intent;
  const kind = action.kind === 'note' ? 'note' : 'reply';
  const cause = whyStopped(row);
  const isGuest = mergedInto(row) === shownIn;
  const why = useWhyWords(cause?.kind === 'merged' && isGuest ? { ...cause, kind: 'mergedHere' } : cause);
  const thoughts = useSecondThoughts(row);
  const isPublic = useConversation(placeOf(row))?.social?.visibility === 'public' && kind === 'reply';
  const waiting = behind(row, useOutbox()).length;
  const isUnproven = row.state === 'parked' && row.reason?.kind === 'no-answer';
  const title = row.state === 'held' ? 'held' : isUnproven ? 'unproven' : 'gone';
  const Icon = isUnproven ? CircleHelp : Pause;

  const wanted = useJump((state) => state.ref === ref);
  useEffect(() => {
    if (!wanted || box.current === null) return;
    const fits = box.current.clientHeight < (box.current.closest('[data-pane]')?.clientHeight ?? 0) / 2;
    box.current.scrollIntoView({ block: fits ? 'nearest' : 'start' });
    box.current.focus({ preventScroll: true });
    useJump.getState().done(ref);
  }, [wanted, ref]);

  // What was decided elsewhere takes the card away, but not the focus.
  useLayoutEffect(() => {
    const card = box.current;
    return () => {
      if (card?.contains(document.activeElement) !== true) return;
      card.closest<HTMLElement>('[data-timeline]')?.focus({ preventScroll: true });
    };
  }, []);

  const time = formatDate(row.intent.decidedAt, i18n.language, 'clock');
  return (
    <article
      ref={box}
      tabIndex={-1}
      data-stopped={ref}
      aria-label={t(`card.${kind}`)}
      aria-describedby={id}
      className="@container mt-3 animate-fade-in overflow-hidden rounded-float border border-warning-line outline-offset-1"
    >
      <p
        id={id}
        className="flex gap-2 border-b border-warning-line bg-warning-ground px-3 py-1.5 text-warning"
      >
        <Icon size={14} strokeWidth={2.25} aria-hidden className="mt-0.75 shrink-0" />
        <span className="min-w-0 text-pretty [overflow-wrap:anywhere]">
          <span className="font-strong">{t(`title.${title}`)}.</span> {why}
        </span>
      </p>
      <div className="grid @min-[32rem]:grid-cols-2">
        <div
          className={cx('min-w-0 px-3 py-2.5', kind === 'note' ? 'bg-note' : isPublic && 'bg-public-ground')}
        >
          <p className="mb-1 flex flex-wrap items-center gap-x-2 text-meta text-muted">
            {t(`yours.${kind}`, { time })}
            {kind === 'note' && (
              <Audience icon={Lock} className="text-note-text">
                {t('conversation:message.note')}
              </Audience>
            )}
            {isPublic && (
              <Audience icon={Globe} className="text-public">
                {t('conversation:message.public')}
              </Audience>
            )}
          </p>
          <OwnWords row={row} onLink={onLink} />
          {isUnproven && <Known row={row} />}
        </div>
        <div className="grid border-t @min-[32rem]:border-s @min-[32rem]:border-t-0">
          {isUnproven ? <Unproven row={row} thoughts={thoughts} /> : <Difference row={row} />}
        </div>
      </div>
      {!isGuest && <Into row={row} />}
      <Actions
        row={row}
        shownIn={shownIn}
        thoughts={thoughts}
        note={waiting > 0 && t('behind', { count: waiting })}
      />
    </article>
  );
}

/** Who reads it, where that is not the customer alone. */
function Audience(props: { icon: LucideIcon; className: string; children: ReactNode }) {
  const { icon: Icon, className, children } = props;
  return (
    <span className={cx('inline-flex items-center gap-1', className)}>
      <Icon size={11} aria-hidden />
      {children}
    </span>
  );
}

function OwnWords({ row, onLink }: Pick<HeldCardProps, 'row' | 'onLink'>) {
  const { action } = row.intent;
  const [open, setOpen] = useState(false);
  if (action.kind !== 'reply' && action.kind !== 'note') return null;
  return (
    <Folded limit={OWN_TEXT_PX} open={open} onOpenChange={setOpen}>
      <PlainText text={action.text.trim()} onLink={onLink} />
      <FileNames files={action.files} stacked />
    </Folded>
  );
}

/** Where a merged conversation goes on. */
function Into({ row }: { row: OutboxRow }) {
  const { t } = useTranslation('held');
  const place = placeOf(row);
  const there = useConversation(place);
  const open = useSelection((state) => state.open);
  if (row.hold?.kind !== 'merged') return null;
  const subject = there?.subject.trim() ?? '';
  return (
    <p className="flex flex-wrap items-center gap-x-2 border-t px-3 py-1.5">
      <span className="text-muted">{t('since.into')}</span>
      <bdi className="min-w-0 font-strong [overflow-wrap:anywhere]">
        {subject === '' ? (there?.contactName ?? t('toast.somebody')) : subject}
      </bdi>
      <Button variant="quiet" size="small" onClick={() => open(place)}>
        {t('action.open')}
      </Button>
    </p>
  );
}

type SendKind = 'asIs' | 'now' | 'there' | 'here' | 'again' | null;

function sendKind(row: OutboxRow, shownIn: ConversationKey): SendKind {
  if (row.state === 'parked') return row.reason?.kind === 'gone' ? null : 'again';
  switch (row.hold?.kind) {
    case undefined:
    case 'moved':
    case 'unproven':
      return 'asIs';
    case 'late':
      return 'now';
    case 'merged':
      return mergedInto(row) === shownIn ? 'here' : 'there';
    default:
      return assertNever(row.hold);
  }
}

/** Somebody answered since: to send as well is one of several ways, not the one at hand. */
function isAnswered({ hold }: OutboxRow): boolean {
  return hold?.movement?.newMessages.some(({ kind }) => kind === 'reply') ?? false;
}

function Actions(props: {
  row: OutboxRow;
  shownIn: ConversationKey;
  thoughts: SecondThoughts;
  note: string | false;
}) {
  const { row, shownIn, thoughts, note } = props;
  const { t } = useTranslation('held');
  const { send, mail, edit, discard, busy, failure } = thoughts;
  const sending = sendKind(row, shownIn);
  const editable = sending !== 'again';
  // Of several stopped replies in one conversation the keys mean the oldest: the others wait behind it.
  const here = stoppedIn(shownIn, useOutbox())[0];
  const hasKeys = here === undefined || here.intent.ref === row.intent.ref;
  return (
    <div className="flex flex-wrap items-center gap-1.5 border-t px-3 py-2">
      {hasKeys && <Keys thoughts={thoughts} sends={sending !== null} editable={editable} />}
      {sending !== null && (
        <Act
          id="held.send"
          icon={SendHorizontal}
          primary={sending === 'now' && !isAnswered(row)}
          taught={hasKeys}
          busy={busy}
          onClick={send}
        >
          {t(`action.${sending}`)}
        </Act>
      )}
      {mail !== null && (
        <Act id="held.byMail" icon={Mail} taught={hasKeys} busy={busy} onClick={mail.send}>
          {t('action.byMail', { address: mail.address })}
        </Act>
      )}
      {editable && (
        <Act
          id="held.edit"
          icon={sending === null ? FilePen : PencilLine}
          taught={hasKeys}
          busy={busy}
          onClick={edit}
        >
          {t(sending === null ? 'action.keep' : 'action.edit')}
        </Act>
      )}
      <Act id="held.discard" icon={Trash2} taught={hasKeys} busy={busy} onClick={discard}>
        {t('action.discard')}
      </Act>
      {note !== false && <span className="ms-auto text-meta text-muted">{note}</span>}
      <span role="status" className="basis-full text-warning empty:hidden">
        {failure !== null && t(`action.${failure}`)}
      </span>
    </div>
  );
}

function Act(props: {
  id: string;
  icon: LucideIcon;
  primary?: boolean;
  taught: boolean;
  busy: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  const { id, icon, primary = false, taught, busy, onClick, children } = props;
  const keys = useCommandKeys(id);
  return (
    <Button
      icon={icon}
      variant={primary ? 'primary' : 'secondary'}
      keys={taught ? keys : undefined}
      // Not `disabled`: a decision that fails must find the focus where it was.
      aria-disabled={busy || undefined}
      onClick={busy ? undefined : onClick}
      className="h-auto min-h-7 max-w-full min-w-0 py-0.5 text-start [overflow-wrap:anywhere] whitespace-normal"
    >
      {children}
    </Button>
  );
}

/** The keys of a card, all with Shift: none of it is done by a finger that slipped. */
function Keys(props: { thoughts: SecondThoughts; sends: boolean; editable: boolean }) {
  const { thoughts, sends, editable } = props;
  const { t } = useTranslation('held');
  const ready = !thoughts.busy;
  useCommand({
    id: 'held.send',
    group: 'conversation',
    keys: ['Shift+s'],
    label: t('command.send'),
    enabled: ready && sends,
    run: thoughts.send,
  });
  useCommand({
    id: 'held.byMail',
    group: 'conversation',
    keys: ['Shift+m'],
    label: t('command.byMail'),
    enabled: ready && thoughts.mail !== null,
    run: () => thoughts.mail?.send(),
  });
  useCommand({
    id: 'held.edit',
    group: 'conversation',
    keys: ['Shift+e'],
    label: t('command.edit'),
    enabled: ready && editable,
    run: thoughts.edit,
  });
  useCommand({
    id: 'held.discard',
    group: 'conversation',
    keys: ['Shift+d'],
    label: t('command.discard'),
    enabled: ready,
    run: thoughts.discard,
  });
  return null;
}
