/**
 * From a stranger's HTML to HTML that may be shown in the mail frame. The one way for view, quote
 * and snippet. Size and depth are capped before anything is parsed; everything else happens inside
 * DOMPurify's own walk (removing quotes, pictures, styles), so nothing touches the result after it.
 */
import DOMPurify, { type Config, type UponSanitizeAttributeHookEvent } from 'dompurify';
import { isPaperWhite, parseColour, readableOnBoth } from './colours';
import { htmlToText } from './html-text';
import { isTooHeavy } from './mail-limits';
import { isTrailingQuote, removeFrom } from './mail-quotes';
import { quietMarkup, STYLE_ATTRIBUTE } from './quiet-markup';
import { filterStyle, paperOf, type MailPaper } from './style-filter';

export interface SanitiseOptions {
  /** Content-ID without brackets → an address the mail frame may load (`data:` or the host's own). */
  cidUrls?: Readonly<Record<string, string>>;
  /** Leave out the earlier mails quoted at the end. */
  foldQuotes?: boolean;
}

export type SafeMail =
  | {
      type: 'html';
      html: string;
      paper: MailPaper;
      /** The ground of the whole mail, `rgb(…)`; `null` when it has none of its own. */
      ground: string | null;
      /** Images and grounds on the internet that were left out. */
      remoteImages: number;
      /** True when a quote was left out, or would be with `foldQuotes`. */
      hasQuote: boolean;
      /** Content-IDs that no given address answers. */
      missingCids: readonly string[];
    }
  | {
      /** Too large or too deep to be shown as HTML. */
      type: 'text';
      text: string;
    };

const TAGS =
  'a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section small span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr'.split(
    ' ',
  );
const ATTRIBUTES =
  'align alt bgcolor border cellpadding cellspacing color colspan dir height href hspace lang nowrap rowspan size src start title type valign vspace width'.split(
    ' ',
  );

const CONFIG: Config & { RETURN_TRUSTED_TYPE?: false } = {
  ALLOWED_TAGS: [...TAGS, '#text'],
  ALLOWED_ATTR: ATTRIBUTES,
  ALLOWED_URI_REGEXP: /^(?:https:|mailto:|tel:|data:image\/(?:png|jpe?g|gif|webp|bmp|avif);base64,|blob:)/i,
  // Every attribute but these two is no address, whatever its value looks like.
  ADD_URI_SAFE_ATTR: ATTRIBUTES.filter((name) => name !== 'href' && name !== 'src'),
  ALLOWED_NAMESPACES: ['http://www.w3.org/1999/xhtml'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOW_SELF_CLOSE_IN_ATTR: false,
};

const RASTER_DATA = /^data:image\/(?:png|jpe?g|gif|webp|bmp|avif);base64,[a-z0-9+/=\s]+$/i;

/** What one call collects while DOMPurify walks; `null` between calls. */
interface Walk {
  options: SanitiseOptions;
  paper: MailPaper;
  remoteImages: number;
  hasQuote: boolean;
  missingCids: string[];
  cidAddresses: Set<string>;
  ground: string | null;
  /** Filtered styles of the element whose attributes are being read. */
  styles: [Element, string][];
}
let walk: Walk | null = null;
let purifier: ReturnType<typeof DOMPurify> | null = null;

function instance(): ReturnType<typeof DOMPurify> {
  if (purifier !== null) return purifier;
  // An instance of our own: hooks of a shared one would be anybody's to add or remove.
  const made = DOMPurify(window);
  made.addHook('uponSanitizeElement', (node) => {
    if (walk === null || !(node instanceof Element)) return;
    if (node.nodeName === 'BODY') walk.ground = groundOf(node);
    if (node instanceof HTMLImageElement && !isShown(node.getAttribute('src'), walk)) {
      standIn(node, walk);
    }
    if (walk.options.foldQuotes === true || !walk.hasQuote) {
      // The tree being walked is detached: its own top is the mail's body.
      const root = node.getRootNode();
      if (isTrailingQuote(node, root)) {
        walk.hasQuote = true;
        if (walk.options.foldQuotes === true) removeFrom(node, root);
      }
    }
  });
  made.addHook('uponSanitizeAttribute', (node, attribute) => {
    if (walk !== null) onAttribute(node, attribute, walk);
  });
  // Written as properties: the page's policy does not report those, and the browser's own reading
  // of each is what is written out.
  made.addHook('afterSanitizeAttributes', (node) => {
    for (const [styled, style] of walk?.styles.splice(0) ?? []) {
      if (styled === node && node instanceof HTMLElement) node.style.cssText = style;
    }
    // A picture its sender did not describe is passed over, not read out as its address.
    if (node.nodeName.toLowerCase() === 'img' && !node.hasAttribute('alt')) node.setAttribute('alt', '');
  });
  purifier = made;
  return made;
}

/** Smaller than this (px) a picture is there to be counted, not to be seen. */
const TRACKING_PX = 4;
const STAND_IN_STYLE = 'border: 1px solid #8886; border-radius: 4px; padding: 0 4px';

/**
 * What stands for a picture that is not shown: its sender's words for it, else where it would lead,
 * else nothing. The walk goes on to it, so it is sanitised like the sender's own.
 */
function standIn(image: HTMLImageElement, seen: Walk): void {
  imageAddress(image.getAttribute('src') ?? '', seen);
  if (isRemote(image.getAttribute('srcset') ?? '')) seen.remoteImages += 1;
  const words = isTracking(image) ? '' : image.alt.trim() || linkedHost(image);
  if (words === '') return image.remove();
  const place = image.ownerDocument.createElement('span');
  place.setAttribute(STYLE_ATTRIBUTE, STAND_IN_STYLE);
  place.textContent = words;
  image.replaceWith(place);
}

function isTracking(image: HTMLImageElement): boolean {
  return [image.getAttribute('width'), image.getAttribute('height')].some(
    (size) => size !== null && Number.parseInt(size, 10) < TRACKING_PX,
  );
}

function linkedHost(image: HTMLImageElement): string {
  const address = image.closest('a')?.getAttribute('href') ?? '';
  return address.startsWith('https://') && URL.canParse(address) ? new URL(address).hostname : '';
}

/** Only the numbers of the colour go on, never its text. */
function groundOf(body: Element): string | null {
  const style = /(?:^|;)\s*background(?:-color)?\s*:\s*([^;]{1,60})/i.exec(
    body.getAttribute(STYLE_ATTRIBUTE) ?? '',
  );
  const colour = parseColour(style?.[1] ?? body.getAttribute('bgcolor') ?? '');
  if (colour === null || colour.a < 1) return null;
  return `rgb(${Math.round(colour.r)} ${Math.round(colour.g)} ${Math.round(colour.b)})`;
}

function onAttribute(node: Element, attribute: UponSanitizeAttributeHookEvent, seen: Walk): void {
  const tag = node.nodeName.toLowerCase();
  switch (attribute.attrName) {
    case 'style':
    case STYLE_ATTRIBUTE: {
      const filtered = filterStyle(attribute.attrValue, seen.paper);
      seen.remoteImages += filtered.remote;
      attribute.keepAttr = false;
      if (filtered.style !== '') seen.styles.push([node, filtered.style]);
      return;
    }
    case 'src':
      attribute.attrValue = tag === 'img' ? imageAddress(attribute.attrValue, seen) : '';
      attribute.keepAttr = attribute.attrValue !== '';
      return;
    case 'srcset':
    case 'background':
      if (isRemote(attribute.attrValue)) seen.remoteImages += 1;
      attribute.keepAttr = false;
      return;
    case 'href':
      attribute.attrValue = tag === 'a' ? linkAddress(attribute.attrValue) : '';
      attribute.keepAttr = attribute.attrValue !== '';
      return;
    case 'color':
      attribute.keepAttr = seen.paper === 'own' || readableOnBoth(attribute.attrValue);
      return;
    case 'bgcolor':
      attribute.keepAttr = seen.paper === 'own' || !isPaperWhite(attribute.attrValue);
      return;
    case 'size':
      attribute.keepAttr = seen.paper === 'own' && tag === 'font';
      return;
    case 'width':
    case 'height':
      attribute.keepAttr = /^\d{1,4}%?$/.test(attribute.attrValue);
      return;
  }
}

function isShown(src: string | null, seen: Walk): boolean {
  return src !== null && (seen.cidAddresses.has(src) || RASTER_DATA.test(src) || cidOf(src, seen) !== null);
}

function cidOf(src: string, seen: Walk): string | null {
  if (!/^cid:/i.test(src.trim())) return null;
  return seen.options.cidUrls?.[decodeCid(src)] ?? null;
}

function decodeCid(src: string): string {
  const raw = src.trim().slice(4);
  try {
    return decodeURIComponent(raw).replace(/^<|>$/g, '');
  } catch {
    return raw;
  }
}

function isRemote(address: string): boolean {
  return /^\s*(https?:)?\/\//i.test(address);
}

function imageAddress(src: string, seen: Walk): string {
  if (/^cid:/i.test(src)) {
    const address = cidOf(src, seen);
    if (address === null) seen.missingCids.push(decodeCid(src));
    else seen.cidAddresses.add(address);
    return address ?? '';
  }
  if (RASTER_DATA.test(src)) return src;
  if (isRemote(src)) seen.remoteImages += 1;
  return '';
}

/** http becomes https: the agent's browser would ask for that first anyway. */
function linkAddress(href: string): string {
  const trimmed = href.trim();
  if (/^http:\/\//i.test(trimmed)) return `https${trimmed.slice(4)}`;
  return /^(https:\/\/|mailto:|tel:)/i.test(trimmed) ? trimmed : '';
}

/** Sanitises one mail for the mail frame. Never throws: what cannot be shown as HTML comes back as text. */
export function sanitiseMail(html: string, options: SanitiseOptions = {}): SafeMail {
  if (isTooHeavy(html)) return { type: 'text', text: htmlToText(html) };
  const seen: Walk = {
    options,
    paper: paperOf(html),
    remoteImages: 0,
    hasQuote: false,
    missingCids: [],
    cidAddresses: new Set(),
    ground: null,
    styles: [],
  };
  walk = seen;
  try {
    const safe = instance().sanitize(quietMarkup(html), CONFIG);
    return {
      type: 'html',
      html: safe,
      paper: seen.paper,
      ground: seen.ground,
      remoteImages: seen.remoteImages,
      hasQuote: seen.hasQuote,
      missingCids: seen.missingCids,
    };
  } catch {
    return { type: 'text', text: htmlToText(html) };
  } finally {
    walk = null;
  }
}
