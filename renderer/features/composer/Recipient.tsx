import { Lock, TriangleAlert } from 'lucide-react';
import { handleWords } from '@renderer/components/social-names';
import { useTranslation } from '@renderer/components/use-translation';
import { useContact } from '@renderer/data/contacts';
import type { Conversation } from '@shared/domain/entities';
import { addressForm } from '@shared/domain/mail-address';

/** Who will read it, before a word is written. */
export function Recipient({ conversation, isNote }: { conversation: Conversation; isNote: boolean }) {
  const { t } = useTranslation('composer');
  const contact = useContact(conversation.accountId, conversation.contactId);
  const name = conversation.contactName.trim() || contact?.name || t('to.customer');
  const address =
    conversation.channel === 'email' || conversation.channel === 'form'
      ? (conversation.answersTo?.address ?? contact?.emails[0])
      : conversation.channel === 'social'
        ? contact?.handles.find((handle) => handle.startsWith(`${conversation.social?.network ?? ''}:`))
        : undefined;
  const shown = address === undefined || conversation.channel !== 'social' ? address : handleWords(address);
  if (isNote) {
    return (
      <span className="flex items-center gap-1.5 text-meta text-note-text">
        <Lock size={12} aria-hidden />
        {t('to.colleagues')}
      </span>
    );
  }
  return (
    <span className="min-w-0 flex-1 truncate text-meta text-muted">
      {t('to.label')} <bdi className="text-text">{name}</bdi>
      {shown !== undefined && shown !== name && <bdi className="text-faint"> {shown}</bdi>}
    </span>
  );
}

/** A mail can ask for answers at another address than its sender's: whoever wrote it may not be who they say. */
export function AnswersElsewhere({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('composer');
  const { answersTo } = conversation;
  if (answersTo === undefined || addressForm(answersTo.address) === addressForm(answersTo.sender))
    return null;
  return (
    <p className="flex items-start gap-1.5 px-3 pt-1 text-meta text-warning">
      <TriangleAlert size={12} aria-hidden className="mt-0.5 shrink-0" />
      <span className="min-w-0 break-words">
        {t('to.elsewhere')} <bdi className="font-strong">{answersTo.address}</bdi>. {t('to.sender')}{' '}
        <bdi>{answersTo.sender === '' ? t('to.nobody') : answersTo.sender}</bdi>.
      </span>
    </p>
  );
}
