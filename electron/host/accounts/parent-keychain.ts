/** The system's keychain, asked through the process that forked this host: only the shell can reach it. */
import { randomUUID } from 'node:crypto';
import type { HostToParent } from '@shared/contract/host-parent';
import type { ParentPort } from '../parent-port';
import type { Keychain } from './vault';

/** A parent that knows nothing of keychains never answers. */
const PATIENCE_MS = 5_000;

type Verb = Extract<HostToParent, { type: 'keychain' }>['verb'];

/** Resolves with `null` where the parent offers none. */
export async function parentKeychain(port: ParentPort, patienceMs = PATIENCE_MS): Promise<Keychain | null> {
  const waiting = new Map<string, (bytes: string | null) => void>();
  port.onMessage((message) => {
    if (message.type === 'keychain-answer') waiting.get(message.ask)?.(message.bytes);
  });

  function ask(verb: Verb, bytes: Uint8Array): Promise<Uint8Array | null> {
    return new Promise((resolve) => {
      const id = randomUUID();
      const end = (answer: string | null): void => {
        clearTimeout(late);
        waiting.delete(id);
        resolve(answer === null ? null : Buffer.from(answer, 'base64'));
      };
      const late = setTimeout(() => end(null), patienceMs);
      waiting.set(id, end);
      port.send({ type: 'keychain', ask: id, verb, bytes: Buffer.from(bytes).toString('base64') });
    });
  }

  async function must(verb: Verb, bytes: Uint8Array): Promise<Uint8Array> {
    const answer = await ask(verb, bytes);
    if (answer === null) throw new Error('The keychain of the system did not answer.');
    return answer;
  }

  if ((await ask('offer', new Uint8Array())) === null) return null;
  return { wrap: (key) => must('wrap', key), unwrap: (wrapped) => must('unwrap', wrapped) };
}
