/** Which messages are this agent's own. */
import type { Message } from '@shared/domain/entities';
import { isMine } from '@shared/domain/speaker';
import { pageData } from './current';
import { useSession } from './session';
import { useSignal } from './stores/use-signal';

/** Whether a message is the agent's; where several people write under one name, by its reference. */
export function useIsMine(accountId: string): (message: Message) => boolean {
  const account = useSignal(pageData().speaking)[accountId];
  const { installId } = useSession();
  return (message) => account !== undefined && isMine(message, account, installId);
}

/** Whether several people use the credentials of an account. */
export function useIsShared(accountId: string): boolean {
  return (useSignal(pageData().speaking)[accountId]?.speaker ?? null) !== null;
}
