import { useTranslation } from '@renderer/components/use-translation';
import { useAccounts } from '@renderer/data/accounts';
import type { TeamState } from '@shared/contract/team';
import {
  placeOf,
  SHAPED_KINDS,
  TEAM_DATA_KINDS,
  type Place,
  type TeamDataKind,
} from '@shared/domain/team-data';

/** Kinds that something on screen reads by now. */
const USED: readonly TeamDataKind[] = ['teamReply', 'role', 'personLink'];

/** Kind by kind, where it is kept: said before anybody relies on it. */
export function WherePart({ team }: { team: TeamState }) {
  const { t } = useTranslation('team');
  const accounts = useAccounts();
  const revision = team.followed?.inUse?.revision;
  const words = (place: Place): string => {
    if (place.place === 'backend') return t(`place.${place.where}`, { name: place.name });
    if (place.place === 'computer') return t('place.computer');
    return revision === undefined ? t('place.bundleEmpty') : t('place.bundle', { revision });
  };
  return (
    <table className="w-full border-collapse text-left">
      <caption className="sr-only">{t('part.where')}</caption>
      <thead>
        <tr className="border-b text-meta text-muted">
          <th scope="col" className="py-1 pr-4 font-normal">
            {t('column.kind')}
          </th>
          <th scope="col" className="py-1 font-normal">
            {t('column.place')}
          </th>
        </tr>
      </thead>
      <tbody>
        {TEAM_DATA_KINDS.map((kind) => {
          const here = accounts.map(({ id, name }) => ({
            name,
            where: words(placeOf(kind, team.keeps[id], team.followed !== null)),
          }));
          const same = new Set(here.map(({ where }) => where)).size <= 1;
          const shaped = SHAPED_KINDS.find((one) => one === kind);
          // What was noted here stays here until an administrator takes it along.
          const onlyHere = team.followed === null || !shaped ? 0 : team.computer[shaped].length;
          return (
            <tr key={kind} className="border-b border-line/60 align-top last:border-b-0">
              <th scope="row" className="py-1.5 pr-4 font-normal">
                {t(`kind.${kind}`)}
                {!USED.includes(kind) && <span className="block text-meta text-muted">{t('notYet')}</span>}
              </th>
              <td className="py-1.5">
                {same
                  ? (here[0]?.where ?? words(placeOf(kind, undefined, team.followed !== null)))
                  : here.map(({ name, where }) => (
                      <span key={name} className="block">
                        {t('place.at', { account: name, where })}
                      </span>
                    ))}
                {onlyHere > 0 && (
                  <span className="block text-meta text-muted">{t('place.also', { count: onlyHere })}</span>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
