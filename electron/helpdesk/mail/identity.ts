/**
 * Who the helpdesk is in the world of mail, and how a mail is recognised as part of a thread:
 * our own Message-ID and the plus part of our Reply-To both carry the conversation and a code
 * that only this helpdesk can make, so nobody talks into a thread by counting numbers.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { addressIn } from '@shared/domain/mail-address';
import type { StoredAgent, StoredConversation, StoredEmail, StoredMessage } from '../store/model';

export interface MailIdentity {
  /** The part after @; a reserved name, so a stray mail reaches nobody. */
  domain: string;
  /** Key of the codes in addresses and Message-IDs. */
  secret: string;
  /** Whose word counts on where a mail comes from (proved-sender.ts); `null`: nobody's. */
  authservId: string | null;
}

const CODE_CHARS = 10;
const MAX_REFERENCES = 30;

/** The id of this helpdesk, of its data folder's own: it tells nothing of the secret it is made from. */
export function helpdeskIdOf({ secret }: MailIdentity): string {
  return createHmac('sha256', secret).update('helpdesk id').digest('hex').slice(0, 24);
}

/** The desk's plain address. */
export function deskAddress({ domain }: MailIdentity): string {
  return `support@${domain}`;
}

/** The address that leads an answer back into its conversation. */
export function threadAddress(identity: MailIdentity, conversationId: string): string {
  return `support+${conversationId}.${codeOf(identity, conversationId)}@${identity.domain}`;
}

/** Our Message-ID of a message, with angle brackets; always the same for the same message. */
export function messageIdOf(identity: MailIdentity, conversationId: string, messageId: string): string {
  return `<${messageId}.${conversationId}.${codeOf(identity, conversationId)}@${identity.domain}>`;
}

/** The conversation that an address or Message-ID of ours names, or `null` when it is not ours. */
export function conversationNamedIn(identity: MailIdentity, text: string): string | null {
  const pattern = /(?:support\+|m\d+\.)(c\d+)\.([0-9a-z]{10})@([^\s<>,;:"]+)/giu;
  for (const [, conversationId, code, domain] of text.matchAll(pattern)) {
    if (domain!.toLowerCase() !== identity.domain) continue;
    const expected = codeOf(identity, conversationId!.toLowerCase());
    if (timingSafeEqual(Buffer.from(expected), Buffer.from(code!.toLowerCase()))) {
      return conversationId!.toLowerCase();
    }
  }
  return null;
}

/** True for an address that leads back to this desk. */
export function isOwnAddress({ domain }: MailIdentity, address: string): boolean {
  const lower = address.toLowerCase();
  return lower.endsWith(`@${domain}`) && /^support[+@]/u.test(lower);
}

/**
 * Where an answer goes by the newest mail, and who sent that; `null` without one, then it goes to the
 * contact. The two differ where a mail asks for answers elsewhere.
 */
export function answersTo(thread: readonly StoredMessage[]): { address: string; sender: string } | null {
  const mail = newestMail(thread);
  return mail?.replyTo ? { address: mail.replyTo, sender: addressIn(mail.from) } : null;
}

/** Where an answer to the thread goes: the newest customer mail's Reply-To or From, else the contact. */
export function mailRecipient(thread: readonly StoredMessage[], contactEmail: string | null): string | null {
  return answersTo(thread)?.address ?? contactEmail;
}

/** The headers of an answer. References keep the thread's first id and the newest ones. */
export function outgoingEmail(
  identity: MailIdentity,
  agent: StoredAgent,
  conversation: StoredConversation,
  thread: readonly StoredMessage[],
  contactEmail: string | null,
  messageId: string,
): StoredEmail {
  const answered = newestMail(thread);
  const chain = [...(answered?.references ?? []), ...(answered?.messageId ? [answered.messageId] : [])];
  const references = chain.length > MAX_REFERENCES ? [chain[0]!, ...chain.slice(1 - MAX_REFERENCES)] : chain;
  const to = mailRecipient(thread, contactEmail);
  const subject = answered?.subject ?? conversation.subject;
  return {
    from: `${agent.name} <${deskAddress(identity)}>`,
    to: to === null ? [] : [to],
    cc: [],
    subject: /^\s*(?:re|aw|sv|ответ|адказ|trả lời)\s*:/iu.test(subject) ? subject : `Re: ${subject}`.trim(),
    messageId: messageIdOf(identity, conversation.id, messageId),
    replyTo: threadAddress(identity, conversation.id),
    references,
  };
}

function newestMail(thread: readonly StoredMessage[]): StoredEmail | null {
  for (let at = thread.length - 1; at >= 0; at -= 1) {
    const message = thread[at]!;
    if (message.kind === 'inbound' && message.email && !message.automatic) return message.email;
  }
  return null;
}

function codeOf({ secret }: MailIdentity, conversationId: string): string {
  const digest = createHmac('sha256', secret).update(conversationId).digest('hex');
  return BigInt(`0x${digest.slice(0, 16)}`)
    .toString(36)
    .padStart(CODE_CHARS, '0')
    .slice(0, CODE_CHARS);
}
