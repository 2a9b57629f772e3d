import { expect, it } from 'vitest';
import { exportName } from './export-name';

it('an exported file is named by the day in the agent’s own time zone', () => {
  expect(exportName(new Date(2026, 2, 4, 23, 59).getTime(), 'csv')).toBe(
    'holdfast-delivery-log-2026-03-04.csv',
  );
});
