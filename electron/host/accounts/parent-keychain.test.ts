import { describe, expect, it } from 'vitest';
import type { HostToParent, ParentToHost } from '@shared/contract/host-parent';
import type { ParentPort } from '../parent-port';
import { parentKeychain } from './parent-keychain';

/** A parent that answers as the test says; `undefined`: not at all. */
function parent(answer: (message: Extract<HostToParent, { type: 'keychain' }>) => string | null | undefined) {
  const listeners: ((message: ParentToHost) => void)[] = [];
  const asked: string[] = [];
  const port: ParentPort = {
    send(message) {
      if (message.type !== 'keychain') return;
      asked.push(message.verb);
      const bytes = answer(message);
      if (bytes === undefined) return;
      for (const listener of listeners) listener({ type: 'keychain-answer', ask: message.ask, bytes });
    },
    onMessage: (listener) => void listeners.push(listener),
    onGone: () => undefined,
  };
  return { port, asked };
}

const KEY = new Uint8Array([1, 2, 3]);

describe('the keychain behind the parent process', () => {
  it('wraps and unwraps through the parent', async () => {
    const { port, asked } = parent(({ verb, bytes }) =>
      verb === 'offer' ? '' : Buffer.from(Buffer.from(bytes, 'base64').reverse()).toString('base64'),
    );
    const keychain = await parentKeychain(port);
    const wrapped = await keychain?.wrap(KEY);
    expect([...(wrapped ?? [])]).toEqual([3, 2, 1]);
    expect([...((await keychain?.unwrap(wrapped ?? KEY)) ?? [])]).toEqual([1, 2, 3]);
    expect(asked).toEqual(['offer', 'wrap', 'unwrap']);
  });

  it('is not there where the parent says so, or says nothing', async () => {
    await expect(parentKeychain(parent(() => null).port)).resolves.toBeNull();
    await expect(parentKeychain(parent(() => undefined).port, 1)).resolves.toBeNull();
  });

  it('rejects what the keychain does not know', async () => {
    const { port } = parent(({ verb }) => (verb === 'offer' ? '' : null));
    const keychain = await parentKeychain(port);
    await expect(keychain?.unwrap(KEY)).rejects.toThrow('keychain');
  });
});
