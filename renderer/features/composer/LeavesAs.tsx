import { useTranslation } from '@renderer/components/use-translation';
import type { Account } from '@shared/contract/door';
import { lineOf, speakerOf, standsAs } from '@shared/domain/speaker';

interface LeavesAsProps {
  account: Account | undefined;
  isNote: boolean;
}

/** Under whose name it leaves, before a word is written. */
export function LeavesAs({ account, isNote }: LeavesAsProps) {
  const { t } = useTranslation('speaker');
  if (account === undefined || account.agent === null) return null;
  const speaker = speakerOf(account);
  const name = standsAs(account)?.name;
  if (name === undefined) return null;
  // Of one's own sign-in it is no news; of a shared one it is told wherever there is room for a word.
  const quiet = speaker === null || isNote;
  return (
    <span className={quiet ? 'truncate text-meta text-faint @max-[34rem]:hidden' : 'text-meta text-muted'}>
      {t('from')} <bdi className={quiet ? undefined : 'text-text'}>{name}</bdi>
    </span>
  );
}

/** The line that will stand under the reply, where it will stand. */
export function LineBelow({ account, isNote }: LeavesAsProps) {
  const { t } = useTranslation('speaker');
  const speaker = account === undefined ? null : speakerOf(account);
  if (speaker?.by !== 'line' || isNote) return null;
  return (
    <p className="flex flex-wrap items-baseline gap-x-2 px-3 pb-1.5">
      <bdi className="text-body text-muted">{lineOf(speaker.name)}</bdi>
      <span className="text-meta text-faint">{t('underReply')}</span>
    </p>
  );
}
