/**
 * Runs the host in a process of its own and starts it anew when it dies.
 *
 *   starting ──ready──→ up ──exit──→ waiting (0.5 s, doubling to 10 s) ──→ starting
 *      └──failed, or five ends in a row before it was ready──→ given up: the sentence is shown
 */
import { assertNever } from '@shared/domain/assert-never';
import { hostToParentSchema, type HostToParent, type ParentToHost } from '@shared/contract/host-parent';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** Up this long, a crash counts as the first again. */
const STEADY_MS = 60_000;
/** So often it may end before it ever listened. */
const MOST_FALSE_STARTS = 5;
/** A drain is 5 s at most, and the helpdesk's end as much. */
const CLOSE_PATIENCE_MS = 12_000;
/** What the system does not let die (a call into a dead folder) is not waited for. */
const KILL_PATIENCE_MS = 2_000;

/** What is used of the host's process (Electron's `UtilityProcess`, or a Node child in tests). */
export interface HostChild {
  postMessage(message: ParentToHost): void;
  onMessage(listener: (message: unknown) => void): void;
  onExit(listener: (code: number) => void): void;
  /** Ends it now, whatever it is doing. */
  kill(): void;
}

/** A running helpdesk, as the launcher of the composition root gives it. */
export interface LaunchedHelpdesk {
  url: string;
  token: string;
  exited: Promise<void>;
  stop(): Promise<void>;
}

export interface SupervisorOptions {
  startHost(): HostChild;
  launchHelpdesk(o: { dataDir: string; port: number | null; seed: number }): Promise<LaunchedHelpdesk>;
  /** See keychain.ts. */
  askKeychain(asked: Extract<HostToParent, { type: 'keychain' }>): string | null;
  /** The host listens; `starts` counts from 1. */
  onReady(token: string, starts: number): void;
  /** It cannot start, and says why. */
  onFailed(sentence: string): void;
  now(): number;
}

export interface Supervisor {
  /** Drains and ends host and helpdesk. */
  close(): Promise<void>;
}

/** Starts the host and keeps it running until closed. */
export function superviseHost(options: SupervisorOptions): Supervisor {
  const helpdesks = new Map<string, Promise<LaunchedHelpdesk>>();
  let child: HostChild | null = null;
  let starts = 0;
  let pauseMs = FIRST_PAUSE_MS;
  let falseStarts = 0;
  let closing = false;
  let ended: () => void = () => {};

  const start = (): void => {
    const started = options.startHost();
    const since = options.now();
    child = started;
    started.onMessage((raw) => {
      const message = hostToParentSchema.safeParse(raw);
      if (message.success) hear(message.data, started);
    });
    started.onExit((code) => {
      if (child === started) child = null;
      void stopHelpdesks();
      ended();
      if (closing) return;
      falseStarts += 1;
      if (falseStarts === MOST_FALSE_STARTS) {
        closing = true;
        options.onFailed(`Its host ended ${falseStarts} times before it was ready (exit code ${code}).`);
        return;
      }
      pauseMs = options.now() - since >= STEADY_MS ? FIRST_PAUSE_MS : pauseMs;
      setTimeout(() => {
        if (!closing) start();
      }, pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    });
  };

  const hear = (message: HostToParent, from: HostChild): void => {
    switch (message.type) {
      case 'ready':
        starts += 1;
        falseStarts = 0;
        options.onReady(message.token, starts);
        return;
      case 'failed':
        closing = true;
        options.onFailed(message.message);
        return;
      case 'launch-helpdesk':
        void launch(message, from);
        return;
      case 'stop-helpdesk':
        void helpdesks.get(message.launch)?.then(
          (helpdesk) => helpdesk.stop(),
          () => undefined,
        );
        return;
      case 'keychain':
        from.postMessage({
          type: 'keychain-answer',
          ask: message.ask,
          bytes: options.askKeychain(message),
        });
        return;
      default:
        assertNever(message);
    }
  };

  const launch = async (
    { launch: id, dataDir, port, seed }: Extract<HostToParent, { type: 'launch-helpdesk' }>,
    asker: HostChild,
  ): Promise<void> => {
    const launching = options.launchHelpdesk({ dataDir, port, seed });
    helpdesks.set(id, launching);
    const tell = (message: ParentToHost): void => {
      if (child === asker) asker.postMessage(message);
    };
    try {
      const { url, token, exited } = await launching;
      tell({ type: 'helpdesk-started', launch: id, url, token });
      await exited;
      tell({ type: 'helpdesk-exited', launch: id });
    } catch (error) {
      tell({ type: 'helpdesk-failed', launch: id, message: (error as Error).message });
    } finally {
      helpdesks.delete(id);
    }
  };

  const stopHelpdesks = async (): Promise<void> => {
    await Promise.all(
      [...helpdesks.values()].map((launching) =>
        launching.then(
          (helpdesk) => helpdesk.stop(),
          () => undefined,
        ),
      ),
    );
  };

  start();
  return {
    async close() {
      closing = true;
      const running = child;
      if (running !== null) {
        let late: NodeJS.Timeout | undefined;
        const gone = new Promise<void>((resolve) => {
          ended = resolve;
          late = setTimeout(() => {
            late = setTimeout(resolve, KILL_PATIENCE_MS);
            running.kill();
          }, CLOSE_PATIENCE_MS);
        });
        running.postMessage({ type: 'close' });
        await gone;
        clearTimeout(late);
      }
      await stopHelpdesks();
    },
  };
}
