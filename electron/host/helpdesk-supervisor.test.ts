import { describe, expect, it } from 'vitest';
import type { LaunchOptions } from './helpdesk-launcher';
import { superviseHelpdesk } from './helpdesk-supervisor';

/** A launcher whose helpdesks end when the test says so. */
function aLauncher(failures = 0) {
  const launches: LaunchOptions[] = [];
  let end = (): void => undefined;
  let stopped = 0;
  let up = (): void => undefined;
  let waitUp = new Promise<void>((resolve) => (up = resolve));
  return {
    launches,
    get stopped() {
      return stopped;
    },
    end: () => end(),
    async nextUp() {
      await waitUp;
      waitUp = new Promise<void>((resolve) => (up = resolve));
    },
    launcher: {
      async start(options: LaunchOptions) {
        launches.push(options);
        if (launches.length <= failures) throw new Error('port taken');
        const exited = new Promise<void>((resolve) => (end = resolve));
        const stop = async (): Promise<void> => {
          stopped += 1;
          end();
        };
        up();
        return { url: `http://127.0.0.1:${options.port ?? 4_000}/`, token: 't', exited, stop };
      },
    },
  };
}

function supervise(
  desk: ReturnType<typeof aLauncher>,
  parts: { keptPort?: number; elapsed?: () => number } = {},
) {
  const stop = new AbortController();
  const waits: number[] = [];
  const ups: string[] = [];
  const logged: string[] = [];
  const failed: string[] = [];
  const done = superviseHelpdesk(
    {
      launcher: desk.launcher,
      dataDir: 'data/helpdesk',
      seed: 5,
      keptPort: parts.keptPort ?? null,
      clock: {
        now: () => 0,
        monotonic: parts.elapsed ?? (() => 0),
        sleep: async (ms) => void waits.push(ms),
      },
      onUp: ({ url }) => ups.push(url),
      onFailed: (sentence) => failed.push(sentence),
      log: (sentence) => logged.push(sentence),
    },
    stop.signal,
  );
  return { stop, waits, ups, logged, failed, done };
}

describe('supervision of the embedded helpdesk', () => {
  it('starts it at the address it had, and again when it ends, with rising patience', async () => {
    const desk = aLauncher();
    const run = supervise(desk, { keptPort: 4_321 });
    for (let n = 0; n < 7; n++) {
      await desk.nextUp();
      desk.end();
    }
    await desk.nextUp();
    run.stop.abort();
    await run.done;
    expect(new Set(run.ups)).toEqual(new Set(['http://127.0.0.1:4321/']));
    expect(run.waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    expect(desk.stopped).toBe(1);
  });

  it('stops one that comes up after the host began to close, and tells nobody of it', async () => {
    const desk = aLauncher();
    const run = supervise(desk);
    run.stop.abort();
    await run.done;
    expect(desk.launches).toHaveLength(1);
    expect(desk.stopped).toBe(1);
    expect(run.ups).toEqual([]);
  });

  it('is quick again once it ran for a while', async () => {
    const desk = aLauncher();
    let elapsed = 0;
    const run = supervise(desk, { elapsed: () => elapsed });
    for (let n = 0; n < 3; n++) {
      await desk.nextUp();
      elapsed += 60_000;
      desk.end();
    }
    await desk.nextUp();
    run.stop.abort();
    await run.done;
    expect(run.waits).toEqual([500, 500, 500]);
  });

  it('tries another port when it cannot start, and says so', async () => {
    const desk = aLauncher(2);
    const run = supervise(desk, { keptPort: 4_321 });
    await desk.nextUp();
    run.stop.abort();
    await run.done;
    expect(desk.launches.map((launch) => launch.port)).toEqual([4_321, null, null]);
    expect(run.failed).toHaveLength(2);
    // The same words again would only fill the log.
    expect(run.logged).toEqual(['The embedded helpdesk did not start: port taken']);
    expect(run.ups).toEqual(['http://127.0.0.1:4000/']);
  });
});
