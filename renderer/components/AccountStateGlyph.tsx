import { CircleCheck, CirclePause, CloudOff, KeyRound, RefreshCw, type LucideIcon } from 'lucide-react';
import { cx } from './class-names';

type State = 'connecting' | 'online' | 'offline' | 'refused' | 'paused';

const LOOK: Readonly<Record<State, { icon: LucideIcon; colour: string }>> = {
  connecting: { icon: RefreshCw, colour: 'text-faint' },
  online: { icon: CircleCheck, colour: 'text-good' },
  offline: { icon: CloudOff, colour: 'text-warning' },
  refused: { icon: KeyRound, colour: 'text-danger' },
  paused: { icon: CirclePause, colour: 'text-muted' },
};

/** How an account stands, as a shape of its own; its words stand beside it. */
export function AccountStateGlyph({ state, size = 13 }: { state: State; size?: number }) {
  const { icon: Icon, colour } = LOOK[state];
  return <Icon size={size} strokeWidth={2} className={cx('shrink-0', colour)} aria-hidden />;
}
