import { ArrowLeft } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { Button } from '@renderer/components/Button';
import { useTranslation } from '@renderer/components/use-translation';
import { useAccountScreen } from '@renderer/state/account-screen';

/** One thing to do about accounts, with the way back to the list. Its title has the focus first. */
export function View({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTranslation('accounts');
  const go = useAccountScreen((state) => state.go);
  const section = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // A field inside may have it already.
    if (section.current?.contains(document.activeElement) !== true)
      heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <section ref={section} aria-label={title} className="flex flex-col gap-4">
      <div className="flex items-center gap-2">
        <Button
          size="small"
          variant="quiet"
          icon={ArrowLeft}
          onClick={() => go({ name: 'list' })}
          className="-ml-2"
        >
          {t('toList')}
        </Button>
        <h3 ref={heading} tabIndex={-1} data-first-focus className="min-w-0 flex-1 font-strong outline-none">
          {title}
        </h3>
      </div>
      {children}
    </section>
  );
}
