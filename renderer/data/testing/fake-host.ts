/** A host in memory behind a `fetch`: enough of the door to test the page's side of it. */
import {
  BUILD_HEADER,
  CONTRACT_HEADER,
  CONTRACT_VERSION,
  DEFAULT_SETTINGS,
  TOKEN_HEADER,
  type Account,
  type DoorErrorCode,
  type DoorEvent,
  type Draft,
  type Session,
  type SpooledChange,
} from '@shared/contract/door';
import type { Change } from '@shared/domain/entities';
import type { Intent, OutboxRow } from '@shared/domain/intents';
import { account, NOON, outboxRow } from './builders';

const encoder = new TextEncoder();

export class FakeHost {
  token = 'token-of-this-launch-0001';
  build = 'build-1';
  epoch = 'epoch-1';
  spoolEpoch = 'spool-1';
  accounts: Account[] = [account('desk')];
  changes: SpooledChange[] = [];
  readonly rows = new Map<string, OutboxRow>();
  readonly drafts = new Map<string, Draft>();
  readonly asked: string[] = [];
  /** Requests fail as if nobody listened. */
  down = false;
  /** The next PUT of an intent is journalled, but its answer is lost. */
  loseNextAnswer = false;
  /** Answers the next PUT of an intent with this refusal. */
  refuseNext: DoorErrorCode | null = null;
  #seq = 0;
  #revision = 0;
  readonly #streams = new Set<ReadableStreamDefaultController<Uint8Array>>();

  get streams(): number {
    return this.#streams.size;
  }

  /** Adds to the spool and says so. */
  spool(...changes: Change[]): void {
    for (const change of changes) {
      this.#seq += 1;
      this.changes.push({ ...change, seq: this.#seq } as SpooledChange);
    }
    this.say({ type: 'changes', accountId: 'desk', seq: this.#seq });
  }

  say(event: DoorEvent): void {
    for (const stream of this.#streams) stream.enqueue(encoder.encode(`data: ${JSON.stringify(event)}\n\n`));
  }

  /** Moves an outbox row on and says so. */
  move(ref: string, patch: Partial<OutboxRow>): void {
    const row = { ...this.rows.get(ref)!, ...patch, revision: (this.#revision += 1) };
    this.rows.set(ref, row);
    this.say({ type: 'outbox', row } as DoorEvent);
  }

  cutStreams(): void {
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
  }

  readonly fetch: typeof fetch = async (input, init = {}) => {
    const url = new URL(String(input), 'http://127.0.0.1');
    const method = init.method ?? 'GET';
    this.asked.push(`${method} ${url.pathname}`);
    if (this.down) throw new TypeError('fetch failed');
    if (new Headers(init.headers).get(TOKEN_HEADER) !== this.token) return this.#error(401, 'no-token');
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : null;
    return this.#answer(method, url, body, init.signal ?? null);
  };

  #answer(method: string, url: URL, body: unknown, signal: AbortSignal | null): Response {
    const [, , noun, name, verb] = url.pathname.split('/').map(decodeURIComponent);
    switch (`${method} ${noun}`) {
      case 'GET session':
        return this.#json({
          build: this.build,
          contract: CONTRACT_VERSION,
          installId: '0badcafe',
          epoch: this.epoch,
          mailFrameUrl: 'http://127.0.0.1:2/mail-frame',
          hostTime: NOON,
          tryIt: null,
        } satisfies Session);
      case 'GET accounts':
        return this.#json(name === 'removed' ? [] : this.accounts);
      case 'GET settings':
        return this.#json(DEFAULT_SETTINGS);
      case 'GET drafts':
        return this.#json([...this.drafts.values()]);
      case 'PUT drafts': {
        const draft = { ...(body as Draft), accountId: name!, conversationId: verb! };
        const known = this.drafts.get(`${name}/${verb}`);
        const kept = known !== undefined && known.typedAt > draft.typedAt ? known : draft;
        this.drafts.set(`${name}/${verb}`, kept);
        return this.#json(kept);
      }
      case 'GET changes':
        return this.#changes(url);
      case 'GET history':
        return this.#json({ messages: [], before: null });
      case 'GET events':
        return this.#events(signal);
      case 'GET intents':
        return this.#json({
          rows: [...this.rows.values()].filter((row) => row.revision > Number(url.searchParams.get('after'))),
          revision: this.#revision,
          recovery: { tornBytes: 0, damaged: 0 },
        });
      case 'PUT intents':
        return this.#takeIntent(body as Intent);
      case 'POST intents':
        return this.#changeIntent(name!, verb!);
      default:
        return this.#error(404, 'not-found');
    }
  }

  #changes(url: URL): Response {
    const after = Number(url.searchParams.get('after'));
    const waiting = this.changes.filter((change) => change.seq > after);
    const page = waiting.slice(0, Number(url.searchParams.get('limit')));
    return this.#json({
      epoch: this.spoolEpoch,
      changes: page,
      seq: page.at(-1)?.seq ?? this.#seq,
      more: page.length < waiting.length,
    });
  }

  #takeIntent(intent: Intent): Response {
    if (this.refuseNext !== null) {
      const code = this.refuseNext;
      this.refuseNext = null;
      return this.#error(400, code);
    }
    if (!this.rows.has(intent.ref)) {
      this.rows.set(
        intent.ref,
        outboxRow(intent, {
          order: this.rows.size + 1,
          revision: (this.#revision += 1),
          state: intent.delayMs > 0 ? 'delayed' : 'queued',
        }),
      );
    }
    if (this.loseNextAnswer) {
      this.loseNextAnswer = false;
      throw new TypeError('socket closed');
    }
    return this.#json(this.rows.get(intent.ref));
  }

  #changeIntent(ref: string, verb: string): Response {
    const row = this.rows.get(ref);
    if (row === undefined) return this.#error(404, 'not-found');
    if (verb === 'undo' && row.state !== 'delayed' && row.state !== 'queued') {
      return this.#error(409, 'too-late');
    }
    this.move(ref, { state: verb === 'resend' ? 'queued' : 'discarded' });
    return this.#json(this.rows.get(ref));
  }

  #events(signal: AbortSignal | null): Response {
    let controller: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (opened) => {
        controller = opened;
        this.#streams.add(opened);
      },
      cancel: () => {
        this.#streams.delete(controller);
      },
    });
    signal?.addEventListener('abort', () => {
      if (this.#streams.delete(controller)) controller.error(new DOMException('Aborted', 'AbortError'));
    });
    return new Response(body, { headers: this.#headers('text/event-stream') });
  }

  #json(value: unknown): Response {
    return new Response(JSON.stringify(value), { headers: this.#headers('application/json') });
  }

  #error(status: number, code: DoorErrorCode): Response {
    const body = JSON.stringify({ error: { code, message: code } });
    return new Response(body, { status, headers: this.#headers('application/json') });
  }

  #headers(type: string): Record<string, string> {
    return { 'content-type': type, [BUILD_HEADER]: this.build, [CONTRACT_HEADER]: CONTRACT_VERSION };
  }
}
