import { Pencil, Plus, Trash2 } from 'lucide-react';
import { useId, useState } from 'react';
import { Button } from '@renderer/components/Button';
import { IconButton } from '@renderer/components/IconButton';
import { TextField } from '@renderer/components/TextField';
import { useTranslation } from '@renderer/components/use-translation';
import { putTeamRecord, removeTeamRecord } from '@renderer/data/team';
import type { TeamBook, TeamState } from '@shared/contract/team';
import type { TeamReply } from '@shared/domain/team-data';
import { BookChoice } from './BookChoice';
import { StepFailure } from './StepFailure';
import { useStep } from './use-step';

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
  const [edited, setEdited] = useState<TeamReply | null>(null);
  const { busy, failed, run } = useStep();
  const replies = team[book].teamReply;
  if (edited !== null) {
    return (
      <ReplyForm
        key={edited.id}
        reply={edited}
        busy={busy}
        failed={failed}
        onCancel={() => setEdited(null)}
        onSave={(record) => {
          void run(() => putTeamRecord(book, { kind: 'teamReply', record })).then((done) => {
            if (done) setEdited(null);
          });
        }}
      />
    );
  }
  return (
    <section className="flex flex-col gap-2" aria-label={t('part.replies')}>
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
              onClick={() => setEdited(reply)}
            />
            <IconButton
              icon={Trash2}
              label={t('replies.remove', { title: reply.title })}
              disabled={busy}
              onClick={() => void run(() => removeTeamRecord(book, { kind: 'teamReply', id: reply.id }))}
            />
          </li>
        ))}
      </ul>
      {replies.length === 0 && <p className="text-muted">{t('replies.none')}</p>}
      <StepFailure failed={failed} />
      <Button icon={Plus} className="self-start" onClick={() => setEdited(empty())}>
        {t('replies.add')}
      </Button>
    </section>
  );
}

function ReplyForm(props: {
  reply: TeamReply;
  busy: boolean;
  failed: Parameters<typeof StepFailure>[0]['failed'];
  onSave: (reply: TeamReply) => void;
  onCancel: () => void;
}) {
  const { reply, busy, failed, onSave, onCancel } = props;
  const { t } = useTranslation('team');
  const textId = useId();
  const [title, setTitle] = useState(reply.title);
  const [shortcut, setShortcut] = useState(reply.shortcut ?? '');
  const [text, setText] = useState(reply.body.content);
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
        onChange={(change) => setTitle(change.target.value)}
      />
      <TextField
        label={t('replies.shortcut')}
        value={shortcut}
        maxLength={100}
        onChange={(change) => setShortcut(change.target.value)}
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
          onChange={(change) => setText(change.target.value)}
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
