import { conversationKey, type ConversationKey } from '@shared/domain/entities';
import { isFiltered, NO_FILTER, type LogFilter } from '@shared/domain/log-filter';
import { useCallback, useEffect, useMemo } from 'react';
import { pageData } from './current';
import { DoorFailure } from './door/failure';
import { DeliveryLog, type LogView } from './stores/delivery-log';
import { useSignal } from './stores/use-signal';

export type { LogView } from './stores/delivery-log';

export interface LogHandle extends LogView {
  readOlder: () => void;
}

/**
 * The host's delivery log, read in pages while the calling component is mounted.
 * @param filter what is looked for; the same object as long as it is the same. With another one what
 *   is still being looked for is given up.
 */
export function useDeliveryLog(filter: LogFilter): LogHandle {
  const { door, outbox, link } = pageData();
  // What was read of the whole log is there again when nothing is looked for any more.
  const whole = useMemo(() => new DeliveryLog({ door, outbox }, NO_FILTER), [door, outbox]);
  const log = useMemo(
    () => (isFiltered(filter) ? new DeliveryLog({ door, outbox }, filter) : whole),
    [door, outbox, filter, whole],
  );
  useEffect(() => log.open(), [log]);
  const view = useSignal(log.view);
  const { state } = useSignal(link);
  // What could not be read is read once the host is back.
  useEffect(() => {
    if (state === 'live' && log.view.get().older === 'unreachable') void log.readOlder();
  }, [log, state]);
  const readOlder = useCallback(() => void log.readOlder(), [log]);
  return { ...view, readOlder };
}

/** Who and what a conversation is about, in words to look for. */
export type ConversationWords = ReadonlyMap<ConversationKey, string>;

/** Customer and subject of conversations, as far as this device has them. */
export async function conversationWords(keys: readonly ConversationKey[]): Promise<ConversationWords> {
  const found = await pageData().rows.readWhole(keys);
  return new Map(
    found.map(
      ({ accountId, id, contactName, subject }) =>
        [conversationKey(accountId, id), `${contactName} ${subject}`] as const,
    ),
  );
}

/**
 * The whole log as a file.
 * @param onBytes how many bytes have come so far; how many there will be is not known
 * @throws DoorFailure; the signal's reason when aborted
 */
export function readLogFile(
  format: 'csv' | 'json',
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  return pageData().door.logFile(format, onBytes, signal);
}

/** True when the host did not answer, rather than refuse. */
export function isUnreachable(failure: unknown): boolean {
  return failure instanceof DoorFailure && (failure.code === 'unreachable' || failure.code === 'closing');
}
