import { ChevronDown, ChevronUp } from 'lucide-react';
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from '../use-translation';
import { Button } from '../Button';
import { cx } from '../class-names';

export interface FoldedProps {
  children: ReactNode;
  /** Taller than this (px) it is folded to three quarters of it. */
  limit?: number;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** A long message, folded until asked for. */
export function Folded({ children, limit = 720, open, onOpenChange }: FoldedProps) {
  const { t } = useTranslation('mail');
  const id = useId();
  const inner = useRef<HTMLDivElement>(null);
  const [isLong, setIsLong] = useState(false);

  useEffect(() => {
    const element = inner.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setIsLong(element.scrollHeight > limit));
    observer.observe(element);
    return () => observer.disconnect();
  }, [limit]);

  const folded = isLong && !open;
  return (
    <div>
      <div
        id={id}
        className={cx(
          folded && 'overflow-hidden [mask-image:linear-gradient(to_bottom,#000_80%,transparent)]',
        )}
        style={folded ? { maxHeight: limit * 0.75 } : {}}
      >
        <div ref={inner}>{children}</div>
      </div>
      {isLong && (
        <Button
          variant="quiet"
          size="small"
          icon={folded ? ChevronDown : ChevronUp}
          aria-expanded={open}
          aria-controls={id}
          className="mt-1 -ml-2"
          onClick={() => onOpenChange(!open)}
        >
          {folded ? t('fold.more') : t('fold.less')}
        </Button>
      )}
    </div>
  );
}
