import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ParentToHost } from '@shared/contract/host-parent';
import { superviseHost, type HostChild, type LaunchedHelpdesk } from './supervisor';

/** A host that does what the test says. */
class FakeHost implements HostChild {
  readonly heard: ParentToHost[] = [];
  readonly killed = vi.fn();
  private message: (message: unknown) => void = () => undefined;
  private exited: (code: number) => void = () => undefined;
  postMessage = (message: ParentToHost): void => void this.heard.push(message);
  onMessage = (listener: (message: unknown) => void): void => void (this.message = listener);
  onExit = (listener: (code: number) => void): void => void (this.exited = listener);
  kill = (): void => {
    this.killed();
    this.exits();
  };
  says = (message: unknown): void => this.message(message);
  exits = (): void => this.exited(1);
}

const hosts: FakeHost[] = [];
const startHost = (): FakeHost => {
  const host = new FakeHost();
  hosts.push(host);
  return host;
};
const launchHelpdesk = vi.fn();
const askKeychain = vi.fn(() => 'aGFsbG8=');
const onReady = vi.fn();
const onFailed = vi.fn();
const supervise = () =>
  superviseHost({ startHost, launchHelpdesk, askKeychain, onReady, onFailed, now: Date.now });
const last = (): FakeHost => hosts.at(-1) as FakeHost;

beforeEach(() => {
  vi.useFakeTimers();
  hosts.length = 0;
  for (const mock of [launchHelpdesk, onReady, onFailed]) mock.mockReset();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the supervision of the host', () => {
  it('asks the keychain for the host and tells it the answer', () => {
    supervise();
    last().says({ type: 'keychain', ask: 'k1', verb: 'wrap', bytes: 'AQID' });
    expect(askKeychain).toHaveBeenCalledWith(expect.objectContaining({ verb: 'wrap', bytes: 'AQID' }));
    expect(last().heard).toEqual([{ type: 'keychain-answer', ask: 'k1', bytes: 'aGFsbG8=' }]);
  });

  it('starts a host that died again after 0.5 s, then 1, 2, 4, 8 and never more than 10', async () => {
    supervise();
    const pauses: number[] = [];
    for (let crash = 0; crash < 7; crash += 1) {
      const before = Date.now();
      const count = hosts.length;
      last().says({ type: 'ready', token: 't' });
      last().exits();
      while (hosts.length === count) await vi.advanceTimersByTimeAsync(100);
      pauses.push(Date.now() - before);
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('takes a crash after a minute of work as the first one', async () => {
    supervise();
    for (let crash = 0; crash < 5; crash += 1) {
      last().says({ type: 'ready', token: 't' });
      last().exits();
      await vi.advanceTimersByTimeAsync(10_000);
    }
    await vi.advanceTimersByTimeAsync(60_000);
    const count = hosts.length;
    last().says({ type: 'ready', token: 't' });
    last().exits();
    await vi.advanceTimersByTimeAsync(500);
    expect(hosts).toHaveLength(count + 1);
  });

  it('tells each token, and how often the host has come up', async () => {
    supervise();
    last().says({ type: 'ready', token: 'one' });
    last().exits();
    await vi.advanceTimersByTimeAsync(500);
    last().says({ type: 'ready', token: 'two' });
    expect(onReady.mock.calls).toEqual([
      ['one', 1],
      ['two', 2],
    ]);
  });

  it('does not try again what cannot start', async () => {
    supervise();
    last().says({ type: 'failed', message: 'The disk is full.' });
    last().exits();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(onFailed.mock.calls).toEqual([['The disk is full.']]);
    expect(hosts).toHaveLength(1);
  });

  it('gives up a host that ends five times in a row before it was ever ready', async () => {
    supervise();
    for (let crash = 0; crash < 5; crash += 1) {
      last().exits();
      await vi.advanceTimersByTimeAsync(10_000);
    }
    expect(onFailed.mock.calls).toEqual([['Its host ended 5 times before it was ready (exit code 1).']]);
    expect(hosts).toHaveLength(5);
  });

  it('ignores what is no message of a host', () => {
    supervise();
    for (const nonsense of [null, 'ready', { type: 'ready' }, { type: 'format-disk' }]) last().says(nonsense);
    expect(onReady).not.toHaveBeenCalled();
  });

  it('drains on closing and starts nothing any more', async () => {
    const supervisor = supervise();
    const closed = supervisor.close();
    expect(last().heard).toEqual([{ type: 'close' }]);
    last().exits();
    await closed;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(hosts).toHaveLength(1);
    expect(last().killed).not.toHaveBeenCalled();
  });

  it('kills a host that does not end within 12 s', async () => {
    const closed = supervise().close();
    await vi.advanceTimersByTimeAsync(12_000);
    await closed;
    expect(last().killed).toHaveBeenCalledOnce();
  });

  it('waits 2 s more for one that the system does not let die, and no longer', async () => {
    const supervisor = supervise();
    last().kill = last().killed;
    const closed = supervisor.close();
    await vi.advanceTimersByTimeAsync(12_000);
    expect(last().killed).toHaveBeenCalledOnce();
    const told = vi.fn();
    void closed.then(told);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(told).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(told).toHaveBeenCalledOnce();
  });

  it('closes while waiting for the next start, too', async () => {
    const supervisor = supervise();
    last().exits();
    await supervisor.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(hosts).toHaveLength(1);
  });
});

describe('the helpdesk that the host asks for', () => {
  const LAUNCH = { type: 'launch-helpdesk', launch: 'a', dataDir: '/d', port: 21_000, seed: 3 };
  const helpdesk = (): LaunchedHelpdesk & { stop: ReturnType<typeof vi.fn> } => {
    let end = (): void => undefined;
    const exited = new Promise<void>((resolve) => (end = resolve));
    return { url: 'http://127.0.0.1:21000/', token: 'h', exited, stop: vi.fn(async () => end()) };
  };

  it('is started with what the host says, and its end is told', async () => {
    const running = helpdesk();
    launchHelpdesk.mockResolvedValue(running);
    supervise();
    last().says(LAUNCH);
    await vi.advanceTimersByTimeAsync(0);
    expect(launchHelpdesk).toHaveBeenCalledWith({ dataDir: '/d', port: 21_000, seed: 3 });
    await running.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect(last().heard).toEqual([
      { type: 'helpdesk-started', launch: 'a', url: running.url, token: 'h' },
      { type: 'helpdesk-exited', launch: 'a' },
    ]);
  });

  it('that cannot start is told with its sentence', async () => {
    launchHelpdesk.mockRejectedValue(new Error('Port 21000 is taken.'));
    supervise();
    last().says(LAUNCH);
    await vi.advanceTimersByTimeAsync(0);
    expect(last().heard).toEqual([{ type: 'helpdesk-failed', launch: 'a', message: 'Port 21000 is taken.' }]);
  });

  it('does not outlive its host, and its end is not told to the next one', async () => {
    const running = helpdesk();
    launchHelpdesk.mockResolvedValue(running);
    supervise();
    last().says(LAUNCH);
    await vi.advanceTimersByTimeAsync(0);
    last().exits();
    await vi.advanceTimersByTimeAsync(500);
    expect(running.stop).toHaveBeenCalledOnce();
    expect(hosts).toHaveLength(2);
    expect(last().heard).toEqual([]);
  });

  it('is stopped when the app closes', async () => {
    const running = helpdesk();
    launchHelpdesk.mockResolvedValue(running);
    const supervisor = supervise();
    last().says(LAUNCH);
    await vi.advanceTimersByTimeAsync(0);
    const closed = supervisor.close();
    last().exits();
    await closed;
    expect(running.stop).toHaveBeenCalled();
  });
});
