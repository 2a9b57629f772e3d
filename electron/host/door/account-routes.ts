/** Accounts, managed from the page. No answer carries a credential. */
import {
  accountCheckDraftSchema,
  accountDraftSchema,
  accountPatchSchema,
  profileTextSchema,
  removalQuerySchema,
} from '@shared/contract/accounts';
import { Hono, type Context } from 'hono';
import type { DoorDeps } from './deps';
import { jsonLines } from './json-lines';
import { bodyOf, idInUrl, queryOf } from './requests';

/** A helpdesk that is slow at each step; what is not known by then is told as silence. */
const CHECK_LIMIT_MS = 45_000;

export function accountRoutes({ manager, log }: DoorDeps): Hono {
  const app = new Hono();
  const idOf = (c: Context): string => idInUrl.parse(c.req.param('id'));
  app.get('/backends', (c) => c.json(manager.offers()));
  app.post('/account-checks', async (c) => {
    const draft = await bodyOf(c, accountCheckDraftSchema);
    const check = manager.check(draft);
    return jsonLines(async (write, hungUp) => {
      const signal = AbortSignal.any([c.req.raw.signal, hungUp, AbortSignal.timeout(CHECK_LIMIT_MS)]);
      try {
        await check(signal, write);
      } catch (error) {
        // The answer has begun: that it breaks off is all the page can be told.
        log(`A check of an account broke off: ${(error as Error).stack ?? String(error)}`);
        throw error;
      }
      write({ step: 'end' });
    });
  });
  app.post('/accounts', async (c) => c.json(await manager.add(await bodyOf(c, accountDraftSchema))));
  app.post('/accounts/:id', async (c) => {
    return c.json(await manager.change(idOf(c), await bodyOf(c, accountPatchSchema)));
  });
  app.get('/accounts/:id/connection', (c) => c.json(manager.connection(idOf(c))));
  app.get('/accounts/:id/holdings', (c) => c.json(manager.holdings(idOf(c))));
  app.get('/accounts/removed', (c) => c.json(manager.removed()));
  app.post('/accounts/:id/remove', async (c) => {
    return c.json(await manager.remove(idOf(c), queryOf(c, removalQuerySchema).undoMs));
  });
  app.post('/accounts/:id/keep', async (c) => c.json(await manager.keep(idOf(c))));
  app.post('/profiles', async (c) => {
    const { text, replace = false } = await bodyOf(c, profileTextSchema);
    return c.json(await manager.addProfile(text, replace));
  });
  return app;
}
