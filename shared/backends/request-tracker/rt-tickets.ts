/**
 * Tickets by id with what was said in them, in a few requests however many there are:
 *
 *   the tickets ──▶ their messages' transactions ──▶ MIME parts of those wanted ──▶ texts of the parts
 *        └─ those not in the list ──▶ one by one: deleted, merged, or no right to see them
 */
import { z } from 'zod';
import { BackendError } from '../backend-error';
import { rowId } from '../field-schemas';
import { understand } from '../response';
import type { Asker } from '../rest-definition';
import type { UnreadThread } from '../threads-apart';
import { isOfOneThread, threadsApart, type ThreadReading } from '../threads-apart';
import {
  bodyParts,
  PART_FIELDS,
  readPart,
  TRANSACTION_FIELDS,
  transactionRow,
  type Part,
  type RawMessage,
  type Transaction,
} from './rt-messages';
import { isStaff } from './rt-people';
import { customersOf, readTicket, TICKET_FIELDS, type RawRow, type Ticket } from './rt-rows';
import { anyOf, anyOfSql, idOf, inChunks, isNumber, jsonQuery, search, searchAll } from './rt-search';

/** Ids in one address: it must not get too long for proxies. */
const IDS_AT_ONCE = 25;
/** Pages of transactions for one batch of tickets; beyond it the messages are not counted. */
const MOST_PAGES = 5;
/** Enough tickets to find one whose history can be read. */
const SOME = '10';
/** Pages of MIME parts for one batch of messages. */
const MOST_PART_PAGES = 20;
const MESSAGE_TYPES = ['Create', 'Correspond', 'Comment'];

/** Which messages of a ticket are to be brought whole. */
export interface Wanted {
  /** `false`: the ticket alone, without its messages. */
  messagesOf(ticket: Ticket): boolean;
  /** The newest so many of each… */
  newest: number;
  /** …and these, by the ids of their transactions. */
  also?: ReadonlySet<string>;
  /** All messages of these tickets, because a merge moved some of them. */
  allOf?: ReadonlySet<string>;
}

/** Rows for some tickets, in the order of the ids. */
export async function readTickets(
  ask: Asker,
  ids: readonly string[],
  wanted: Wanted,
): Promise<(RawRow | UnreadThread)[]> {
  const rows: (RawRow | UnreadThread)[] = [];
  for (const chunk of inChunks(ids, IDS_AT_ONCE)) {
    rows.push(
      ...(await together(ask, chunk, {
        idOf: (id) => id,
        read: (some) => readChunk(ask, some, wanted),
      })),
    );
  }
  return rows;
}

/** Rows of one ticket. Rejects where they cannot be read. */
export function readTicketById(ask: Asker, id: string, wanted: Wanted): Promise<RawRow[]> {
  return readChunk(ask, [id], wanted);
}

/** Rows for tickets that a list has just given. */
export function readListed(
  ask: Asker,
  raws: readonly unknown[],
  wanted: Wanted,
): Promise<(RawRow | UnreadThread)[]> {
  return together(ask, raws, {
    idOf: (raw) => idOf(raw) ?? '',
    ageOf: (raw) => readTicket(raw)?.LastUpdated ?? null,
    read: (some) => rowsOf(ask, some, wanted),
  });
}

interface Together<T> extends Pick<ThreadReading<T, RawRow[]>, 'idOf' | 'ageOf'> {
  read(some: readonly T[]): Promise<RawRow[]>;
}

/** Read in few requests; where these fail, each by itself, because it may be for one of them. */
async function together<T>(
  ask: Asker,
  things: readonly T[],
  { read, ...reading }: Together<T>,
): Promise<(RawRow | UnreadThread)[]> {
  if (things.length === 0) return [];
  try {
    if (things.length > 1) return await read(things);
  } catch (error) {
    if (!isOfOneThread(error)) throw error;
  }
  const found = await threadsApart(ask, things, {
    ...reading,
    read: (one) => read([one]),
    witness: (id) => search(ask, `/ticket/${encodeURIComponent(id)}/history`, messagesBefore(null)),
    async others() {
      const { items } = await search(ask, '/tickets', {
        query: 'id > 0',
        orderby: 'id',
        order: 'DESC',
        per_page: SOME,
      });
      return items.flatMap((raw) => idOf(raw) ?? []);
    },
  });
  return found.flat();
}

async function rowsOf(ask: Asker, raws: readonly unknown[], wanted: Wanted): Promise<RawRow[]> {
  const spoken = raws.map(readTicket).filter((ticket) => ticket !== null && wanted.messagesOf(ticket));
  const tickets = new Map(spoken.map((ticket) => [ticket!.id, ticket!]));
  const said = await saidIn(ask, [...tickets.keys()], wanted);
  const chosen = new Map<string, readonly unknown[]>();
  for (const [id, { transactions }] of said) chosen.set(id, choose(transactions, id, wanted));
  const parts = await partsOf(ask, [...chosen.values()].flat());
  const staff = await staffAmong(
    ask,
    [...said.values()].flatMap(({ transactions }) => transactions),
  );
  const message = (transaction: unknown, ticket: Ticket): RawMessage => {
    const own = parts.get(idOf(transaction) ?? '') ?? NO_PARTS;
    return {
      conversationId: ticket.id,
      transaction,
      ...own,
      customers: customersOf(ticket),
      isStaff: (login) => staff.has(login),
    };
  };
  return raws.flatMap((raw) => {
    const id = idOf(raw) ?? '';
    const ticket = tickets.get(id);
    const { transactions = [], whole = true } = said.get(id) ?? {};
    const brought = new Set(chosen.get(id) ?? []);
    const messages = ticket === undefined ? [] : transactions.map((one) => message(one, ticket));
    // A ticket may be made without a word.
    const spokenOnes = messages.filter((one) => !brought.has(one.transaction) || one.parts.length > 0);
    const conversation: RawRow = {
      id,
      as: 'conversation',
      ticket: raw,
      said: spokenOnes,
      whole: whole && ticket !== undefined,
    };
    return [
      ...spokenOnes
        .filter((one) => brought.has(one.transaction))
        .map((one): RawRow => ({ id: idOf(one.transaction) ?? '', as: 'message', message: one })),
      conversation,
    ];
  });
}

async function readChunk(ask: Asker, ids: readonly string[], wanted: Wanted): Promise<RawRow[]> {
  const numbers = ids.filter(isNumber);
  const listed =
    numbers.length === 0
      ? []
      : (await search(ask, '/tickets', { query: anyOfSql('id', numbers), ...TICKET_FIELDS })).items;
  const there = new Set(listed.map(idOf));
  const rows = await rowsOf(ask, listed, wanted);
  const fates = await Promise.all(ids.filter((id) => !there.has(id)).map((id) => fateOf(ask, id)));
  return [...rows, ...fates.flat()];
}

const seen = z.object({ id: rowId, Status: z.string() });

/**
 * Why a ticket is in no list. RT answers for a merged one with the ticket that goes on, and keeps what
 * was deleted under that status. What else is there and not listed (a reminder, an approval) is no
 * conversation.
 */
async function fateOf(ask: Asker, id: string): Promise<RawRow[]> {
  const gone = (movedTo: string | null): RawRow[] => [{ id, as: 'gone', movedTo }];
  if (!isNumber(id)) return gone(null);
  try {
    const { body } = await ask.json({ method: 'GET', path: `/ticket/${id}` });
    const found = understand(() => seen.parse(body));
    if (found.id !== id) return gone(found.id);
    return found.Status === 'deleted' ? gone(null) : [];
  } catch (error) {
    const none = error instanceof BackendError && (error.kind === 'not-found' || error.kind === 'forbidden');
    if (none) return gone(null);
    throw error;
  }
}

interface Said {
  /** Oldest first. */
  transactions: readonly unknown[];
  /** Nothing older was left out. */
  whole: boolean;
}

async function saidIn(
  ask: Asker,
  ids: readonly string[],
  { allOf }: Wanted,
): Promise<ReadonlyMap<string, Said>> {
  const said = new Map<string, Said>();
  for (const chunk of inChunks(ids, IDS_AT_ONCE)) {
    const begun = new Set<string>();
    const kinds = `${anyOfText('Type', MESSAGE_TYPES)} OR (Type='AddLink' AND Field='MergedInto')`;
    const { items, whole } = await searchAll(
      ask,
      '/transactions',
      {
        query: `ObjectType='RT::Ticket' AND ${anyOfSql('ObjectId', chunk)} AND (${kinds})`,
        orderby: 'id',
        order: 'DESC',
        ...TRANSACTION_FIELDS,
      },
      {
        mostPages: MOST_PAGES,
        enough(found) {
          for (const raw of found) {
            const one = readTransaction(raw);
            if (one?.Type === 'Create') begun.add(one.ObjectId);
          }
          return chunk.every((id) => begun.has(id));
        },
      },
    );
    const merged = new Set(allOf);
    const own = new Map<string, unknown[]>(chunk.map((id) => [id, []]));
    for (const raw of items) {
      const one = readTransaction(raw);
      if (one?.Type === 'AddLink') {
        if (one.NewValue?.endsWith(`/${one.ObjectId}`) === true) merged.add(one.ObjectId);
      } else if (one !== null) own.get(one.ObjectId)?.unshift(raw);
    }
    for (const id of chunk) {
      // A merge brought what the batch does not show, or the others of the batch took all its room.
      const apart = merged.has(id) || !(whole || begun.has(id));
      said.set(id, apart ? await historyOf(ask, id) : { transactions: own.get(id) ?? [], whole: true });
    }
  }
  return said;
}

/** With what came from tickets that were merged into it. */
async function historyOf(ask: Asker, id: string): Promise<Said> {
  const { items, whole } = await searchAll(ask, `/ticket/${id}/history`, messagesBefore(null), {
    mostPages: MOST_PAGES,
  });
  return { transactions: items.toReversed(), whole };
}

/** The messages of one ticket as its history takes the question: newest first, older than one of them. */
export function messagesBefore(before: string | null): Record<string, string> {
  const older = before === null ? [] : [{ field: 'id', operator: '<', value: before }];
  return {
    query: jsonQuery(...anyOf('Type', MESSAGE_TYPES), ...older),
    orderby: 'id',
    order: 'DESC',
    ...TRANSACTION_FIELDS,
  };
}

/** Messages of one ticket's history with their parts; those without a word are left out. */
export async function messagesIn(
  ask: Asker,
  ticket: Ticket,
  transactions: readonly unknown[],
): Promise<RawMessage[]> {
  const parts = await partsOf(ask, transactions);
  const staff = await staffAmong(ask, transactions);
  return transactions
    .map((transaction) => ({
      conversationId: ticket.id,
      transaction,
      ...(parts.get(idOf(transaction) ?? '') ?? NO_PARTS),
      customers: customersOf(ticket),
      isStaff: (login: string) => staff.has(login),
    }))
    .filter((one) => one.parts.length > 0);
}

/** The newest ones, and always the newest that customers can read: a conversation shows how it begins. */
function choose(transactions: readonly unknown[], id: string, { newest, also, allOf }: Wanted): unknown[] {
  if (allOf?.has(id) === true) return [...transactions];
  const shown = transactions.findLast((raw) => readTransaction(raw)?.Type !== 'Comment');
  return transactions.filter(
    (raw, index) =>
      index >= transactions.length - newest || raw === shown || also?.has(idOf(raw) ?? '') === true,
  );
}

interface Parts {
  parts: readonly Part[];
  texts: ReadonlyMap<string, string>;
}
const NO_PARTS: Parts = { parts: [], texts: new Map() };

const withContent = z.object({ id: rowId, Content: z.string().nullish() });

async function partsOf(ask: Asker, transactions: readonly unknown[]): Promise<ReadonlyMap<string, Parts>> {
  const ids = transactions.map(idOf).filter((id) => id !== null);
  const parts: Part[] = [];
  for (const chunk of inChunks(ids, IDS_AT_ONCE)) {
    const found = await attachments(ask, 'TransactionId', chunk, PART_FIELDS);
    parts.push(...found.map(readPart).filter((part) => part !== null));
  }
  const byMessage = new Map<string, Part[]>();
  for (const part of parts) {
    byMessage.set(part.TransactionId, [...(byMessage.get(part.TransactionId) ?? []), part]);
  }
  const shown = [...byMessage.values()].flatMap((own) => bodyParts(own).map(({ id }) => id));
  const texts = new Map<string, string>();
  for (const chunk of inChunks(shown, IDS_AT_ONCE)) {
    for (const raw of await attachments(ask, 'id', chunk, 'Content')) {
      const { id, Content } = understand(() => withContent.parse(raw));
      texts.set(id, Content ?? '');
    }
  }
  return new Map([...byMessage].map(([id, own]) => [id, { parts: own, texts }]));
}

async function attachments(
  ask: Asker,
  field: 'id' | 'TransactionId',
  ids: readonly string[],
  fields: string,
): Promise<readonly unknown[]> {
  const query = { query: jsonQuery(...anyOf(field, ids)), orderby: 'id', fields };
  // Whoever sees the message sees its parts.
  const { items } = await searchAll(ask, '/attachments', query, {
    mostPages: MOST_PART_PAGES,
    allVisible: true,
  });
  return items;
}

/** Logins of the staff among those who wrote. */
async function staffAmong(ask: Asker, transactions: readonly unknown[]): Promise<ReadonlySet<string>> {
  const logins = new Set(transactions.flatMap((raw) => readTransaction(raw)?.Creator.id ?? []));
  const known = await Promise.all(
    [...logins].map(async (login) => ((await isStaff(ask, login)) ? [login] : [])),
  );
  return new Set(known.flat());
}

function readTransaction(raw: unknown): Transaction | null {
  return transactionRow.safeParse(raw).data ?? null;
}

function anyOfText(field: string, values: readonly string[]): string {
  return values.map((value) => `${field}='${value}'`).join(' OR ');
}
