/**
 * Drafts of accounts that were pointed at another helpdesk: under the same id there may be somebody else's
 * conversation. What was typed before is never shown there: it becomes a row of the outbox that only the
 * agent can read, copy and discard. So does what a page brings late that was typed before.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '@shared/backends/clock';
import { isEmptyDraft, type Draft } from '@shared/domain/drafts';
import type { Drafts } from '@shared/sync/drafts';
import { isDecidedBefore, type Move } from '@shared/sync/elsewhere';
import type { Outbox } from '@shared/sync/outbox';

export interface MovedDraftsOptions {
  drafts: Drafts;
  outbox: Pick<Outbox, 'keepDraft'>;
  clock: Pick<Clock, 'now'>;
  installId: string;
  /** Since when an account is its helpdesk's; `undefined` for one that was never another's. */
  moveOf(accountId: string): Move | undefined;
  /** The draft that counts now: an empty one, since its words are in the outbox. */
  onDraft(draft: Draft): void;
}

export interface MovedDrafts extends Drafts {
  /** Takes the drafts of an account that was moved out of its conversations. @throws the disk's error */
  takeOut(accountId: string): Promise<void>;
}

export function keepMovedDrafts(options: MovedDraftsOptions): MovedDrafts {
  const { drafts, outbox, clock, installId, moveOf, onDraft } = options;
  const isOfBefore = (draft: Draft): boolean =>
    !isEmptyDraft(draft) && isDecidedBefore(draft.typedAt, moveOf(draft.accountId), clock.now());

  /** First the words are in the outbox, durably; a stop in between finds them there the next time. */
  async function keep(draft: Draft): Promise<Draft> {
    const { accountId, conversationId, mode, text, files, typedAt } = draft;
    const { at, from } = moveOf(accountId) ?? { at: typedAt, from: '' };
    await outbox.keepDraft(
      {
        ref: refOf(installId, draft),
        accountId,
        conversationId,
        // Nobody decided it.
        agentId: 'nobody',
        decidedAt: typedAt,
        base: { messageId: null, version: null },
        delayMs: 0,
        action:
          mode === 'reply' ? { kind: mode, text, files, statusAfter: null } : { kind: mode, text, files },
      },
      from,
    );
    const known = drafts.list().find((one) => isOfSame(one, draft));
    // What was typed for the new helpdesk meanwhile stays.
    if (known !== undefined && known.typedAt > draft.typedAt && !isOfBefore(known)) return known;
    return drafts.save({ ...draft, text: '', files: [], typedAt: Math.max(typedAt + 1, at) });
  }

  return {
    recovery: drafts.recovery,
    list: () => drafts.list(),
    save: (draft) => (isOfBefore(draft) ? keep(draft) : drafts.save(draft)),
    flush: () => drafts.flush(),
    close: () => drafts.close(),
    async takeOut(accountId) {
      const left = drafts.list().filter((draft) => draft.accountId === accountId && isOfBefore(draft));
      const emptied = left.map(async (draft) => onDraft(await keep(draft)));
      await Promise.all(emptied);
    },
  };
}

function isOfSame(one: Draft, other: Draft): boolean {
  return one.accountId === other.accountId && one.conversationId === other.conversationId;
}

/** The same for the same draft, so that it is kept once however often it is brought. */
function refOf(installId: string, { accountId, conversationId, mode, text, files, typedAt }: Draft): string {
  const content = [accountId, conversationId, mode, typedAt, text, ...files.map(({ hash }) => hash)];
  const hex = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const uuid = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)];
  return `${installId}-${uuid.join('-')}`;
}
