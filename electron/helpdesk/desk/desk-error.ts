/** A request that cannot be done, with the status, the code and the sentence of its answer. */
export class DeskError extends Error {
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 409 | 412 | 413 | 415 | 422 | 429 | 503,
    readonly code: string,
    message: string,
    readonly fields: Readonly<Record<string, string>> | null = null,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(message);
    this.name = 'DeskError';
  }
}
