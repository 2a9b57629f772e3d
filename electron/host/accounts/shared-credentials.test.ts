/** Two consoles, each with a data folder of its own, that sign in to one helpdesk with the same token. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHelpdesk, type RunningHelpdesk } from '@electron/helpdesk/server';
import { checkLineSchema } from '@shared/contract/accounts';
import { accountSchema, changesPageSchema, outboxPageSchema, TOKEN_HEADER } from '@shared/contract/door';
import type { Conversation, Message } from '@shared/domain/entities';
import type { OutboxRow } from '@shared/domain/intents';
import { asSpoken, speakerOf, type Speaker } from '@shared/domain/speaker';
import { anIntent } from '@shared/testing/builders';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { startHost, type RunningHost } from '../start-host';

const boris: Speaker = { id: 'a2', name: 'Sample Agent Boris', email: 'boris@helpdesk.invalid' };
const hanna: Speaker = { id: 'a3', name: 'Sample Agent Hanna', email: null };
const typed: Speaker = { id: null, name: 'Sample Typed', email: null };

let folder = '';
let helpdesk: RunningHelpdesk;
let url = '';
const consoles: Console[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-shared-'));
  helpdesk = await openHelpdesk(join(folder, 'desk'), Date.now);
  url = await helpdesk.listen(0);
  const answer = await fetch(new URL('/inbound/email', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${helpdesk.token}`, 'content-type': 'message/rfc822' },
    body: 'From: sample@customer.invalid\r\nSubject: Sample\r\nMessage-ID: <1@customer.invalid>\r\n\r\nHello\r\n',
  });
  expect(answer.status).toBe(201);
});
afterEach(async () => {
  for (const one of consoles.splice(0)) await one.host.close();
  await helpdesk.close();
  await rm(folder, { recursive: true });
});

/** A console with one account at the helpdesk. */
class Console {
  id = '';
  constructor(
    public host: RunningHost,
    readonly dataDir: string,
  ) {}

  static async open(name: string, speaker: Speaker | null): Promise<Console> {
    const dataDir = join(folder, name);
    const one = new Console(await start(dataDir), dataDir);
    consoles.push(one);
    const values = { token: helpdesk.token };
    const draft = { name, backend: 'embedded', url, values };
    one.id = (await one.ask(accountSchema, 'POST', '/door/accounts', draft)).id;
    if (speaker !== null) await one.change({ speaker });
    await one.account('online');
    return one;
  }

  async send(method: string, path: string, body?: unknown): Promise<Response> {
    const headers = { [TOKEN_HEADER]: this.host.token, 'content-type': 'application/json' };
    return fetch(this.host.origin + path, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  }

  async ask<S extends z.ZodType>(schema: S, method: string, path: string, body?: unknown) {
    const response = await this.send(method, path, body);
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(JSON.stringify(answer));
    return z.parse(schema, answer);
  }

  change = (patch: object) => this.ask(accountSchema, 'POST', `/door/accounts/${this.id}`, patch);

  account = (state: string) =>
    vi.waitFor(async () => {
      const found = (await this.ask(z.array(accountSchema), 'GET', '/door/accounts'))[0]!;
      expect(found.state).toBe(state);
      return found;
    }, WAIT);

  async #rows<T>(kind: string): Promise<T[]> {
    const path = `/door/changes?account=${this.id}&after=0`;
    const { changes } = await this.ask(changesPageSchema, 'GET', path);
    return changes.flatMap((change) =>
      change.kind === kind && change.row !== null ? [change.row as T] : [],
    );
  }

  conversation = () =>
    vi.waitFor(async () => {
      const [found] = await this.#rows<Conversation>('conversation');
      if (found === undefined) throw new Error('not yet');
      return found;
    }, WAIT);

  async messages(): Promise<Message[]> {
    return this.#rows<Message>('message');
  }

  /** Decides as the page does. */
  async replies(n: number, text: string): Promise<void> {
    const { id: conversationId, lastMessageId, version, status, assigneeId } = await this.conversation();
    const account = (await this.ask(z.array(accountSchema), 'GET', '/door/accounts'))[0]!;
    const speaker = speakerOf(account);
    const action = asSpoken({ kind: 'reply', text, files: [], statusAfter: null }, speaker);
    const intent = anIntent(n, action, {
      accountId: this.id,
      agentId: account.agent!.id,
      conversationId,
      base: { messageId: lastMessageId, version, status, assigneeId },
      ...(speaker && { speaker }),
    });
    expect((await this.send('PUT', `/door/intents/${intent.ref}`, intent)).status).toBe(200);
  }

  row = (state: OutboxRow['state']) =>
    vi.waitFor(async () => {
      const found = (await this.ask(outboxPageSchema, 'GET', '/door/intents')).rows[0]!;
      expect(found.state).toBe(state);
      return found;
    }, WAIT);
}

const WAIT = { timeout: 20_000, interval: 20 };

function start(dataDir: string): Promise<RunningHost> {
  return startHost({
    dataDir,
    listen: { kind: 'tcp', port: 0 },
    pageFolder: folder,
    build: '1',
    helpdesk: null,
    log: () => undefined,
  });
}

describe('a shared sign-in', { timeout: 60_000 }, () => {
  it('makes the agent who was chosen the one who works there, and forgets nobody over a restart', async () => {
    const one = await Console.open('one', boris);
    const expected = { agent: { id: 'a2', name: boris.name }, signedIn: { id: 'a1' }, speaker: boris };
    expect(await one.account('online')).toMatchObject(expected);
    await one.host.close();
    one.host = await start(one.dataDir);
    expect(await one.account('online')).toMatchObject(expected);
    // Without its helpdesk, from memory alone: whose the sign-in is does not get lost behind who speaks.
    await one.host.close();
    await helpdesk.close();
    one.host = await start(one.dataDir);
    expect(await one.account('offline')).toMatchObject(expected);
    await one.change({ speaker: null });
    expect(await one.account('offline')).toMatchObject({ agent: { id: 'a1' }, signedIn: { id: 'a1' } });
    helpdesk = await openHelpdesk(join(folder, 'desk'), Date.now);
  });

  it('takes a name that was typed, and says of a check who answers', async () => {
    const one = await Console.open('one', typed);
    expect(await one.account('online')).toMatchObject({ agent: { id: 'a1', name: 'Sample Typed' } });
    const draft = { accountId: one.id, name: '', backend: 'embedded', url, values: {} };
    const lines = (await (await one.send('POST', '/door/account-checks', draft)).text())
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => checkLineSchema.parse(JSON.parse(line)));
    expect(JSON.stringify(lines)).toContain('"speaker":"Sample Typed"');
  });

  it('holds the reply of one console when the other answered, each under its own name, once', async () => {
    const one = await Console.open('one', boris);
    const two = await Console.open('two', hanna);
    await one.conversation();
    await one.change({ paused: true });
    await one.account('paused');
    await one.replies(1, 'From Boris');
    await two.replies(2, 'From Hanna');
    await two.row('delivered');
    await one.change({ paused: false });
    const held = await one.row('held');
    expect(held.hold?.movement?.newMessages).toMatchObject([{ kind: 'reply', authorId: 'a3' }]);
    const replies = (await two.messages()).filter(({ kind }) => kind === 'reply');
    expect(replies.map(({ author }) => author)).toEqual([{ type: 'agent', id: 'a3', name: hanna.name }]);
  });

  it('holds it as well where both stand there under one name', async () => {
    const one = await Console.open('one', typed);
    const two = await Console.open('two', { ...typed, name: 'Sample Other' });
    await one.conversation();
    await one.change({ paused: true });
    await one.account('paused');
    await one.replies(1, 'Mine');
    await two.replies(2, 'Theirs');
    await two.row('delivered');
    await one.change({ paused: false });
    await one.row('held');
    const replies = (await two.messages()).filter(({ kind }) => kind === 'reply');
    expect(replies).toMatchObject([{ author: { id: 'a1' }, body: { content: 'Theirs\n\n— Sample Other' } }]);
  });
});
