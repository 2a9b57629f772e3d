import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@renderer/components/Button';
import { IconButton } from '@renderer/components/IconButton';
import { Select } from '@renderer/components/Select';
import { TextField } from '@renderer/components/TextField';
import { useTranslation } from '@renderer/components/use-translation';
import { useAccounts } from '@renderer/data/accounts';
import { putTeamRecord, removeTeamRecord } from '@renderer/data/team';
import { useStep } from '@renderer/data/use-step';
import type { TeamState } from '@shared/contract/team';
import { addressOf, roleOf, ROLES, type Role } from '@shared/domain/team-data';
import { StepFailure } from './StepFailure';

/** Who has which role, and what that means: it opens and shuts nothing by itself. */
export function RolesPart({ team }: { team: TeamState }) {
  const { t } = useTranslation('team');
  const accounts = useAccounts();
  const { busy, failed, run } = useStep();
  const [agent, setAgent] = useState('');
  const own = team.publisher !== null;
  const roles = own ? team.draft.role : team.team.role;
  const put = (record: Role) => run(() => putTeamRecord('draft', { kind: 'role', record }));
  return (
    <section className="flex flex-col gap-3" aria-label={t('part.roles')}>
      <p className="text-muted">{t('roles.explain')}</p>
      <ul className="flex flex-col gap-1">
        {accounts.flatMap((account) => {
          if (account.agent === null) return [];
          const role = roleOf(team.team.role, account.agent, addressOf(account));
          return (
            <li key={account.id}>
              {t('roles.mine', {
                account: account.name,
                role: role === null ? t('role.none') : t(`role.${role}`),
              })}
            </li>
          );
        })}
      </ul>
      {roles.length === 0 && <p className="text-muted">{t(own ? 'roles.noneYet' : 'roles.none')}</p>}
      <ul className="flex flex-col">
        {roles.map((role) => (
          <li key={role.id} className="flex items-center gap-2 border-b border-line/60 py-1.5">
            <span className="min-w-0 flex-1 truncate">{role.agent}</span>
            {own ? (
              <>
                <Select
                  label={t('roles.of', { agent: role.agent })}
                  value={role.role}
                  onChange={(value) => void put({ ...role, role: value })}
                  options={ROLES.map((value) => ({ value, label: t(`role.${value}`) }))}
                  className="w-40"
                />
                <IconButton
                  icon={Trash2}
                  label={t('roles.remove', { agent: role.agent })}
                  disabled={busy}
                  onClick={() => void run(() => removeTeamRecord('draft', { kind: 'role', id: role.id }))}
                />
              </>
            ) : (
              <span className="text-muted">{t(`role.${role.role}`)}</span>
            )}
          </li>
        ))}
      </ul>
      <StepFailure failed={failed} />
      {own && (
        <form
          className="flex flex-wrap items-end gap-2"
          onSubmit={(submit) => {
            submit.preventDefault();
            if (agent.trim() === '') return;
            void put({
              id: crypto.randomUUID(),
              agent: agent.trim(),
              account: null,
              role: 'agent',
            }).then((done) => done && setAgent(''));
          }}
        >
          <TextField
            label={t('roles.agent')}
            value={agent}
            maxLength={320}
            onChange={(change) => setAgent(change.target.value)}
            className="w-64 max-w-full"
          />
          <Button type="submit" icon={Plus} busy={busy}>
            {t('roles.add')}
          </Button>
        </form>
      )}
    </section>
  );
}
