/** What agents decide: taken once per reference, acknowledged only after the journal's fsync. */
import { seenSchema, settleSchema, type OutboxPage } from '@shared/contract/door';
import { INTENT_REF_PATTERN, intentSchema } from '@shared/contract/entity-schemas';
import { isUnconfirmed, type Intent, type OutboxRow } from '@shared/domain/intents';
import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { accountOf, type DoorDeps } from './deps';
import { Refusal } from './failures';
import { bodyOf, queryOf } from './requests';

/** A page that begins needs what is finished only for the marks on what it shows first; the log has the rest. */
const FINISHED_SHOWN_MS = 24 * 3_600_000;

const afterQuery = z.object({ after: z.coerce.number().int().min(0).default(0) });

export function intentRoutes(deps: DoorDeps): Hono {
  const app = new Hono();
  app.put('/intents/:ref', async (c) => {
    const intent = await bodyOf(c, intentSchema);
    if (intent.ref !== refOf(c)) throw new Refusal('bad-request', 'The reference differs from the address.');
    checkFiles(deps, intent);
    return c.json(await deps.outbox.accept(intent));
  });
  app.get('/intents', (c) => {
    const { after } = queryOf(c, afterQuery);
    return c.json(pageAfter(deps, after));
  });
  app.post('/intents/:ref/undo', async (c) => c.json(await deps.outbox.undo(refOf(c))));
  app.post('/intents/:ref/resend', async (c) => c.json(await deps.outbox.resend(refOf(c))));
  app.post('/intents/:ref/discard', async (c) => c.json(await deps.outbox.discard(refOf(c))));
  app.post('/intents/:ref/send-as-is', async (c) => {
    return c.json(await deps.outbox.sendAsIs(refOf(c), await bodyOf(c, seenSchema)));
  });
  app.post('/intents/:ref/send-by-mail', async (c) => {
    const { base } = await bodyOf(c, seenSchema);
    return c.json(await deps.outbox.sendByMail(refOf(c), base));
  });
  app.post('/intents/:ref/settle', async (c) => {
    return c.json(await deps.outbox.settle(refOf(c), await bodyOf(c, settleSchema)));
  });
  return app;
}

function refOf(c: Context): string {
  return z.string().regex(INTENT_REF_PATTERN).parse(c.req.param('ref'));
}

function pageAfter(deps: DoorDeps, after: number): { rows: readonly OutboxRow[] } & Omit<OutboxPage, 'rows'> {
  const rows = deps.outbox.rows();
  const since = deps.session().hostTime - FINISHED_SHOWN_MS;
  const isShown = (row: OutboxRow): boolean => after > 0 || isUnconfirmed(row.state) || row.changedAt > since;
  return {
    rows: rows.filter((row) => row.revision > after && isShown(row)),
    revision: rows.reduce((newest, row) => Math.max(newest, row.revision), after),
    recovery: deps.recovery,
  };
}

/** Refuses at once what the helpdesk would refuse hours later. */
function checkFiles(deps: DoorDeps, { accountId, action }: Intent): void {
  if (action.kind !== 'reply' && action.kind !== 'note') return;
  const most = accountOf(deps, accountId)?.account().supports.maxAttachmentBytes ?? Infinity;
  const large = action.files.find((file) => file.size > most);
  if (large !== undefined) throw tooLarge(most);
}

export function tooLarge(maxBytes: number): Refusal {
  const megabytes = Math.floor(maxBytes / 1024 / 1024);
  return new Refusal(
    'too-large',
    `The helpdesk takes files of at most ${megabytes} MB. Send a smaller one, or a link to it.`,
  );
}
