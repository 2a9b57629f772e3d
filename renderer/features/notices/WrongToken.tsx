import { KeyRound } from 'lucide-react';
import { useTranslation } from '@renderer/components/use-translation';
import { EmptyState } from '@renderer/components/EmptyState';

/** The whole page when it has no right to the host: an old link, another launch. */
export function WrongToken() {
  const { t } = useTranslation('notices');
  return (
    <main className="h-full">
      <EmptyState icon={KeyRound} heading title={t('wrongToken.title')}>
        <p>{t('wrongToken.help')}</p>
        <p className="mt-3 rounded-control border bg-surface px-3 py-2 text-left font-mono text-meta select-all">
          {t('wrongToken.line')}
        </p>
        <p className="mt-3">{t('wrongToken.kept')}</p>
      </EmptyState>
    </main>
  );
}
