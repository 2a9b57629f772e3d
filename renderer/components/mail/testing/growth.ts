/** Above what linear work can show, below what quadratic work must. */
export const LINEAR_GROWTH = 10;

const ROUNDS = 7;
/** A busy machine may spoil every round of one side; quadratic work stays quadratic in all of these. */
const MOST_ROUNDS = 70;

/**
 * How much longer a job takes for an input four times as long: about 4 for linear work, 16 for
 * quadratic. The best of several runs on each side, taken in turn, so a busy machine slows both.
 * @param size length of the small input; long enough that a run takes at least a millisecond or so
 */
export function growth(
  job: (input: string) => void,
  inputOf: (size: number) => string,
  size: number,
): number {
  const inputs = [inputOf(size), inputOf(size * 4)];
  const best = [Infinity, Infinity];
  const ratio = (): number => (best[1] ?? 0) / Math.max(best[0] ?? 0, 0.05);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    if (round >= ROUNDS && ratio() < LINEAR_GROWTH) break;
    inputs.forEach((input, i) => {
      const started = performance.now();
      job(input);
      best[i] = Math.min(best[i] ?? Infinity, performance.now() - started);
    });
  }
  return ratio();
}
