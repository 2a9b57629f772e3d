/** Times and sizes as a profile writes them. */

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `20s` as ms; the schema has made sure of its form. */
export function msOf(text: string): number {
  const [, number = '0', unit = 'ms'] = /^(\d+)([a-z]+)$/.exec(text) ?? [];
  return Number(number) * (UNIT_MS[unit] ?? 1);
}

/** `20MB` as bytes. */
export function bytesOf(text: string): number {
  const [, number = '0', unit = 'KB'] = /^(\d+)([A-Z]+)$/.exec(text) ?? [];
  return Number(number) * (unit === 'MB' ? 1_048_576 : 1_024);
}
