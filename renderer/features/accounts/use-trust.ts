import { changeAccount, connectionOf } from '@renderer/data/account-admin';
import { useStep, type Step } from '@renderer/data/use-step';
import { shownWay, wayDraft } from './connection';

export interface Trusting extends Pick<Step, 'failed'> {
  /** Takes a fingerprint, or `null` for whatever this computer vouches for. */
  trust: (trusted: string | null) => void;
}

/** Keeps what the agent decided about the certificate of an account; its proxy stays as it is. */
export function useTrust(accountId: string, onTrusted: () => void): Trusting {
  const { failed, run } = useStep();
  const keep = async (trusted: string | null) => {
    const way = { ...shownWay(await connectionOf(accountId)), trusted };
    await changeAccount(accountId, wayDraft({ way, secrets: {} }));
    onTrusted();
  };
  return { failed, trust: (trusted) => void run(() => keep(trusted)) };
}
