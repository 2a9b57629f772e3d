/**
 * The echo of an own message that came before anybody waited for it: the feed had brought the
 * message when the program was killed, so no later page of the feed brings it again. Without this
 * the row would stand as accepted until its patience ends.
 */
import { targetOf, type OutboxRow } from '../domain/intents';
import type { Pulled } from './pull';
import type { Spool } from './spool';

/** What to tell the outbox as pulled, or `null` when the echo is still to come. Rejects when the disk fails. */
export async function earlierEcho(
  row: OutboxRow,
  spool: Pick<Spool, 'markOf' | 'thread'>,
): Promise<Pulled | null> {
  const { state, serverId } = row;
  if (state !== 'accepted' || serverId === null) return null;
  const mark = spool.markOf('message', serverId);
  if (mark === null || mark.gone) return null;
  const { messages } = await spool.thread(targetOf(row));
  const message = messages.find(({ id }) => id === serverId);
  // Another's message under the same id: a server that was restored gives its numbers again.
  if (message === undefined || (message.clientRef ?? row.intent.ref) !== row.intent.ref) return null;
  return {
    changes: [{ kind: 'message', id: serverId, row: message, movedTo: null }],
    seq: null,
    caughtUp: false,
  };
}
