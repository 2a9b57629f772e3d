/**
 * What an answer is worth. Statuses become kinds here and nowhere else; a page of HTML where JSON
 * belongs is a captive portal or a proxy, whatever its status says.
 */
import { z } from 'zod';
import type { FailureKind } from '../domain/failures';
import { BackendError } from './backend-error';
import type { HttpResponse } from './http';

const MIN_RETRY_AFTER_MS = 1_000;
/** However long a server asks to wait: its answer may be wrong, and agents wait for it. */
const MAX_RETRY_AFTER_MS = 3_600_000;
/** A number from here on cannot be seconds: no helpdesk asks to be left alone for a day. */
const DAY_SECONDS = 86_400;

/** Statuses below 500 that are not simply `invalid`. */
const KIND_BY_STATUS: Readonly<Record<number, FailureKind>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not-found',
  407: 'captive',
  408: 'no-answer',
  409: 'conflict',
  410: 'not-found',
  412: 'conflict',
  429: 'rate-limited',
  511: 'captive',
};

/**
 * The JSON of a successful answer.
 * @throws BackendError for every status but 2xx, for HTML and for what is not JSON
 */
export async function readJson(response: HttpResponse, now: number): Promise<unknown> {
  await refuseFailure(response, now);
  const text = await response.text();
  // Many servers answer a write with nothing.
  if (text === '' && response.status !== 200) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    if (looksLikeHtml(text)) throw captive(response.status);
    throw new BackendError('nonsense', 'The answer is not JSON.', response.status);
  }
}

/** Passes 2xx answers that are not HTML; everything else is thrown as a {@link BackendError}. */
export async function refuseFailure(response: HttpResponse, now: number): Promise<void> {
  const { status } = response;
  if (status >= 300 && status < 400) {
    throw new BackendError('captive', `The server redirects to ${redirectHost(response)}.`, status);
  }
  const html = (response.headers['content-type'] ?? '').toLowerCase().startsWith('text/html');
  if (isSuccess(status)) {
    if (html) throw captive(status);
    return;
  }
  const kind = KIND_BY_STATUS[status] ?? (status >= 500 ? 'server' : 'invalid');
  // A portal also answers 403 or 404 with its page; believing it would park a reply as refused.
  if (html && kind !== 'server' && kind !== 'unauthorized') throw captive(status);
  const words = html ? `HTTP ${status}` : await serverWords(response);
  throw new BackendError(kind, words, status, retryAfterMs(response.headers, now));
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Runs a reader over a parsed body; what it cannot read is `nonsense` with the field's name. */
export function understand<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof z.ZodError) throw new BackendError('nonsense', problemOf(error));
    throw error;
  }
}

/**
 * The rows of a list that can be read; the others are left out, so that one stops nothing. Where none can
 * be read it is the list that is wrong: `nonsense`.
 */
export function readable<T>(raws: readonly unknown[], read: (raw: unknown) => T): T[] {
  let first: z.ZodError | null = null;
  const rows = raws.flatMap((raw): T[] => {
    try {
      return [read(raw)];
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      first ??= error;
      return [];
    }
  });
  if (rows.length === 0 && first !== null) throw new BackendError('nonsense', problemOf(first));
  return rows;
}

/** Which fields were missing or wrong, in words for an administrator; never their values. */
export function problemOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'row'}: ${issue.message}`)
    .join('; ');
}

/**
 * The wait a server asks for, in ms between 1 s and 1 h; `null` when it asks for none. RFC 9110
 * (10.2.3) knows seconds and a date, which is compared with the server's own clock where the answer
 * tells it. Some servers send milliseconds; only what would be a day or more of seconds is read so.
 * Below that the two cannot be told apart, and to take hours for seconds is the worse mistake: the
 * same server is asked again at once, thousands of times too early, and some count refused requests
 * against the limit. The other mistake costs at most the hour of the ceiling.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, now: number): number | null {
  const value = headers['retry-after']?.trim();
  if (value === undefined || value === '') return null;
  const wanted = /^\d+(\.\d+)?$/.test(value) ? numberToMs(Number(value)) : dateToMs(value, headers, now);
  if (!Number.isFinite(wanted)) return null;
  return Math.min(MAX_RETRY_AFTER_MS, Math.max(MIN_RETRY_AFTER_MS, wanted));
}

function numberToMs(value: number): number {
  return value >= DAY_SECONDS ? value : value * 1_000;
}

function dateToMs(value: string, headers: Readonly<Record<string, string>>, now: number): number {
  const serverNow = Date.parse(headers['date'] ?? '');
  return Date.parse(value) - (Number.isNaN(serverNow) ? now : serverNow);
}

function captive(status: number): BackendError {
  return new BackendError('captive', 'A web page came back where the helpdesk should answer.', status);
}

function redirectHost(response: HttpResponse): string {
  try {
    return new URL(response.headers['location'] ?? '', 'http://the-same-host').hostname;
  } catch {
    return 'an unreadable address';
  }
}

function looksLikeHtml(text: string): boolean {
  return /^\s*(<!doctype html|<html|<head|<body)/i.test(text);
}

const words = z.string().min(1);
/** Shapes in which servers explain themselves, most telling first. */
const wordsSchema = z.union([
  z.object({ error: z.object({ message: words }) }).transform((body) => body.error.message),
  z.object({ message: words }).transform((body) => body.message),
  z
    .object({ details: z.record(z.string(), z.array(z.object({ description: words })).min(1)) })
    .refine(({ details }) => Object.keys(details).length > 0)
    .transform(({ details }) =>
      Object.values(details)
        .flat()
        .map(({ description }) => description)
        .join('; '),
    ),
  z
    .object({ errors: z.array(z.object({ field: z.string().nullish(), message: words })).min(1) })
    .transform(({ errors }) =>
      errors.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join('; '),
    ),
  z.object({ description: words }).transform((body) => body.description),
  z.object({ error: words }).transform((body) => body.error),
]);

async function serverWords(response: HttpResponse): Promise<string> {
  const text = await response.text();
  try {
    const parsed = wordsSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // Not JSON: the status is all there is to say.
  }
  return `HTTP ${response.status}`;
}
