import { Copy, TriangleAlert } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from '../use-translation';
import { Button, BUTTON_LOOK } from '../Button';
import { cx } from '../class-names';
import { Dialog } from '../Dialog';
import { useCopy } from '../use-copy';
import { inspectLink, type LinkVerdict } from './links';

export interface LinkDialogProps {
  /** The link that was clicked; `null` while none is asked about. */
  link: { href: string; text: string } | null;
  onClose: () => void;
}

/** Asks before a stranger's link is opened, and says where it really goes. */
export function LinkDialog({ link, onClose }: LinkDialogProps) {
  const { t } = useTranslation('mail');
  const { copied, copy, reset } = useCopy();
  const verdict = link === null ? null : inspectLink(link.href, link.text);
  const close = () => {
    reset();
    onClose();
  };
  const body = useRef<HTMLDivElement>(null);
  const isOpen = link !== null;
  useEffect(() => {
    if (!isOpen) return;
    // The click's own focus may reach the mail frame after the dialog took it: it is taken back.
    const takeBack = () => {
      if (document.activeElement instanceof HTMLIFrameElement || !document.hasFocus()) {
        body.current?.closest<HTMLElement>('[role="dialog"]')?.focus({ preventScroll: true });
      }
    };
    const soon = () => void setTimeout(takeBack);
    window.addEventListener('blur', soon);
    return () => window.removeEventListener('blur', soon);
  }, [isOpen]);
  return (
    <Dialog
      open={link !== null}
      onOpenChange={(open) => !open && close()}
      title={t(verdict === null ? 'link.refused' : `link.title.${verdict.kind}`)}
      footer={
        verdict !== null && (
          <>
            <Button icon={Copy} onClick={() => copy(verdict.href)}>
              {copied ? t('link.copied') : t('link.copy')}
            </Button>
            <a
              href={verdict.href}
              target="_blank"
              rel="noopener noreferrer"
              onClick={close}
              {...(verdict.warnings.some(isSerious) ? {} : { 'data-first-focus': true })}
              className={cx(
                'inline-flex h-7 items-center rounded-control px-2.5 font-strong',
                BUTTON_LOOK[verdict.warnings.some(isSerious) ? 'danger' : 'primary'],
                !verdict.warnings.some(isSerious) && 'hover:bg-accent-hover',
              )}
            >
              {t(`link.open.${verdict.kind}`)}
            </a>
          </>
        )
      }
    >
      <div ref={body}>
        {verdict === null ? (
          <>
            <p className="mb-3 text-muted">{t('link.refusedWhy')}</p>
            <Address text={link?.href ?? ''} />
          </>
        ) : (
          <Verdict verdict={verdict} shown={link?.text ?? ''} />
        )}
      </div>
    </Dialog>
  );
}

const isSerious = (warning: LinkVerdict['warnings'][number]): boolean => warning !== 'upgraded';

function Verdict({ verdict, shown }: { verdict: LinkVerdict; shown: string }) {
  const { t } = useTranslation('mail');
  return (
    <div className="space-y-3">
      <p className="text-title font-strong [overflow-wrap:anywhere]">
        <bdi dir="ltr">{verdict.kind === 'web' ? verdict.domain : verdict.address}</bdi>
      </p>
      {verdict.warnings.map((warning) => (
        <p
          key={warning}
          className={cx('flex items-start gap-2', isSerious(warning) ? 'text-danger' : 'text-muted')}
        >
          <TriangleAlert size={14} className="mt-0.75 shrink-0" aria-hidden />
          <span className="[overflow-wrap:anywhere]">{t(`link.warning.${warning}`, { text: shown })}</span>
        </p>
      ))}
      <Address text={verdict.href} />
    </div>
  );
}

function Address({ text }: { text: string }) {
  return (
    <p className="max-h-40 overflow-y-auto rounded-control border bg-canvas px-2 py-1.5 font-mono text-meta [overflow-wrap:anywhere] text-muted">
      <bdi dir="ltr">{text}</bdi>
    </p>
  );
}
