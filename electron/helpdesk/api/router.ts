/** What every part of the API is built on: its surroundings, and failures that become sentences. */
import { OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Desk } from '../desk/desk';
import { DeskError } from '../desk/desk-error';
import type { MailIdentity } from '../mail/identity';
import type { StoredAgent } from '../store/model';
import type { Cursors } from './cursors';

export interface HelpdeskContext {
  desk: Desk;
  mail: MailIdentity;
  cursors: Cursors;
  /** The agent whose token it is. */
  me: StoredAgent;
  token: string;
  /** Told about failures nobody foresaw; the request is answered with 500. */
  report: (error: Error) => void;
}

/** A router whose validation failures are answered in the API's own shape. */
export function newRouter(): OpenAPIHono {
  return new OpenAPIHono({
    defaultHook: (result, c) =>
      result.success ? undefined : c.json(errorBody(invalidRequest(result.target, result.error)), 400),
  });
}

/** The body of every failure. */
export function errorBody(error: DeskError): {
  error: { code: string; message: string; fields?: Record<string, string> };
} {
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.fields === null ? {} : { fields: { ...error.fields } }),
    },
  };
}

function invalidRequest(target: string, error: z.ZodError): DeskError {
  const fields: Record<string, string> = {};
  for (const issue of error.issues) fields[issue.path.join('.') || target] = issue.message;
  const first = Object.entries(fields)
    .map(([name, problem]) => `${name}: ${problem}`)
    .join('; ');
  if (target === 'header' && 'idempotency-key' in fields) {
    return new DeskError(
      400,
      'idempotency_key_required',
      `This request needs an Idempotency-Key header (${first}).`,
      fields,
    );
  }
  return new DeskError(
    400,
    'invalid',
    `The request is not as /openapi.json describes it (${first}).`,
    fields,
  );
}
