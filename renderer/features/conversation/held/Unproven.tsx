import { Check } from 'lucide-react';
import { useId } from 'react';
import type { Message } from '@shared/domain/entities';
import type { OutboxRow } from '@shared/domain/intents';
import { Button } from '@renderer/components/Button';
import { formatDate } from '@renderer/components/dates';
import { useTranslation } from '@renderer/components/use-translation';
import { useTimeline } from '@renderer/data/conversation';
import { placeOf } from '@renderer/data/second-thoughts';
import { Said } from './Difference';
import { candidates } from './candidates';
import type { SecondThoughts } from './use-second-thoughts';

/** The newest of a thread that are shown to look through. */
const MOST_SHOWN = 5;

/** Nobody can tell whether it arrived: the thread's newest, to find it among. */
export function Unproven({ row, thoughts }: { row: OutboxRow; thoughts: SecondThoughts }) {
  const { t, i18n } = useTranslation('held');
  const id = useId();
  const { items } = useTimeline(placeOf(row));
  const messages = items.flatMap((item) => (item.type === 'message' ? [item.message] : []));
  const found = candidates(row, messages);
  const shown = messages
    .filter((message): message is Spoken => message.kind !== 'event' && message.author.type !== 'system')
    .slice(-MOST_SHOWN);
  const clock = (at: number) => formatDate(at, i18n.language, 'clock');
  return (
    <section aria-labelledby={id} className="min-w-0 space-y-2 bg-canvas/60 px-3 py-2.5">
      <h2 id={id} className="text-meta font-normal text-muted">
        {t(shown.length === 0 ? 'known.empty' : 'known.look')}
      </h2>
      <ol className="space-y-2">
        {shown.map((message) => (
          <li key={message.id}>
            <Said
              moved={{
                kind: message.kind,
                authorType: message.author.type,
                authorId: message.author.id,
                authorName: message.author.name,
                createdAt: message.createdAt,
              }}
              message={message}
              brief={!found.has(message.id)}
              accountId={row.intent.accountId}
              action={
                found.has(message.id) && (
                  <Button
                    size="small"
                    icon={Check}
                    aria-disabled={thoughts.busy || undefined}
                    aria-label={t('known.thisIsItOf', { time: clock(message.createdAt) })}
                    onClick={thoughts.busy ? undefined : () => thoughts.found(message.id)}
                  >
                    {t('known.thisIsIt')}
                  </Button>
                )
              }
            />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What is known of a row without its thread: when it was written and tried, what the server said. */
export function Known({ row }: { row: OutboxRow }) {
  const { t, i18n } = useTranslation('held');
  const tries = row.evidence
    .filter(({ state }) => state === 'sending')
    .map(({ at }) => formatDate(at, i18n.language, 'clock'));
  return (
    <dl className="tabular mt-3 space-y-1.5 border-t pt-2.5 text-meta">
      <Fact name={t('known.written')}>{formatDate(row.intent.decidedAt, i18n.language, 'full')}</Fact>
      {tries.length > 0 && <Fact name={t('known.tries')}>{tries.join(', ')}</Fact>}
      <Fact name={t('known.said')}>{row.reason?.detail?.trim() || t('known.nothingSaid')}</Fact>
    </dl>
  );
}

/** Said by a person. */
type Spoken = Message & {
  kind: Exclude<Message['kind'], 'event'>;
  author: { type: 'contact' | 'agent' };
};

function Fact({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt className="text-muted">{name}</dt>
      <dd className="[overflow-wrap:anywhere]">{children}</dd>
    </div>
  );
}
