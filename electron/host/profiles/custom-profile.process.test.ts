/** The built host with an account of a profile: from its folder to a reply that is proved. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OutboxPage, Session } from '@shared/contract/door';
import { CopperTracker, COPPER_TOKEN } from '@shared/testing/vendors/custom-copper-tracker/copper-tracker';
import { door, outboxOf } from '../../../e2e/harness/door-reader';
import { ROOT, startApp, type RunningApp } from '../../../e2e/harness/processes';
import { serveVendor, type ServedVendor } from '../../../e2e/harness/serve-vendor';
import { systemClock } from '../system-clock';

let dataDir = '';
let served: ServedVendor;
let app: RunningApp | null = null;
let tracker: CopperTracker;
/** Rows that the list of issues holds beside the tracker's own. */
let more: readonly unknown[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-profile-'));
  tracker = new CopperTracker(systemClock);
  more = [];
  served = await serveVendor({
    handle(request) {
      const answer = tracker.handle(request);
      if (request.path !== '/api/v2/issues' || answer === 'cut' || !('json' in answer)) return answer;
      const { issues } = answer.json as { issues: readonly unknown[] };
      return { ...answer, json: { issues: [...issues, ...more] } };
    },
  });
  await mkdir(join(dataDir, 'console', 'profiles'), { recursive: true });
  const example = await readFile(join(ROOT, 'resources/backends/copper-tracker.yaml'), 'utf8');
  // What is delivered is seen by the next pull, which nobody wants to wait for here.
  const profile = example.replace('  api: /api/v2\n', '  api: /api/v2\n  poll: 500ms\n');
  await writeFile(join(dataDir, 'console', 'profiles', 'copper-tracker.yaml'), profile);
  const account = {
    id: 'tracker',
    name: 'Sample tracker',
    backend: 'custom:copper-tracker',
    url: served.url,
    token: COPPER_TOKEN,
  };
  await writeFile(join(dataDir, 'console', 'accounts.json'), JSON.stringify([account]), { mode: 0o600 });
});
afterEach(async () => {
  await app?.kill();
  await served.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function eventually<T>(read: () => Promise<T>, wanted: (found: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const found = await read();
    if (wanted(found) || tries > 600) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it('pulls, replies and proves it at a helpdesk that only the profile knows', async () => {
  const id = String(tracker.customerWrites('Is anybody there?'));
  const running = (app = await startApp({ dataDir }));
  const online = await eventually(
    async () => (await (await door(running, 'accounts')).json()) as { state: string; asOf: number | null }[],
    ([account]) => account?.state === 'online' && account.asOf !== null,
  );
  expect(online[0]).toMatchObject({ state: 'online', tier: 'T3' });

  const { installId } = (await (await door(running, 'session')).json()) as Session;
  const ref = `${installId}-00000000-0000-4000-8000-000000000001`;
  const intent = {
    ref,
    accountId: 'tracker',
    conversationId: id,
    agentId: '1',
    decidedAt: Date.now(),
    base: { messageId: null, version: null },
    delayMs: 0,
    action: { kind: 'reply', text: 'Yes, we are here.', files: [], statusAfter: 'resolved' },
  };
  expect((await door(running, `intents/${ref}`, { method: 'PUT', json: intent })).ok).toBe(true);
  const row = (page: OutboxPage) => page.rows.find((one) => one.intent.ref === ref);
  const outbox = await eventually(
    () => outboxOf(running),
    (page) => row(page)?.state === 'delivered',
  );
  expect(row(outbox)).toMatchObject({ state: 'delivered', serverId: expect.any(String) as string });
});

it('lets accounts that are connected go on by a profile that takes the place of theirs', async () => {
  const running = (app = await startApp({ dataDir }));
  const agent = async () =>
    ((await (await door(running, 'accounts')).json()) as { agent: { name: string } | null }[])[0]?.agent;
  const before = await eventually(agent, (found) => found !== null && found !== undefined);
  expect(before?.name).not.toBe('By the new profile');
  const example = await readFile(join(ROOT, 'resources/backends/copper-tracker.yaml'), 'utf8');
  const text = example.replace('    name: =name\n', '    name: By the new profile\n');
  const post = async (more: object) =>
    (await door(running, 'profiles', { method: 'POST', json: { text, ...more } })).json();
  await expect(post({})).resolves.toMatchObject({ kept: false, replaces: { accounts: 1 } });
  await expect(post({ replace: true })).resolves.toMatchObject({ kept: true });
  const after = await eventually(agent, (found) => found?.name === 'By the new profile');
  expect(after?.name).toBe('By the new profile');
});

it.each([32, 45])('goes on beside a row and a comment of %i MB, which it sets aside', async (megabytes) => {
  const large = 'x'.repeat(megabytes * 1_048_576);
  const quiet = tracker.customerWrites('Is anybody there?');
  const loud = tracker.customerWrites(large);
  more = [{ id: 'large', title: large, state: 'fresh', changed: new Date(Date.now()).toISOString() }];
  const running = (app = await startApp({ dataDir }));
  const account = async () =>
    (
      (await (await door(running, 'accounts')).json()) as {
        state: string;
        asOf: number | null;
        rejectedRows: number;
      }[]
    )[0];
  const found = await eventually(account, (one) => one?.state === 'online' && one.asOf !== null);
  expect(found).toMatchObject({ state: 'online', rejectedRows: expect.any(Number) as number });
  expect(found?.rejectedRows).toBeGreaterThan(0);

  const history = async (id: number) =>
    (await (await door(running, `history?account=tracker&conversation=${id}`)).json()) as {
      messages: object[];
    };
  expect((await history(quiet)).messages).toHaveLength(1);
  expect((await history(loud)).messages).toHaveLength(0);
  const later = tracker.customerWrites('And now?');
  expect((await history(later)).messages).toHaveLength(1);
});
