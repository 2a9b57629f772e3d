/**
 * Remembers that a helpdesk was found restored from a backup until what that may have cost was looked
 * for: durable before anything else is done about it, taken up again by every start.
 */
export interface RollbackWatchOptions {
  /** When the rollback was seen that an earlier run left to look into, wall clock; `null`: none. */
  left: number | null;
  /** Writes down what `at` says now. Rejects when the disk cannot. */
  save(): Promise<void>;
  /** See `Outbox.reverify`. */
  reverify(at: number): Promise<boolean>;
}

export class RollbackWatch {
  readonly #options: RollbackWatchOptions;
  #at: number | null;

  constructor(options: RollbackWatchOptions) {
    this.#options = options;
    this.#at = options.left;
  }

  /** When the rollback was seen that is being looked into; `null`: there is none. */
  get at(): number | null {
    return this.#at;
  }

  /** A rollback was seen. Resolves once it is remembered; rejects when it could not be. */
  async seen(at: number): Promise<void> {
    this.#at = at;
    await this.#options.save();
    void this.look();
  }

  /** Looks for what the rollback cost, if there is one. Never rejects. */
  async look(): Promise<void> {
    const at = this.#at;
    // Cut short, or seen again meanwhile: whoever saw it last looks for all.
    if (at === null || !(await this.#options.reverify(at)) || this.#at !== at) return;
    this.#at = null;
    // Still remembered then, and looked into once more by the next start: no harm.
    await this.#options.save().catch(() => undefined);
  }
}
