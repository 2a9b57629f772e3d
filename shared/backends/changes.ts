/** What feeds and threads tell of a thing, in the shape that everybody behind the port reads. */
import type { Change, EntityByKind, EntityKind } from '../domain/entities';
import type { ThreadHead } from '../domain/thread-moved';

/** A thing as it is now. */
export function changeTo<K extends EntityKind>(kind: K, row: EntityByKind[K]): Change {
  // The compiler cannot see that `kind` and `row` belong together; the signature makes sure.
  return { kind, id: row.id, row, movedTo: null } as Change;
}

/** A thing that is gone. @param movedTo where a merged conversation lives now */
export function goneChange(kind: EntityKind, id: string, movedTo: string | null = null): Change {
  return { kind, id, row: null, movedTo };
}

/** The thread of a conversation that is gone. @param movedTo where a merged one lives now */
export function goneThread(movedTo: string | null = null): ThreadHead {
  return { conversation: null, gone: true, movedTo, messages: [] };
}
