/** Which messages of a thread may be a reply or note that nobody can vouch for. Pure. */
import type { Message } from '@shared/domain/entities';
import type { OutboxRow } from '@shared/domain/intents';

/** The helpdesk's clock and this computer's may differ by so much. */
const CLOCK_SLACK_MS = 5 * 60_000;

/**
 * Ids of own-side messages since the first attempt. A message that carries the reference of
 * another decision is that one.
 */
export function candidates(row: OutboxRow, messages: readonly Message[]): ReadonlySet<string> {
  const tried = row.evidence.find(({ state }) => state === 'sending')?.at ?? row.queuedAt;
  const { ref, action } = row.intent;
  const fits = ({ kind, author, clientRef, createdAt }: Message): boolean =>
    kind === action.kind &&
    author.type !== 'contact' &&
    (clientRef === null || clientRef === ref) &&
    createdAt >= tried - CLOCK_SLACK_MS;
  return new Set(messages.filter(fits).map(({ id }) => id));
}
