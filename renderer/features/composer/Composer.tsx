import { CheckCheck, Globe, Paperclip, Reply, Save, SendHorizontal, StickyNote } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import { isEmptyDraft } from '@shared/domain/drafts';
import { conversationKey, type Conversation, type ConversationKey } from '@shared/domain/entities';
import { Button } from '@renderer/components/Button';
import { cx } from '@renderer/components/class-names';
import { IconButton } from '@renderer/components/IconButton';
import { Segments } from '@renderer/components/Segments';
import { networkName } from '@renderer/components/social-names';
import { Tooltip } from '@renderer/components/Tooltip';
import { useAccounts } from '@renderer/data/accounts';
import { useConversation } from '@renderer/data/conversation';
import { useCommand, useCommandKeys } from '@renderer/state/commands';
import { useJoinedDraft } from '@renderer/state/joined-draft';
import { useSelection } from '@renderer/state/selection';
import { FileChips } from './FileChips';
import { insertAt, type Span } from './insert-text';
import { LeavesAs, LineBelow } from './LeavesAs';
import { AnswersElsewhere, Recipient } from './Recipient';
import { ReplyPicker } from './ReplyPicker';
import { addFiles, removeUpload, retryUpload, useUploads, type Upload } from './uploads';
import { useContent } from './use-content';
import { useFileDrop } from './use-file-intake';
import { useSend } from './use-send';

const NO_UPLOADS: readonly Upload[] = [];
const MOST_FILES = 50;

/** Where the answer is written: always at the foot of the conversation, never losing a word. */
export function Composer({ conversationKey: key }: { conversationKey: ConversationKey }) {
  const conversation = useConversation(key);
  // While the conversation loads the place is kept, so nothing jumps under the hand.
  if (conversation === undefined || conversation === null)
    return <div className="h-43 shrink-0 border-t" aria-hidden />;
  return <Editor key={key} conversation={conversation} />;
}

function Editor({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation(['composer', 'team']);
  const key = conversationKey(conversation.accountId, conversation.id);
  const account = useAccounts().find(({ id }) => id === conversation.accountId);
  const { content, change, clear, loaded, state } = useContent(key);
  const uploads = useUploads(({ byConversation }) => byConversation[key] ?? NO_UPLOADS);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const [complaint, setComplaint] = useState<string | null>(null);
  /** `slash`: by typing one, which is put back when nothing is chosen. */
  const [picking, setPicking] = useState<'no' | 'asked' | 'slash'>('no');
  const place = useRef<Span>({ start: 0, end: 0 });

  const takesNotes = account?.supports.note !== false;
  const takesFiles = account?.supports.attachments !== false;
  const mostBytes = account?.supports.maxAttachmentBytes ?? Infinity;
  const isNote = content.mode === 'note' && takesNotes;
  const isPublic = conversation.social?.visibility === 'public' && !isNote;
  const enterSends = conversation.channel === 'chat' && !isNote;

  const focusEnd = () => {
    const element = field.current;
    if (element === null) return;
    element.focus();
    element.setSelectionRange(element.value.length, element.value.length);
  };
  const begin = (mode: 'reply' | 'note') => {
    if (content.mode !== mode) change({ mode });
    focusEnd();
  };

  // What was stored while this composer was shown, or while another one was, goes into the draft.
  const absorb = useEffectEvent((stored: readonly Upload[]) => {
    const files = stored.flatMap(({ file }) => (file === null ? [] : [file]));
    change({ files: [...content.files, ...files].slice(0, MOST_FILES) });
    for (const { id } of stored) removeUpload(key, id);
  });
  useEffect(() => {
    const stored = uploads.filter((one) => one.state === 'stored');
    if (loaded && stored.length > 0) absorb(stored);
  }, [uploads, loaded]);

  const pick = (how: 'asked' | 'slash') => {
    const { selectionStart = 0, selectionEnd = 0 } = field.current ?? {};
    place.current = how === 'slash' ? { start: 0, end: 0 } : { start: selectionStart, end: selectionEnd };
    setPicking(how);
  };
  const put = (words: string) => {
    const { text, caret } = insertAt(content.text, place.current, words);
    setComplaint(null);
    change({ text });
    place.current = { start: caret, end: caret };
  };

  const attach = (files: readonly File[]) => {
    if (files.length === 0) return;
    setComplaint(null);
    addFiles(key, files, mostBytes);
    field.current?.focus();
  };
  const over = useFileDrop(takesFiles, attach);

  const { send, complaintFor } = useSend({ conversation, content, uploads, isNote, clear });
  const trySend = (thenResolve: boolean) => {
    const why = complaintFor();
    setComplaint(why);
    if (why === null) send(thenResolve);
    else field.current?.focus();
  };

  const pane = useSelection((selection) => selection.pane);
  useCommand({
    id: 'conversation.reply',
    group: 'conversation',
    keys: ['r'],
    label: t('command.reply'),
    run: () => begin('reply'),
  });
  useCommand({
    id: 'conversation.note',
    group: 'conversation',
    keys: ['n'],
    label: t('command.note'),
    enabled: takesNotes,
    run: () => begin('note'),
  });
  useCommand({
    id: 'composer.send',
    group: 'composer',
    keys: ['Mod+Enter'],
    label: t('command.send'),
    enabled: pane === 'conversation',
    inEditor: true,
    run: () => trySend(false),
  });
  useCommand({
    id: 'composer.sendAndResolve',
    group: 'composer',
    keys: ['Mod+Shift+Enter'],
    label: t('command.sendAndResolve'),
    enabled: pane === 'conversation' && !isNote,
    inEditor: true,
    run: () => trySend(true),
  });
  useCommand({
    id: 'composer.attach',
    group: 'composer',
    keys: ['Mod+Shift+a'],
    label: t('command.attach'),
    enabled: pane === 'conversation' && takesFiles,
    inEditor: true,
    run: () => picker.current?.click(),
  });
  useCommand({
    id: 'composer.savedReply',
    group: 'composer',
    keys: ['Mod+Shift+k'],
    label: t('team:insert.command'),
    inEditor: true,
    run: () => pick('asked'),
  });
  const keys = {
    send: useCommandKeys('composer.send'),
    resolve: useCommandKeys('composer.sendAndResolve'),
    attach: useCommandKeys('composer.attach'),
    saved: useCommandKeys('composer.savedReply'),
    reply: useCommandKeys('conversation.reply'),
    note: useCommandKeys('conversation.note'),
  };

  const onKeyDown = (press: KeyboardEvent<HTMLTextAreaElement>) => {
    // While an input method composes, Enter and Escape belong to it.
    if (press.nativeEvent.isComposing || press.keyCode === 229) return;
    const plain = !press.ctrlKey && !press.metaKey && !press.altKey && !press.shiftKey;
    if (press.key === 'Escape') {
      press.preventDefault();
      press.stopPropagation();
      press.currentTarget.closest<HTMLElement>('[data-pane]')?.focus({ preventScroll: true });
    } else if (press.key === 'Enter' && plain && enterSends) {
      press.preventDefault();
      trySend(false);
    }
  };
  const onPaste = (paste: ClipboardEvent) => {
    const files = [...paste.clipboardData.files];
    // Text copied from an office program carries a picture of itself along: the text is meant.
    if (files.length === 0 || !takesFiles || paste.clipboardData.getData('text/plain') !== '') return;
    paste.preventDefault();
    attach(files);
  };

  return (
    <div
      className={cx(
        '@container relative shrink-0 border-t transition-colors duration-120',
        isNote ? 'border-note-line bg-note' : isPublic ? 'border-public-line' : '',
      )}
    >
      {isPublic && (
        <p className="flex items-center gap-2 border-b border-public-line bg-public-ground px-5 py-1 text-public">
          <Globe size={14} aria-hidden className="shrink-0" />
          {t('publicBand', { network: networkName(conversation.social?.network ?? '') })}
        </p>
      )}
      <div className="px-2 pt-2 pb-2">
        <div className="mx-auto max-w-[42rem]">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3">
            {takesNotes && (
              <Segments
                label={t('mode.label')}
                value={isNote ? 'note' : 'reply'}
                onChange={begin}
                options={[
                  { value: 'reply', label: t('mode.reply'), icon: Reply },
                  { value: 'note', label: t('mode.note'), icon: StickyNote },
                ]}
              />
            )}
            <Recipient conversation={conversation} isNote={isNote} />
            <LeavesAs account={account} isNote={isNote} />
          </div>
          {!isNote && <AnswersElsewhere conversation={conversation} />}
          <textarea
            ref={field}
            dir="auto"
            value={content.text}
            disabled={!loaded}
            maxLength={500_000}
            rows={3}
            aria-label={t(isNote ? 'field.note' : 'field.reply')}
            placeholder={t(
              isNote ? 'placeholder.note' : isPublic ? 'placeholder.public' : 'placeholder.reply',
            )}
            onChange={(typed) => {
              setComplaint(null);
              useJoinedDraft.getState().tell(null);
              if (content.text === '' && typed.target.value === '/') pick('slash');
              else change({ text: typed.target.value });
            }}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
            className="mt-1 block field-sizing-content max-h-[40vh] min-h-18 w-full resize-none bg-transparent px-3 py-1.5 text-body outline-none placeholder:text-faint"
          />
          <LineBelow account={account} isNote={isNote} />
          <JoinedWords conversationKey={key} />
          <FileChips
            files={content.files}
            uploads={uploads}
            mostBytes={mostBytes}
            onRemoveFile={(index) => change({ files: content.files.filter((_, at) => at !== index) })}
            onRemoveUpload={(id) => removeUpload(key, id)}
            onRetry={(id) => retryUpload(key, id)}
          />
          {complaint !== null && (
            <p role="alert" className="px-3 pb-1.5 text-warning">
              {complaint}
            </p>
          )}
          <div className="flex flex-wrap items-center gap-2 ps-1.5 pe-3">
            {takesFiles && (
              <>
                <IconButton
                  icon={Paperclip}
                  label={t('command.attach')}
                  keys={keys.attach}
                  tooltipSide="top"
                  onClick={() => picker.current?.click()}
                />
                <input
                  ref={picker}
                  type="file"
                  multiple
                  hidden
                  tabIndex={-1}
                  aria-hidden
                  onChange={(picked) => {
                    attach([...(picked.target.files ?? [])]);
                    picked.target.value = '';
                  }}
                />
              </>
            )}
            <ReplyPicker
              accountId={conversation.accountId}
              accountName={account?.name ?? ''}
              keys={keys.saved}
              open={picking !== 'no'}
              onOpenChange={(open) => {
                if (open) pick('asked');
                else setPicking('no');
              }}
              onChoose={put}
              onGiveUp={(typed) => {
                if (picking === 'slash') put(`/${typed}`);
              }}
              onClosed={() => {
                field.current?.focus();
                field.current?.setSelectionRange(place.current.start, place.current.end);
              }}
            />
            <DraftMark empty={isEmptyDraft(content)} state={state} />
            <span className="ml-auto flex flex-wrap items-center justify-end gap-2">
              {/* Taught before the first letter; after it the draft's mark needs the room. */}
              {enterSends && isEmptyDraft(content) && (
                <span className="text-meta text-faint @max-[26rem]:hidden">{t('enterSends')}</span>
              )}
              {!isNote && (
                <Tooltip label={t('command.sendAndResolve')} keys={keys.resolve} side="top">
                  <Button onClick={() => trySend(true)}>
                    <CheckCheck size={14} strokeWidth={2} aria-hidden className="@min-[24rem]:hidden" />
                    <span className="@max-[24rem]:sr-only">{t('sendAndResolve')}</span>
                  </Button>
                </Tooltip>
              )}
              <Tooltip label={t(isNote ? 'command.saveNote' : 'command.send')} keys={keys.send} side="top">
                <Button
                  variant="primary"
                  icon={isNote ? Save : SendHorizontal}
                  onClick={() => trySend(false)}
                >
                  {t(isNote ? 'saveNote' : isPublic ? 'sendPublic' : 'send')}
                </Button>
              </Tooltip>
            </span>
          </div>
        </div>
      </div>
      {over && (
        <div className="pointer-events-none absolute inset-1 flex items-center justify-center rounded-float border-2 border-dashed border-ring bg-raised font-strong text-accent-text">
          {t('drop')}
        </div>
      )}
    </div>
  );
}

/** Said until the next key: a message that came back stands above what was being typed. */
function JoinedWords({ conversationKey: key }: { conversationKey: ConversationKey }) {
  const { t } = useTranslation('held');
  const joined = useJoinedDraft((state) => (state.joined?.key === key ? state.joined : null));
  return (
    <p role="status" className="px-3 text-meta text-muted">
      {joined !== null && (
        <span className="block pb-1.5">{t(joined.asNote ? 'joined.note' : 'joined.reply')}</span>
      )}
    </p>
  );
}

/** Calm proof that nothing typed can be lost. */
function DraftMark({ empty, state }: { empty: boolean; state: 'saved' | 'saving' | 'not-saved' }) {
  const { t } = useTranslation('composer');
  return (
    <span role="status" className={cx('text-meta', state === 'not-saved' ? 'text-warning' : 'text-faint')}>
      {!empty && t(`draft.${state}`)}
    </span>
  );
}
