import type { ProfileProblem } from '@shared/backends/custom/profile-source';

/** A profile that cannot be used: one sentence for each thing that is wrong, with file, line and column. */
export class ProfileError extends Error {
  constructor(
    readonly sentences: readonly string[],
    /** The same without the file's name, each with its place. */
    readonly problems: readonly ProfileProblem[] = [],
  ) {
    super(sentences.join('\n'));
    this.name = 'ProfileError';
  }
}
