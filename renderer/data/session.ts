import { CONTRACT_VERSION, type Session } from '@shared/contract/door';

const EMPTY: Session = {
  build: '',
  contract: CONTRACT_VERSION,
  installId: '00000000',
  epoch: '',
  mailFrameUrl: '',
  hostTime: 0,
  tryIt: null,
};

/** What the host said about itself; until its first answer, what it said last time. */
export function useSession(): Session {
  return EMPTY;
}
