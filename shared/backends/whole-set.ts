/** Tags of backends that take only a whole set: added and removed without losing those of others. */
import { BackendError } from './backend-error';

export interface WholeSet {
  read(): Promise<readonly string[]>;
  write(tags: readonly string[]): Promise<void>;
}

/** How often the set is written when somebody else writes it at the same time. */
const MOST_ROUNDS = 3;

/**
 * Reads the set right before it is written, and again after. A tag that a colleague adds between our
 * reading and our writing (some ms) is lost; one of ours that a colleague's writing drops is written
 * again. Letters are told apart by their case only while the server keeps it.
 */
export async function changeWholeSet(
  { read, write }: WholeSet,
  { add, remove }: { add: readonly string[]; remove: readonly string[] },
): Promise<void> {
  for (let round = 0; ; round += 1) {
    const before = await read();
    const has = (tags: readonly string[], wanted: string): boolean =>
      tags.some((tag) => tag.toLowerCase() === wanted.toLowerCase());
    const missing = add.filter((tag) => !has(before, tag));
    const kept = before.filter((tag) => !has(remove, tag));
    if (missing.length === 0 && kept.length === before.length) return;
    if (round === MOST_ROUNDS) {
      throw new BackendError('invalid', 'The helpdesk did not keep the tags that were written.');
    }
    await write([...kept, ...new Set(missing)]);
  }
}
