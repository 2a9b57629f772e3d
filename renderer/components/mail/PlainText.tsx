import { Ellipsis } from 'lucide-react';
import { useMemo, useState, type MouseEvent } from 'react';
import { useTranslation } from '../use-translation';
import { IconButton } from '../IconButton';
import { linkify } from './linkify';
import { splitQuote } from './text-quotes';

export interface PlainTextProps {
  text: string;
  onLink: (link: { href: string; text: string }) => void;
}

/** A text with its links; never HTML, each paragraph in its own direction. */
export function LinkedText({ text, onLink }: PlainTextProps) {
  const pieces = useMemo(() => linkify(text), [text]);
  const ask = (click: MouseEvent, href: string, shown: string) => {
    if (click.type === 'auxclick' && click.button !== 1) return;
    click.preventDefault();
    onLink({ href, text: shown });
  };
  return (
    <div dir="auto" className="[overflow-wrap:anywhere] whitespace-pre-wrap [unicode-bidi:plaintext]">
      {pieces.map((piece, index) =>
        piece.type === 'text' ? (
          piece.text
        ) : (
          <a
            // The pieces of one text never move.
            key={index}
            href={piece.href}
            rel="noopener noreferrer"
            target="_blank"
            className="text-accent-text underline decoration-current/40 underline-offset-2 hover:decoration-current"
            onClick={(click) => ask(click, piece.href, piece.text)}
            onAuxClick={(click) => ask(click, piece.href, piece.text)}
          >
            {piece.text}
          </a>
        ),
      )}
    </div>
  );
}

/** A plain-text message: its words, and the mails it quotes folded behind one button. */
export function PlainText({ text, onLink }: PlainTextProps) {
  const { t } = useTranslation('mail');
  const [open, setOpen] = useState(false);
  const split = useMemo(() => splitQuote(text), [text]);
  return (
    <div className="text-body">
      <LinkedText text={split.text} onLink={onLink} />
      {split.quote !== '' && (
        <>
          <QuoteToggle
            open={open}
            onToggle={() => setOpen(!open)}
            label={t(open ? 'quote.hide' : 'quote.show')}
          />
          {open && (
            <div className="mt-2 border-l-2 border-line pl-3 text-muted">
              <LinkedText text={split.quote} onLink={onLink} />
            </div>
          )}
        </>
      )}
    </div>
  );
}

/** The three dots under an answer that quotes. */
export function QuoteToggle(props: { open: boolean; onToggle: () => void; label: string }) {
  return (
    <div className="mt-1.5">
      <IconButton
        icon={Ellipsis}
        label={props.label}
        size="small"
        variant="quiet"
        aria-expanded={props.open}
        onClick={props.onToggle}
        className="h-6 w-8 border border-line"
      />
    </div>
  );
}
