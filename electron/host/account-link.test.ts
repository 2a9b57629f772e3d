import { expect, it, vi } from 'vitest';
import { embeddedDefinition } from '@shared/backends/embedded/embedded-backend';
import { createBackends } from '@shared/backends/registry';
import { openSpool } from '@shared/sync/spool';
import { diskError, MemoryFileSystem } from '@shared/testing/memory-file-system';
import { openAccountLink, type AccountLinkOptions } from './account-link';
import { systemClock, systemRandom } from './system-clock';

const answer = (body: unknown) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  text: async () => JSON.stringify(body),
  stream: () => {
    throw new Error('Nobody streams here.');
  },
});

const openTestSpool = (fs: MemoryFileSystem) =>
  openSpool({ fs, folder: 'spool', newEpoch: () => 'e1', onConversation: () => undefined });

/** A link to a helpdesk that is asked nothing, but for what the test says. */
const openLink = (parts: Pick<AccountLinkOptions, 'fs' | 'spool'> & Partial<AccountLinkOptions>) =>
  openAccountLink({
    id: 'a1',
    name: 'Sample helpdesk',
    backendId: 'embedded',
    own: false,
    backends: createBackends(),
    memoryPath: 'account.json',
    clock: systemClock,
    random: systemRandom,
    http: () => Promise.reject(new Error('Nothing is asked here.')),
    onAccount: () => undefined,
    onPulled: () => undefined,
    reverify: () => Promise.resolve(true),
    onRenewed: () => Promise.resolve(),
    log: () => undefined,
    ...parts,
  });

it('closes also when the disk takes nothing any more', async () => {
  const fs = new MemoryFileSystem();
  const spool = await openTestSpool(fs);
  const link = await openLink({
    spool,
    fs,
  });
  fs.failing.set('replace', diskError('ENOSPC'));
  await expect(link.close()).resolves.toBeUndefined();
});

it('says once that what came could not be stored, without what it was, and stores it later', async () => {
  const fs = new MemoryFileSystem();
  const spool = await openTestSpool(fs);
  const logged: string[] = [];
  const pulled: (number | null)[] = [];
  const link = await openLink({
    spool,
    fs,
    http: async ({ url }) =>
      url.endsWith('/me')
        ? answer({ id: 'agent-1', name: 'Sample Agent', email: null })
        : answer({
            items: url.includes('/agents') ? [{ id: 'g1', name: 'Customer words', email: null }] : [],
            next_cursor: 'c1',
            has_more: false,
          }),
    onPulled: ({ seq }) => pulled.push(seq),
    log: (sentence) => logged.push(sentence),
  });
  fs.failing.set('write', diskError('ENOSPC'));
  link.connect({ url: 'http://127.0.0.1:9', credentials: { token: 'sample-token' } });
  await vi.waitFor(() => expect(logged).toHaveLength(1));
  for (let again = 0; again < 3; again += 1) {
    link.kick();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(logged).toEqual([
    'What came for "Sample helpdesk" could not be stored (ENOSPC). It is asked for again until it can be.',
  ]);
  fs.failing.clear();
  link.kick();
  await vi.waitFor(() => expect(pulled).toContain(1));
  await link.close();
});

it('goes on looking after a rollback at the next start, until all was looked for', async () => {
  const fs = new MemoryFileSystem();
  const spool = await openTestSpool(fs);
  const asked: number[] = [];
  let finished = false;
  /** Knows the cursor of its own life only. */
  let life = 1;
  const open = () =>
    openLink({
      spool,
      fs,
      http: async ({ url }) => {
        if (url.endsWith('/me')) return answer({ id: 'agent-1', name: 'Sample Agent', email: null });
        const cursor = new URL(url).searchParams.get('cursor');
        if (cursor !== null && cursor !== `life-${life}`) return { ...answer({}), status: 400 };
        return answer({ items: [], next_cursor: `life-${life}`, has_more: false });
      },
      reverify: (at) => {
        asked.push(at);
        return Promise.resolve(finished);
      },
    });
  const at = { url: 'http://127.0.0.1:9', credentials: { token: 'sample-token' } };
  let link = await open();
  link.connect(at);
  await vi.waitFor(() => expect(spool.cursorOf('messages')).toBe('life-1'));
  life = 2;
  link.kick();
  await vi.waitFor(() => expect(spool.cursorOf('messages')).toBe('life-2'));
  await link.close();
  const seenAt = asked.at(-1);
  expect(seenAt).toBeGreaterThan(0);

  asked.length = 0;
  finished = true;
  link = await open();
  link.connect(at);
  await vi.waitFor(() => expect(asked).toEqual([seenAt]));
  await link.close();

  asked.length = 0;
  link = await open();
  link.connect(at);
  await vi.waitFor(() => expect(link.account().state).toBe('online'));
  await link.close();
  expect(asked).toEqual([]);
});

it('shows the delivery tier that its server was found to offer, not the best there could be', async () => {
  const fs = new MemoryFileSystem();
  const spool = await openTestSpool(fs);
  const backends = createBackends();
  backends.register({ ...embeddedDefinition, tier: () => Promise.resolve('T4') });
  const link = await openLink({
    spool,
    fs,
    backends,
    http: async ({ url }) =>
      answer(
        url.endsWith('/me')
          ? { id: 'agent-1', name: 'Sample Agent', email: null }
          : { items: [], next_cursor: 'c1', has_more: false },
      ),
  });
  expect(link.account().tier).toBe('T1');
  link.connect({ url: 'http://127.0.0.1:9/', credentials: { token: 'sample-token' } });
  await vi.waitFor(() => expect(link.account()).toMatchObject({ state: 'online', tier: 'T4' }));
  await link.close();
});

it('counts a first fetching on from where it was broken off, over a pause and over a restart', async () => {
  const fs = new MemoryFileSystem();
  const spool = await openTestSpool(fs);
  let pages = 0;
  let most = 0;
  /** Pages of one agent each, without an end; what is asked beyond the last wanted one waits for ever. */
  const http: AccountLinkOptions['http'] = async ({ url, signal }) => {
    if (url.endsWith('/me')) return answer({ id: 'agent-1', name: 'Sample Agent', email: null });
    if (!url.includes('/agents')) return answer({ items: [], next_cursor: 'c1', has_more: false });
    if (pages === most) await new Promise((_go, stop) => signal.addEventListener('abort', stop));
    pages += 1;
    return answer({
      items: [{ id: `g${pages}`, name: 'Sample Agent', email: null }],
      next_cursor: `c${pages}`,
      has_more: true,
    });
  };
  const fetched = async (link: Awaited<ReturnType<typeof openLink>>, rows: number) => {
    most = rows;
    link.connect({ url: 'http://127.0.0.1:9', credentials: { token: 'sample-token' } });
    await vi.waitFor(() => expect(link.account().firstSync?.rows).toBe(rows));
  };
  const first = await openLink({ spool, fs, http });
  await fetched(first, 3);
  first.pause('http://127.0.0.1:9');
  expect(first.account().firstSync?.rows).toBe(3);
  await fetched(first, 5);
  await first.close();
  const second = await openLink({ spool: await openTestSpool(fs), fs, http });
  expect(second.account().firstSync?.rows).toBe(5);
  await fetched(second, 6);
  // Killed: nothing of it is closed.
  const third = await openLink({ spool: await openTestSpool(fs), fs, http });
  expect(third.account().firstSync?.rows).toBe(6);
  await third.close();
  await second.close();
});

it('knows which helpdesk it is of after a restart too, while it is paused', async () => {
  const fs = new MemoryFileSystem();
  const spool = await openTestSpool(fs);
  const open = () =>
    openLink({
      spool,
      fs,
      own: true,
      workspace: '7',
      http: async ({ url }) =>
        url.endsWith('/me')
          ? answer({ id: 'agent-1', name: 'Sample Agent', email: null, helpdesk_id: 'h1' })
          : answer({ items: [], next_cursor: 'c1', has_more: false }),
    });
  const link = await open();
  link.connect({ url: 'http://127.0.0.1:9', credentials: { token: 'sample-token' } });
  await vi.waitFor(() => expect(link.account().signedIn?.helpdesk).toBe('h1'));
  await link.close();
  const again = await open();
  again.pause('');
  expect(again.account()).toMatchObject({
    state: 'paused',
    url: '',
    workspace: '7',
    signedIn: { helpdesk: 'h1' },
  });
  await again.close();
});
