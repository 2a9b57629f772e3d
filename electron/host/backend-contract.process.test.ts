/** The backend contract on the embedded helpdesk as it is built, over a real socket. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { embeddedDefinition } from '@shared/backends/embedded/embedded-backend';
import type { HttpClient } from '@shared/backends/http';
import { backendFor } from '@shared/backends/registry';
import { backendContract, type Claims, type ContractOptions } from '@shared/testing/backend.contract';
import type { BackendHarness, SampleFile } from '@shared/testing/contract-kit';
import { startHelpdesk, type RunningHelpdesk } from '../../e2e/harness/processes';
import { createHttpClient } from './http-client';
import { systemClock } from './system-clock';

const SUPPORTS = {
  note: true,
  priority: true,
  tags: true,
  attachments: true,
  push: true,
  chatByMail: true,
  idSweep: true,
  savedReplies: true,
  author: true,
  maxAttachmentBytes: 25 * 1024 * 1024,
};

const CLAIMS: Claims = { supports: SUPPORTS, lacks: embeddedDefinition.descriptor.lacks ?? {} };
const OPTIONS: ContractOptions = {
  lacks: {
    quietRefusal: 'It refuses with a status of its own, never with 200.',
    threadRequest: 'Its messages come in a feed of their own, row by row.',
  },
};

async function openEmbedded(): Promise<BackendHarness> {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-contract-'));
  const helpdesk = await startHelpdesk({ dataDir });
  const http = createHttpClient();
  const customer = new SampleCustomer(helpdesk);
  return {
    clock: systemClock,
    connect({ pageSize, wrap, stranger = false } = {}) {
      const sized: HttpClient = (request) =>
        http.request({
          ...request,
          url: pageSize === undefined ? request.url : request.url.replace(/limit=\d+/, `limit=${pageSize}`),
        });
      const settings = {
        accountId: 'a1',
        url: helpdesk.url,
        token: stranger ? 'not-the-token' : helpdesk.token,
      };
      return backendFor('embedded', settings, wrap?.(sized) ?? sized, systemClock);
    },
    customerWrites: (text, file) => customer.writes(text, file),
    customerAnswers: (conversationId, text) => customer.answers(conversationId, text),
    remove: (conversationId) => customer.api('DELETE', `/api/v1/conversations/${conversationId}`),
    merge: (conversationId, into) =>
      customer.api('POST', `/api/v1/conversations/${conversationId}/merge`, { into }),
    keepsSavedReply: (title, text) =>
      customer.api('POST', '/api/v1/saved-replies', {
        title,
        body: { type: 'text', content: text },
        shortcut: null,
        folder: null,
      }),
    async close() {
      http.close();
      await helpdesk.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Writes by mail, so that threading and attachments are the real ones. */
class SampleCustomer {
  readonly #helpdesk: RunningHelpdesk;
  readonly #threads = new Map<string, string>();
  #mails = 0;

  constructor(helpdesk: RunningHelpdesk) {
    this.#helpdesk = helpdesk;
  }

  async writes(text: string, file?: SampleFile): Promise<string> {
    const messageId = this.#nextId();
    const { conversation_id: conversationId } = await this.#mail(messageId, null, text, file);
    this.#threads.set(conversationId, messageId);
    return conversationId;
  }

  async answers(conversationId: string, text: string): Promise<void> {
    const before = this.#threads.get(conversationId);
    if (before === undefined) throw new Error(`Nobody wrote in the conversation ${conversationId}.`);
    const answered = await this.#mail(this.#nextId(), before, text);
    expect(answered.conversation_id).toBe(conversationId);
  }

  async api(method: string, path: string, json?: unknown): Promise<void> {
    const headers = { authorization: `Bearer ${this.#helpdesk.token}`, 'content-type': 'application/json' };
    const body = json === undefined ? null : JSON.stringify(json);
    const response = await fetch(new URL(path, this.#helpdesk.url), { method, headers, body });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }

  #nextId(): string {
    this.#mails += 1;
    return `<sample-${this.#mails}@customer.invalid>`;
  }

  async #mail(
    messageId: string,
    inReplyTo: string | null,
    text: string,
    file?: SampleFile,
  ): Promise<{ conversation_id: string }> {
    const head = [
      'From: Sample Customer <customer@customer.invalid>',
      'To: support@helpdesk.invalid',
      `Subject: ${inReplyTo === null ? '' : 'Re: '}Sample question`,
      `Message-ID: ${messageId}`,
      ...(inReplyTo === null ? [] : [`In-Reply-To: ${inReplyTo}`, `References: ${inReplyTo}`]),
      `Date: ${new Date().toUTCString()}`,
      'MIME-Version: 1.0',
    ];
    const response = await fetch(new URL('/inbound/email', this.#helpdesk.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#helpdesk.token}`, 'content-type': 'message/rfc822' },
      body: [...head, ...bodyLines(text, file)].join('\r\n'),
    });
    if (!response.ok) throw new Error(`The mail was not taken: ${await response.text()}`);
    return (await response.json()) as { conversation_id: string };
  }
}

function bodyLines(text: string, file?: SampleFile): string[] {
  const plain = ['Content-Type: text/plain; charset=utf-8', '', text];
  if (file === undefined) return plain;
  return [
    'Content-Type: multipart/mixed; boundary="part"',
    '',
    '--part',
    ...plain,
    '--part',
    `Content-Type: ${file.mediaType}`,
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename="sample.bin"',
    '',
    ...(Buffer.from(file.bytes)
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
    '--part--',
    '',
  ];
}

backendContract('embedded helpdesk', CLAIMS, openEmbedded, OPTIONS);

describe('the contract suite', () => {
  it('fails when its selection is empty', () => {
    expect(() => backendContract('nobody', CLAIMS, openEmbedded, { only: /no such case/ })).toThrow(
      'No case',
    );
  });
});
