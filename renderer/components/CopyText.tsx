import { Copy } from 'lucide-react';
import { Button, type ButtonProps } from './Button';
import { useCopy } from './use-copy';
import { useTranslation } from './use-translation';

/** Takes a text along that can stay nowhere. */
export function CopyText({ text, size }: { text: string } & Pick<ButtonProps, 'size'>) {
  const { t } = useTranslation('conversation');
  const { copied, copy } = useCopy();
  return (
    <Button icon={Copy} {...(size === undefined ? {} : { size })} onClick={() => copy(text)}>
      {t(copied ? 'gone.copied' : 'gone.copy')}
    </Button>
  );
}
