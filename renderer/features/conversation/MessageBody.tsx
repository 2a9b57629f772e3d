import { useState } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import type { Message } from '@shared/domain/entities';
import { Folded } from '@renderer/components/mail/Folded';
import { MailView } from '@renderer/components/mail/MailView';
import { PlainText } from '@renderer/components/mail/PlainText';
import { useSession } from '@renderer/data/session';
import { pressKey } from '@renderer/state/commands';
import { useCidUrls } from './image-data';
import { NearViewport } from './NearViewport';

/** Heights of mails shown before in this window, by message: a mail that comes back does not jump. */
const heights = new Map<string, number>();
const FIRST_GUESS_PX = 160;

export interface MessageBodyProps {
  message: Message;
  root: Element | null;
  onLink: (link: { href: string; text: string }) => void;
}

/** What a message says: plain text as text, HTML only in the mail frame. */
export function MessageBody({ message, root, onLink }: MessageBodyProps) {
  const { t } = useTranslation('conversation');
  const [open, setOpen] = useState(false);
  const { body } = message;
  if (body.content.trim() === '') {
    return message.attachments.length === 0 ? (
      <p className="text-body text-muted">{t('message.empty')}</p>
    ) : null;
  }
  return (
    <Folded open={open} onOpenChange={setOpen}>
      {body.type === 'text' ? (
        <PlainText text={body.content.trim()} onLink={onLink} />
      ) : (
        <NearViewport
          root={root}
          height={heights.get(`${message.accountId}/${message.id}`) ?? FIRST_GUESS_PX}
        >
          <HtmlBody message={message} onLink={onLink} />
        </NearViewport>
      )}
    </Folded>
  );
}

function HtmlBody({ message, onLink }: Pick<MessageBodyProps, 'message' | 'onLink'>) {
  const { mailFrameUrl } = useSession();
  const cidUrls = useCidUrls(message.accountId, message.attachments);
  const name = `${message.accountId}/${message.id}`;
  if (mailFrameUrl === '') return null;
  return (
    <MailView
      html={message.body.content}
      from={message.author.name}
      frameUrl={mailFrameUrl}
      cidUrls={cidUrls}
      knownHeight={heights.get(name)}
      onHeight={(px) => heights.set(name, px)}
      onLink={onLink}
      onKey={(key) => pressKey(key)}
    />
  );
}
