import { expect, it } from 'vitest';
import { rowsPerSecond, withSample, type SyncSample } from './sync-rate';

const samplesOf = (...seen: [number, number][]): readonly SyncSample[] =>
  seen.reduce<readonly SyncSample[]>((samples, [at, rows]) => withSample(samples, { at, rows }), []);

it('tells no rate before it has watched for a while', () => {
  expect(rowsPerSecond([], 0)).toBeNull();
  expect(rowsPerSecond(samplesOf([0, 0], [1_000, 500]), 1_000)).toBeNull();
});

it('tells how fast rows came lately, not since the beginning', () => {
  expect(rowsPerSecond(samplesOf([0, 0], [5_000, 1_000]), 5_000)).toBe(200);
  expect(rowsPerSecond(samplesOf([0, 0], [20_000, 9_000], [30_000, 10_000]), 30_000)).toBe(100);
});

it('becomes slower while nothing comes, and then tells nothing', () => {
  const samples = samplesOf([0, 0], [5_000, 1_000]);
  expect(rowsPerSecond(samples, 10_000)).toBe(100);
  expect(rowsPerSecond(samples, 16_000)).toBeNull();
});

it('begins anew when a sync begins anew', () => {
  expect(rowsPerSecond(samplesOf([0, 5_000], [5_000, 100], [10_000, 600]), 10_000)).toBe(100);
});
