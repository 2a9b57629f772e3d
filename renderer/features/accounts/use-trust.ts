import { useState } from 'react';
import { changeAccount, connectionOf, failureCode, type DoorFailureCode } from '@renderer/data/account-admin';
import { shownWay, wayDraft } from './connection';

export interface Trusting {
  /** Takes a fingerprint, or `null` for whatever this computer vouches for. */
  trust: (trusted: string | null) => Promise<void>;
  /** Why it could not be kept. */
  failed: DoorFailureCode | null;
}

/** Keeps what the agent decided about the certificate of an account; its proxy stays as it is. */
export function useTrust(accountId: string, onTrusted: () => void): Trusting {
  const [failed, setFailed] = useState<DoorFailureCode | null>(null);
  const trust = async (trusted: string | null) => {
    setFailed(null);
    try {
      const way = { ...shownWay(await connectionOf(accountId)), trusted };
      await changeAccount(accountId, wayDraft({ way, secrets: {} }));
      onTrusted();
    } catch (failure) {
      setFailed(failureCode(failure));
    }
  };
  return { trust, failed };
}
