/**
 * The few kinds of file that may be shown in the app, told by their first bytes and never by what a
 * stranger called them. Everything else, HTML, SVG and PDF among it, is only ever saved.
 */
const SIGNATURES: readonly { type: string; at: number; bytes: readonly number[] }[] = [
  { type: 'image/png', at: 0, bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: 'image/jpeg', at: 0, bytes: [0xff, 0xd8, 0xff] },
  { type: 'image/gif', at: 0, bytes: [...Buffer.from('GIF8')] },
  { type: 'image/webp', at: 8, bytes: [...Buffer.from('WEBP')] },
  { type: 'image/avif', at: 4, bytes: [...Buffer.from('ftypavif')] },
  { type: 'image/bmp', at: 0, bytes: [...Buffer.from('BM')] },
];

/** Media type under which a file may be shown; `null` when it may only be saved. */
export function shownType(head: Uint8Array): string | null {
  const found = SIGNATURES.find(({ at, bytes }) => bytes.every((byte, i) => head[at + i] === byte));
  return found?.type ?? null;
}
