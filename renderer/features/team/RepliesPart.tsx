import { Pencil, Plus, Trash2 } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { Button } from '@renderer/components/Button';
import { IconButton } from '@renderer/components/IconButton';
import { TextField } from '@renderer/components/TextField';
import { useTranslation } from '@renderer/components/use-translation';
import { putTeamRecord, removeTeamRecord } from '@renderer/data/team';
import { useStep } from '@renderer/data/use-step';
import { useTeamScreen, type TypedReply } from '@renderer/state/team-screen';
import type { TeamBook, TeamState } from '@shared/contract/team';
import type { TeamReply } from '@shared/domain/team-data';
import { BookChoice } from './BookChoice';
import { StepFailure } from './StepFailure';

const empty = (): TeamReply => ({
  id: crypto.randomUUID(),
  title: '',
  body: { type: 'text', content: '' },
  shortcut: null,
  folder: null,
  languages: [],
});

/** The replies that can be changed here: one's own, and those of the next revision. */
export function RepliesPart({ team }: { team: TeamState }) {
  const { t } = useTranslation('team');
  const [chosen, setBook] = useState<TeamBook>(team.publisher === null ? 'computer' : 'draft');
  const book = team.publisher === null ? 'computer' : chosen;
  const { typed, write, forget } = useTeamScreen();
  const [removed, setRemoved] = useState<{ book: TeamBook; record: TeamReply } | null>(null);
  const { busy, failed, run } = useStep();
  const box = useRef<HTMLElement>(null);
  const replies = team[book].teamReply;
  if (typed !== null) {
    return (
      <ReplyForm
        key={typed.reply.id}
        typed={typed}
        busy={busy}
        failed={failed}
        onCancel={forget}
        onSave={(record) => {
          void run(() => putTeamRecord(typed.book, { kind: 'teamReply', record })).then((done) => {
            if (done) forget();
          });
        }}
      />
    );
  }
  const remove = async (record: TeamReply) => {
    // The row that has the focus is about to go.
    box.current?.focus({ preventScroll: true });
    setRemoved(null);
    if (await run(() => removeTeamRecord(book, { kind: 'teamReply', id: record.id })))
      setRemoved({ book, record });
  };
  const putBack = async ({ book: from, record }: { book: TeamBook; record: TeamReply }) => {
    box.current?.focus({ preventScroll: true });
    if (await run(() => putTeamRecord(from, { kind: 'teamReply', record }))) setRemoved(null);
  };
  return (
    <section
      ref={box}
      tabIndex={-1}
      className="flex flex-col gap-2 outline-none"
      aria-label={t('part.replies')}
    >
      {team.publisher !== null && <BookChoice book={book} onChange={setBook} />}
      <p className="text-muted">{t(book === 'computer' ? 'replies.computer' : 'replies.draft')}</p>
      <ul className="flex flex-col">
        {replies.map((reply) => (
          <li key={reply.id} className="flex items-center gap-2 border-b border-line/60 py-1.5">
            <div className="min-w-0 flex-1">
              <p className="truncate">
                <bdi>{reply.title}</bdi>
                {reply.shortcut !== null && <span className="text-meta text-muted"> /{reply.shortcut}</span>}
              </p>
              <p className="truncate text-meta text-muted">
                <bdi>{reply.body.content}</bdi>
              </p>
            </div>
            <IconButton
              icon={Pencil}
              label={t('replies.change', { title: reply.title })}
              onClick={() => write(book, reply)}
            />
            <IconButton
              icon={Trash2}
              label={t('replies.remove', { title: reply.title })}
              disabled={busy}
              onClick={() => void remove(reply)}
            />
          </li>
        ))}
      </ul>
      {replies.length === 0 && <p className="text-muted">{t('replies.none')}</p>}
      <div role="status" className="empty:hidden">
        {removed !== null && (
          <div className="flex flex-wrap items-center gap-2">
            <p className="min-w-0 [overflow-wrap:anywhere]">
              {t('replies.removed', { title: removed.record.title })}
            </p>
            <Button size="small" busy={busy} onClick={() => void putBack(removed)}>
              {t('replies.undo')}
            </Button>
          </div>
        )}
      </div>
      <StepFailure failed={failed} />
      <Button icon={Plus} className="self-start" onClick={() => write(book, empty())}>
        {t('replies.add')}
      </Button>
    </section>
  );
}

function ReplyForm(props: {
  typed: TypedReply;
  busy: boolean;
  failed: Parameters<typeof StepFailure>[0]['failed'];
  onSave: (reply: TeamReply) => void;
  onCancel: () => void;
}) {
  const { typed, busy, failed, onSave, onCancel } = props;
  const { reply, title, shortcut, text } = typed;
  const { t } = useTranslation('team');
  const textId = useId();
  const type = useTeamScreen((state) => state.type);
  const [asked, setAsked] = useState(false);
  const incomplete = title.trim() === '' || text.trim() === '';
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(submit) => {
        submit.preventDefault();
        setAsked(true);
        if (incomplete) return;
        onSave({
          ...reply,
          title: title.trim(),
          shortcut: shortcut.trim() === '' ? null : shortcut.trim(),
          body: { type: reply.body.type, content: text },
        });
      }}
    >
      <TextField
        label={t('replies.title')}
        value={title}
        maxLength={200}
        autoFocus
        onChange={(change) => type({ title: change.target.value })}
      />
      <TextField
        label={t('replies.shortcut')}
        value={shortcut}
        maxLength={100}
        onChange={(change) => type({ shortcut: change.target.value })}
      />
      <div className="flex flex-col gap-1">
        <label htmlFor={textId} className="text-meta text-muted">
          {t('replies.text')}
        </label>
        <textarea
          id={textId}
          dir="auto"
          rows={8}
          maxLength={100_000}
          value={text}
          onChange={(change) => type({ text: change.target.value })}
          className="rounded-control border border-line-control bg-surface px-2 py-1.5 text-body"
        />
      </div>
      {asked && incomplete && (
        <p role="alert" className="text-warning">
          {t('replies.incomplete')}
        </p>
      )}
      <StepFailure failed={failed} />
      <div className="flex gap-2">
        <Button type="submit" variant="primary" busy={busy}>
          {t('save')}
        </Button>
        <Button onClick={onCancel}>{t('cancel')}</Button>
      </div>
    </form>
  );
}
