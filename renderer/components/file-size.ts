/** Sizes of files as people read them. */
import { formatFigure } from './figures';
import { useTranslation } from './use-translation';

const KILO = 1_024;

/** The unit and the number to show: whole bytes and kilobytes, megabytes with one digit below ten. */
export function sizeParts(bytes: number): { unit: 'bytes' | 'kilobytes' | 'megabytes'; value: number } {
  if (bytes < KILO) return { unit: 'bytes', value: bytes };
  if (bytes < KILO * KILO) return { unit: 'kilobytes', value: Math.max(1, Math.round(bytes / KILO)) };
  const value = bytes / (KILO * KILO);
  return { unit: 'megabytes', value: value < 10 ? Math.round(value * 10) / 10 : Math.round(value) };
}

/** `1.2 MB` in the agent's language. */
export function useFileSize(bytes: number): string {
  const format = useSizeFormat();
  return format(bytes);
}

/** The same as a function, for sentences with several sizes. */
export function useSizeFormat(): (bytes: number) => string {
  const { t, i18n } = useTranslation('common');
  return (bytes) => {
    const { unit, value } = sizeParts(bytes);
    return t(`size.${unit}`, { value: formatFigure(value, i18n.language) });
  };
}
