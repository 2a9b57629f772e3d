/**
 * Transactions with their attachments, read as messages. A message of RT is a transaction of type
 * Create, Correspond or Comment; its words, files and mail headers are "attachments", one for each
 * MIME part, texts already in UTF-8 (RT::I18N::SetMIMEEntityToUTF8). The lists do not tell which part
 * holds which (asking for `Parent` fails with 500), so parts are told apart by type and name.
 */
import { z } from 'zod';
import type { Attachment, EmailHeaders, Message, MessageAuthor, MessageBody } from '../../domain/entities';
import { isoTime, rowId } from '../field-schemas';

/** Asked for with every transaction that may be a message. */
export const TRANSACTION_FIELDS = {
  fields: 'Type,ObjectId,Creator,Created,CustomFields,Field,NewValue',
  'fields[Creator]': 'Name,RealName',
} as const;
/** Asked for with every part; `Content` only for the texts, because a list spoils what is binary. */
export const PART_FIELDS = 'TransactionId,Filename,ContentType,Headers,ContentLength';

/** The transaction custom field with our reference. */
export const REF_FIELD = 'ClientMsgId';

/** A part larger than this, in bytes, is a file and no text to be shown. */
const LARGEST_TEXT = 1024 * 1024;
const SYSTEM = 'RT_System';

/** RT answers `''` for what is not there. */
export const customFields = z
  .union([z.array(z.object({ name: z.string(), values: z.array(z.unknown()) })), z.literal('')])
  .optional()
  .transform((fields) => new Map((fields || []).map(({ name, values }) => [name, values.map(String)])));

export const person = z.object({
  id: rowId,
  Name: z.string().nullish(),
  RealName: z.string().nullish(),
  EmailAddress: z.string().nullish(),
});
export type Person = z.infer<typeof person>;

export function nameOf({ RealName, Name, EmailAddress, id }: Person): string {
  return [RealName, Name, EmailAddress, id].find((name) => name) ?? id;
}

export const transactionRow = z.object({
  id: rowId,
  Type: z.string(),
  ObjectId: rowId,
  Created: isoTime,
  Creator: person,
  CustomFields: customFields,
  Field: z.string().nullish(),
  NewValue: z.string().nullish(),
});
export type Transaction = z.infer<typeof transactionRow>;

const size = z.union([z.number(), z.string().regex(/^\d+$/)]).transform(Number);
const partRow = z.object({
  id: rowId,
  TransactionId: z.union([rowId, z.object({ id: rowId }).transform(({ id }) => id)]),
  Filename: z.string().nullish(),
  ContentType: z.string(),
  Headers: z.string(),
  ContentLength: size.catch(0),
});
export type Part = z.infer<typeof partRow>;

/** A part, or null for one that cannot be understood: its message is then shown without it. */
export function readPart(raw: unknown): Part | null {
  return partRow.safeParse(raw).data ?? null;
}

const isMultipart = ({ ContentType }: Part): boolean => ContentType.toLowerCase().startsWith('multipart/');

function isText(part: Part): boolean {
  const type = part.ContentType.toLowerCase();
  return (
    (type === 'text/plain' || type === 'text/html') &&
    (part.Filename ?? '') === '' &&
    part.ContentLength <= LARGEST_TEXT &&
    !/^attachment/i.test(headersOf(part.Headers).get('content-disposition') ?? '')
  );
}

/** The parts that are what was written: the HTML where there is one, else the plain texts. */
export function bodyParts(parts: readonly Part[]): readonly Part[] {
  const texts = parts.filter(isText);
  const html = texts.find(({ ContentType }) => ContentType.toLowerCase() === 'text/html');
  return html === undefined ? texts : [html];
}

/** One message with what it takes to read it. */
export interface RawMessage {
  conversationId: string;
  transaction: unknown;
  parts: readonly Part[];
  /** Texts by the ids of their parts. */
  texts: ReadonlyMap<string, string>;
  /** Requestors and Cc of the ticket: whatever they write is a customer's word. */
  customers: readonly Person[];
  /** Whether a login belongs to the staff (RT calls it privileged). */
  isStaff(login: string): boolean;
}

export function readMessage(raw: RawMessage, accountId: string): Message {
  const transaction = transactionRow.parse(raw.transaction);
  const { kind, author } = whoSpoke(transaction, raw);
  return {
    accountId,
    id: transaction.id,
    conversationId: raw.conversationId,
    kind,
    author,
    createdAt: transaction.Created,
    body: bodyOf(raw),
    attachments: filesOf(raw.parts),
    clientRef: transaction.CustomFields.get(REF_FIELD)?.[0] ?? null,
    email: emailOf(raw.parts),
  };
}

/**
 * A ticket begins with a customer's matter, also where an agent typed it in for them. What follows
 * is a customer's word when a requestor, a Cc or anybody outside the staff wrote it.
 */
function whoSpoke(
  { Type, Creator }: Transaction,
  { customers, isStaff }: RawMessage,
): { kind: Message['kind']; author: MessageAuthor } {
  const own: MessageAuthor = { type: 'agent', id: Creator.id, name: nameOf(Creator) };
  const isCustomer = customers.some(({ id }) => id === Creator.id) || !isStaff(Creator.id);
  if (Creator.id === SYSTEM && Type !== 'Create') {
    return { kind: Type === 'Comment' ? 'note' : 'reply', author: { ...own, type: 'system' } };
  }
  if (Type === 'Comment') return { kind: 'note', author: own };
  if (Type === 'Correspond' && !isCustomer) return { kind: 'reply', author: own };
  const [requestor] = customers;
  const speaker = isCustomer || requestor === undefined ? Creator : requestor;
  return { kind: 'inbound', author: { type: 'contact', id: speaker.id, name: nameOf(speaker) } };
}

function bodyOf({ parts, texts }: RawMessage): MessageBody {
  const written = bodyParts(parts);
  const content = written.map(({ id }) => texts.get(id) ?? '').join('\n\n');
  const html = written.some(({ ContentType }) => ContentType.toLowerCase() === 'text/html');
  return { type: html ? 'html' : 'text', content };
}

function filesOf(parts: readonly Part[]): Attachment[] {
  const alternative = parts.some(({ ContentType }) => ContentType.toLowerCase() === 'multipart/alternative');
  const written = new Set(bodyParts(parts));
  return (
    parts
      .filter((part) => !isMultipart(part) && !written.has(part) && !(alternative && isText(part)))
      // A mail inside a mail is an empty part here; its text and files follow as parts of their own.
      .filter((part) => part.ContentType.toLowerCase() !== 'message/rfc822' || part.ContentLength > 0)
      .map((part) => {
        const contentId = headersOf(part.Headers).get('content-id') ?? null;
        return {
          id: part.id,
          name: part.Filename || `${part.id}`,
          mediaType: part.ContentType,
          size: part.ContentLength,
          contentId: contentId === null ? null : contentId.replace(/^<|>$/g, ''),
        };
      })
  );
}

/** Of the outermost part, where it came by mail: others have no sender in it. */
function emailOf([outermost]: readonly Part[]): EmailHeaders | null {
  const headers = headersOf(outermost?.Headers ?? '');
  const from = headers.get('from');
  if (from === undefined) return null;
  return {
    from,
    to: addresses(headers.get('to')),
    cc: addresses(headers.get('cc')),
    subject: headers.get('subject') ?? '',
    messageId: headers.get('message-id') ?? null,
  };
}

function addresses(line = ''): string[] {
  return line
    .split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((address) => address.trim())
    .filter((address) => address !== '');
}

/** By lower-case name; the first one counts. RT keeps them decoded, long ones still folded. */
function headersOf(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (name !== '' && !headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}
