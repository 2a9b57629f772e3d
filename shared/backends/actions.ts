/** What the actions of several vendors have in common. */
import type { IntentAction } from '../domain/intents';
import { BackendError } from './backend-error';

/** What an agent writes. */
export type Written = Extract<IntentAction, { kind: 'reply' | 'note' }>;
export type TagChange = Extract<IntentAction, { kind: 'tags' }>;

/** For backends whose agents have numbers. @throws BackendError `invalid` for an id that is none */
export function agentNumber(id: string): number {
  if (!/^\d+$/.test(id)) throw new BackendError('invalid', `There is no agent "${id}".`);
  return Number(id);
}

/** Success is not believed: what was asked for must be so afterwards. @throws BackendError `invalid` */
export function mustBeDone(done: boolean): void {
  if (!done) throw new BackendError('invalid', 'The helpdesk said yes and did not do it.');
}
