/** Seeded choices. Each part of the simulator has its own stream, so that one fault more or less changes only what follows from it. */
import type { Random } from '../../sync/ports';
import { seededRandom } from '../seeded-random';

export class Draws implements Random {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    // The first draws of neighbouring seeds are alike.
    for (let skipped = 0; skipped < 3; skipped += 1) this.#random.next();
  }

  /** Uniform in [0, 1). */
  next(): number {
    return this.#random.next();
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  pick<T>(options: readonly [T, ...T[]]): T {
    return options[Math.floor(this.next() * options.length)] ?? options[0];
  }

  /** One of the names, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries<number>(weights) as [K, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    return (entries[0] as [K, number])[0];
  }

  /** Hex digits. */
  hex(length: number): string {
    let digits = '';
    while (digits.length < length) digits += this.int(0, 15).toString(16);
    return digits;
  }
}
