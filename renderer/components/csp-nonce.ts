/**
 * The nonce the host wrote into the page for this load: the few style elements that floating parts
 * make must carry it, or the page's policy drops them. The scroll lock of dialogs asks the global.
 */
const written =
  typeof document === 'undefined'
    ? ''
    : (document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? '');

/** `undefined` where no host filled it in (a development server). */
export const cspNonce = written === '' || written.startsWith('__') ? undefined : written;

if (cspNonce !== undefined) Object.assign(globalThis, { __webpack_nonce__: cspNonce });
