/** A removal that the disk does not take: the account is wholly there, whatever is asked of it then. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHelpdesk } from '@electron/helpdesk/server';
import { accountSchema, TOKEN_HEADER, type Account } from '@shared/contract/door';
import { expect, it, vi } from 'vitest';
import { startHost } from '../start-host';

const WAIT = { timeout: 25_000, interval: 20 };

it('an account that could not be removed can be kept, paused, resumed and removed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-removal-'));
  const helpdesk = await openHelpdesk(join(folder, 'desk'), Date.now);
  const url = await helpdesk.listen(0);
  const host = await startHost({
    dataDir: join(folder, 'data'),
    listen: { kind: 'tcp', port: 0 },
    pageFolder: folder,
    build: '1',
    helpdesk: null,
    log: () => undefined,
  });
  const send = (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${host.origin}/door/accounts${path}`, {
      method,
      headers: { [TOKEN_HEADER]: host.token, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const told = async (path: string, body?: unknown): Promise<Account> =>
    accountSchema.parse(await (await send('POST', path, body)).json());
  const accounts = async (): Promise<Account[]> =>
    accountSchema.array().parse(await (await send('GET', '')).json());
  const isLike = (like: Partial<Account>) =>
    vi.waitFor(async () => expect(await accounts()).toMatchObject([like]), WAIT);
  const draft = { name: 'Desk', backend: 'embedded', url, values: { token: helpdesk.token } };
  try {
    const { id } = await told('', draft);
    await isLike({ state: 'online' });
    const vault = join(folder, 'data', 'console', 'vault.json');
    await rm(vault);
    // Nothing replaces a folder that is not empty.
    await mkdir(join(vault, 'in-the-way'), { recursive: true });
    await told(`/${id}/remove?undoMs=1`);
    await vi.waitFor(async () => expect((await accounts())[0]?.leaving?.state).toBe('failed'), WAIT);
    expect((await send('POST', `/${id}/remove?undoMs=0`)).ok).toBe(false);
    expect((await told(`/${id}/keep`)).leaving).toBeNull();
    expect((await told(`/${id}`, { paused: true })).state).toBe('paused');
    await told(`/${id}`, { paused: false });
    await isLike({ id, state: 'online' });

    await rm(vault, { recursive: true });
    await told(`/${id}/remove?undoMs=0`);
    expect(await accounts()).toEqual([]);
    expect((await told('', draft)).id).toBe(id);
    await isLike({ id, state: 'online' });
  } finally {
    await host.close();
    await helpdesk.close();
    await rm(folder, { recursive: true });
  }
});
