import { describe, expect, it } from 'vitest';
import { EVIDENCE_STEPS, evidenceStep } from './evidence';

describe('a step of a proof chain', () => {
  it('is known by its sentence', () => {
    expect(evidenceStep('the server took it')).toEqual({ code: 'taken', attempt: 0 });
  });

  it('says which attempt it was', () => {
    expect(evidenceStep('attempt 12')).toEqual({ code: 'attempt', attempt: 12 });
  });

  it('has no code when another version of the program wrote it', () => {
    for (const note of ['', 'attempt', 'attempt two', 'constructor', 'Journalled']) {
      expect(evidenceStep(note), note).toEqual({ code: null, attempt: 0 });
    }
  });

  it('has a code of its own, so no two sentences read alike', () => {
    const codes = Object.values(EVIDENCE_STEPS);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
