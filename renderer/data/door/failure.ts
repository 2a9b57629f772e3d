import type { DoorErrorCode } from '@shared/contract/door';

/** `unreachable`: the host did not answer at all. */
export type DoorFailureCode = DoorErrorCode | 'unreachable';

/** Every way a request through the door can fail; decisions and words hang on the code. */
export class DoorFailure extends Error {
  constructor(
    readonly code: DoorFailureCode,
    message: string,
  ) {
    super(message);
    this.name = 'DoorFailure';
  }
}

/** Why a request failed, to be put into words. */
export function failureCode(failure: unknown): DoorFailureCode {
  return failure instanceof DoorFailure ? failure.code : 'internal';
}

/** True for failures that the same request may outlive: the host was away, closing, full or stumbled. */
export function isPassing(code: DoorFailureCode): boolean {
  switch (code) {
    case 'unreachable':
    case 'closing':
    case 'disk-full':
    case 'internal':
    case 'no-token':
    case 'account-unreachable':
      return true;
    case 'bad-request':
    case 'bad-address':
    case 'bad-proxy':
    case 'already-there':
    case 'not-found':
    case 'too-late':
    case 'reused-ref':
    case 'not-offered':
    case 'too-large':
      return false;
  }
}
