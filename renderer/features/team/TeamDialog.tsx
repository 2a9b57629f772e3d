import { useState } from 'react';
import { Dialog } from '@renderer/components/Dialog';
import { Segments } from '@renderer/components/Segments';
import { Skeleton } from '@renderer/components/Skeleton';
import { useTranslation } from '@renderer/components/use-translation';
import { useHostLink } from '@renderer/data/host-link';
import { useTeam } from '@renderer/data/team';
import { useCommand } from '@renderer/state/commands';
import { useOverlay } from '@renderer/state/overlays';
import { useTeamScreen } from '@renderer/state/team-screen';
import { BundlePart } from './BundlePart';
import { PublishPart } from './PublishPart';
import { RepliesPart } from './RepliesPart';
import { RolesPart } from './RolesPart';
import { WherePart } from './WherePart';

const PARTS = ['where', 'replies', 'roles', 'publish'] as const;
type Part = (typeof PARTS)[number];

/** What the team shares beyond its helpdesks: where each thing lives, replies, roles, publishing. */
export function TeamDialog() {
  const { t } = useTranslation('team');
  const open = useOverlay((state) => state.open) === 'team';
  const show = useOverlay((state) => state.show);
  useCommand({
    id: 'app.team',
    group: 'app',
    keys: ['g t'],
    label: t('title'),
    run: () => show('team'),
  });
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => show(next ? 'team' : null)}
      title={t('title')}
      description={t('description')}
      size="wide"
    >
      <Parts />
    </Dialog>
  );
}

function Parts() {
  const { t } = useTranslation(['team', 'accounts']);
  const team = useTeam();
  // A reply that was being written when the screen closed stands where it was.
  const [part, setPart] = useState<Part>(() =>
    useTeamScreen.getState().typed === null ? 'where' : 'replies',
  );
  const isLost = useHostLink().state === 'lost';
  if (team === null) {
    return isLost ? (
      <p role="alert" className="pt-1 text-warning">
        {t('accounts:hostLost')}
      </p>
    ) : (
      <Skeleton className="h-40" />
    );
  }
  return (
    <div className="flex min-h-96 flex-col gap-4 pt-1">
      <div className="-mx-1 overflow-x-auto px-1 py-0.5">
        <Segments
          label={t('parts')}
          value={part}
          onChange={setPart}
          options={PARTS.map((value) => ({ value, label: t(`part.${value}`) }))}
        />
      </div>
      {part === 'where' && (
        <>
          <WherePart team={team} />
          <BundlePart followed={team.followed} />
        </>
      )}
      {part === 'replies' && <RepliesPart team={team} />}
      {part === 'roles' && <RolesPart team={team} />}
      {part === 'publish' && <PublishPart team={team} />}
    </div>
  );
}
