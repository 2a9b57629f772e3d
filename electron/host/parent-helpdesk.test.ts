import type { HostToParent, ParentToHost } from '@shared/contract/host-parent';
import { describe, expect, it } from 'vitest';
import { createParentHelpdesk } from './parent-helpdesk';

/** A parent that remembers what it is told and answers when the test says so. */
function aParent() {
  const told: HostToParent[] = [];
  const listeners: ((message: ParentToHost) => void)[] = [];
  const gone: (() => void)[] = [];
  return {
    told,
    port: {
      send: (message: HostToParent) => void told.push(message),
      onMessage: (listener: (message: ParentToHost) => void) => void listeners.push(listener),
      onGone: (listener: () => void) => void gone.push(listener),
    },
    say: (message: ParentToHost) => listeners.forEach((listener) => listener(message)),
    leave: () => gone.forEach((listener) => listener()),
    launchOf(n: number): string {
      const message = told[n];
      return message !== undefined && 'launch' in message ? message.launch : '';
    },
  };
}
const options = { dataDir: '/data/helpdesk', port: 4_000, seed: 7 };

describe('a helpdesk that the parent launches', () => {
  it('is asked for, stopped by its launch, and told as ended once it has', async () => {
    const parent = aParent();
    const starting = createParentHelpdesk(parent.port).start(options);
    expect(parent.told).toEqual([{ type: 'launch-helpdesk', launch: parent.launchOf(0), ...options }]);
    parent.say({ type: 'helpdesk-started', launch: 'another', url: 'http://127.0.0.1:1/', token: 'x' });
    const launch = parent.launchOf(0);
    parent.say({ type: 'helpdesk-started', launch, url: 'http://127.0.0.1:4000/', token: 't' });
    const running = await starting;
    expect(running).toMatchObject({ url: 'http://127.0.0.1:4000/', token: 't' });
    let ended = false;
    const stopping = running.stop().then(() => (ended = true));
    await Promise.resolve();
    expect([parent.told[1], ended]).toEqual([{ type: 'stop-helpdesk', launch }, false]);
    parent.say({ type: 'helpdesk-exited', launch });
    await stopping;
  });

  it('that cannot start says why', async () => {
    const parent = aParent();
    const starting = createParentHelpdesk(parent.port).start(options);
    parent.say({ type: 'helpdesk-failed', launch: parent.launchOf(0), message: 'The port is taken.' });
    await expect(starting).rejects.toThrow('The port is taken.');
  });

  it('counts as ended when the parent is gone, started or not', async () => {
    const parent = aParent();
    const launcher = createParentHelpdesk(parent.port);
    const running = launcher.start(options);
    const launch = parent.launchOf(0);
    parent.say({ type: 'helpdesk-started', launch, url: 'http://127.0.0.1:4000/', token: 't' });
    const starting = launcher.start(options);
    parent.leave();
    await (
      await running
    ).exited;
    await expect(starting).rejects.toThrow('ended before');
  });
});
