import { RotateCcw, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Boundary } from './Boundary';
import { Button } from './Button';
import { EmptyState } from './EmptyState';
import { useTranslation } from './use-translation';

/** A pane that says so where it cannot be drawn, and lets try again; the others work on. */
export function PaneBoundary({ of, children }: { of?: unknown; children: ReactNode }) {
  return (
    <Boundary of={of} fallback={(again) => <UnshownPane onAgain={again} />}>
      {children}
    </Boundary>
  );
}

function UnshownPane({ onAgain }: { onAgain: () => void }) {
  const { t } = useTranslation('common');
  return (
    <EmptyState
      icon={TriangleAlert}
      title={t('unshown.pane')}
      actions={
        <Button icon={RotateCcw} onClick={onAgain}>
          {t('unshown.again')}
        </Button>
      }
    >
      {t('unshown.paneHelp')}
    </EmptyState>
  );
}

/** The whole window; the last resort. */
export function WindowBoundary({ children }: { children: ReactNode }) {
  return <Boundary fallback={() => <UnshownWindow />}>{children}</Boundary>;
}

function UnshownWindow() {
  const { t } = useTranslation('common');
  return (
    <EmptyState
      icon={TriangleAlert}
      heading
      title={t('unshown.window')}
      actions={
        <Button variant="primary" icon={RotateCcw} onClick={() => window.location.reload()}>
          {t('unshown.reload')}
        </Button>
      }
    >
      {t('unshown.windowHelp')}
    </EmptyState>
  );
}

/** One row or message among others. */
export function UnshownLine({ what }: { what: 'conversation' | 'message' }) {
  const { t } = useTranslation('common');
  return (
    <span className="flex h-full min-h-8 w-full items-center gap-2 px-3 text-muted">
      <TriangleAlert size={14} strokeWidth={2} className="shrink-0 text-warning" aria-hidden />
      <span className="min-w-0 truncate">{t(`unshown.${what}`)}</span>
    </span>
  );
}
