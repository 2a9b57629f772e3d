/** A raw mail becomes a message of the right conversation, once. */
import { createHash } from 'node:crypto';
import type { Desk } from '../desk/desk';
import type { StoredFile, StoredMessage } from '../store/model';
import { conversationNamedIn, isOwnAddress, type MailIdentity } from './identity';
import { parseMail, type ParsedMail } from './parse-mail';
import { isSenderProved } from './proved-sender';

/** What became of a mail. */
export type AcceptedMail =
  | { result: 'accepted' | 'duplicate'; conversationId: string | null; messageId: string | null }
  /** Our own mail came back to us. */
  | { result: 'own' }
  | { result: 'refused'; problem: string };

/**
 * Takes one mail in. Never rejects because of what the mail is; only when the disk refuses.
 * @param receivedAt when it arrived; `null` takes the time the mail itself names
 */
export async function acceptMail(
  desk: Desk,
  identity: MailIdentity,
  raw: Uint8Array,
  receivedAt: number | null,
): Promise<AcceptedMail> {
  const parsed = await parseMail(raw);
  if (!parsed.ok) return { result: 'refused', problem: parsed.problem };
  const { mail } = parsed;
  if (mail.messageId !== null && conversationNamedIn(identity, mail.messageId) !== null) {
    return { result: 'own' };
  }
  if (mail.from !== null && isOwnAddress(identity, mail.from.address)) return { result: 'own' };
  const withoutId = mail.messageId === null ? `mail ${createHash('sha256').update(raw).digest('hex')}` : null;
  const known = knownMail(desk, mail, withoutId);
  if (known) {
    await desk.store.settled();
    return known;
  }
  const kept = await keepFiles(desk, mail);
  const body = await desk.keepBody(mail.body.type, mail.body.content);
  // The same mail may have been taken while the files were written.
  const meanwhile = knownMail(desk, mail, withoutId);
  if (meanwhile) {
    await desk.store.settled();
    return meanwhile;
  }
  const now = desk.store.now();
  const isProved = isSenderProved(mail, identity.authservId);
  const { conversation, message } = await desk.receive({
    channel: 'email',
    conversationId: threadOf(desk, identity, mail, raw, isProved),
    person: {
      name: mail.from?.name || mail.from?.address || 'Unknown sender',
      email: mail.from?.address ?? null,
      isProved,
      phone: null,
      handle: null,
    },
    subject: mail.subject,
    body,
    text: mail.text,
    attachments: kept.map((file) => ({ ...file, id: desk.store.nextId('f') })),
    email: {
      from: mail.from === null ? '' : addressLine(mail.from.name, mail.from.address),
      to: mail.to,
      cc: mail.cc,
      subject: mail.subject,
      messageId: mail.messageId,
      replyTo: mail.replyTo,
      references: mail.references.length > 0 ? mail.references : mail.inReplyTo,
    },
    social: null,
    externalKey: withoutId,
    clientRef: null,
    automatic: mail.automatic !== null,
    tags: mail.automatic === null ? [] : [mail.automatic === 'bounce' ? 'bounced' : 'auto-reply'],
    at: receivedAt ?? Math.min(mail.sentAt ?? now, now),
  });
  return { result: 'accepted', conversationId: conversation.id, messageId: message.id };
}

function knownMail(desk: Desk, mail: ParsedMail, withoutId: string | null): AcceptedMail | null {
  const { state } = desk.store;
  const id =
    mail.messageId !== null ? state.mailIds.get(mail.messageId) : state.externalKeys.get(withoutId ?? '');
  if (id === undefined) return null;
  const conversationId = state.messages.get(id)?.conversationId ?? null;
  return { result: 'duplicate', conversationId, messageId: conversationId === null ? null : id };
}

/**
 * The conversation a mail belongs to: what it answers, newest reference first; else the code in
 * the address it was sent to or in any id; for a bounce, the code in the mail it brings back.
 */
function threadOf(
  desk: Desk,
  identity: MailIdentity,
  mail: ParsedMail,
  raw: Uint8Array,
  isProved: boolean,
): string | null {
  const { state } = desk.store;
  const ids = [...mail.inReplyTo, ...[...mail.references].reverse()];
  for (const id of ids) {
    const message = state.messages.get(state.mailIds.get(id) ?? '');
    if (message && (isProved || isOpenToAnybody(desk, identity, message))) return message.conversationId;
  }
  const named =
    conversationNamedIn(identity, [...ids, ...mail.recipients].join(' ')) ??
    (mail.automatic === 'bounce'
      ? conversationNamedIn(identity, Buffer.from(raw).toString('latin1', 0, 500_000))
      : null);
  return named === null ? null : desk.survivor(named);
}

/**
 * Whether whoever names a message may talk into its conversation. Our own ids hold a code; a customer's
 * own may be known to others, who do not get among the words of one who proved an address.
 */
function isOpenToAnybody(desk: Desk, identity: MailIdentity, message: StoredMessage): boolean {
  if (conversationNamedIn(identity, message.email?.messageId ?? '') !== null) return true;
  const { contacts, conversations } = desk.store.state;
  const contact = contacts.get(conversations.get(message.conversationId)?.contactId ?? '');
  return (contact?.verifiedEmails ?? []).length === 0;
}

async function keepFiles(desk: Desk, mail: ParsedMail): Promise<Omit<StoredFile, 'id'>[]> {
  const kept: Omit<StoredFile, 'id'>[] = [];
  for (const { name, mediaType, contentId, bytes } of mail.files) {
    kept.push({ name, mediaType, contentId, ...(await desk.blobs.put(bytes)) });
  }
  return kept;
}

function addressLine(name: string, address: string): string {
  return name === '' ? address : `${name} <${address}>`;
}
