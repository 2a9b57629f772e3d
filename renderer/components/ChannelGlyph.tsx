import {
  AtSign,
  Bot,
  Globe,
  Mail,
  MessageCircle,
  Phone,
  TextCursorInput,
  type LucideIcon,
} from 'lucide-react';
import { useTranslation } from './use-translation';
import type { Channel, SocialOrigin } from '@shared/domain/entities';

export const CHANNEL_ICONS: Readonly<Record<Channel, LucideIcon>> = {
  email: Mail,
  chat: MessageCircle,
  social: AtSign,
  form: TextCursorInput,
  phone: Phone,
  bot: Bot,
};

export interface ChannelGlyphProps {
  channel: Channel;
  /** For a social conversation: a public post has a glyph of its own. */
  social?: SocialOrigin | null;
  /** Pixels. */
  size?: number;
  /** `true` when its name is written beside it, so it is not read twice. */
  decorative?: boolean;
  className?: string;
}

/** The channel at a glance. */
export function ChannelGlyph({
  channel,
  social,
  size = 16,
  decorative = false,
  className,
}: ChannelGlyphProps) {
  const { t } = useTranslation('common');
  const isPublic = social?.visibility === 'public';
  const Icon = isPublic ? Globe : CHANNEL_ICONS[channel];
  const name = isPublic ? t('channel.socialPublic') : t(`channel.${channel}`);
  return (
    <Icon
      size={size}
      strokeWidth={1.75}
      className={className}
      {...(decorative ? { 'aria-hidden': true } : { role: 'img', 'aria-label': name })}
    />
  );
}
