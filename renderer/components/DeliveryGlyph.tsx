import {
  Check,
  CheckCheck,
  CircleAlert,
  CircleHelp,
  CircleSlash,
  Clock,
  CornerUpLeft,
  Hourglass,
  Pause,
  Save,
  SendHorizontal,
  Undo2,
  type LucideIcon,
} from 'lucide-react';
import { useTranslation } from './use-translation';
import type { DeliveryState } from '@shared/domain/intents';
import { cx } from './class-names';
import { Tooltip } from './Tooltip';

/** Every delivery state, and `saving` before the host has acknowledged it. */
export type ShownDelivery = DeliveryState | 'saving';

const ICONS: Readonly<Record<ShownDelivery, LucideIcon>> = {
  saving: Save,
  delayed: Undo2,
  queued: Clock,
  held: Pause,
  sending: SendHorizontal,
  accepted: Check,
  delivered: CheckCheck,
  unknown: CircleHelp,
  bounced: CornerUpLeft,
  parked: CircleAlert,
  discarded: CircleSlash,
  superseded: Hourglass,
};

/** Coloured only where a person has to act. */
const TONE: Readonly<Partial<Record<ShownDelivery, string>>> = {
  held: 'text-warning',
  unknown: 'text-warning',
  parked: 'text-danger',
  bounced: 'text-danger',
};

export interface DeliveryGlyphProps {
  state: ShownDelivery;
  /** Pixels. */
  size?: number;
  /** `true` when the state is written in words beside it. */
  decorative?: boolean;
}

/** How far a decision got, as one glyph with its name. */
export function DeliveryGlyph({ state, size = 14, decorative = false }: DeliveryGlyphProps) {
  const { t } = useTranslation('common');
  const Icon = ICONS[state];
  const look = cx('shrink-0', TONE[state] ?? 'text-faint');
  if (decorative) return <Icon size={size} strokeWidth={2} aria-hidden className={look} />;
  const name = t(`delivery.${state}`);
  return (
    <Tooltip label={name}>
      <Icon size={size} strokeWidth={2} role="img" aria-label={name} className={look} />
    </Tooltip>
  );
}
