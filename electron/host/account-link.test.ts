import { expect, it, vi } from 'vitest';
import { openSpool } from '@shared/sync/spool';
import { diskError, MemoryFileSystem } from '@shared/testing/memory-file-system';
import { openAccountLink } from './account-link';
import { systemClock, systemRandom } from './system-clock';

const answer = (body: unknown) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  text: async () => JSON.stringify(body),
  stream: () => {
    throw new Error('Nobody streams here.');
  },
});

it('closes also when the disk takes nothing any more', async () => {
  const fs = new MemoryFileSystem();
  const spool = await openSpool({
    fs,
    folder: 'spool',
    newEpoch: () => 'e1',
    onConversation: () => undefined,
  });
  const link = await openAccountLink({
    id: 'a1',
    name: 'Sample helpdesk',
    backendId: 'embedded',
    spool,
    fs,
    memoryPath: 'account.json',
    clock: systemClock,
    random: systemRandom,
    http: () => Promise.reject(new Error('Nothing is asked here.')),
    onAccount: () => undefined,
    onPulled: () => undefined,
    onRollback: () => undefined,
    log: () => undefined,
  });
  fs.failing.set('replace', diskError('ENOSPC'));
  await expect(link.close()).resolves.toBeUndefined();
});

it('says once that what came could not be stored, without what it was, and stores it later', async () => {
  const fs = new MemoryFileSystem();
  const spool = await openSpool({
    fs,
    folder: 'spool',
    newEpoch: () => 'e1',
    onConversation: () => undefined,
  });
  const logged: string[] = [];
  const pulled: (number | null)[] = [];
  const link = await openAccountLink({
    id: 'a1',
    name: 'Sample helpdesk',
    backendId: 'embedded',
    spool,
    fs,
    memoryPath: 'account.json',
    clock: systemClock,
    random: systemRandom,
    http: async ({ url }) =>
      url.endsWith('/me')
        ? answer({ id: 'agent-1', name: 'Sample Agent', email: null })
        : answer({
            items: url.includes('/agents') ? [{ id: 'g1', name: 'Customer words', email: null }] : [],
            next_cursor: 'c1',
            has_more: false,
          }),
    onAccount: () => undefined,
    onPulled: ({ seq }) => pulled.push(seq),
    onRollback: () => undefined,
    log: (sentence) => logged.push(sentence),
  });
  fs.failing.set('write', diskError('ENOSPC'));
  link.connect({ url: 'http://127.0.0.1:9/', token: 'sample-token' });
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
