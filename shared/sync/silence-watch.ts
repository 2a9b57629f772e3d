/**
 * How long a pull may be without an answer before the agent is told that the link is cut: so long as the
 * link's reputation leaves it, counted anew from whatever the server has answered to anybody meanwhile.
 */
import type { Clock } from './ports';

/** A pull that checks on a suspect link has this long before the agent is told… */
const SUSPECT_MS = 3_000;
/** …and without a hint channel, whose silence would tell, every pull has this long since anything was heard. */
const SILENT_MS = 6_000;

export interface SilenceWatchOptions {
  clock: Clock;
  /** Whether the account is shown as online: of all others nobody has to be told. */
  isOnline(): boolean;
  /** There was no answer for so long. */
  onSilent(patienceMs: number): void;
}

export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  /** The link may be dead: the next pull has so long to prove the contrary, in ms. */
  #suspectMs: number | null = null;
  /** Monotonic: when the server last answered anything. */
  #heardAt = -Infinity;
  /** Aborted by the first answer of the pull that is running; `null` between pulls. */
  #unanswered: AbortController | null = null;

  constructor(options: SilenceWatchOptions) {
    this.#options = options;
  }

  /** True from the beginning of a pull to its end. */
  get pulling(): boolean {
    return this.#unanswered !== null;
  }

  /** A pull begins. @param watched a hint channel would tell of a cut link by its silence */
  begin(watched: boolean): void {
    const answered = new AbortController();
    this.#unanswered = answered;
    const patienceMs = this.#suspectMs ?? (watched ? null : SILENT_MS);
    if (patienceMs !== null) void this.#tellWhenSilent(patienceMs, answered.signal);
  }

  /** The pull that is running was answered. */
  answered(): void {
    this.#unanswered?.abort();
    this.#suspectMs = null;
  }

  /** The pull has ended, however it did. */
  end(): void {
    this.#unanswered?.abort();
    this.#unanswered = null;
  }

  /** The server has answered anything, to anybody. */
  heard(): void {
    this.#heardAt = this.#options.clock.monotonic();
  }

  /**
   * The link may be dead: the pull that is running, or the next one, has little time to prove the contrary.
   * @param quietMs how long something else was without an answer already; left out: that is not known
   */
  distrust(quietMs = Infinity): void {
    this.#suspectMs = Math.max(SUSPECT_MS, SILENT_MS - quietMs);
    if (this.#unanswered !== null) void this.#tellWhenSilent(this.#suspectMs, this.#unanswered.signal);
  }

  async #tellWhenSilent(firstMs: number, answered: AbortSignal): Promise<void> {
    const { clock, isOnline, onSilent } = this.#options;
    let patienceMs = firstMs;
    for (let since = clock.monotonic(); ;) {
      await clock.sleep(since + patienceMs - clock.monotonic(), answered);
      if (answered.aborted || !isOnline()) return;
      if (this.#heardAt <= since) break;
      since = this.#heardAt;
      patienceMs = SILENT_MS;
    }
    onSilent(patienceMs);
  }
}
