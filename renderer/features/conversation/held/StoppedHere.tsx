import { Pause } from 'lucide-react';
import type { ConversationKey } from '@shared/domain/entities';
import { useTranslation } from '@renderer/components/use-translation';
import { useOutbox } from '@renderer/data/outbox';
import { useJump } from '@renderer/state/jump';
import { stoppedIn } from './stopped';

/** In the header: a reply of this conversation needs the agent; a press goes to its card. */
export function StoppedHere({ conversationKey: key }: { conversationKey: ConversationKey }) {
  const { t } = useTranslation('held');
  const first = stoppedIn(key, useOutbox())[0];
  if (first === undefined) return null;
  return (
    <button
      type="button"
      onClick={() => useJump.getState().ask(first.intent.ref)}
      className="inline-flex h-6 items-center gap-1.5 rounded-control border border-warning-line bg-warning-ground px-2 font-strong text-warning hover:border-warning"
    >
      <Pause size={12} strokeWidth={2.25} aria-hidden />
      {t(first.intent.action.kind === 'note' ? 'chipNote' : 'chip')}
    </button>
  );
}
