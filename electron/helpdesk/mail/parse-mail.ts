/** Raw bytes to a mail, or to a sentence that says why they are not one. Never throws. */
import { TextDecoder } from 'node:util';
import PostalMime, {
  addressParser,
  type Address,
  type Attachment,
  type Email,
  type Mailbox,
} from 'postal-mime';
import { textOfHtml } from '@shared/domain/plain-text';

export interface ParsedFile {
  name: string;
  mediaType: string;
  contentId: string | null;
  bytes: Uint8Array;
}

export interface ParsedMail {
  from: Mailbox | null;
  /** How many senders it names, over all its From headers. */
  fromCount: number;
  /** The headers in which servers on its way told what they checked, the newest first. */
  authenticationResults: readonly string[];
  /** Where an answer goes: Reply-To, else From. */
  replyTo: string | null;
  to: readonly string[];
  cc: readonly string[];
  /** Every address the mail was sent to, without names. */
  recipients: readonly string[];
  subject: string;
  /** With angle brackets; `null` when there is none. */
  messageId: string | null;
  inReplyTo: readonly string[];
  references: readonly string[];
  /** From the Date header; `null` when it is missing or makes no sense. */
  sentAt: number | null;
  body: { type: 'text' | 'html'; content: string };
  /** The words without markup. */
  text: string;
  files: readonly ParsedFile[];
  /** Made by a machine: an auto-reply, a list, a bounce. */
  automatic: 'reply' | 'bounce' | null;
}

export type MailResult = { ok: true; mail: ParsedMail } | { ok: false; problem: string };

const MAIL_HEADERS = [
  'from',
  'to',
  'subject',
  'date',
  'message-id',
  'received',
  'return-path',
  'sender',
  'mime-version',
  'content-type',
];
/** A body longer than this is cut for reading; the whole is kept as a file beside it. */
const MAX_BODY_CHARS = 5_000_000;
const MAX_FILES = 500;
const MAX_REFERENCES = 200;

export async function parseMail(raw: Uint8Array): Promise<MailResult> {
  if (raw.byteLength === 0) return problem('it is empty');
  let email: Email;
  try {
    email = await PostalMime.parse(withReadableHead(raw), {
      attachmentEncoding: 'arraybuffer',
      maxNestingDepth: 50,
    });
  } catch (error) {
    return problem(error instanceof Error ? error.message : String(error));
  }
  if (!email.headers.some(({ key }) => MAIL_HEADERS.includes(key))) {
    return problem('it has none of the headers of a mail (From, To, Subject, Date)');
  }
  return { ok: true, mail: fromEmail(email) };
}

/**
 * Headers may hold raw bytes of an old charset, against every rule. They are then read in the
 * charset that the mail names for its text, and handed on as UTF-8.
 */
function withReadableHead(raw: Uint8Array): Uint8Array {
  const end = /\r?\n\r?\n/u.exec(
    Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1', 0, 100_000),
  );
  const head = raw.subarray(0, end?.index ?? raw.byteLength);
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head);
    return raw;
  } catch {
    const text = Buffer.from(head).toString('latin1');
    const [, charset] = /^content-type:[^\n]*(?:\n[ \t][^\n]*)*?charset="?([\w.:-]+)/imu.exec(text) ?? [];
    return Buffer.concat([Buffer.from(decoderFor(charset).decode(head)), raw.subarray(head.byteLength)]);
  }
}

function decoderFor(charset: string | undefined): TextDecoder {
  try {
    const decoder = new TextDecoder(charset ?? 'windows-1252');
    // ASCII and UTF-8 have just been proved wrong.
    return decoder.encoding === 'utf-8' ? new TextDecoder('windows-1252') : decoder;
  } catch {
    return new TextDecoder('windows-1252');
  }
}

function problem(detail: string): MailResult {
  return {
    ok: false,
    problem: `This is not a mail that can be read: ${detail}. Send the raw message as RFC 822.`,
  };
}

function fromEmail(email: Email): ParsedMail {
  const from = mailboxes(email.from ? [email.from] : [])[0] ?? null;
  const answers = mailboxes(email.replyTo ?? []);
  const to = mailboxes(email.to ?? []);
  const cc = mailboxes(email.cc ?? []);
  const words = email.text?.trim() ? email.text : textOfHtml(email.html ?? '');
  const body = email.html?.trim()
    ? { type: 'html' as const, content: email.html }
    : { type: 'text' as const, content: email.text ?? '' };
  const files = email.attachments.slice(0, MAX_FILES).map(fileOf);
  if (body.content.length > MAX_BODY_CHARS) {
    files.push(wholeBody(body));
    body.content = body.content.slice(0, MAX_BODY_CHARS);
  }
  const valuesOf = (key: string): string[] =>
    email.headers.filter((one) => one.key === key).map(({ value }) => value);
  return {
    from,
    fromCount: mailboxes(valuesOf('from').flatMap((value) => addressParser(value))).length,
    authenticationResults: valuesOf('authentication-results'),
    replyTo: answers[0]?.address || from?.address || null,
    to: to.map(written),
    cc: cc.map(written),
    recipients: [...to, ...cc, ...mailboxes(email.bcc ?? [])]
      .map(({ address }) => address)
      .concat(email.deliveredTo ?? []),
    subject: (email.subject ?? '').replace(/\s+/gu, ' ').trim(),
    messageId: messageIds(email.messageId)[0] ?? null,
    inReplyTo: messageIds(email.inReplyTo),
    references: messageIds(email.references).slice(-MAX_REFERENCES),
    sentAt: sentAt(email.date),
    body,
    text: words.slice(0, MAX_BODY_CHARS),
    files,
    automatic: automaticKind(email, from),
  };
}

/** Ids of a header, each with its angle brackets; text around them is dropped. */
function messageIds(header: string | undefined): string[] {
  return [...(header ?? '').matchAll(/<[^<>\s]{1,990}>/gu)].map(([id]) => id);
}

function mailboxes(addresses: readonly Address[]): Mailbox[] {
  return addresses
    .flatMap((address) => ('group' in address && address.group ? address.group : [address as Mailbox]))
    .filter(({ address }) => /^[^\s@]+@[^\s@]+$/u.test(address));
}

function written({ name, address }: Mailbox): string {
  return name === '' || name === address ? address : `${name} <${address}>`;
}

function fileOf(attachment: Attachment, index: number): ParsedFile {
  const { content } = attachment;
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : new Uint8Array(content);
  return {
    name: safeName(attachment.filename) ?? `attachment-${index + 1}${extensionOf(attachment.mimeType)}`,
    mediaType: attachment.mimeType || 'application/octet-stream',
    contentId: attachment.contentId?.replace(/^<|>$/gu, '') || null,
    bytes,
  };
}

/** A name without folders or control characters, in which the end of the name stays visible. */
function safeName(name: string | null): string | null {
  const last = (name ?? '').split(/[/\\]/u).at(-1) ?? '';
  // Bidirectional overrides make "exe" read as "txt".
  const clean = last.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '').trim();
  return clean === '' ? null : [...clean].slice(0, 200).join('');
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'message/rfc822': '.eml',
  'text/plain': '.txt',
  'text/html': '.html',
  'text/calendar': '.ics',
  'image/png': '.png',
  'image/jpeg': '.jpg',
  'image/gif': '.gif',
  'application/pdf': '.pdf',
};

function extensionOf(mediaType: string): string {
  return EXTENSIONS[mediaType] ?? '';
}

function wholeBody({ type, content }: ParsedMail['body']): ParsedFile {
  return {
    name: type === 'html' ? 'whole-message.html' : 'whole-message.txt',
    mediaType: type === 'html' ? 'text/html' : 'text/plain',
    contentId: null,
    bytes: new TextEncoder().encode(content),
  };
}

function sentAt(date: string | undefined): number | null {
  const at = date === undefined ? NaN : Date.parse(date);
  return at > 0 ? at : null;
}

/** RFC 3834 and the headers older programs use instead. */
function automaticKind(email: Email, from: Mailbox | null): ParsedMail['automatic'] {
  const header = (key: string): string =>
    email.headers
      .find((one) => one.key === key)
      ?.value.trim()
      .toLowerCase() ?? '';
  const sender = (from?.address ?? '').toLowerCase();
  if (
    /^multipart\/report/u.test(header('content-type')) ||
    /^(?:mailer-daemon|postmaster)@/u.test(sender) ||
    header('return-path') === '<>'
  ) {
    return 'bounce';
  }
  const auto = header('auto-submitted');
  const isAutomatic =
    (auto !== '' && !auto.startsWith('no')) ||
    /^(?:auto_reply|bulk|junk|list)$/u.test(header('precedence')) ||
    header('x-autoreply') !== '' ||
    header('x-autorespond') !== '' ||
    header('list-id') !== '';
  return isAutomatic ? 'reply' : null;
}
