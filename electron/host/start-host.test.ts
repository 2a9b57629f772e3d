/** The host put together in this process, with the embedded helpdesk beside it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHelpdesk, type RunningHelpdesk } from '@electron/helpdesk/server';
import {
  accountSchema,
  changesPageSchema,
  outboxPageSchema,
  sessionSchema,
  TOKEN_HEADER,
} from '@shared/contract/door';
import { anIntent, refOf } from '@shared/testing/builders';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { HelpdeskLauncher } from './helpdesk-launcher';
import { startHost, type RunningHost } from './start-host';

let dataDir = '';
let hosts: RunningHost[] = [];
/** The helpdesk that runs now, and how to let it die. */
let desk: { helpdesk: RunningHelpdesk; url: string; die(): Promise<void> } | null = null;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-start-'));
});
afterEach(async () => {
  for (const host of hosts) await host.close();
  hosts = [];
  await rm(dataDir, { recursive: true });
});

const launcher: HelpdeskLauncher = {
  async start({ dataDir: folder, port }) {
    const helpdesk = await openHelpdesk(folder, Date.now);
    const url = await helpdesk.listen(port ?? 0);
    let tellExited = (): void => undefined;
    const exited = new Promise<void>((resolve) => (tellExited = resolve));
    const stop = async (): Promise<void> => {
      desk = null;
      await helpdesk.close();
      tellExited();
    };
    desk = { helpdesk, url, die: stop };
    return { url, token: helpdesk.token, exited, stop };
  },
};
async function start(helpdesk: HelpdeskLauncher | null = launcher): Promise<RunningHost> {
  const listen = { kind: 'tcp', port: 0 } as const;
  const host = await startHost({
    dataDir,
    listen,
    pageFolder: dataDir,
    build: '1',
    helpdesk,
    log: () => undefined,
  });
  hosts.push(host);
  return host;
}
async function ask<S extends z.ZodType>(
  host: RunningHost,
  schema: S,
  path: string,
  init: RequestInit = {},
): Promise<z.output<S>> {
  const headers = { [TOKEN_HEADER]: host.token, 'content-type': 'application/json' };
  const response = await fetch(host.origin + path, { headers, ...init });
  return z.parse(schema, await response.json());
}
/** Looks until there is something. */
function until<T>(look: () => Promise<T | null | undefined>): Promise<T> {
  return vi.waitFor(
    async () => {
      const found = await look();
      if (found === null || found === undefined) throw new Error('not yet');
      return found;
    },
    { timeout: 20_000, interval: 20 },
  );
}
const accountOf = async (host: RunningHost) => (await ask(host, z.array(accountSchema), '/door/accounts'))[0];
const online = (host: RunningHost) =>
  until(async () => {
    const account = await accountOf(host);
    return account?.state === 'online' && account.firstSync === null ? account : null;
  });
const changesOf = (host: RunningHost) =>
  ask(host, changesPageSchema, '/door/changes?account=embedded&after=0');
const conversationIn = (host: RunningHost) =>
  until(async () => (await changesOf(host)).changes.find((change) => change.kind === 'conversation') ?? null);

async function mailIn(host: RunningHost): Promise<void> {
  const { tryIt } = await ask(host, sessionSchema, '/door/session');
  const mail =
    'From: sample@customer.invalid\r\nSubject: Sample\r\nMessage-ID: <1@customer.invalid>\r\n\r\nHello\r\n';
  const headers = { authorization: `Bearer ${desk?.helpdesk.token}`, 'content-type': 'message/rfc822' };
  const answer = await fetch(tryIt?.inboundEmailUrl ?? '', { method: 'POST', headers, body: mail });
  expect(answer.status).toBe(201);
}

describe('the host with its embedded helpdesk', () => {
  it('brings a mail in and a reply out, and shows it delivered', async () => {
    const host = await start();
    await online(host);
    await mailIn(host);
    const conversation = await conversationIn(host);
    const reply = { kind: 'reply', text: 'Sample answer', files: [], statusAfter: null } as const;
    const intent = anIntent(1, reply, { accountId: 'embedded', conversationId: conversation.id });
    await fetch(`${host.origin}/door/intents/${refOf(1)}`, {
      method: 'PUT',
      headers: { [TOKEN_HEADER]: host.token, 'content-type': 'application/json' },
      body: JSON.stringify(intent),
    });
    const row = await until(async () => {
      const { rows } = await ask(host, outboxPageSchema, '/door/intents');
      return rows.find((one) => one.state === 'delivered') ?? null;
    });
    expect(row.intent.ref).toBe(refOf(1));
    const messages = (await changesOf(host)).changes.filter((change) => change.kind === 'message');
    expect(messages.map((change) => change.kind === 'message' && change.row?.clientRef)).toContain(refOf(1));
  });

  it('starts the helpdesk again at the same address when it dies', async () => {
    const host = await start();
    const { stateSince } = await online(host);
    const before = desk?.url;
    await desk?.die();
    await until(async () => {
      const account = await accountOf(host);
      return account?.state === 'online' && account.stateSince > stateSince ? account : null;
    });
    expect(desk?.url).toBe(before);
  });

  it('gives back everything and knows its agent after a restart without the helpdesk', async () => {
    const first = await start();
    const { agent } = await online(first);
    await mailIn(first);
    const conversation = await conversationIn(first);
    await first.close();
    const absent: HelpdeskLauncher = { start: () => Promise.reject(new Error('not today')) };
    const second = await start(absent);
    expect(await accountOf(second)).toMatchObject({ state: 'connecting', firstSync: null, agent });
    expect((await changesOf(second)).changes).toContainEqual(conversation);
  });

  it('gives the folder up when it closes, so that it can start again with the same origin', async () => {
    const first = await start(null);
    await first.close();
    await first.closed;
    const second = await startHost({
      dataDir,
      listen: { kind: 'tcp', port: null },
      pageFolder: dataDir,
      build: '1',
      helpdesk: null,
      log: () => undefined,
    });
    hosts.push(second);
    expect([second.origin, second.mailOrigin]).toEqual([first.origin, first.mailOrigin]);
    expect(second.token).not.toBe(first.token);
  });
});
