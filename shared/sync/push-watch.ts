/** Keeps a backend's hint channel open while the account can be reached. */
import type { Backend } from '../backends/port';
import { fullJitter } from './backoff';
import type { Clock, Random } from './ports';

const RETRY_BASE_MS = 500;
const RETRY_CAP_MS = 60_000;
/** A channel that held longer than this was a good one; its end is no reason to wait. */
const GOOD_LIFE_MS = 10_000;

export interface PushWatchOptions {
  backend: Backend;
  clock: Clock;
  random: Random;
  onHint(): void;
  /** The channel ended by itself: the link is suspect. */
  onBroken(): void;
}

export class PushWatch {
  readonly #options: PushWatchOptions;
  #channel: AbortController | null = null;
  #openedAt = 0;
  #failures = 0;
  #notBefore = 0;

  constructor(options: PushWatchOptions) {
    this.#options = options;
  }

  /** True while a channel is open or being opened. */
  get alive(): boolean {
    return this.#channel !== null;
  }

  /** True once the open channel has lived long enough that its silence would have told of a cut link. */
  get proven(): boolean {
    const { backend, clock } = this.#options;
    const { hintSilenceMs = 0 } = backend.descriptor;
    const lived = clock.monotonic() - this.#openedAt;
    return this.alive && hintSilenceMs <= GOOD_LIFE_MS && lived > GOOD_LIFE_MS;
  }

  /** Opens a channel unless there is one, or it is too early to try again. True when it was opened now. */
  ensure(): boolean {
    const { backend, clock } = this.#options;
    if (!backend.descriptor.supports.push || this.alive || clock.monotonic() < this.#notBefore) return false;
    const channel = new AbortController();
    this.#channel = channel;
    void this.#listen(channel);
    return true;
  }

  /** Closes the channel without a word: whoever calls already knows. */
  drop(): void {
    const channel = this.#channel;
    this.#channel = null;
    channel?.abort();
  }

  async #listen(channel: AbortController): Promise<void> {
    const { backend, clock, random, onHint, onBroken } = this.#options;
    this.#openedAt = clock.monotonic();
    try {
      await backend.listen(onHint, channel.signal);
    } catch {
      // How it ended does not matter: the pull that follows finds out what is wrong.
    }
    if (this.#channel !== channel) return;
    this.#channel = null;
    const lived = clock.monotonic() - this.#openedAt;
    this.#failures = lived > GOOD_LIFE_MS ? 1 : this.#failures + 1;
    this.#notBefore = clock.monotonic() + fullJitter(this.#failures, RETRY_BASE_MS, RETRY_CAP_MS, random);
    onBroken();
  }
}
