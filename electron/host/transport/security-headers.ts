/** Response headers that hold on every answer of the host, whatever answers it. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy':
    'camera=(), microphone=(), geolocation=(), display-capture=(), usb=(), serial=(), hid=(), payment=(), midi=()',
};

/** For data that is not a document: should it ever be opened as one, it can do nothing. */
export const INERT_CSP = "default-src 'none'; sandbox; frame-ancestors 'none'";

/** Everything the console's page may load. `nonce` is for the styles its components inject. */
export function pageCsp(nonce: string, mailOrigin: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "font-src 'self'",
    `frame-src ${mailOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** A mail may show its text, its own styles and images that came with it or through the host. */
export function mailFrameCsp(script: string, pageOrigin: string, mailOrigin: string): string {
  return [
    "default-src 'none'",
    `script-src '${script}'`,
    `img-src data: ${mailOrigin}/blob/`,
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${pageOrigin}`,
    'sandbox allow-scripts',
  ].join('; ');
}
