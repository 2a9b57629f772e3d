/** Accounts, managed from the page. No answer carries a credential. */
import {
  accountCheckDraftSchema,
  accountDraftSchema,
  accountPatchSchema,
  profileTextSchema,
} from '@shared/contract/accounts';
import { Hono, type Context } from 'hono';
import type { DoorDeps } from './deps';
import { jsonLines } from './json-lines';
import { bodyOf, idInUrl } from './requests';

/** A helpdesk that is slow at each step; what is not known by then is told as silence. */
const CHECK_LIMIT_MS = 45_000;

export function accountRoutes({ manager }: DoorDeps): Hono {
  const app = new Hono();
  const idOf = (c: Context): string => idInUrl.parse(c.req.param('id'));
  app.get('/backends', (c) => c.json(manager.offers()));
  app.post('/account-checks', async (c) => {
    const draft = await bodyOf(c, accountCheckDraftSchema);
    const check = manager.check(draft);
    return jsonLines(async (write, hungUp) => {
      const signal = AbortSignal.any([c.req.raw.signal, hungUp, AbortSignal.timeout(CHECK_LIMIT_MS)]);
      await check(signal, write);
      write({ step: 'end' });
    });
  });
  app.post('/accounts', async (c) => c.json(await manager.add(await bodyOf(c, accountDraftSchema))));
  app.post('/accounts/:id', async (c) => {
    return c.json(await manager.change(idOf(c), await bodyOf(c, accountPatchSchema)));
  });
  app.get('/accounts/:id/holdings', (c) => c.json(manager.holdings(idOf(c))));
  app.post('/accounts/:id/remove', async (c) => c.json(await manager.remove(idOf(c))));
  app.post('/profiles', async (c) => {
    return c.json(await manager.addProfile((await bodyOf(c, profileTextSchema)).text));
  });
  return app;
}
