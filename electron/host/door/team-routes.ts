/** The team's data, managed from the page. No answer carries a private key. */
import {
  bookSchema,
  publisherDraftSchema,
  teamLinkSchema,
  teamRecordNameSchema,
  teamRecordPutSchema,
} from '@shared/contract/team';
import { Hono, type Context } from 'hono';
import { BUNDLE_FILE } from '../team/team-link';
import type { DoorDeps } from './deps';
import { bodyOf } from './requests';

export function teamRoutes({ team }: Pick<DoorDeps, 'team'>): Hono {
  const app = new Hono();
  const bookOf = (c: Context) => bookSchema.parse(c.req.param('book'));
  const linkOf = async (c: Context): Promise<string> => (await bodyOf(c, teamLinkSchema)).link;
  app.get('/team', (c) => c.json(team.state()));
  app.post('/team/look', async (c) => c.json(await team.look(await linkOf(c), c.req.raw.signal)));
  app.post('/team/follow', async (c) => c.json(await team.follow(await linkOf(c), c.req.raw.signal)));
  app.post('/team/unfollow', async (c) => c.json(await team.unfollow()));
  app.post('/team/refresh', async (c) => c.json(await team.refresh(c.req.raw.signal)));
  app.put('/team/records/:book', async (c) => {
    return c.json(await team.put(bookOf(c), await bodyOf(c, teamRecordPutSchema)));
  });
  app.post('/team/records/:book/remove', async (c) => {
    return c.json(await team.remove(bookOf(c), await bodyOf(c, teamRecordNameSchema)));
  });
  app.post('/team/publisher', async (c) => {
    return c.json(await team.setUpPublisher(await bodyOf(c, publisherDraftSchema), c.req.raw.signal));
  });
  app.post('/team/publish', async (c) => c.json(await team.publish()));
  app.post('/team/new-key', async (c) => c.json(await team.changeKey()));
  app.get('/team/bundle.json', (c) =>
    c.body(Buffer.from(team.bundleFile()), 200, {
      'content-type': 'application/json',
      'content-disposition': `attachment; filename="${BUNDLE_FILE}"`,
    }),
  );
  return app;
}
