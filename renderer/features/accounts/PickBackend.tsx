import { ChevronRight, GraduationCap, Headset } from 'lucide-react';
import { Button } from '@renderer/components/Button';
import { Chip } from '@renderer/components/Chip';
import { useTranslation } from '@renderer/components/use-translation';
import { addAccount } from '@renderer/data/account-admin';
import { useAccounts } from '@renderer/data/accounts';
import { useStep } from '@renderer/data/use-step';
import { useAccountScreen } from '@renderer/state/account-screen';
import type { BackendOffer } from '@shared/contract/accounts';
import { HostFailure } from './CheckPart';
import { ProfileImport } from './ProfileImport';

/** The product's own helpdesk: connected elsewhere by its address, here as the sample helpdesk. */
const OWN_BACKEND = 'embedded';

export interface PickBackendProps {
  offers: readonly BackendOffer[];
  onPick: (backend: string) => void;
  /** A profile was kept: its backend can be picked now. */
  onImported: (backend: string) => void;
}

/** Which helpdesk it is. */
export function PickBackend({ offers, onPick, onImported }: PickBackendProps) {
  const { t } = useTranslation('accounts');
  const theirs = offers.filter(({ id }) => id !== OWN_BACKEND);
  const own = offers.filter(({ id }) => id === OWN_BACKEND);
  return (
    <div className="flex flex-col gap-4">
      <p className="text-muted">{t('connect.pick')}</p>
      <ul aria-label={t('connect.offers')} className="grid gap-2 two:grid-cols-2">
        {[...theirs, ...own].map(({ id, name, custom }) => (
          <li key={id}>
            <button
              type="button"
              onClick={() => onPick(id)}
              className="flex min-h-10 w-full items-center gap-2.5 rounded-control border px-3 py-2 text-left transition-colors duration-120 hover:bg-hover"
            >
              <Headset size={16} strokeWidth={1.75} className="shrink-0 text-muted" aria-hidden />
              <span className="min-w-0 flex-1 font-strong [overflow-wrap:anywhere]">{name}</span>
              {custom && <Chip>{t('connect.custom')}</Chip>}
              <ChevronRight size={14} className="shrink-0 text-faint" aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      <SampleHelpdesk />
      <ProfileImport onImported={onImported} />
    </div>
  );
}

/** A helpdesk to practise on, run by this console itself. */
function SampleHelpdesk() {
  const { t } = useTranslation('accounts');
  const there = useAccounts().some(({ ownHelpdesk }) => ownHelpdesk === true);
  const go = useAccountScreen((state) => state.go);
  const setOpened = useAccountScreen((state) => state.setOpened);
  const { busy, failed, run } = useStep();
  const add = async () => {
    const { id } = await addAccount({ name: t('sample.name'), backend: OWN_BACKEND, url: '', values: {} });
    setOpened(id);
    go({ name: 'list' });
  };
  return (
    <section aria-label={t('sample.name')} className="flex flex-col gap-2 rounded-control border px-3 py-2.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <GraduationCap size={16} strokeWidth={1.75} className="shrink-0 text-muted" aria-hidden />
        <div className="min-w-0 flex-[1_1_14rem] text-pretty">
          <p className="font-strong">{t('sample.name')}</p>
          <p className="text-muted">{t(there ? 'sample.there' : 'sample.what')}</p>
        </div>
        <Button onClick={() => void run(add)} busy={busy} disabled={there}>
          {t('sample.add')}
        </Button>
      </div>
      {failed !== null && <HostFailure code={failed} />}
    </section>
  );
}
