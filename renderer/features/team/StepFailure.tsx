import { useTranslation } from '@renderer/components/use-translation';
import type { Step } from '@renderer/data/use-step';

/** Codes with words of their own. */
const WORDED = [
  'bad-address',
  'too-late',
  'too-large',
  'not-offered',
  'account-unreachable',
  'disk-full',
] as const;

/** Why a step was not done, under its button. */
export function StepFailure({ failed }: Pick<Step, 'failed'>) {
  const { t } = useTranslation('team');
  if (failed === null) return null;
  const code = WORDED.find((one) => one === failed) ?? 'other';
  return (
    <p role="alert" className="text-warning">
      {t(`failure.${code}`)}
    </p>
  );
}
