/**
 * The delivery log: what became of every decision, newest first, in pages for the screen and whole
 * as a file. Streamed in pieces that yield, for it may be tens of megabytes long.
 */
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { LogPage } from '@shared/contract/door';
import { DELIVERY_STATES, targetOf, type OutboxRow } from '@shared/domain/intents';
import { isFiltered } from '@shared/domain/log-filter';
import { Hono } from 'hono';
import { z } from 'zod';
import { accountOf, type DoorDeps } from './deps';
import { LogSearch } from './log-search';
import { queryOf } from './requests';

const MAX_ROWS = 500;
const ROWS_PER_CHUNK = 100;
/** A search that takes longer answers with what it has, so that the agent sees how far it is. */
const SEARCH_MS = 300;

const pageQuery = z.object({
  before: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_ROWS).default(100),
  state: z.enum(['all', ...DELIVERY_STATES]).default('all'),
  text: z.string().max(500).default(''),
});
type Page = Omit<LogPage, 'rows'> & { rows: readonly OutboxRow[] };

export function logRoutes(deps: DoorDeps): Hono {
  const app = new Hono();
  const search = new LogSearch({
    spoolOf: (accountId) => accountOf(deps, accountId)?.spool ?? null,
    elapsed: () => performance.now(),
  });
  app.get('/log', async (c) => {
    const { before = Infinity, limit, ...filter } = queryOf(c, pageQuery);
    const older = newestFirst(deps).filter((row) => row.order < before);
    const { signal } = c.req.raw;
    const { rows, last } = isFiltered(filter)
      ? await search.find(older, filter, { limit, forMs: SEARCH_MS, signal })
      : { rows: older.slice(0, limit), last: older[limit - 1] ?? older.at(-1) ?? null };
    const next = last === null || last === older.at(-1) ? null : last.order;
    return c.json({ rows, before: next, reachedAt: last?.intent.decidedAt ?? null } satisfies Page);
  });
  app.get('/log.json', () => file('json', 'application/json', jsonOf(newestFirst(deps))));
  app.get('/log.csv', () => file('csv', 'text/csv', csvOf(newestFirst(deps))));
  return app;
}

function newestFirst(deps: DoorDeps): OutboxRow[] {
  return [...deps.outbox.rows()].reverse();
}

function file(extension: string, type: string, lines: Iterable<string>): Response {
  return new Response(ReadableStream.from(inPieces(lines)), {
    headers: {
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Disposition': `attachment; filename="delivery-log.${extension}"`,
    },
  });
}

async function* inPieces(lines: Iterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let piece: string[] = [];
  for (const line of lines) {
    piece.push(line);
    if (piece.length < ROWS_PER_CHUNK) continue;
    yield encoder.encode(piece.join(''));
    piece = [];
    await yieldToOthers();
  }
  yield encoder.encode(piece.join(''));
}

function* jsonOf(rows: readonly OutboxRow[]): Generator<string> {
  yield '[';
  for (const [i, row] of rows.entries()) yield `${i === 0 ? '\n' : ',\n'}${JSON.stringify(row)}`;
  yield '\n]\n';
}

/** One line a decision; the whole chain of evidence stands in its last cell. */
const COLUMNS: readonly [name: string, cell: (row: OutboxRow) => string | number][] = [
  ['reference', ({ intent }) => intent.ref],
  ['account', ({ intent }) => intent.accountId],
  ['conversation', ({ intent }) => intent.conversationId],
  ['sent to', targetOf],
  ['agent', ({ intent }) => intent.agentId],
  ['named as', ({ intent }) => intent.speaker?.name ?? ''],
  ['left as', ({ leftAs }) => leftAs ?? ''],
  ['kind', ({ intent }) => intent.action.kind],
  ['state', ({ state }) => state],
  ['reason', ({ reason, hold }) => hold?.kind ?? reason?.kind ?? ''],
  ['server words', ({ reason }) => reason?.detail ?? ''],
  ['server id', ({ serverId }) => serverId ?? ''],
  ['attempts', ({ attempts }) => attempts],
  ['decided at', ({ intent }) => timeOf(intent.decidedAt)],
  ['queued at', ({ queuedAt }) => timeOf(queuedAt)],
  ['changed at', ({ changedAt }) => timeOf(changedAt)],
  ['text', ({ intent: { action } }) => ('text' in action ? action.text : '')],
  [
    'evidence',
    ({ evidence }) => evidence.map(({ at, state, note }) => `${timeOf(at)} ${state}: ${note}`).join('\n'),
  ],
];

/** With a byte order mark, without which spreadsheets read no Cyrillic. */
function* csvOf(rows: readonly OutboxRow[]): Generator<string> {
  yield `\uFEFF${COLUMNS.map(([name]) => cellOf(name)).join(',')}\r\n`;
  for (const row of rows) yield `${COLUMNS.map(([, cell]) => cellOf(cell(row))).join(',')}\r\n`;
}

/** A spreadsheet must not take what somebody wrote for a formula. */
function cellOf(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[\s]*[=+\-@]|^[\t\r\n]/.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}

function timeOf(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
