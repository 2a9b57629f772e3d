/** The same key means the same deed: its answer is repeated, and another body is refused. */
import { createHash } from 'node:crypto';
import type { StoredOperation } from '../store/model';
import type { Store } from '../store/store';
import { DeskError } from './desk-error';

/** An Idempotency-Key together with what it was sent for. */
export interface RequestKey {
  key: string;
  fingerprint: string;
}

/** Binds a key to the method, the path and the body it came with. */
export function requestKey(key: string, method: string, path: string, body: unknown): RequestKey {
  const fingerprint = createHash('sha256')
    .update(`${method} ${path}\n`)
    .update(JSON.stringify(sorted(body)))
    .digest('hex');
  return { key, fingerprint };
}

/**
 * The operation this key already made, or `null`.
 * @throws DeskError 409 `idempotency_mismatch` when the key was used for something else
 */
export function madeBefore(store: Store, { key, fingerprint }: RequestKey): StoredOperation | null {
  const operation = store.operation(key);
  if (!operation) return null;
  if (operation.fingerprint !== fingerprint) {
    throw new DeskError(
      409,
      'idempotency_mismatch',
      'This Idempotency-Key was used before for a different request. Use a new key for a new request.',
    );
  }
  return operation;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
