import { useState } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import { conversationKey, type Conversation } from '@shared/domain/entities';
import { Banner } from '@renderer/components/Banner';
import { Button } from '@renderer/components/Button';
import { discard, resend, useOutbox } from '@renderer/data/outbox';
import { rowsShownIn } from '@renderer/data/row-places';

/** Decisions other than messages that the server refused: they wait for a person, here as well. */
export function RefusedEdits({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('outbox');
  const [failed, setFailed] = useState(false);
  const key = conversationKey(conversation.accountId, conversation.id);
  const refused = rowsShownIn(key, useOutbox()).filter(
    ({ state, intent }) =>
      state === 'parked' && intent.action.kind !== 'reply' && intent.action.kind !== 'note',
  );
  const attempt = (action: Promise<void>) => {
    setFailed(false);
    action.catch(() => setFailed(true));
  };
  return refused.map((row) => (
    <Banner
      key={row.intent.ref}
      tone="danger"
      actions={
        <>
          <Button size="small" onClick={() => attempt(resend(row.intent.ref))}>
            {t('action.resend')}
          </Button>
          <Button size="small" onClick={() => attempt(discard(row.intent.ref))}>
            {t('action.discard')}
          </Button>
        </>
      }
    >
      {t(`refusedEdit.${row.intent.action.kind}`, { words: row.reason?.detail ?? '' })}
      {failed && ` ${t('action.failed')}`}
    </Banner>
  ));
}
