import { useState } from 'react';
import { useTranslation } from '@renderer/components/use-translation';
import { canUndo, type OutboxRow } from '@shared/domain/intents';
import { Button } from '@renderer/components/Button';
import { cx } from '@renderer/components/class-names';
import { deliveryFacts, useDeliveryWords } from '@renderer/components/delivery-words';
import { DeliveryGlyph, type ShownDelivery } from '@renderer/components/DeliveryGlyph';
import { useAccounts } from '@renderer/data/accounts';
import { discard, resend, useOutbox, type SavingRow } from '@renderer/data/outbox';
import { useRecentDecision } from '@renderer/state/recent-decision';
import { behind } from './held/stopped';

export interface DeliveryLineProps {
  row: OutboxRow | SavingRow;
  /** Takes it back and gives its text to the composer. */
  onTakeBack: (row: OutboxRow | SavingRow) => void;
}

/** How far one's own reply or note got, in words, with what can be done about it. */
export function DeliveryLine({ row, onTakeBack }: DeliveryLineProps) {
  const { t } = useTranslation(['outbox', 'speaker']);
  const account = useAccounts().find(({ id }) => id === row.intent.accountId);
  const notTaken = row.state === 'saving' && row.refusedBecause !== null;
  const shown: ShownDelivery = notTaken ? 'parked' : row.state;
  const outbox = useOutbox();
  const isBehind = row.state !== 'saving' && outbox.some((other) => behind(other, [row]).length > 0);
  const words = useDeliveryWords(deliveryFacts(row, account, isBehind));
  const [failed, setFailed] = useState(false);
  const needsAgent = shown === 'parked' || shown === 'bounced';
  // The strip over the composer offers the latest one; two buttons for one thing are one too many.
  const inStrip = useRecentDecision((state) => state.latest?.ref === row.intent.ref);
  const takeBack = !inStrip && (row.state === 'saving' || canUndo(row.state));
  const attempt = async (action: (ref: string) => Promise<void>) => {
    setFailed(false);
    try {
      await action(row.intent.ref);
    } catch {
      setFailed(true);
    }
  };
  // The strip counts down as well; the glyph at the message's head is enough.
  if (inStrip && shown === 'delayed') return null;
  return (
    <div
      className={cx(
        'mt-1.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-meta',
        shown === 'parked' || shown === 'bounced'
          ? 'text-danger'
          : shown === 'unknown'
            ? 'text-warning'
            : 'text-muted',
      )}
    >
      <DeliveryGlyph state={shown} decorative />
      <span className="tabular max-w-[calc(100%-1.5rem)] min-w-0 text-pretty [overflow-wrap:anywhere]">
        {words}
      </span>
      {row.state !== 'saving' && row.leftAs !== undefined && (
        <span className="text-warning">{t('speaker:misnamed', { name: row.leftAs })}</span>
      )}
      {takeBack && !needsAgent && (
        <Button variant="quiet" size="small" className="h-6" onClick={() => onTakeBack(row)}>
          {t('action.undo')}
        </Button>
      )}
      {needsAgent && shown !== 'bounced' && (
        <span className="flex basis-full flex-wrap gap-1.5">
          <Button size="small" onClick={() => onTakeBack(row)}>
            {t('action.edit')}
          </Button>
          <Button size="small" onClick={() => void attempt(resend)}>
            {t('action.resend')}
          </Button>
          <Button size="small" onClick={() => void attempt(discard)}>
            {t('action.discard')}
          </Button>
        </span>
      )}
      {failed && (
        <span role="status" className="text-warning">
          {t('action.failed')}
        </span>
      )}
    </div>
  );
}
