/**
 * The static document in which every mail is shown: on an origin of its own, sandboxed, with one
 * script that its policy pins by hash. The page sanitises; this is the wall behind that.
 *
 * After the frame's load the page posts `{type:'holdfast-mail'}` with a MessagePort. On the port
 *   page → frame   {type:'show', html, style: {color, background, link, fontFamily, fontSize}}
 *   frame → page   {type:'height', px} · {type:'link', href, text} · {type:'key', key, code, ctrlKey, …}
 */
import { createHash } from 'node:crypto';
import { COMMON_HEADERS, mailFrameCsp } from './security-headers';

/**
 * Short enough to be read whole. Height reports are limited per mail, because a mail whose height
 * depends on the frame's (100vh) would otherwise grow for ever.
 */
export const MAIL_FRAME_SCRIPT = `(() => {
  'use strict';
  const NEVER = 'script,meta,base,link,title,style,iframe,frame,frameset,object,embed,applet,form,' +
    'input,button,select,textarea,svg,math,video,audio,source,track,template,portal,dialog';
  const MAX_REPORTS = 100;
  // The console's frame grows no further (MailFrame.tsx): from here on the mail scrolls in it.
  const TALLEST_FRAME_PX = 20000;
  const box = document.getElementById('mail');
  let port = null;
  let reports = 0;
  let lastHeight = -1;
  const say = (message) => { if (port) port.postMessage(message); };
  const measure = () => {
    const px = Math.ceil(box.getBoundingClientRect().height);
    if (px === lastHeight || reports >= MAX_REPORTS) return;
    lastHeight = px;
    reports += 1;
    document.documentElement.style.overflowY = px > TALLEST_FRAME_PX ? 'auto' : 'hidden';
    say({ type: 'height', px });
  };
  const show = (html, style) => {
    const parsed = new DOMParser().parseFromString(html, 'text/html');
    parsed.querySelectorAll(NEVER).forEach((node) => node.remove());
    const root = document.documentElement.style;
    for (const name of ['color', 'background', 'link', 'fontFamily', 'fontSize']) {
      const value = style && style[name];
      if (value !== undefined) root.setProperty('--' + name, typeof value === 'number' ? value + 'px' : String(value));
    }
    box.replaceChildren(...parsed.body.childNodes);
    reports = 0;
    lastHeight = -1;
    measure();
  };
  const onClick = (event) => {
    const anchor = event.target instanceof Element ? event.target.closest('a[href],area[href]') : null;
    if (!anchor) return;
    event.preventDefault();
    if (event.type === 'auxclick' && event.button !== 1) return;
    const href = anchor.getAttribute('href');
    const text = (anchor.textContent || anchor.getAttribute('alt') || '').trim().slice(0, 500);
    say({ type: 'link', href, text });
  };
  addEventListener('click', onClick, true);
  addEventListener('auxclick', onClick, true);
  for (const type of ['submit', 'dragstart', 'drop', 'dragover']) {
    addEventListener(type, (event) => event.preventDefault(), true);
  }
  addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    const { key, code, ctrlKey, metaKey, altKey, shiftKey } = event;
    if ((ctrlKey || metaKey) && /^(k|Enter)$/i.test(key)) event.preventDefault();
    say({ type: 'key', key, code, ctrlKey, metaKey, altKey, shiftKey });
  }, true);
  new ResizeObserver(measure).observe(box);
  addEventListener('message', (event) => {
    if (event.source !== parent || port || !event.data || event.data.type !== 'holdfast-mail' || !event.ports[0]) return;
    port = event.ports[0];
    port.onmessage = ({ data }) => {
      if (data && data.type === 'show' && typeof data.html === 'string') show(data.html, data.style);
    };
  });
})();`;

const STYLE = `
:root{color-scheme:light dark;background:var(--background,transparent)}
html{overflow:hidden}
html,body{margin:0;padding:0}
body{color:var(--color,CanvasText);font:var(--fontSize,14px)/1.5 var(--fontFamily,system-ui,sans-serif)}
#mail{display:flow-root;overflow-x:auto;overflow-wrap:anywhere}
#mail img{max-width:100%;height:auto}
#mail table{max-width:100%}
#mail pre{white-space:pre-wrap}
a{color:var(--link,LinkText)}`;

const SCRIPT_HASH = `sha256-${createHash('sha256').update(MAIL_FRAME_SCRIPT).digest('base64')}`;

const DOCUMENT = `<!doctype html><html lang=""><head><meta charset="utf-8"><title>Mail</title><style>${STYLE}</style></head><body><div id="mail"></div><script>${MAIL_FRAME_SCRIPT}</script></body></html>`;

/** The frame's document with its policy for this pair of origins. */
export function mailFrame(pageOrigin: string, mailOrigin: string): Response {
  return new Response(DOCUMENT, {
    headers: {
      ...COMMON_HEADERS,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': mailFrameCsp(SCRIPT_HASH, pageOrigin, mailOrigin),
      'Cross-Origin-Resource-Policy': 'same-site',
      'Cache-Control': 'no-store',
    },
  });
}
