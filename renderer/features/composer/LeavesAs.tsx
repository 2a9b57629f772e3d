import { useTranslation } from '@renderer/components/use-translation';
import type { Account } from '@shared/contract/door';
import { lineOf, speakerOf } from '@shared/domain/speaker';

/** Under whose name it leaves, before a word is written; of a shared sign-in also how that is said. */
export function LeavesAs({ account, isNote }: { account: Account | undefined; isNote: boolean }) {
  const { t } = useTranslation('speaker');
  if (account === undefined || account.agent === null) return null;
  const speaker = speakerOf(account);
  if (speaker === null) {
    return (
      <span className="truncate text-meta text-faint @max-[34rem]:hidden">
        {t('from')} <bdi>{account.agent.name}</bdi>
      </span>
    );
  }
  const name = speaker.by === 'line' ? (account.signedIn?.name ?? '') : speaker.name;
  return (
    <span className="min-w-0 text-meta text-pretty text-muted">
      {name !== '' && (
        <>
          {t('from')} <bdi className="text-text">{name}</bdi>
        </>
      )}
      {speaker.by === 'line' && !isNote && (
        <span className="text-muted"> {t('underReply', { line: lineOf(speaker.name) })}</span>
      )}
    </span>
  );
}
