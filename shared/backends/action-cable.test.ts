import { describe, expect, it } from 'vitest';
import { NOON } from '../testing/builders';
import { scriptedHttp } from '../testing/scripted-http';
import { httpClientOf } from '../testing/vendor-kit';
import { openChatwoot } from '../testing/vendors/chatwoot/chatwoot-simulator';
import { VirtualClock } from '../testing/virtual-clock';
import { between } from './http';
import { createRestBackend } from './rest-engine';

/** A backend that listens to a simulated server, in a time that the test turns. */
async function stage(token = 'sample-agent-key') {
  const simulator = openChatwoot();
  const clock = new VirtualClock(NOON);
  const backend = createRestBackend(
    simulator.definition,
    { accountId: 'a1', ...simulator.signIn, token },
    httpClientOf(simulator.server),
    clock,
  );
  const stop = new AbortController();
  let hints = 0;
  const ended = backend
    .listen(() => (hints += 1), stop.signal)
    .then(
      () => 'ended',
      (error: unknown) => error,
    );
  await clock.settle();
  const sockets = [...simulator.server.sockets];
  return { simulator, clock, stop, ended, hints: () => hints, socket: sockets[0] };
}

describe('an event channel over ActionCable', () => {
  it('hints when it is open, for what happened while nobody listened, and then at every event', async () => {
    const { simulator, clock, stop, ended, hints } = await stage();
    expect(hints()).toBe(1);
    await simulator.customerWrites('Is anybody there?');
    await clock.settle();
    expect(hints()).toBeGreaterThan(1);
    stop.abort();
    await expect(ended).resolves.toBe('ended');
    expect(simulator.server.sockets.size).toBe(0);
  });

  it('does not hint at who is online or typing', async () => {
    const { socket, clock, hints } = await stage();
    for (const event of ['presence.update', 'conversation.typing_on', 'notification_created']) {
      socket?.announce(event);
    }
    await clock.settle();
    expect(hints()).toBe(1);
  });

  it('is dead when the pings stay away, and alive while they come', async () => {
    const { socket, clock, ended } = await stage();
    let dead = false;
    void ended.then(() => (dead = true));
    for (let n = 0; n < 5; n += 1) {
      await clock.advance(3_000);
      socket?.ping();
    }
    await clock.settle();
    expect(dead).toBe(false);
    await clock.advance(10_000);
    await expect(ended).resolves.toMatchObject({ kind: 'no-answer' });
  });

  it('ends when the server refuses the room or the key', async () => {
    const { ended } = await stage('key-of-nobody');
    await expect(ended).resolves.toMatchObject({ kind: 'unauthorized' });
    const simulator = openChatwoot();
    const values = { workspace: '8' };
    const elsewhere = createRestBackend(
      simulator.definition,
      { accountId: 'a1', ...simulator.signIn, values },
      httpClientOf(simulator.server),
      new VirtualClock(NOON),
    );
    const signal = new AbortController().signal;
    await expect(elsewhere.listen(() => undefined, signal)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('is not claimed where no sockets can be opened, and stays with a client put between', () => {
    const simulator = openChatwoot();
    const settings = { accountId: 'a1', ...simulator.signIn };
    const clock = new VirtualClock(NOON);
    const without = createRestBackend(simulator.definition, settings, scriptedHttp().http, clock);
    expect(without.descriptor.supports.push).toBe(false);
    const watched = between(httpClientOf(simulator.server), (http) => (request) => http(request));
    expect(createRestBackend(simulator.definition, settings, watched, clock).descriptor.supports.push).toBe(
      true,
    );
  });
});
