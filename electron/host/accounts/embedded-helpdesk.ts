/** The embedded helpdesk as an account of this host: run while it is served, stopped when it is not. */
import type { Clock } from '@shared/backends/clock';
import type { AccountLink } from '../account-link';
import type { HelpdeskLauncher } from '../helpdesk-launcher';
import { superviseHelpdesk } from '../helpdesk-supervisor';
import type { Install } from '../install';

export interface EmbeddedHelpdesk {
  /** Where it answers; `null` while it does not. */
  readonly url: string | null;
  /** Runs it and connects the link whenever it is up. */
  serve(link: Pick<AccountLink, 'connect' | 'unreachable'>): void;
  stop(): void;
  /** Stops it; resolves once it has ended. */
  close(): Promise<void>;
}

export function createEmbeddedHelpdesk(options: {
  launcher: HelpdeskLauncher;
  dataDir: string;
  /** How many sample conversations a new one is given. */
  seed: number;
  install: Install;
  clock: Clock;
  log(sentence: string): void;
}): EmbeddedHelpdesk {
  const { launcher, dataDir, seed, install, clock, log } = options;
  let url: string | null = null;
  let stopping: AbortController | null = null;
  /** One after the other: a data folder has room for one helpdesk. */
  let running: Promise<void> = Promise.resolve();

  const stop = (): void => {
    stopping?.abort();
    stopping = null;
    url = null;
  };
  return {
    get url() {
      return url;
    },
    serve(link) {
      if (stopping !== null) return;
      const mine = new AbortController();
      stopping = mine;
      running = running.then(() =>
        superviseHelpdesk(
          {
            launcher,
            dataDir,
            seed,
            clock,
            keptPort: install.data.helpdeskPort,
            log,
            onFailed: (sentence) => link.unreachable(sentence),
            onUp(at) {
              url = at.url;
              link.connect({ url: at.url, credentials: { token: at.token } });
              const helpdeskPort = Number(new URL(at.url).port);
              void install.update({ helpdeskPort }).catch((error: unknown) => log((error as Error).message));
            },
          },
          mine.signal,
        ),
      );
    },
    stop,
    close() {
      stop();
      return running;
    },
  };
}
