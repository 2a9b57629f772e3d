/** Which rows of the log an agent looks for. Pure. */
import { targetOf, type DeliveryState, type OutboxRow } from '@shared/domain/intents';
import { wordMatcher } from '@shared/domain/word-match';

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
  /** Customer and subject, as far as this device knows them. */
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

/** What an exported log is called: by its day, in the agent's own time zone. */
export function exportName(now: number, format: 'csv' | 'json'): string {
  const date = new Date(now);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return `holdfast-delivery-log-${parts.map((part) => String(part).padStart(2, '0')).join('-')}.${format}`;
}
