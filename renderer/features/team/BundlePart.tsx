import { RefreshCw } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Banner } from '@renderer/components/Banner';
import { Button } from '@renderer/components/Button';
import { RelativeTime } from '@renderer/components/RelativeTime';
import { TextField } from '@renderer/components/TextField';
import { useTranslation } from '@renderer/components/use-translation';
import { followBundle, lookAtBundle, refreshBundle, unfollowBundle } from '@renderer/data/team';
import { useStep } from '@renderer/data/use-step';
import type { BundleProblem, Followed, TeamLook } from '@shared/contract/team';
import { Fact } from './Fact';
import { StepFailure } from './StepFailure';

/** The bundle that is followed, or the way to follow one. */
export function BundlePart({ followed }: { followed: Followed | null }) {
  const { t } = useTranslation('team');
  return (
    <section aria-labelledby="team-bundle" className="flex flex-col gap-2">
      <h3 id="team-bundle" className="font-strong">
        {t('bundle.title')}
      </h3>
      {followed === null ? <Follow /> : <Following followed={followed} />}
    </section>
  );
}

function Following({ followed }: { followed: Followed }) {
  const { t } = useTranslation('team');
  const { busy, failed, run } = useStep();
  const { inUse, problem, way, checkedAt } = followed;
  return (
    <>
      {problem !== null && <Problem problem={problem} inUse={inUse?.revision ?? null} />}
      {way === 'http' && <Warning />}
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        <Fact name={t('bundle.address')}>
          <span className="break-all">{followed.address}</span>
        </Fact>
        <Fact name={t('bundle.fingerprint')}>
          <code className="tabular">{followed.fingerprint}</code>
        </Fact>
        <Fact name={t('bundle.inUse')}>
          {inUse === null ? (
            t('bundle.none')
          ) : (
            <>
              {t('bundle.revision', { revision: inUse.revision, publisher: inUse.publisher })}{' '}
              <span className="text-muted">
                <RelativeTime at={inUse.gotAt} />
              </span>
            </>
          )}
        </Fact>
        <Fact name={t('bundle.checked')}>
          {checkedAt === null ? t('bundle.never') : <RelativeTime at={checkedAt} />}
        </Fact>
      </dl>
      <StepFailure failed={failed} />
      <div className="flex flex-wrap gap-2">
        <Button icon={RefreshCw} busy={busy} onClick={() => void run(refreshBundle)}>
          {t('bundle.check')}
        </Button>
        <Button variant="quiet" disabled={busy} onClick={() => void run(unfollowBundle)}>
          {t('bundle.stop')}
        </Button>
      </div>
    </>
  );
}

/** What is wrong, what to do, and that the last good copy stays. */
function Problem({ problem, inUse }: { problem: BundleProblem; inUse: number | null }) {
  const { t } = useTranslation('team');
  const { kind, detail, revision } = problem;
  return (
    <div className="overflow-hidden rounded-control">
      <Banner tone="warning">
        {t(`problem.${kind}`)}
        {revision !== null && inUse !== null && revision > inUse && (
          <> {t('bundle.newer', { revision, inUse })}</>
        )}
        {inUse !== null && <> {t('bundle.stays', { revision: inUse })}</>}
        {detail !== '' && <span className="text-meta"> ({detail})</span>}
      </Banner>
    </div>
  );
}

function Warning() {
  const { t } = useTranslation('team');
  return (
    <div className="overflow-hidden rounded-control">
      <Banner tone="warning">{t('bundle.plain')}</Banner>
    </div>
  );
}

function Follow() {
  const { t } = useTranslation('team');
  const { busy, failed, run } = useStep();
  const [link, setLink] = useState('');
  const [look, setLook] = useState<TeamLook | null>(null);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // What was found, and the button to follow it, would come below what is seen.
    if (look !== null) form.current?.scrollIntoView({ block: 'end' });
  }, [look]);
  const ask = () => run(async () => setLook(await lookAtBundle(link.trim())));
  return (
    <form
      ref={form}
      className="flex scroll-mb-4 flex-col gap-2"
      onSubmit={(submit) => {
        submit.preventDefault();
        void ask();
      }}
    >
      <p className="text-muted">{t('bundle.explain')}</p>
      <TextField
        label={t('bundle.link')}
        value={link}
        onChange={(change) => {
          setLink(change.target.value);
          setLook(null);
        }}
      />
      <StepFailure failed={failed} />
      {look === null ? (
        <Button type="submit" className="self-start" busy={busy} disabled={link.trim() === ''}>
          {t('bundle.look')}
        </Button>
      ) : (
        <>
          {look.problem !== null && <Problem problem={look.problem} inUse={null} />}
          {look.way === 'http' && <Warning />}
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
            <Fact name={t('bundle.address')}>
              <span className="break-all">{look.address}</span>
            </Fact>
            {look.found !== null && <Fact name={t('bundle.found')}>{t('bundle.revision', look.found)}</Fact>}
            <Fact name={t('bundle.fingerprint')}>
              <code className="tabular">{look.fingerprint}</code>
            </Fact>
          </dl>
          <p className="text-muted">{t('bundle.compare')}</p>
          <Button
            variant="primary"
            className="self-start"
            busy={busy}
            onClick={() => void run(() => followBundle(link.trim()))}
          >
            {t('bundle.follow')}
          </Button>
        </>
      )}
    </form>
  );
}
