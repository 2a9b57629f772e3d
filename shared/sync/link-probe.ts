/**
 * Learns that a link is dead before the next pull would, from what happens anyway and from one question
 * when somebody needs the link. It never decides by itself: it makes the link suspect, and the pull that
 * follows has what is left of 6 s, and 3 s at least, to prove the contrary (`pull.ts`); any answer meanwhile proves it.
 *
 *   a request is quiet for 5 s, and nothing was answered since it left ──▶ suspect   told after at most 8 s
 *   an agent acts, and nothing was answered for a while ──▶ asked; quiet for 2 s ──▶ suspect        … 6 s
 *
 * A link that nobody uses is found out by its next pull: `pollMs` and 6 s. To learn it sooner one would
 * have to ask all the time, and vendors count requests by account, for all consoles together.
 */
import { BackendError, verdictOf } from '../backends/backend-error';
import { between, type HttpClient, type HttpRequest, type HttpResponse } from '../backends/http';
import type { BackendDescriptor } from '../backends/port';
import type { Clock } from './ports';

/** A request of anybody may be quiet for this long. */
const QUIET_MS = 5_000;
/** The question may be quiet for this long. */
const PROBE_QUIET_MS = 2_000;
/** Where pulls come at least this often, each finds out in time by itself. */
const SOON_MS = 4_000;
/** Answers are asked for no oftener than this… */
const MIN_EVERY_MS = 4_000;
/** …and with this part of the requests that the vendor allows. */
const SHARE = 1 / 20;
const MINUTE_MS = 60_000;

/**
 * How old the last answer may be when an agent acts before the server is asked, in ms; `null` where pulls
 * come so often that nobody has to ask.
 */
export function probeEveryMs({
  pollMs = 0,
  limit,
}: Pick<BackendDescriptor, 'pollMs' | 'limit'>): number | null {
  if (pollMs <= SOON_MS) return null;
  return Math.max(MIN_EVERY_MS, MINUTE_MS / ((limit?.perMinute ?? Infinity) * SHARE));
}

export interface LinkProbeOptions {
  clock: Clock;
  /** See {@link probeEveryMs}. */
  everyMs: number | null;
  /** Asks the server its cheapest question, through the client that {@link LinkProbe.watch} gave. */
  ask(signal: AbortSignal): Promise<unknown>;
  /** The link may be dead: something was quiet for so long. */
  onSuspect(quietMs: number): void;
  /** The server has answered anything. */
  onAnswer(): void;
  /** Ends a question that is on its way. */
  signal: AbortSignal;
}

export class LinkProbe {
  readonly #options: LinkProbeOptions;
  /** Monotonic. */
  #answeredAt = -Infinity;
  #askedAt = -Infinity;
  #asking = false;

  constructor(options: LinkProbeOptions) {
    this.#options = options;
  }

  /** The client, watched. Streams and bodies that take their time to leave are not. */
  watch(http: HttpClient): HttpClient {
    return between(http, (inner) => (request) => this.#watched(inner, request));
  }

  /** An agent does something that needs the link. */
  needed(): void {
    const { clock, everyMs } = this.#options;
    const now = clock.monotonic();
    if (everyMs === null || this.#asking) return;
    if (now - Math.max(this.#answeredAt, this.#askedAt) < everyMs) return;
    this.#askedAt = now;
    void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    try {
      await this.#options.ask(this.#options.signal);
    } catch (error) {
      // What the server said is the pull's to judge; whether it can be reached at all, too.
      const verdict = error instanceof BackendError ? verdictOf(error.kind) : 'unknown';
      if (verdict === 'link-down' || verdict === 'unknown') this.#suspect(PROBE_QUIET_MS);
    } finally {
      this.#asking = false;
    }
  }

  async #watched(http: HttpClient, request: HttpRequest): Promise<HttpResponse> {
    const { clock } = this.#options;
    const isLong = request.timeoutMs === null || (request.body !== null && typeof request.body !== 'string');
    if (isLong) return http(request);
    const answered = new AbortController();
    void this.#timeQuiet(this.#asking ? PROBE_QUIET_MS : QUIET_MS, answered.signal);
    try {
      const response = await http(request);
      this.#answeredAt = clock.monotonic();
      this.#options.onAnswer();
      return response;
    } finally {
      answered.abort();
    }
  }

  async #timeQuiet(limitMs: number, answered: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const leftAt = clock.monotonic();
    await clock.sleep(limitMs, answered);
    if (!answered.aborted && this.#answeredAt < leftAt) this.#suspect(limitMs);
  }

  #suspect(quietMs: number): void {
    if (!this.#options.signal.aborted) this.#options.onSuspect(quietMs);
  }
}
