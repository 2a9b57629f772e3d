/**
 * What the agent decides about a reply that was held, or that nobody can vouch for. Letting one go
 * says what was on screen then, so that the host holds it again if still more has happened.
 */
import type { Seen, Settle } from '@shared/contract/door';
import { conversationKey, type ConversationKey } from '@shared/domain/entities';
import { baseOf, targetOf, type IntentBase, type OutboxRow } from '@shared/domain/intents';
import { pageData } from './current';
import type { PageData } from './page-data';

/** The conversation in which a row goes on: where it was merged to, if it was. */
export function placeOf(row: OutboxRow): ConversationKey {
  const into = row.hold?.kind === 'merged' ? row.hold.into : targetOf(row);
  return conversationKey(row.intent.accountId, into);
}

/**
 * The base of an agent who lets a row go.
 * @param onScreen the conversation as this window shows it; `null` when its messages are not here
 *   yet, or are older than what the hold names
 */
export function seenBase(row: OutboxRow, onScreen: IntentBase | null): IntentBase {
  return onScreen ?? row.hold?.movement?.head ?? baseOf(row);
}

function seenBy(row: OutboxRow): Seen {
  const data = pageData();
  const key = placeOf(row);
  const movement = row.hold?.movement ?? null;
  const isNewer = movement === null || (data.timelines.known(key)?.shows(movement.head.messageId) ?? false);
  const base = seenBase(row, isNewer ? data.baseOnScreen(key) : null);
  return { base, toConversationId: row.hold?.kind === 'merged' ? row.hold.into : null };
}

/** Queues a held reply again; a merged one goes where its conversation went. Throws DoorFailure. */
export function sendAsIs(row: OutboxRow): Promise<void> {
  return pageData().outbox.decideAgain(row.intent.ref, 'send-as-is', seenBy(row));
}

/** Queues a late chat reply as a mail to the customer's address on file. Throws DoorFailure. */
export function sendByMail(row: OutboxRow): Promise<void> {
  return pageData().outbox.decideAgain(row.intent.ref, 'send-by-mail', seenBy(row));
}

/** Tells that this message is the one nobody could vouch for. Throws DoorFailure. */
export function settleAs(row: OutboxRow, arrived: string): Promise<void> {
  return pageData().outbox.decideAgain(row.intent.ref, 'settle', { arrived });
}

/** Tells that it is not in the thread that is on screen, and lets it go out again. Throws DoorFailure. */
export function settleNotThere(row: OutboxRow): Promise<void> {
  return pageData().outbox.decideAgain(row.intent.ref, 'settle', notThereIn(row, pageData()));
}

/** Looked for among the messages on screen: where none are, nothing newer than its base was seen. */
export function notThereIn(row: OutboxRow, data: Pick<PageData, 'timelines' | 'baseOnScreen'>): Settle {
  const key = placeOf(row);
  const anyShown = (data.timelines.known(key)?.newestSeen(null) ?? null) !== null;
  return { notThere: true, base: anyShown ? data.baseOnScreen(key) : baseOf(row) };
}
