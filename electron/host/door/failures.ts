/** One place that says how a failure looks at the door. */
import { BackendError } from '@shared/backends/backend-error';
import type { DoorError, DoorErrorCode } from '@shared/contract/door';
import { NotOfferedError, ReusedRefError, TooLateError, UnknownRefError } from '@shared/sync/outbox-errors';
import { z } from 'zod';
import { BadChunkError } from '../files/uploads';
import { AccountBookError } from '../accounts/account-book';
import { TeamError } from '../team/team-error';
import { asDiskFull, DiskFullError } from '../files/file-store';

const STATUS_OF: Readonly<Record<DoorErrorCode, number>> = {
  'bad-request': 400,
  'no-token': 401,
  'not-found': 404,
  'bad-address': 422,
  'bad-proxy': 422,
  'already-there': 409,
  'too-late': 409,
  'reused-ref': 409,
  'too-large': 413,
  'not-offered': 422,
  'disk-full': 507,
  'account-unreachable': 502,
  closing: 503,
  internal: 500,
};

/** Thrown inside the door to answer with a typed error. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly code: DoorErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** The answer for anything that was thrown; what is not foreseen becomes `internal` without details. */
export function failureResponse(thrown: unknown): Response {
  const error = doorErrorOf(thrown);
  return Response.json({ error }, { status: STATUS_OF[error.code] });
}

/** Whether the failure is one the door has no words for, so that it belongs in the log. */
export function isUnforeseen(thrown: unknown): boolean {
  return doorErrorOf(thrown).code === 'internal';
}

function doorErrorOf(thrown: unknown): DoorError {
  const error = asDiskFull(thrown);
  if (error instanceof Refusal) return { code: error.code, message: error.message };
  if (error instanceof z.ZodError) return { code: 'bad-request', message: wordsOf(error) };
  if (error instanceof AccountBookError) return { code: codeOfBook(error), message: error.message };
  if (error instanceof TeamError) return { code: error.code, message: error.message };
  if (error instanceof ReusedRefError) return { code: 'reused-ref', message: error.message };
  if (error instanceof TooLateError) return { code: 'too-late', message: error.message };
  if (error instanceof NotOfferedError) return { code: 'not-offered', message: error.message };
  if (error instanceof UnknownRefError) return { code: 'not-found', message: error.message };
  if (error instanceof BadChunkError) return { code: 'bad-request', message: error.message };
  if (error instanceof DiskFullError) return { code: 'disk-full', message: error.message };
  if (error instanceof RangeError) return { code: 'too-large', message: error.message };
  if (error instanceof BackendError) {
    const code = error.kind === 'not-found' ? 'not-found' : 'account-unreachable';
    return { code, message: error.message };
  }
  return { code: 'internal', message: 'The host met an error it did not expect; its log has the details.' };
}

function codeOfBook({ kind }: AccountBookError): DoorErrorCode {
  return kind === 'unknown-account' ? 'not-found' : kind === 'unknown-backend' ? 'bad-request' : kind;
}

/** Names the fields, never their values: those may be a customer's. */
function wordsOf(error: z.ZodError): string {
  const fields = error.issues.slice(0, 5).map((issue) => `${issue.path.join('.') || 'body'}: ${issue.code}`);
  return `The request does not keep to the contract (${fields.join('; ')}).`;
}
