import { ImageOff } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from '../use-translation';
import { cx } from '../class-names';
import { Tooltip } from '../Tooltip';
import { MailFrame, type FrameKey } from './MailFrame';
import { LinkedText, QuoteToggle } from './PlainText';
import { sanitiseMail } from './sanitise-mail';
import { useMailStyle } from './use-mail-style';

export interface MailViewProps {
  /** As the stranger sent it. */
  html: string;
  /** Who wrote it, for the frame's title. */
  from: string;
  frameUrl: string;
  /** Content-ID → address of the inline images that are here by now. */
  cidUrls?: Readonly<Record<string, string>>;
  knownHeight?: number | undefined;
  onHeight?: (px: number) => void;
  onLink: (link: { href: string; text: string }) => void;
  onKey: (key: FrameKey) => void;
}

/** A mail's HTML: sanitised, in its frame, with what was left out said below it. */
export function MailView(props: MailViewProps) {
  const { html, from, frameUrl, cidUrls, knownHeight, onHeight, onLink, onKey } = props;
  const { t } = useTranslation('mail');
  const [quoteOpen, setQuoteOpen] = useState(false);
  const safe = useMemo(
    () => sanitiseMail(html, { foldQuotes: !quoteOpen, ...(cidUrls === undefined ? {} : { cidUrls }) }),
    [html, cidUrls, quoteOpen],
  );
  const style = useMailStyle(
    safe.type === 'html' ? safe.paper : 'plain',
    safe.type === 'html' ? safe.ground : null,
  );

  if (safe.type === 'text') {
    return (
      <div className="text-body">
        <p className="mb-2 text-meta text-muted">{t('tooHeavy')}</p>
        <LinkedText text={safe.text} onLink={onLink} />
      </div>
    );
  }
  return (
    <div>
      <div
        // Light paper at night is dimmed a little; its colours stay its own.
        className={cx(
          safe.paper === 'own' && 'overflow-hidden rounded-control p-3 in-data-[theme=dark]:brightness-90',
        )}
        style={safe.paper === 'own' ? { background: style.background } : {}}
      >
        <MailFrame
          html={safe.html}
          frameUrl={frameUrl}
          title={t('frameTitle', { name: from })}
          style={style}
          knownHeight={knownHeight}
          {...(onHeight === undefined ? {} : { onHeight })}
          onLink={onLink}
          onKey={onKey}
        />
      </div>
      {safe.hasQuote && (
        <QuoteToggle
          open={quoteOpen}
          onToggle={() => setQuoteOpen(!quoteOpen)}
          label={t(quoteOpen ? 'quote.hide' : 'quote.show')}
        />
      )}
      {safe.remoteImages > 0 && (
        <Tooltip label={t('remoteImagesWhy')} side="top">
          <p
            tabIndex={0}
            className="mt-2 inline-flex items-center gap-1.5 rounded-control text-meta text-muted"
          >
            <ImageOff size={14} aria-hidden />
            {t('remoteImages', { count: safe.remoteImages })}
          </p>
        </Tooltip>
      )}
    </div>
  );
}
