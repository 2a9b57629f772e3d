export interface Part {
  passed: number;
  failures: string[];
  skipped: { title: string; reason: string }[];
}
export function sumUp(parts: readonly Part[]): { lines: string[]; exitCode: 0 | 1 };
