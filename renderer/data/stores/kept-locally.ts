/** Small things a start wants before the host has answered: kept as text beside the databases. */
import { accountSchema, sessionSchema, settingsSchema } from '@shared/contract/door';
import { z } from 'zod';
import { Signal } from './signal';

export type LocalText = Pick<Storage, 'getItem' | 'setItem'>;

const SCHEMAS = {
  session: sessionSchema,
  settings: settingsSchema,
  accounts: z.array(accountSchema),
  removedNames: z.record(z.string(), z.string()),
  accountHues: z.record(z.string(), z.int().nonnegative()),
};
type Kept = keyof typeof SCHEMAS;

const CACHED_MARK = 'holdfast.cached';

/** A signal that begins with what was known last time and keeps what it is set to. */
export class KeptSignal<K extends Kept> extends Signal<z.infer<(typeof SCHEMAS)[K]>> {
  readonly #name: K;
  readonly #local: LocalText;

  constructor(name: K, local: LocalText, fallback: z.infer<(typeof SCHEMAS)[K]>) {
    super(readKept(name, local) ?? fallback);
    this.#name = name;
    this.#local = local;
  }

  /** Tells nobody when the value is the same in all its parts: the host often only repeats itself. */
  override set(value: z.infer<(typeof SCHEMAS)[K]>): void {
    const text = JSON.stringify(value);
    if (text === JSON.stringify(this.get())) return;
    super.set(value);
    try {
      this.#local.setItem(`holdfast.${this.#name}`, text);
    } catch {
      // Full or forbidden: the next start waits for the host instead.
    }
  }
}

function readKept<K extends Kept>(name: K, local: LocalText): z.infer<(typeof SCHEMAS)[K]> | null {
  try {
    const parsed = SCHEMAS[name].safeParse(JSON.parse(local.getItem(`holdfast.${name}`) ?? 'null'));
    return parsed.success ? (parsed.data as z.infer<(typeof SCHEMAS)[K]>) : null;
  } catch {
    return null;
  }
}

/** Whether this origin once had a cache; lives outside the cache to tell a lost one from a first start. */
export function hadCache(local: LocalText): boolean {
  return local.getItem(CACHED_MARK) !== null;
}

export function markCached(local: LocalText): void {
  try {
    local.setItem(CACHED_MARK, '1');
  } catch {
    // Without the mark a lost cache is rebuilt as well, only without a word.
  }
}
