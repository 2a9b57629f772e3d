import { describe, expect, it } from 'vitest';
import { simulate } from './simulation';

async function logOf(seed: number): Promise<string> {
  const lines: string[] = [];
  await simulate({ seed, mode: 'liveness', without: null, onEvent: (line) => lines.push(line) });
  return lines.join('\n');
}

describe('a seeded world', () => {
  it('is the same to the byte when its seed is played again, also after other worlds', async () => {
    const seeds = [1, 2, 3, 4, 5];
    const once: string[] = [];
    for (const seed of seeds) once.push(await logOf(seed));
    for (const seed of [...seeds].reverse()) expect(await logOf(seed)).toBe(once[seed - 1]);
  });

  it('is another one for another seed', async () => {
    expect(await logOf(1)).not.toBe(await logOf(2));
  });

  it('is judged in the middle of its faults in safety mode', async () => {
    const { breaches } = await simulate({ seed: 7, mode: 'safety', without: null });
    expect(breaches).toEqual([]);
  });
});
