/** Keeps the embedded helpdesk running: started again with rising patience whenever it ends. */
import type { Clock } from '@shared/backends/clock';
import type { HelpdeskLauncher, LaunchedHelpdesk } from './helpdesk-launcher';

export interface SupervisorOptions {
  launcher: HelpdeskLauncher;
  dataDir: string;
  seed: number;
  clock: Clock;
  /** The port it listened on last; `null` the first time. */
  keptPort: number | null;
  /** It is up, perhaps at another address than before. */
  onUp(at: { url: string; token: string }): void;
  /** It did not come up; the sentence says why. It is tried again. */
  onFailed(sentence: string): void;
  log(sentence: string): void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** Having run this long, it counts as healthy again. */
const HEALTHY_MS = 30_000;

/** Runs until the signal is aborted, then stops the helpdesk. Never rejects. */
export async function superviseHelpdesk(options: SupervisorOptions, signal: AbortSignal): Promise<void> {
  const { launcher, dataDir, seed, clock, onUp, onFailed, log } = options;
  const stopping = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  let port = options.keptPort;
  let waitMs = FIRST_WAIT_MS;
  /** The same trouble every 10 s is said once. */
  let lastSentence = '';
  while (!signal.aborted) {
    const started = clock.monotonic();
    let running: LaunchedHelpdesk;
    try {
      running = await launcher.start({ dataDir, port, seed });
    } catch (error) {
      const sentence = `The embedded helpdesk did not start: ${(error as Error).message}`;
      if (sentence !== lastSentence) log(sentence);
      lastSentence = sentence;
      onFailed(sentence);
      // Its port may belong to another program by now.
      port = null;
      await clock.sleep(waitMs, signal);
      waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
      continue;
    }
    // Told to stop while it was coming up: nobody is to connect to it any more.
    if (signal.aborted) return running.stop();
    lastSentence = '';
    port = Number(new URL(running.url).port);
    onUp({ url: running.url, token: running.token });
    await Promise.race([running.exited, stopping]);
    if (signal.aborted) return running.stop();
    log('The embedded helpdesk ended; it is started again.');
    if (clock.monotonic() - started > HEALTHY_MS) waitMs = FIRST_WAIT_MS;
    await clock.sleep(waitMs, signal);
    waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
  }
}
