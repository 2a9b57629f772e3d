/** Who is who over the accounts, as the screens ask; the words about it are the team's data. */
import { hash53 } from '@shared/domain/hash53';
import { nextVerdictAt, pairOf, type ContactKey, type Person } from '@shared/domain/people';
import { addressOf, verdictsOf, type ContactAddress } from '@shared/domain/team-data';
import { useCallback, useEffect, useSyncExternalStore } from 'react';
import { agentName } from './accounts';
import { pageData } from './current';
import { linksOf } from './stores/team-store';
import { putTeamRecord } from './team';

/** The contacts of other accounts that are, or may be, the same person. */
export function usePerson(key: ContactKey): Person {
  const { people, team } = pageData();
  useEffect(() => team.want(), [team]);
  const subscribe = useCallback((listener: () => void) => people.subscribe(key, listener), [people, key]);
  return useSyncExternalStore(subscribe, () => people.person(key));
}

/** Keeps an agent's word on this computer. Rejects with a DoorFailure when it is not kept. */
export async function decidePerson(a: ContactKey, b: ContactKey, verdict: 'same' | 'apart'): Promise<void> {
  const { accountId } = split(a);
  const { team, accounts } = pageData();
  const known = accounts.get();
  const words = verdictsOf(linksOf(team.state.get(), known), known);
  const agentId = pageData().agentIds.get()[accountId];
  await putTeamRecord('computer', {
    kind: 'personLink',
    record: {
      // One record a pair: the later word takes the place of the earlier one.
      id: `pair-${hash53(pairOf(a, b)).toString(36)}`,
      a: whereIs(a),
      b: whereIs(b),
      verdict,
      by: agentId === undefined ? '' : agentName(accountId, agentId),
      at: nextVerdictAt(a, b, words, Date.now()),
    },
  });
}

function split(key: ContactKey): { accountId: string; contactId: string } {
  const slash = key.indexOf('/');
  return { accountId: key.slice(0, slash), contactId: key.slice(slash + 1) };
}

/** As every console knows it, whatever id the account has here. */
function whereIs(key: ContactKey): ContactAddress {
  const { accountId, contactId } = split(key);
  const account = pageData()
    .accounts.get()
    .find(({ id }) => id === accountId);
  return { ...addressOf(account ?? { backend: accountId }), contactId };
}
