import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

type Rgb = readonly [number, number, number];

/** OKLCH to linear sRGB, after https://bottosson.github.io/posts/oklab/, clipped to the gamut. */
function linearRgb(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (value: number) => Math.min(1, Math.max(0, value));
  return [
    clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** WCAG 2 contrast ratio. */
function contrast(one: Rgb, other: Rgb): number {
  const [high, low] = [luminance(one), luminance(other)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const css = readFileSync(new URL('../renderer/styles/tokens.css', import.meta.url), 'utf8');
const color = String.raw`oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)`;
const tokens = new Map(
  [...css.matchAll(new RegExp(`--([\\w-]+): light-dark\\(\\s*${color},\\s*${color}\\s*\\)`, 'g'))].map(
    ([, name, ...values]) => {
      const n = values.map(Number) as [number, number, number, number, number, number];
      return [name ?? '', { light: linearRgb(n[0], n[1], n[2]), dark: linearRgb(n[3], n[4], n[5]) }];
    },
  ),
);

const GROUNDS = ['canvas', 'surface', 'raised', 'hover', 'selected'];
const MEANINGS = ['good', 'warning', 'danger', 'info', 'public'];

/** [what is read, on which grounds, least ratio] */
const RULES: readonly [string, readonly string[], number][] = [
  ['text', [...GROUNDS, 'note', ...MEANINGS.map((name) => `${name}-ground`)], 4.5],
  ['text-muted', [...GROUNDS, 'note'], 4.5],
  ['text-faint', GROUNDS, 4.5],
  ['accent-text', GROUNDS, 4.5],
  ['on-accent', ['accent', 'accent-hover'], 4.5],
  ['note-text', ['note'], 4.5],
  ...MEANINGS.map((name): [string, string[], number] => [name, [`${name}-ground`, ...GROUNDS], 4.5]),
  ['ring', [...GROUNDS, 'note'], 3],
  ['line-control', ['canvas', 'surface', 'raised'], 3],
  ...[1, 2, 3, 4, 5, 6].map((n): [string, readonly string[], number] => [`account-${n}`, GROUNDS, 3]),
];

describe.each(['light', 'dark'] as const)('the %s theme', (theme) => {
  it.each(RULES.flatMap(([name, grounds, least]) => grounds.map((ground) => [name, ground, least] as const)))(
    'lets %s be read on %s',
    (name, ground, least) => {
      const front = tokens.get(name)?.[theme];
      const back = tokens.get(ground)?.[theme];
      if (front === undefined || back === undefined) throw new Error(`No token ${name} or ${ground}`);
      expect(contrast(front, back)).toBeGreaterThanOrEqual(least);
    },
  );
});
