/** What the page reads: session, accounts, changes, events, history; and the settings. */
import { settingsSchema } from '@shared/contract/door';
import type { RawSpoolPage } from '@shared/sync/spool';
import { Hono } from 'hono';
import { z } from 'zod';
import { accountOf, type DoorAccount, type DoorDeps } from './deps';
import { Refusal } from './failures';
import { bodyOf, idInUrl, queryOf } from './requests';

/** A page of 500 costs the host 6.7 µs a row, of 1,000 5.1, of 2,000 4.8. */
const MAX_ROWS = 1_000;
/** What the page was told is lost: an epoch that is nobody's makes it ask again from the start. */
const NO_EPOCH = '';
/** The page waits 20 s for any answer. */
const HISTORY_LIMIT_MS = 15_000;

const changesQuery = z.object({
  account: idInUrl,
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(MAX_ROWS).default(MAX_ROWS),
});
const historyQuery = z.object({ account: idInUrl, conversation: idInUrl, before: idInUrl.optional() });

export function readRoutes(deps: DoorDeps): Hono {
  const app = new Hono();
  app.get('/session', (c) => c.json(deps.session()));
  app.get('/accounts', (c) => c.json(deps.accounts().map((one) => one.account())));
  app.get('/changes', async (c) => {
    const { account, after, limit } = queryOf(c, changesQuery);
    const { spool } = must(deps, account);
    const page = await spool.readRaw(after, limit);
    const epoch = spool.knows(after) ? deps.session().epoch : NO_EPOCH;
    const json = changesJson(epoch, page);
    // With its length named the answer is not cut into chunks that the browser has to join again.
    const headers = { 'Content-Type': 'application/json', 'Content-Length': String(json.byteLength) };
    return c.body(json, 200, headers);
  });
  app.get('/events', () => {
    const headers = { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' };
    return new Response(deps.events.stream(), { headers });
  });
  app.get('/history', async (c) => {
    const { account, conversation, before } = queryOf(c, historyQuery);
    const backend = must(deps, account).backend();
    if (backend === null) throw new Refusal('account-unreachable', 'The helpdesk has not started yet.');
    const signal = AbortSignal.any([c.req.raw.signal, AbortSignal.timeout(HISTORY_LIMIT_MS)]);
    const page = await backend.history(conversation, before ?? null, signal);
    return c.json(page);
  });
  // Said for what it is: see `noticeAgents`.
  app.post('/attention', (c) => c.json(null));
  app.get('/settings', (c) => c.json(deps.settings.current));
  app.put('/settings', async (c) => {
    const settings = await bodyOf(c, settingsSchema);
    await deps.settings.save(settings);
    deps.events.publish({ type: 'settings', settings });
    return c.json(settings);
  });
  return app;
}

/** The JSON of a {@link ChangesPage} around rows that are JSON already. */
function changesJson(epoch: string, { changes, seq, more }: RawSpoolPage): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [
    Buffer.from(`{"epoch":${JSON.stringify(epoch)},"seq":${seq},"more":${more},"changes":[`),
  ];
  const comma = Buffer.from(',');
  changes.forEach((change, i) => parts.push(...(i === 0 ? [change] : [comma, change])));
  parts.push(Buffer.from(']}'));
  return Buffer.concat(parts);
}

function must(deps: DoorDeps, accountId: string): DoorAccount {
  const found = accountOf(deps, accountId);
  if (found === null) throw new Refusal('not-found', 'There is no such account.');
  return found;
}
