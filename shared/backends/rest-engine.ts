/**
 * Makes a {@link Backend} out of a vendor's declaration. Requests, credentials, limits, judging of
 * answers and setting aside of broken rows happen here, the same for every vendor.
 */
import { z } from 'zod';
import { BackendError } from './backend-error';
import type { Clock } from './clock';
import { readHints } from './event-stream';
import type { HttpClient, HttpRequest, HttpResponse } from './http';
import type { Change, EntityKind } from '../domain/entities';
import type { Backend, PulledPage, RejectedRow, SweepPort } from './port';
import type { BackendSettings } from './registry';
import { isSuccess, problemOf, readJson, refuseFailure, understand } from './response';
import type {
  Exchange,
  FeedDefinition,
  RequestShape,
  RestDefinition,
  RowReader,
  SweepDefinition,
} from './rest-definition';

/** Whole-request limits. How long silence may last is the HTTP client's matter, and much shorter. */
const CALL_LIMIT_MS = 30_000;
const PAGE_LIMIT_MS = 120_000;
const FILE_LIMIT_MS = 30 * 60_000;

export function createRestBackend(
  definition: RestDefinition,
  settings: BackendSettings,
  http: HttpClient,
  clock: Clock,
): Backend {
  const { accountId } = settings;
  const root = settings.url.replace(/\/+$/, '') + definition.basePath;
  const credentials = definition.auth(settings.token);

  function send(
    shape: RequestShape,
    signal: AbortSignal,
    limitMs: number | null,
    body: HttpRequest['body'] = shape.json === undefined ? null : JSON.stringify(shape.json),
  ): Promise<HttpResponse> {
    const query = new URLSearchParams(shape.query).toString();
    return http({
      method: shape.method,
      url: root + shape.path + (query === '' ? '' : `?${query}`),
      headers: {
        accept: 'application/json',
        ...(shape.json === undefined ? {} : { 'content-type': 'application/json' }),
        ...credentials,
        ...shape.headers,
      },
      body,
      timeoutMs: limitMs,
      signal,
    });
  }

  /** A server that repeats the credentials in its words must not show them to the agent. */
  function withoutToken(error: unknown): unknown {
    const { token } = settings;
    if (!(error instanceof BackendError) || token === '' || !error.message.includes(token)) return error;
    const words = error.message.replaceAll(token, '…');
    return new BackendError(error.kind, words, error.status, error.retryAfterMs);
  }

  async function judged<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw withoutToken(error);
    }
  }

  async function sendForJson(shape: RequestShape, signal: AbortSignal, limitMs: number): Promise<unknown> {
    return judged(readJson(await send(shape, signal, limitMs), clock.now()));
  }

  async function exchange<T>(wanted: Exchange<T>, signal: AbortSignal): Promise<T> {
    const body = await sendForJson(wanted, signal, CALL_LIMIT_MS);
    return understand(() => wanted.read(body, accountId));
  }

  function feedCalled(name: string | undefined): FeedDefinition {
    const feed = name === undefined ? undefined : definition.feeds[name];
    if (feed === undefined) throw new Error(`There is no feed called "${name}".`);
    return feed;
  }

  function sweepBy({ feedOf, rowsAtOnce, ids, rows }: SweepDefinition): SweepPort {
    return {
      kinds: Object.keys(feedOf) as EntityKind[],
      rowsAtOnce,
      async ids(kind, cursor, signal) {
        const path = ids.path(feedOf[kind] ?? '');
        const query = ids.pagination.query(cursor);
        const body = await sendForJson({ method: 'GET', path, query }, signal, PAGE_LIMIT_MS);
        // An id that cannot be read must not look as if its thing were gone.
        return understand(() => {
          const page = ids.pagination.read(body);
          const found = page.rows.map((raw) => ids.row(raw, accountId));
          return { ids: found, next: page.more ? page.cursor : null };
        });
      },
      async rows(kind, wanted, signal) {
        const name = feedOf[kind] ?? '';
        const body = await sendForJson(rows.request(name, wanted), signal, PAGE_LIMIT_MS);
        return readChanges(
          understand(() => rows.read(body)),
          feedCalled(name),
          accountId,
        );
      },
    };
  }

  return {
    descriptor: definition.descriptor,
    ...(definition.sweep && { sweep: sweepBy(definition.sweep) }),

    whoAmI: (signal) => exchange(definition.me, signal),

    async pull(name, cursor, signal) {
      const feed = feedCalled(name);
      const query = { ...feed.query, ...feed.pagination.query(cursor) };
      const body = await sendForJson({ method: 'GET', path: feed.path, query }, signal, PAGE_LIMIT_MS);
      const page = understand(() => feed.pagination.read(body));
      return { ...readChanges(page.rows, feed, accountId), cursor: page.cursor, more: page.more };
    },

    async history(conversationId, before, signal) {
      const { request, page, row } = definition.history;
      const body = await sendForJson(request(conversationId, before), signal, PAGE_LIMIT_MS);
      const found = understand(() => page.parse(body));
      return { messages: readRows(found.rows, row, accountId).read, before: found.before };
    },

    perform: (operation, signal) => exchange(definition.perform(operation), signal),

    async findByRef(conversationId, ref, signal) {
      try {
        return await exchange(definition.findByRef(conversationId, ref), signal);
      } catch (error) {
        if (error instanceof BackendError && error.kind === 'not-found') return null;
        throw error;
      }
    },

    async upload(file, ref, signal) {
      const shape = definition.upload.request(file, ref);
      const headers = {
        'content-type': 'application/octet-stream',
        'content-length': String(file.size),
        ...shape.headers,
      };
      const response = await send({ ...shape, headers }, signal, FILE_LIMIT_MS, file.read());
      const body = await judged(readJson(response, clock.now()));
      return understand(() => definition.upload.read(body));
    },

    async download(attachmentId, signal) {
      const response = await send(definition.download(attachmentId), signal, FILE_LIMIT_MS);
      // An attachment may well be HTML, but then it says that it is a file; a portal's page does not.
      const isFile = response.headers['content-disposition'] !== undefined;
      if (!isFile || !isSuccess(response.status)) await judged(refuseFailure(response, clock.now()));
      return response.stream();
    },

    async listen(onHint, signal) {
      const { path, silenceMs } = definition.push;
      const stream = new AbortController();
      const end = (): void => stream.abort();
      signal.addEventListener('abort', end, { once: true });
      try {
        const headers = { accept: 'text/event-stream' };
        const response = await send({ method: 'GET', path, headers }, stream.signal, null);
        await judged(refuseFailure(response, clock.now()));
        await readHints(response.stream(), silenceMs, clock, onHint);
      } finally {
        signal.removeEventListener('abort', end);
        stream.abort();
      }
    },
  };
}

function readChanges(raws: readonly unknown[], feed: FeedDefinition, accountId: string): PulledPage {
  const ages: (number | null)[] = [];
  const row: RowReader<Change> = (raw, account) => {
    const change = feed.row(raw, account);
    ages.push(feed.age?.(raw) ?? null);
    return change;
  };
  const { read, rejected } = readRows(raws, row, accountId);
  return { changes: read, ages, rejected };
}

/** Reads rows one by one: a broken one is set aside and never stops the page. */
function readRows<T>(
  rows: readonly unknown[],
  row: RowReader<T>,
  accountId: string,
): { read: T[]; rejected: RejectedRow[] } {
  const read: T[] = [];
  const rejected: RejectedRow[] = [];
  for (const raw of rows) {
    try {
      read.push(row(raw, accountId));
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      rejected.push({ id: idOf(raw), problem: problemOf(error) });
    }
  }
  return { read, rejected };
}

const identified = z.object({ id: z.union([z.string(), z.number()]) });

function idOf(raw: unknown): string | null {
  const parsed = identified.safeParse(raw);
  return parsed.success ? String(parsed.data.id) : null;
}
