import type { DoorErrorCode } from '@shared/contract/door';

/** Something about the team's data cannot be done; the page has words for the code. */
export class TeamError extends Error {
  override readonly name = 'TeamError';
  constructor(
    readonly code: Extract<
      DoorErrorCode,
      'bad-address' | 'not-found' | 'not-offered' | 'too-late' | 'too-large' | 'account-unreachable'
    >,
    message: string,
  ) {
    super(message);
  }
}
