import { checkBackend, type BackendCheckOptions } from '@shared/backends/check/backend-check';
import { wordsOfStep } from './words';

/** Takes each line as soon as it is known. */
export type Told = NonNullable<BackendCheckOptions['onLine']>;

/** One backend on one server. */
export type Target = Omit<BackendCheckOptions, 'words' | 'onLine' | 'signal'>;

const NEVER = new AbortController().signal;

/** Judges one backend on one server. */
export async function judgeTarget(target: Target, told: Told): Promise<void> {
  await checkBackend({ ...target, signal: NEVER, words: wordsOfStep, onLine: told });
}

/** Says that a backend has no server to be judged on. */
export function tellNoServer(backend: string, reason: string, told: Told): void {
  told({ backend, capability: 'server', result: 'absent', reason, ms: 0 }, { problem: null });
}
