/** Colours as mails write them, read just far enough to tell whether a text stays legible. */

export interface Rgb {
  /** 0–255. */
  r: number;
  g: number;
  b: number;
  /** 0–1. */
  a: number;
}

/** The names that mails really use; any other name is unknown, and an unknown colour is not kept in plain mails. */
const NAMED: Readonly<Record<string, string>> = {
  black: '#000000',
  white: '#ffffff',
  red: '#ff0000',
  green: '#008000',
  blue: '#0000ff',
  gray: '#808080',
  grey: '#808080',
  darkgray: '#a9a9a9',
  darkgrey: '#a9a9a9',
  dimgray: '#696969',
  dimgrey: '#696969',
  lightgray: '#d3d3d3',
  lightgrey: '#d3d3d3',
  silver: '#c0c0c0',
  navy: '#000080',
  maroon: '#800000',
  purple: '#800080',
  teal: '#008080',
  olive: '#808000',
  orange: '#ffa500',
  yellow: '#ffff00',
  whitesmoke: '#f5f5f5',
  snow: '#fffafa',
  ivory: '#fffff0',
  ghostwhite: '#f8f8ff',
  windowtext: '#000000',
  window: '#ffffff',
  transparent: '#00000000',
};

/** Reads `#rgb`, `#rrggbb`, `#rrggbbaa`, `rgb()`, `rgba()` and common names; `null` for anything else. */
export function parseColour(text: string): Rgb | null {
  const value = text.trim().toLowerCase();
  const hex = NAMED[value] ?? (/^[0-9a-f]{6}$/.test(value) ? `#${value}` : value);
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/.exec(hex);
  if (short !== null) {
    const [r, g, b] = [short[1], short[2], short[3]].map((digit) => parseInt(`${digit}${digit}`, 16));
    return { r: r ?? 0, g: g ?? 0, b: b ?? 0, a: 1 };
  }
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})?$/.exec(hex);
  if (long !== null) {
    const [r, g, b] = [long[1], long[2], long[3]].map((pair) => parseInt(pair ?? '0', 16));
    return { r: r ?? 0, g: g ?? 0, b: b ?? 0, a: long[4] === undefined ? 1 : parseInt(long[4], 16) / 255 };
  }
  const call = /^rgba?\(([^()]{1,60})\)$/.exec(value);
  if (call === null) return null;
  const parts = (call[1] ?? '').split(/[\s,/]+/).filter((part) => part !== '');
  if (parts.length < 3) return null;
  const channel = (part: string | undefined, full: number): number => {
    const number = parseFloat(part ?? '');
    const scaled = part?.endsWith('%') === true ? (number / 100) * full : number;
    return Number.isFinite(scaled) ? Math.min(Math.max(scaled, 0), full) : 0;
  };
  return {
    r: channel(parts[0], 255),
    g: channel(parts[1], 255),
    b: channel(parts[2], 255),
    a: parts[3] === undefined ? 1 : channel(parts[3], 1),
  };
}

/** Relative luminance, 0–1 (WCAG 2.2, definition of "relative luminance"). */
export function luminance(colour: Rgb): number {
  const linear = (channel: number): number => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b);
}

/** Nothing, or so close to white that the theme's own paper says the same. */
export function isPaperWhite(text: string): boolean {
  const value = text.trim().toLowerCase();
  if (['none', 'inherit', 'initial', 'unset', 'transparent', ''].includes(value)) return true;
  const colour = parseColour(value);
  return colour !== null && (colour.a < 0.05 || luminance(colour) > 0.98);
}

/**
 * Whether a text colour can be read on light and on dark paper alike (contrast ≥ 3 on white and
 * on our dark ground): luminance between about 0.13 and 0.30.
 */
export function readableOnBoth(text: string): boolean {
  const colour = parseColour(text);
  if (colour === null || colour.a < 0.5) return false;
  const light = luminance(colour);
  return light >= 0.13 && light <= 0.3;
}
