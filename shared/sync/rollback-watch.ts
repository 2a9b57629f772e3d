/**
 * Remembers that a helpdesk may have gone back to a backup until what that cost was looked for: durable
 * before anything else is done about it, taken up again by every start.
 */
export interface RollbackWatchOptions {
  /** What {@link RollbackWatch.at} was when an earlier run ended. */
  left: number | null;
  /** Writes down what `at` says now. Rejects when the disk cannot. */
  save(): Promise<void>;
  /** See `Outbox.reverify`. */
  reverify(at: number): Promise<boolean>;
}

export class RollbackWatch {
  readonly #options: RollbackWatchOptions;
  #at: number | null;
  /** How often it was suspected: what was looked at before the last time proves nothing. */
  #suspected = 0;
  /** For which of these times somebody looks just now. */
  #looking: number | null = null;

  constructor(options: RollbackWatchOptions) {
    this.#options = options;
    this.#at = options.left;
  }

  /** Since when something is being looked into, wall clock; `null`: nothing is. */
  get at(): number | null {
    return this.#at;
  }

  /**
   * The helpdesk went back, or nobody can tell whether it did. Resolves once that is remembered; rejects
   * when it could not be.
   */
  async suspect(at: number): Promise<void> {
    this.#at = at;
    this.#suspected += 1;
    await this.#options.save();
  }

  /**
   * Looks for what it may have cost, if there is anything to look into. Called once the feeds stand on
   * what the helpdesk has by now: if it goes back after that, they notice. Never rejects.
   */
  async look(): Promise<void> {
    const at = this.#at;
    const looking = this.#suspected;
    if (at === null || this.#looking === looking) return;
    this.#looking = looking;
    const lookedAtAll = await this.#options.reverify(at);
    // Suspected again meanwhile: whoever looks after that looks for all.
    if (this.#looking === looking) this.#looking = null;
    if (!lookedAtAll || this.#suspected !== looking) return;
    this.#at = null;
    // Still remembered then, and looked into once more by the next start: no harm.
    await this.#options.save().catch(() => undefined);
  }
}
