/**
 * The frame in which a stranger's HTML is shown: another origin, sandboxed, one pinned script. The
 * page talks to it only through a MessagePort and believes nothing it says beyond a height, a
 * clicked link and a pressed key, each checked here.
 */
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { cx } from '../class-names';

export interface MailStyle {
  color: string;
  background: string;
  link: string;
  fontFamily: string;
  /** Pixels. */
  fontSize: number;
}

/** A key pressed inside the frame, as a KeyboardEvent would name it. */
export interface FrameKey {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

export interface MailFrameProps {
  /** From sanitiseMail, unchanged. */
  html: string;
  /** The static frame on its own origin (`session.mailFrameUrl`). */
  frameUrl: string;
  /** What this frame holds, for screen readers. */
  title: string;
  style: MailStyle;
  /** Height in px it had when it was last shown, so nothing jumps when it comes back. */
  knownHeight?: number | undefined;
  onHeight?: (px: number) => void;
  onLink: (link: { href: string; text: string }) => void;
  onKey: (key: FrameKey) => void;
}

/** A mail longer than this scrolls inside its frame: no mail may push the thread out of reach. */
const MAX_HEIGHT_PX = 20_000;

function keyOf(data: Record<string, unknown>): FrameKey | null {
  const { key, code } = data;
  if (typeof key !== 'string' || typeof code !== 'string' || key.length > 40 || code.length > 40) return null;
  return {
    key,
    code,
    ctrlKey: data.ctrlKey === true,
    metaKey: data.metaKey === true,
    altKey: data.altKey === true,
    shiftKey: data.shiftKey === true,
  };
}

export function MailFrame(props: MailFrameProps) {
  const { html, frameUrl, title, style, knownHeight, onHeight, onLink, onKey } = props;
  const frame = useRef<HTMLIFrameElement>(null);
  const port = useRef<MessagePort | null>(null);
  const [height, setHeight] = useState<number | null>(knownHeight ?? null);

  const onMessage = useEffectEvent((data: unknown) => {
    if (typeof data !== 'object' || data === null) return;
    const message = data as Record<string, unknown>;
    if (message.type === 'height' && typeof message.px === 'number' && Number.isFinite(message.px)) {
      const px = Math.min(Math.max(Math.ceil(message.px), 0), MAX_HEIGHT_PX);
      setHeight(px);
      onHeight?.(px);
    } else if (message.type === 'link' && typeof message.href === 'string') {
      onLink({
        href: message.href.slice(0, 8_000),
        text: typeof message.text === 'string' ? message.text.slice(0, 500) : '',
      });
    } else if (message.type === 'key') {
      const key = keyOf(message);
      if (key !== null) onKey(key);
    }
  });

  const show = useEffectEvent(() => port.current?.postMessage({ type: 'show', html, style }));

  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const connect = () => {
      port.current?.close();
      const channel = new MessageChannel();
      channel.port1.onmessage = (message) => onMessage(message.data);
      port.current = channel.port1;
      // The sandboxed frame has no origin that could be named here; it gets nothing but this port.
      element.contentWindow?.postMessage({ type: 'holdfast-mail' }, '*', [channel.port2]);
      show();
    };
    element.addEventListener('load', connect);
    return () => {
      element.removeEventListener('load', connect);
      port.current?.close();
      port.current = null;
    };
  }, [frameUrl]);

  const { color, background, link, fontFamily, fontSize } = style;
  useEffect(() => {
    show();
  }, [html, color, background, link, fontFamily, fontSize]);

  return (
    <iframe
      ref={frame}
      src={frameUrl}
      title={title}
      sandbox="allow-scripts"
      referrerPolicy="no-referrer"
      className={cx(
        'block w-full border-0 transition-opacity duration-120',
        height === null ? 'h-12 opacity-0' : 'opacity-100',
      )}
      style={height === null ? {} : { height: Math.max(height, 8), colorScheme: 'normal' }}
    />
  );
}
