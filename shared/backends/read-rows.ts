/** Reads a page's rows one by one: what cannot be understood, kept or shown is set aside and counted. */
import { z } from 'zod';
import type { Change, Message } from '../domain/entities';
import { wellFormed } from './field-schemas';
import { maskChange, maskMessage } from './mask-rows';
import type { PulledPage, RejectedRow } from './port';
import { problemOf } from './response';
import type { FeedDefinition, RowReader } from './rest-definition';
import { UnreadThread } from './threads-apart';

/** The end of the year 9999, ms: no matter of a helpdesk is later, and no calendar shows it. */
const LATEST = 253_402_300_799_999;
/** The beginning of the year 1, as some servers write a time that there is none of. */
const EARLIEST = -62_135_596_800_000;

/** What a feed's rows say, each with its age. */
export function readChanges(raws: readonly unknown[], feed: FeedDefinition, accountId: string): PulledPage {
  const changes: Change[] = [];
  const ages: (number | null)[] = [];
  const rejected = eachRow(raws, (raw) => {
    const read = feed.row(raw, accountId);
    const all = isList(read) ? read : [read];
    for (const { row } of all) if (row !== null) refuseNumbers(row);
    for (const change of all) {
      ages.push(feed.age?.(raw, change) ?? null);
      changes.push(maskChange(change));
    }
  });
  return { changes, ages, rejected };
}

/** The messages of a page of history; those that cannot be read are left out. */
export function readMessages(
  raws: readonly unknown[],
  row: RowReader<Message | null>,
  accountId: string,
): Message[] {
  const messages: Message[] = [];
  eachRow(raws, (raw) => {
    const message = row(raw, accountId);
    if (message === null) return;
    refuseNumbers(message);
    messages.push(maskMessage(message));
  });
  return messages;
}

/**
 * Times and counts are whole numbers behind here, and times are such as a calendar knows: one row with
 * another would make every page that it is on unreadable, or the window that shows it.
 * @throws z.ZodError that names the fields
 */
export function refuseNumbers(row: object): void {
  const issues = Object.entries(row).flatMap(([name, value]) => {
    const message = typeof value === 'number' ? wrongIn(name, value) : null;
    return message === null ? [] : [{ code: 'custom' as const, path: [name], message, input: value }];
  });
  if (issues.length > 0) throw new z.ZodError(issues);
}

/** Whether a row could be kept and shown. */
export function isReadable(row: object | null): boolean {
  try {
    if (row !== null) refuseNumbers(row);
    return true;
  } catch {
    return false;
  }
}

function wrongIn(name: string, value: number): string | null {
  if (!Number.isSafeInteger(value)) return 'not a whole number';
  const isTime = /(At|Since)$/.test(name);
  return isTime && (value > LATEST || value < EARLIEST) ? 'not a time that a calendar knows' : null;
}

function isList<T>(read: T | readonly T[]): read is readonly T[] {
  return Array.isArray(read);
}

/** Reads rows one by one: a broken one is set aside and never stops the page. */
function eachRow(rows: readonly unknown[], read: (raw: unknown) => void): RejectedRow[] {
  const rejected: RejectedRow[] = [];
  for (const raw of rows) {
    if (raw instanceof UnreadThread) {
      const { id, problem, age } = raw;
      rejected.push({ id, kind: 'conversation', problem, unread: { age } });
      continue;
    }
    try {
      read(raw);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      rejected.push({ id: idOf(raw), problem: problemOf(error) });
    }
  }
  return rejected;
}

const identified = z.object({ id: z.union([z.string(), z.number()]) });

function idOf(raw: unknown): string | null {
  const parsed = identified.safeParse(raw);
  return parsed.success ? wellFormed(String(parsed.data.id)) : null;
}
