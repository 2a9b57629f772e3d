/** What is said when the host ends while something has not left yet. Pure. */
import { isUnconfirmed, type OutboxRow } from '@shared/domain/intents';

/** One English sentence for the terminal; `null` when everything has reached its helpdesk. */
export function unsentSentence(rows: readonly OutboxRow[]): string | null {
  // What the helpdesk has taken only waits to be seen again.
  const open = rows.filter(({ state }) => isUnconfirmed(state) && state !== 'accepted');
  const deciding = open.filter(({ state }) => state === 'held' || state === 'parked');
  const leaving = open.filter((row) => !deciding.includes(row));
  const inUndoTime = leaving.filter(({ state }) => state === 'delayed');
  const waiting = leaving.filter(({ state }) => state !== 'delayed');
  const still = [
    ...counted(waiting, (n) => (n === 1 ? 'still waits' : 'still wait')),
    ...counted(inUndoTime, (n) => (n === 1 ? 'is in its undo time' : 'are in their undo time')),
  ];
  const end = leaving.length === 1 ? 'it leaves at the next start' : 'they leave at the next start';
  const decide = `${deciding.length} ${deciding.length === 1 ? 'waits' : 'wait'} for your decision`;
  if (still.length === 0) return deciding.length === 0 ? null : `Nothing is lost: ${decide}.`;
  const more = deciding.length === 0 ? '' : `; ${decide}`;
  return `Nothing is lost: ${still.join(', ')}; ${end}${more}.`;
}

/** "2 replies and 1 other change still wait"; nothing for none. */
function counted(rows: readonly OutboxRow[], verb: (count: number) => string): string[] {
  const replies = rows.filter(({ intent }) => intent.action.kind === 'reply').length;
  const others = rows.length - replies;
  const parts = [
    ...(replies === 0 ? [] : [`${replies} ${replies === 1 ? 'reply' : 'replies'}`]),
    ...(others === 0 ? [] : [`${others} ${others === 1 ? 'other change' : 'other changes'}`]),
  ];
  return parts.length === 0 ? [] : [`${parts.join(' and ')} ${verb(rows.length)}`];
}
