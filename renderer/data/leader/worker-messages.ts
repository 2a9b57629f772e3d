/** What a window tells its worker: at the start, and whenever the token changes. */
export interface ToWorker {
  token: string | null;
  /** Whether this origin once had a cache. */
  hadCache: boolean;
}
