/** The host put together in this process, with the embedded helpdesk beside it. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHelpdesk, type RunningHelpdesk } from '@electron/helpdesk/server';
import {
  accountSchema,
  changesPageSchema,
  linksSchema,
  outboxPageSchema,
  sessionSchema,
  TOKEN_HEADER,
  uploadProgressSchema,
} from '@shared/contract/door';
import { outboxRowSchema } from '@shared/contract/entity-schemas';
import type { Conversation } from '@shared/domain/entities';
import type { Intent } from '@shared/domain/intents';
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
/** A helpdesk that does not start. */
const absent: HelpdeskLauncher = { start: () => Promise.reject(new Error('not today')) };

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
  until(async () => {
    const { changes } = await changesOf(host);
    return changes.flatMap((change) => (change.kind === 'conversation' ? (change.row ?? []) : []))[0];
  });

async function mailIn(host: RunningHost, mail = MAIL): Promise<void> {
  const { tryIt } = await ask(host, sessionSchema, '/door/session');
  const headers = { authorization: `Bearer ${desk?.helpdesk.token}`, 'content-type': 'message/rfc822' };
  const answer = await fetch(tryIt?.inboundEmailUrl ?? '', { method: 'POST', headers, body: mail });
  expect(answer.status).toBe(201);
}

/** The parts of an intent of an agent who has this conversation on screen. */
function on({ id, lastMessageId, version, status, assigneeId }: Conversation): Partial<Intent> {
  const base = { messageId: lastMessageId, version, status, assigneeId };
  return { accountId: 'embedded', conversationId: id, base };
}

const MAIL =
  'From: sample@customer.invalid\r\nSubject: Sample\r\nMessage-ID: <1@customer.invalid>\r\n\r\nHello\r\n';
/** One red dot. */
const PNG_BASE64 =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
const MAIL_WITH_IMAGE = [
  'From: sample@customer.invalid',
  'Subject: Sample with an image',
  'Message-ID: <2@customer.invalid>',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="b"',
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  'See the image',
  '--b',
  'Content-Type: image/png; name="dot.png"',
  'Content-Disposition: attachment; filename="dot.png"',
  'Content-Transfer-Encoding: base64',
  '',
  PNG_BASE64,
  '--b--',
  '',
].join('\r\n');

describe('the host with its embedded helpdesk', { timeout: 30_000 }, () => {
  it('brings a mail in and a reply out, and shows it delivered', async () => {
    const host = await start();
    await online(host);
    await mailIn(host);
    const conversation = await conversationIn(host);
    const reply = { kind: 'reply', text: 'Sample answer', files: [], statusAfter: null } as const;
    const intent = anIntent(1, reply, on(conversation));
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

  it('holds a reply of an agent who has not seen the newest mail, shows which, and lets it go on their word', async () => {
    const host = await start();
    await online(host);
    await mailIn(host);
    const conversation = await conversationIn(host);
    const parts = on({ ...conversation, lastMessageId: 'an-earlier-one' });
    const intent = anIntent(1, { kind: 'reply', text: 'x', files: [], statusAfter: null }, parts);
    const init = { method: 'PUT', body: JSON.stringify(intent) };
    await ask(host, outboxRowSchema, `/door/intents/${refOf(1)}`, init);
    const row = await until(async () => {
      const { rows } = await ask(host, outboxPageSchema, '/door/intents');
      return rows.find((one) => one.state === 'held') ?? null;
    });
    expect(row.hold).toMatchObject({
      kind: 'moved',
      movement: { newMessages: [{ id: conversation.lastMessageId, kind: 'inbound' }] },
    });
    const seen = { base: row.hold?.movement?.head };
    const path = `/door/intents/${refOf(1)}/send-as-is`;
    for (let times = 0; times < 2; times++) {
      await ask(host, outboxRowSchema, path, { method: 'POST', body: JSON.stringify(seen) });
    }
    await until(async () => {
      const { rows } = await ask(host, outboxPageSchema, '/door/intents');
      return rows.find((one) => one.state === 'delivered') ?? null;
    });
  });

  it.skipIf(process.platform === 'win32')('takes a file of tokens out of the reach of others', async () => {
    const file = join(dataDir, 'console', 'accounts.json');
    await mkdir(join(dataDir, 'console'));
    await writeFile(file, '[]', { mode: 0o644 });
    await start(absent);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('says why when the helpdesk never comes up, instead of connecting for ever', async () => {
    const host = await start(absent);
    const account = await until(async () => {
      const found = await accountOf(host);
      return found?.state === 'offline' ? found : null;
    });
    expect(account.failure).toEqual({
      kind: 'refused',
      detail: 'The embedded helpdesk did not start: not today',
    });
  });

  it('opens an attachment again with the helpdesk gone, once it was seen', async () => {
    const host = await start();
    await online(host);
    await mailIn(host, MAIL_WITH_IMAGE);
    const attachment = await until(async () => {
      const rows = (await changesOf(host)).changes;
      return rows.flatMap((change) => (change.kind === 'message' ? (change.row?.attachments ?? []) : []))[0];
    });
    const open = async (on: RunningHost): Promise<Response> => {
      const wanted = [{ accountId: 'embedded', attachmentId: attachment.id, download: false }];
      const body = JSON.stringify(wanted);
      const [link] = await ask(on, linksSchema, '/door/links', { method: 'POST', body });
      return fetch(on.origin + link?.url);
    };
    const first = await open(host);
    expect(first.headers.get('content-type')).toBe('image/png');
    const bytes = Buffer.from(await first.arrayBuffer());
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    await host.close();
    const again = await open(await start(absent));
    expect(Buffer.from(await again.arrayBuffer())).toEqual(bytes);
  });

  it('sends a reply with a file', async () => {
    const host = await start();
    await online(host);
    await mailIn(host);
    const conversation = await conversationIn(host);
    const headers = { [TOKEN_HEADER]: host.token, 'content-type': 'application/octet-stream' };
    const path = `/door/uploads/${randomUUID()}?offset=0&total=12&name=sample.txt&type=text/plain`;
    const uploaded = await ask(host, uploadProgressSchema, path, {
      method: 'PUT',
      headers,
      body: 'Sample file\n',
    });
    const files = uploaded.file === null ? [] : [uploaded.file];
    const reply = { kind: 'reply', text: 'See the file', files, statusAfter: 'resolved' } as const;
    const intent = anIntent(2, reply, on(conversation));
    await ask(host, outboxRowSchema, `/door/intents/${refOf(2)}`, {
      method: 'PUT',
      body: JSON.stringify(intent),
    });
    const message = await until(async () => {
      const rows = (await changesOf(host)).changes;
      return rows.find((change) => change.kind === 'message' && change.row?.clientRef === refOf(2))?.row;
    });
    expect(message).toMatchObject({ attachments: [{ name: 'sample.txt', size: 12 }] });
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
    const second = await start(absent);
    expect(await accountOf(second)).toMatchObject({ firstSync: null, agent });
    expect((await changesOf(second)).changes.map(({ row }) => row)).toContainEqual(conversation);
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
