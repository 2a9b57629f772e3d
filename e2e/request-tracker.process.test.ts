/** The backend contract on a real Request Tracker, where one is installed. */
import { describe, expect, it, vi } from 'vitest';
import type { Clock } from '@shared/backends/clock';
import {
  requestTracker,
  requestTrackerDefinition,
} from '@shared/backends/request-tracker/request-tracker-backend';
import { createRestBackend } from '@shared/backends/rest-engine';
import { backendContract } from '@shared/testing/backend.contract';
import type { BackendHarness, SampleFile } from '@shared/testing/contract-kit';
import { wrongTypes } from '@shared/testing/tampered-http';
import { startRequestTracker, whyNoRequestTracker, type RequestTracker } from './harness/request-tracker';
import { createHttpClient } from '../electron/host/http-client';
import { systemClock } from '../electron/host/system-clock';

const { descriptor } = requestTrackerDefinition;

/** Times are the server's; what a test waits for by itself is over at once, because RT commits at once. */
const impatient: Clock = { ...systemClock, sleep: () => new Promise((resolve) => setTimeout(resolve, 10)) };

async function openRequestTracker(): Promise<BackendHarness> {
  const rt = await startRequestTracker();
  const http = createHttpClient();
  const customer = new SampleCustomer(rt);
  return {
    clock: impatient,
    connect({ pageSize, wrap, stranger = false } = {}) {
      const settings = {
        accountId: 'a1',
        url: rt.url,
        token: stranger ? '1-28-00000000000000000000000000000000' : rt.tokens.anna,
      };
      return createRestBackend(
        requestTracker(pageSize),
        settings,
        wrap?.(http.request) ?? http.request,
        systemClock,
      );
    },
    customerWrites: (text, file) => customer.writes(text, file),
    customerAnswers: (conversationId, text) => customer.answers(conversationId, text),
    async remove(conversationId) {
      await rt.api('DELETE', `/ticket/${conversationId}`);
    },
    async merge(conversationId, into) {
      await rt.api('PUT', `/ticket/${conversationId}`, { MergeInto: Number(into) });
    },
    async keepsSavedReply(title, text) {
      await rt.api('POST', '/article', {
        Name: title,
        Class: 'Saved replies',
        CustomFields: { Content: text },
      });
    },
    missingId: () => '999999999',
    // Ids are small numbers here: a queue or a custom field may have the same one.
    spoils: (row) => (row['type'] === 'ticket' ? wrongTypes(row) : row),
    async close() {
      http.close();
      await rt.stop();
    },
  };
}

/** Writes through the mail gateway, so that threading and MIME are the real ones. */
class SampleCustomer {
  #mails = 0;

  constructor(private readonly rt: RequestTracker) {}

  async writes(text: string, file?: SampleFile): Promise<string> {
    const subject = `Sample question ${this.#mails + 1}`;
    await this.#mail(subject, text, file);
    const found = (await this.rt.api(
      'GET',
      `/tickets?query=${encodeURIComponent(`Subject = '${subject}'`)}`,
    )) as { items: { id: string }[] };
    return found.items[0]?.id ?? '';
  }

  async answers(conversationId: string, text: string): Promise<void> {
    await this.#mail(`Re: [localdesk #${conversationId}] Sample question`, text);
  }

  async #mail(subject: string, text: string, file?: SampleFile): Promise<void> {
    this.#mails += 1;
    const head = [
      'From: Sample Customer <customer@example.test>',
      'To: support@localdesk.test',
      `Subject: ${subject}`,
      `Message-ID: <sample-${this.#mails}@example.test>`,
      'MIME-Version: 1.0',
    ];
    await this.rt.mailIn([...head, ...bodyLines(text, file)].join('\n'));
  }
}

function bodyLines(text: string, file?: SampleFile): string[] {
  const plain = ['Content-Type: text/plain; charset=utf-8', '', text];
  if (file === undefined) return plain;
  const base64 = Buffer.from(file.bytes).toString('base64');
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
    ...(base64.match(/.{1,76}/g) ?? []),
    '--part--',
    '',
  ];
}

/**
 * RT takes up to half a second for each request, so a plain run has the cases that hang on the server
 * itself; the simulator, made after it, plays them all. `RT_CONTRACT=all` plays them all here, too.
 */
const SERVER_CASES =
  /whose credentials|new conversation, its message|wrong type aside|whole history, newest|answer is lost|by reference|closes with|customer's file|adds and removes tags|sends a file|is gone|merged conversation lives|refuses under a version guard/;
const TEST_LIMIT_MS = 600_000;

const absent = await whyNoRequestTracker();
if (absent === null) {
  vi.setConfig({ testTimeout: TEST_LIMIT_MS, hookTimeout: TEST_LIMIT_MS });
  backendContract('Request Tracker', descriptor, openRequestTracker, {
    ...(process.env['RT_CONTRACT'] === 'all' ? {} : { only: SERVER_CASES }),
    lacks: {
      quietRefusal: 'Taking a right away takes its database; the simulator plays this.',
      threadRequest: 'The simulator plays this.',
    },
  });
} else {
  describe('backend contract: Request Tracker', () => {
    it.skip(`needs a real one (${absent})`, () => undefined);
  });
}

describe('the descriptor of Request Tracker', () => {
  it('claims tier T2 at best, which a server has to prove', () => {
    expect(descriptor.tier).toBe('T2');
  });
});
