import type { Session } from '@shared/contract/door';
import { pageData } from './current';
import { useSignal } from './stores/use-signal';

/** What the host said about itself; until its first answer, what it said last time. */
export function useSession(): Session {
  return useSignal(pageData().session);
}
