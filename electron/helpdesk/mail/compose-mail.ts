/** A stored reply as RFC 822 bytes. The same reply always gives the same Message-ID. */
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Desk } from '../desk/desk';
import type { StoredMessage } from '../store/model';

export async function composeMail(desk: Desk, message: StoredMessage): Promise<Buffer> {
  const { email } = message;
  if (!email?.messageId) throw new Error(`Message ${message.id} is not a mail`);
  const inReplyTo = email.references.at(-1);
  const attachments = await Promise.all(
    message.attachments.map(async (file) => ({
      filename: file.name,
      contentType: file.mediaType,
      content: await desk.blobs.read(file.hash),
    })),
  );
  const composer = new MailComposer({
    from: email.from,
    to: [...email.to],
    subject: email.subject,
    messageId: email.messageId,
    date: new Date(message.createdAt),
    text: await desk.bodyContent(message.body),
    attachments,
    ...(email.replyTo === null ? {} : { replyTo: email.replyTo }),
    ...(inReplyTo === undefined ? {} : { inReplyTo, references: [...email.references] }),
    // Nothing in a message may make the composer read a file or fetch an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}
