import { expect, it } from 'vitest';
import { sizeParts } from './file-size';

it('names a size in the unit that says enough', () => {
  expect(sizeParts(0)).toEqual({ unit: 'bytes', value: 0 });
  expect(sizeParts(1_023)).toEqual({ unit: 'bytes', value: 1_023 });
  expect(sizeParts(1_024)).toEqual({ unit: 'kilobytes', value: 1 });
  expect(sizeParts(350_000)).toEqual({ unit: 'kilobytes', value: 342 });
  expect(sizeParts(1_300_000)).toEqual({ unit: 'megabytes', value: 1.2 });
  expect(sizeParts(52_428_800)).toEqual({ unit: 'megabytes', value: 50 });
});
