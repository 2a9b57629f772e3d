/**
 * What servers put in the place of credentials that somebody typed and that are kept nowhere yet: a
 * refresh token that is taken once (RFC 6749 §6, §10.4) is spent by the first check, and whoever typed it
 * never sees the next one. Here it waits for the account to be added; in memory alone, never told to a page.
 */

/** Checks whose outcome is remembered; whoever tries more has long left the first of them. */
const MOST_KEPT = 100;

type Values = Readonly<Partial<Record<string, string>>>;

export class RenewedCredentials {
  /** By server, name and what was typed. */
  readonly #newest = new Map<string, string>();

  /** What was typed, with what the server made of it since. */
  newestOf<V extends Values>(url: string, typed: V): V {
    const newest = Object.entries(typed).map(([name, value]) => {
      const renewed = value === undefined ? undefined : this.#newest.get(keyOf(url, name, value));
      return [name, renewed ?? value] as const;
    });
    return Object.fromEntries(newest) as V;
  }

  /** @param typed what somebody typed, not what it had become by then */
  note(url: string, typed: Values, renewed: Values): void {
    for (const [name, value] of Object.entries(renewed)) {
      const was = typed[name];
      if (was === undefined || value === undefined) continue;
      const key = keyOf(url, name, was);
      this.#newest.delete(key);
      this.#newest.set(key, value);
    }
    for (const key of this.#newest.keys()) {
      if (this.#newest.size <= MOST_KEPT) return;
      this.#newest.delete(key);
    }
  }
}

function keyOf(url: string, name: string, value: string): string {
  return JSON.stringify([URL.canParse(url) ? new URL(url).origin : url, name, value]);
}
