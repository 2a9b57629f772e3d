import { useTranslation } from '@renderer/components/use-translation';
import { Skeleton } from '@renderer/components/Skeleton';
import { useDelayed } from '@renderer/components/use-delayed';

/** Quiet bars where the messages will be; only when they take longer than the eye. */
export function MessagesSkeleton() {
  const { t } = useTranslation('conversation');
  const late = useDelayed(true);
  return (
    <div role="status" aria-label={t('loading')} className="mt-6 space-y-8 px-3">
      {late &&
        [72, 40, 58].map((width) => (
          <div key={width} className="space-y-2.5">
            <Skeleton className="h-3 w-28" />
            <div style={{ width: `${width}%` }}>
              <Skeleton className="h-3 w-full" />
            </div>
            <Skeleton className="h-3 w-1/2" />
          </div>
        ))}
    </div>
  );
}

/** The whole pane while the conversation itself is being read. */
export function ConversationSkeleton() {
  const late = useDelayed(true);
  return (
    <div className="flex h-full flex-col" aria-busy="true">
      <div className="border-b px-5 pt-4 pb-3">
        {late && (
          <div className="space-y-3">
            <Skeleton className="h-5 w-2/3" />
            <Skeleton className="h-3 w-1/3" />
          </div>
        )}
        {!late && <div className="h-11" />}
      </div>
      <div className="mx-auto w-full max-w-[42rem] flex-1">
        <MessagesSkeleton />
      </div>
    </div>
  );
}
