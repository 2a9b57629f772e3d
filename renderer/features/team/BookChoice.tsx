import { Segments } from '@renderer/components/Segments';
import { useTranslation } from '@renderer/components/use-translation';
import type { TeamBook } from '@shared/contract/team';

/** Whether something is for this computer or for the next revision of the team's bundle. */
export function BookChoice({ book, onChange }: { book: TeamBook; onChange: (book: TeamBook) => void }) {
  const { t } = useTranslation('team');
  return (
    <Segments
      label={t('book.label')}
      value={book}
      onChange={onChange}
      options={(['computer', 'draft'] as const).map((value) => ({ value, label: t(`book.${value}`) }))}
    />
  );
}
