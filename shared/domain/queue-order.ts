/**
 * Who stands first in the queue: whoever must be answered soonest. The rule is one number a
 * conversation, so every list, count and page agrees on it.
 */
import type { Channel, Conversation, Priority } from './entities';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How soon a waiting customer is to be answered, by channel, before priority shortens it. */
export const ANSWER_WITHIN_MS: Readonly<Record<Channel, number>> = {
  chat: 2 * MINUTE_MS,
  bot: 5 * MINUTE_MS,
  phone: HOUR_MS,
  social: 4 * HOUR_MS,
  form: 24 * HOUR_MS,
  email: 24 * HOUR_MS,
};

/** Share of the channel's time that a priority leaves. */
export const PRIORITY_SHARE: Readonly<Record<Priority, number>> = {
  urgent: 0.1,
  high: 0.5,
  normal: 1,
  low: 2,
};

type Waiting = Pick<Conversation, 'channel' | 'priority' | 'waitingSince'>;

/** When the waiting customer is to have an answer, or `null` when nobody waits for us. */
export function answerDueAt(conversation: Waiting): number | null {
  if (conversation.waitingSince === null) return null;
  return (
    conversation.waitingSince + ANSWER_WITHIN_MS[conversation.channel] * PRIORITY_SHARE[conversation.priority]
  );
}

/** Later than any due time: conversations nobody waits for come after those, newest first. */
const NOT_WAITING_OFFSET = 1e15;

/** Ascending sort key of the queue; ties are broken by conversation key. */
export function queueRank(conversation: Waiting & Pick<Conversation, 'lastMessageAt'>): number {
  return answerDueAt(conversation) ?? NOT_WAITING_OFFSET - conversation.lastMessageAt;
}

export type Urgency = 'calm' | 'soon' | 'late';

/** How a waiting time is coloured: `soon` in the last quarter of its time, `late` past it. */
export function urgencyAt(conversation: Waiting, now: number): Urgency {
  const due = answerDueAt(conversation);
  if (due === null || conversation.waitingSince === null) return 'calm';
  if (now >= due) return 'late';
  return now >= due - (due - conversation.waitingSince) / 4 ? 'soon' : 'calm';
}
