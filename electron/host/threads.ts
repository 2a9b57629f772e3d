/**
 * Threads that may be stuck in a system call. Node waits for its threads when it exits, and so never
 * would: whoever ends this process asks here first.
 */
import type { Worker } from 'node:worker_threads';

const running = new Set<Promise<void>>();

/** From now on the end of this process depends on it. */
export function noteThread(worker: Worker): void {
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  running.add(ended);
  void ended.then(() => running.delete(ended));
}

/** Whether all of them ended, waiting `patienceMs` for those that were told to. */
export async function threadsEnd(patienceMs: number): Promise<boolean> {
  let late: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (late = setTimeout(resolve, patienceMs)));
  await Promise.race([Promise.all(running), patience]);
  clearTimeout(late);
  return running.size === 0;
}
