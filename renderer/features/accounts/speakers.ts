/** Who can be chosen to speak at this console. Pure. */
import type { Agent } from '@shared/domain/entities';
import type { Speaker } from '@shared/domain/speaker';

/**
 * The one who is signed in, who may share that with others, the other agents that a helpdesk lists, and the
 * one who was chosen before, also where the list has them no more. Empty: it lists nobody else, so a name
 * is typed.
 */
export function speakersOf(
  agents: readonly Agent[],
  signedIn: Agent | null,
  chosen: Speaker | null,
): readonly (Speaker & { id: string })[] {
  const others = agents.filter(({ id }) => id !== signedIn?.id);
  const own = signedIn === null || others.length === 0 ? [] : [signedIn];
  const listed = [...own, ...others].map(({ id, name, email }) => ({ id, name, email }));
  if (chosen === null || chosen.id === null || listed.some(({ id }) => id === chosen.id)) return listed;
  return [...listed, { ...chosen, id: chosen.id }];
}
