/**
 * What a feed told lately, kept in its cursor: where a feed looks back on purpose, or asks several lists
 * that tell the same, a conversation whose news was told is not read with all its messages once more.
 */

/** Ids with the age that they had when they were told. */
export type Told = readonly (readonly [id: string, age: number])[];

/** The rows that were not told at their age, each thing once, as it was newest. */
export function untold<T extends { id: string; age: number }>(rows: readonly T[], told: Told): T[] {
  const ages = new Map(told);
  const newest = new Map<string, T>();
  for (const row of rows) {
    const known = Math.max(ages.get(row.id) ?? -1, newest.get(row.id)?.age ?? -1);
    if (row.age > known) newest.set(row.id, row);
  }
  return [...newest.values()];
}

/**
 * What is remembered after some rows were told: the newest ages only, and not those that may yet change
 * under the same age.
 */
export function tell(
  told: Told,
  rows: readonly { id: string; age: number | null }[],
  {
    settledAt,
    keepFrom,
    most,
  }: {
    /** Younger rows than this are told again. */
    settledAt: number;
    /** Older ones are forgotten. */
    keepFrom: number;
    most: number;
  },
): [string, number][] {
  const ages = new Map(told);
  for (const { id, age } of rows) if (age !== null && age <= settledAt) ages.set(id, age);
  const kept = [...ages].filter(([, age]) => age >= keepFrom).sort(([, a], [, b]) => a - b);
  return kept.slice(-most);
}
