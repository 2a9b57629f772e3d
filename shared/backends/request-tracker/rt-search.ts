/**
 * Asking Request Tracker's collections (RT::REST2, "Searching" in its manual). Lists of tickets and
 * transactions take TicketSQL; attachments, users, articles and the history of one ticket take JSON.
 * In all of them a page is cut first and then what the agent may not see is left out of it: only an
 * empty page is the end, unless the server tells a total.
 */
import { z } from 'zod';
import { rowId } from '../field-schemas';
import { understand } from '../response';
import type { Asker, Query } from '../rest-definition';

/** The server gives no more, whatever is asked for (RT::REST2::Resource::Collection, setup_paging). */
export const MOST_PER_PAGE = 100;

const page = z.object({
  items: z.array(z.unknown()),
  /** Left out where the server would have to count what the agent may not see. */
  total: z.number().nullish(),
  per_page: z.number(),
});

export interface FoundPage {
  items: readonly unknown[];
  total: number | null;
  perPage: number;
  /** The server's clock, ms, where the answer tells it. */
  serverTime: number | null;
}

/** One page of a collection. */
export async function search(ask: Asker, path: string, query: Query): Promise<FoundPage> {
  const { body, headers } = await ask.json({
    method: 'GET',
    path,
    query: { per_page: String(MOST_PER_PAGE), ...query },
  });
  const { items, total, per_page: perPage } = understand(() => page.parse(body));
  const time = Date.parse(headers['date'] ?? '');
  return { items, total: total ?? null, perPage, serverTime: Number.isNaN(time) ? null : time };
}

export interface Walk {
  mostPages: number;
  /** Asked after each page: is what was seen so far enough? */
  enough?(items: readonly unknown[]): boolean;
  /** Nothing is left out of these pages, so one that is not full is the last. */
  allVisible?: boolean;
}

/** Every page until the end, or until enough was seen. */
export async function searchAll(
  ask: Asker,
  path: string,
  query: Query,
  { mostPages, enough, allVisible = false }: Walk,
): Promise<{ items: unknown[]; whole: boolean }> {
  const items: unknown[] = [];
  for (let number = 1; number <= mostPages; number += 1) {
    const found = await search(ask, path, { ...query, page: String(number) });
    items.push(...found.items);
    const fewest = allVisible ? found.perPage : 1;
    const last = found.total === null ? found.items.length < fewest : number * found.perPage >= found.total;
    if (last || enough?.(items) === true) return { items, whole: true };
  }
  return { items, whole: false };
}

export interface JsonTerm {
  field: string;
  operator?: string;
  value: string;
  entry_aggregator?: 'OR';
}

/** A JSON search: terms of one field are joined by OR where they say so, fields by AND. */
export function jsonQuery(...terms: readonly JsonTerm[]): string {
  return JSON.stringify(terms);
}

export function anyOf(field: string, values: readonly string[]): JsonTerm[] {
  return values.map((value, index) => ({ field, value, ...(index > 0 && { entry_aggregator: 'OR' }) }));
}

/** The same in TicketSQL; only for what needs no quotes. */
export function anyOfSql(field: string, values: readonly string[]): string {
  return `(${values.map((value) => `${field}=${value}`).join(' OR ')})`;
}

/** Ids of things other than users are whole numbers; nothing else may get into a query. */
export function isNumber(id: string): boolean {
  return /^\d{1,15}$/.test(id);
}

/** A text in single quotes; TicketSQL knows the backslash as its escape. */
export function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

/** In pieces, because ids stand in the address and an address has its limits. */
export function inChunks<T>(things: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < things.length; at += size) chunks.push(things.slice(at, at + size));
  return chunks;
}

const identified = z.object({ id: rowId });

/** The id of a row that may be broken otherwise. */
export function idOf(raw: unknown): string | null {
  return identified.safeParse(raw).data?.id ?? null;
}
