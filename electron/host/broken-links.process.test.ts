/**
 * The link between host and helpdesk, cut in every way a link is cut: said within 10 s, the agent's
 * work goes on meanwhile, and all of it arrives once when the link is whole.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Backend } from '@shared/backends/port';
import { backendFor } from '@shared/backends/registry';
import type { Message } from '@shared/domain/entities';
import type { Intent, OutboxRow } from '@shared/domain/intents';
import { createOutbox, type Outbox } from '@shared/sync/outbox';
import { HeldSpool } from '@shared/testing/held-spool';
import { createPuller, type PullState } from '@shared/sync/pull';
import { FaultProxy, type Fault } from '../../e2e/harness/fault-proxy';
import { startHelpdesk, type RunningHelpdesk } from '../../e2e/harness/processes';
import { createHttpClient, type HostHttp } from './http-client';
import { systemClock, systemRandom } from './system-clock';

const SAID_WITHIN_MS = 10_000;
/** For what has no promise of its own: a machine under load must not fail the test. */
const PATIENCE_MS = 60_000;

let dataDir: string;
let helpdesk: RunningHelpdesk;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-links-'));
  helpdesk = await startHelpdesk({ dataDir });
});

afterAll(async () => {
  await helpdesk.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Nothing speaks against a reply: what these tests cut is the link. */
const nothingKnown = { conversation: null, gone: false, movedTo: null, messages: [] };

/** Pull and outbox of one account as the host wires them, with the disk left out. */
class Console {
  readonly proxy: FaultProxy;
  readonly rows = new Map<string, OutboxRow>();
  readonly outbox: Outbox;
  state: PullState | null = null;
  readonly #spool = new HeldSpool();
  readonly #http: HostHttp = createHttpClient();
  readonly #stop = new AbortController();
  readonly #done: Promise<unknown>;
  /** Address of the helpdesk as this console knows it; changed by a test to a name nobody has. */
  #address: string;
  #waiters: (() => void)[] = [];

  constructor(proxy: FaultProxy) {
    this.proxy = proxy;
    this.#address = proxy.url;
    const backend = this.#backend();
    this.outbox = createOutbox({
      rows: [],
      journal: { append: () => Promise.resolve() },
      backendOf: () => backend,
      accountOnline: () => this.state?.state === 'online',
      files: { open: () => Promise.resolve(null) },
      heads: {
        head: async () => ((await puller.freshen(5_000)) ? nothingKnown : null),
        known: () => Promise.resolve(nothingKnown),
      },
      chatLateMs: () => 180_000,
      clock: systemClock,
      random: systemRandom,
      onRow: (row) => this.#changed(() => this.rows.set(row.intent.ref, row)),
    });
    const puller = createPuller({
      accountId: 'a1',
      backend,
      spool: this.#spool,
      clock: systemClock,
      random: systemRandom,
      onState: (state) => {
        this.#changed(() => (this.state = state));
        if (state.state === 'online') this.outbox.wake('a1');
      },
      onChanges: (pulled) => this.#changed(() => this.outbox.pulled('a1', pulled)),
    });
    this.#done = Promise.all([puller.run(this.#stop.signal), this.outbox.run(this.#stop.signal)]);
  }

  get messages(): Message[] {
    const changes = [...this.#spool.rows.values()].map(({ change }) => change);
    return changes.flatMap((change) =>
      change.kind === 'message' && change.row !== null ? [change.row] : [],
    );
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
    this.#http.close();
    await this.proxy.stop();
  }

  /** Makes the helpdesk's name one that no look-up knows, or the right one again. */
  set nameKnown(known: boolean) {
    this.#address = known ? this.proxy.url : 'http://helpdesk.invalid/';
  }

  /** Resolves with the ms it took; event-driven, so a slow machine makes it later, not wrong. */
  async until(what: string, holds: () => boolean, limitMs = PATIENCE_MS): Promise<number> {
    const from = performance.now();
    let late = false;
    const timer = setTimeout(() => this.#changed(() => (late = true)), limitMs);
    while (!holds()) {
      if (late) throw new Error(`Not within ${limitMs} ms: ${what}. ${JSON.stringify(this.state)}`);
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
    clearTimeout(timer);
    return performance.now() - from;
  }

  #backend(): Backend {
    const settings = { accountId: 'a1', url: 'http://account.invalid', token: helpdesk.token };
    return backendFor(
      'embedded',
      settings,
      (request) =>
        this.#http.request({
          ...request,
          url: request.url.replace('http://account.invalid/', this.#address),
        }),
      systemClock,
    );
  }

  #changed(change: () => void): void {
    change();
    for (const resolve of this.#waiters.splice(0)) resolve();
  }
}

let intents = 0;
function aReplyTo(conversationId: string, text: string): Intent {
  intents += 1;
  return {
    ref: `0badc0de-0000-4000-8000-${intents.toString(16).padStart(12, '0')}`,
    accountId: 'a1',
    conversationId,
    agentId: helpdesk.agent.id,
    decidedAt: Date.now(),
    base: { messageId: null, version: null },
    delayMs: 0,
    action: { kind: 'reply', text, files: [], statusAfter: null },
  };
}

async function customerWrites(text: string): Promise<string> {
  const response = await fetch(new URL('/inbound/social', helpdesk.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${helpdesk.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      network: 'sample',
      visibility: 'direct',
      author: { handle: `customer${intents}-${Math.random()}`, name: 'Sample Customer' },
      text,
      external_id: `sample-${Math.random()}`,
    }),
  });
  if (!response.ok) throw new Error(await response.text());
  return ((await response.json()) as { conversation_id: string }).conversation_id;
}

async function online(): Promise<Console> {
  const console = new Console(await FaultProxy.start(helpdesk.port));
  await console.until('online at first', () => console.state?.asOf !== null && console.state !== null);
  return console;
}

/** Answers while cut off, heals, and checks that everything arrived once, in order. */
async function workGoesOn(
  console: Console,
  conversationId: string,
  heal: () => Promise<void>,
): Promise<void> {
  const [first, second] = [aReplyTo(conversationId, 'Answer 1'), aReplyTo(conversationId, 'Answer 2')];
  for (const intent of [first, second]) {
    expect((await console.outbox.accept(intent)).state).toBe('queued');
  }
  const fromCustomer = await customerWrites('Is anybody there?');
  await heal();
  const delivered = (intent: Intent): boolean => console.rows.get(intent.ref)?.state === 'delivered';
  await console.until('both delivered', () => delivered(first) && delivered(second));
  await console.until('the new message', () =>
    console.messages.some((message) => message.conversationId === fromCustomer),
  );
  await console.until('online again', () => console.state?.state === 'online');
  const replies = console.messages.filter(
    (message) => message.conversationId === conversationId && message.kind === 'reply',
  );
  expect(replies.map(({ body }) => body.content)).toEqual(['Answer 1', 'Answer 2']);
}

it.each<[Fault, string]>([
  ['refuse', 'refused|no-answer'],
  ['black-hole', 'no-answer'],
  ['half-open', 'no-answer'],
  ['captive', 'captive'],
])('a link cut by %s is said within 10 s, and work goes on', async (fault, kinds) => {
  const conversationId = await customerWrites('A sample question');
  const console = await online();
  try {
    await console.proxy.set(fault);
    const saidMs = await console.until('offline', () => console.state?.state === 'offline');
    expect(saidMs).toBeLessThan(SAID_WITHIN_MS);
    expect(console.state?.failure?.kind).toMatch(new RegExp(`^(${kinds})$`));
    await workGoesOn(console, conversationId, () => console.proxy.set('none'));
  } finally {
    await console.close();
  }
});

it('a name that is no longer found is said within 10 s, and work goes on', async () => {
  const conversationId = await customerWrites('A sample question');
  const console = await online();
  try {
    console.nameKnown = false;
    await console.proxy.set('refuse');
    const saidMs = await console.until('offline', () => console.state?.state === 'offline');
    expect(saidMs).toBeLessThan(SAID_WITHIN_MS);
    await console.until('the name is to blame', () => console.state?.failure?.kind === 'dns');
    await workGoesOn(console, conversationId, async () => {
      await console.proxy.set('none');
      console.nameKnown = true;
    });
  } finally {
    await console.close();
  }
});

it('work goes on over a link of 300 ms with losses', async () => {
  const conversationId = await customerWrites('A sample question');
  const console = await online();
  try {
    await console.proxy.set('slow-lossy');
    await workGoesOn(console, conversationId, () => Promise.resolve());
  } finally {
    await console.close();
  }
});

it('answers that are lost after the helpdesk took them are not given twice', async () => {
  const conversationId = await customerWrites('A sample question');
  const console = await online();
  try {
    await console.proxy.set('reset-after-commit');
    await workGoesOn(console, conversationId, async () => {
      await console.until('an answer lost', () => console.proxy.resets > 0);
      await console.proxy.set('none');
    });
    expect(console.proxy.resets).toBeGreaterThan(0);
  } finally {
    await console.close();
  }
});
