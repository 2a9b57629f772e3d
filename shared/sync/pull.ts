import type { Backend } from '../backends/port';
import type { Agent, Change } from '../domain/entities';
import type { FailureKind } from '../domain/failures';
import type { Clock, Random, SpoolPort } from './ports';

/** How an account stands, in the words of the door's account. */
export interface PullState {
  state: 'connecting' | 'online' | 'offline' | 'refused';
  /** Since when it is in this state, wall clock. */
  stateSince: number;
  /** When the last whole pull finished; `null` before the first. */
  asOf: number | null;
  failure: { kind: FailureKind; detail: string } | null;
  /** Until the first pull reached the end: how many rows came so far. */
  firstSync: { rows: number } | null;
  rejectedRows: number;
  agent: Agent | null;
}

/** Told after each page is durable in the spool, and once more at the end of a whole pull. */
export interface Pulled {
  changes: readonly Change[];
  /** Newest seq of the spool; `null` when this page brought nothing. */
  seq: number | null;
  /** True at the end of a pull: every feed was read to its end. */
  caughtUp: boolean;
}

export interface PullerOptions {
  accountId: string;
  backend: Backend;
  spool: SpoolPort;
  clock: Clock;
  random: Random;
  onState(state: PullState): void;
  /** Hand on to `outbox.pulled(accountId, pulled)` and to the pages. */
  onChanges(pulled: Pulled): void;
}

export interface Puller {
  /** Pulls until the signal is aborted; never rejects for what a backend does. */
  run(signal: AbortSignal): Promise<void>;
  /** Pull now, whatever it was waiting for. */
  kick(): void;
}

export function createPuller(_options: PullerOptions): Puller {
  throw new Error('The puller is not wired yet.');
}
