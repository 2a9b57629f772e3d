/** What can be done about a stopped reply or note, and what hinders it. */
import { useState } from 'react';
import { useAccounts } from '@renderer/data/accounts';
import { useContact } from '@renderer/data/contacts';
import { useConversation } from '@renderer/data/conversation';
import { useDraft } from '@renderer/data/drafts';
import { discard } from '@renderer/data/outbox';
import { placeOf, sendAsIs, sendByMail, settleAs, settleNotThere } from '@renderer/data/second-thoughts';
import { contentOf, isTooLate, takeBackInto, withContent } from '@renderer/data/take-back';
import { useJoinedDraft } from '@renderer/state/joined-draft';
import { runCommand } from '@renderer/state/commands';
import { handStays } from '@renderer/state/hand-stays';
import { useRecentDecision } from '@renderer/state/recent-decision';
import { useSelection } from '@renderer/state/selection';
import { isEmptyDraft } from '@shared/domain/drafts';
import type { OutboxRow } from '@shared/domain/intents';
import { asTyped } from '@shared/domain/speaker';

export interface SecondThoughts {
  /** As it is, now, or to where its conversation went; for one nobody can vouch for: once more. */
  send: () => void;
  /** `null` where it cannot go by mail: the account does not offer it, or no address is on file. */
  mail: { address: string; send: () => void } | null;
  edit: () => void;
  discard: () => void;
  /** The agent found it: this message is it. */
  found: (messageId: string) => void;
  busy: boolean;
  /** A key of `held:action` in case the last attempt failed. */
  failure: 'failed' | 'tooLate' | null;
}

export function useSecondThoughts(row: OutboxRow): SecondThoughts {
  const place = placeOf(row);
  const draft = useDraft(place);
  const { intent } = row;
  const conversation = useConversation(place) ?? null;
  const account = useAccounts().find(({ id }) => id === intent.accountId);
  const contact = useContact(intent.accountId, conversation?.contactId ?? '');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<SecondThoughts['failure']>(null);
  const isUnproven = row.state === 'parked' && row.reason?.kind === 'no-answer';

  const attempt = (action: Promise<void>, then: (stayed: boolean) => void) => {
    const isHere = handStays();
    setFailure(null);
    setBusy(true);
    action
      .then(() => then(isHere()))
      .catch((error: unknown) => setFailure(isTooLate(error) ? 'tooLate' : 'failed'))
      .finally(() => setBusy(false));
  };
  const goThere = (stayed: boolean) => {
    if (stayed) useSelection.getState().open(place);
  };
  const stay = (stayed: boolean) => {
    if (stayed) useSelection.getState().focusPane('conversation');
  };

  const edit = () => {
    const { action } = intent;
    if (action.kind !== 'reply' && action.kind !== 'note') return;
    const had = draft.draft !== null && !isEmptyDraft(draft.draft);
    const { mode } = withContent(draft.draft, contentOf(action), 0);
    attempt(takeBackInto(draft, row), (stayed) => {
      if (had) useJoinedDraft.getState().tell({ key: place, asNote: mode === 'note' });
      goThere(stayed);
      if (!stayed) return;
      // The composer of that conversation is there after this draw.
      setTimeout(() => runCommand(mode === 'note' ? 'conversation.note' : 'conversation.reply'));
    });
  };
  const drop = () => {
    const { ref, action } = intent;
    const name = conversation?.contactName ?? '';
    attempt(discard(ref), (stayed) => {
      const typed = 'text' in action ? asTyped(action, intent.speaker) : action;
      const dropped = { ref, key: place, action: typed, inverse: null, name, at: Date.now(), dropped: true };
      useRecentDecision.getState().remember(dropped);
      stay(stayed);
    });
  };
  const address = row.hold?.kind === 'late' ? contact?.emails[0] : undefined;
  return {
    send: () => (isUnproven ? attempt(settleNotThere(row), stay) : attempt(sendAsIs(row), goThere)),
    mail:
      address === undefined || account?.supports.chatByMail !== true
        ? null
        : { address, send: () => attempt(sendByMail(row), stay) },
    edit,
    discard: drop,
    found: (arrived) => attempt(settleAs(row, arrived), stay),
    busy,
    failure,
  };
}
