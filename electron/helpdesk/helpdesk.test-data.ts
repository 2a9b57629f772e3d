/** A whole helpdesk in a folder of its own, asked without a socket, with a clock that tests move. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from '@hono/zod-openapi';
import type { conversationSchema, messageSchema } from './api/schemas';
import { openHelpdesk, type RunningHelpdesk } from './server';

export type WireConversation = z.infer<typeof conversationSchema>;
export type WireMessage = z.infer<typeof messageSchema>;

/** Whose word on senders counts. */
export const OUR_MAIL_SERVER = 'mx.helpdesk.invalid';
export const NOON = Date.UTC(2026, 0, 31, 12);

export interface TestHelpdesk {
  folder: string;
  clock: { now: number };
  running: RunningHelpdesk;
  /** Closes it and opens the same folder again. */
  restart(): Promise<void>;
  close(): Promise<void>;
  /** A request with the token; a body that is not bytes or text is sent as JSON. */
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>;
  /** A mail in, as raw text with `\n` line ends. */
  mail(raw: string): Promise<{ result: string; conversation_id: string; message_id: string }>;
  conversation(id: string): Promise<WireConversation>;
  messages(id: string): Promise<WireMessage[]>;
}

export interface AskOptions {
  body?: unknown;
  headers?: Record<string, string>;
  key?: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** The JSON of the answer; `null` when it has none. */
  body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests look into many shapes
}

export async function openTestHelpdesk(): Promise<TestHelpdesk> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-desk-'));
  const clock = { now: NOON };
  const open = (): Promise<RunningHelpdesk> => openHelpdesk(folder, () => clock.now, OUR_MAIL_SERVER);
  const test: TestHelpdesk = {
    folder,
    clock,
    running: await open(),
    restart: async () => {
      await test.running.close();
      test.running = await open();
    },
    close: async () => {
      await test.running.close();
      await rm(folder, { recursive: true });
    },
    ask: (method, path, options) => ask(test.running, method, path, options),
    mail: async (raw) => (await test.ask('POST', '/inbound/email', { body: raw })).body,
    conversation: async (id) => (await test.ask('GET', `/api/v1/conversations/${id}`)).body,
    messages: async (id) => (await test.ask('GET', `/api/v1/conversations/${id}/messages`)).body.items,
  };
  return test;
}

async function ask(
  running: RunningHelpdesk,
  method: string,
  path: string,
  { body, headers = {}, key }: AskOptions = {},
): Promise<Answer> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const answer = await running.fetch(
    new Request(`http://127.0.0.1:8788${path}`, {
      method,
      headers: {
        host: '127.0.0.1:8788',
        authorization: `Bearer ${running.token}`,
        ...(body === undefined || isRaw ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: (isRaw ? body : JSON.stringify(body)) as string }),
    }),
  );
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text || null };
}

/** A plain mail. */
export function rawMail(fields: Record<string, string>, text = 'Sample text'): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  return [...lines, '', text].join('\r\n');
}
