/** Which rows of the delivery log somebody looks for: one rule for the host's search and the page. Pure. */
import { targetOf, type DeliveryState, type OutboxRow } from './intents';
import { wordMatcher } from './word-match';

export interface LogFilter {
  state: DeliveryState | 'all';
  /** As it was typed. */
  text: string;
}

export const NO_FILTER: LogFilter = { state: 'all', text: '' };

export function isFiltered({ state, text }: LogFilter): boolean {
  return state !== 'all' || text.trim() !== '';
}

/** What a row is known by, beyond itself. */
export interface RowNames {
  /** Customer and subject, as far as they are known. */
  conversation: string;
  agent: string;
}

/** Makes a test for rows: of this state, and known by words that begin as typed. */
export function logMatcher(
  { state, text }: LogFilter,
  namesOf: (row: OutboxRow) => RowNames,
): (row: OutboxRow) => boolean {
  const matches = wordMatcher(text);
  const anyText = text.trim() === '';
  return (row) => {
    if (state !== 'all' && row.state !== state) return false;
    if (anyText) return true;
    const { conversation, agent } = namesOf(row);
    const { ref, conversationId } = row.intent;
    return matches([conversation, agent, ref, conversationId, targetOf(row), row.serverId ?? ''].join(' '));
  };
}
