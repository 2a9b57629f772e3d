import { Copy, Download, Upload } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@renderer/components/Button';
import { RelativeTime } from '@renderer/components/RelativeTime';
import { TextField } from '@renderer/components/TextField';
import { useCopy } from '@renderer/components/use-copy';
import { useTranslation } from '@renderer/components/use-translation';
import { useAccounts } from '@renderer/data/accounts';
import {
  bundleFile,
  changePublisherKey,
  publishRevision,
  putTeamRecord,
  setUpPublisher,
} from '@renderer/data/team';
import { useStep } from '@renderer/data/use-step';
import type { Publisher, TeamState } from '@shared/contract/team';
import {
  addressOf,
  differencesBetween,
  isSameAddress,
  roleOf,
  withOwnHelpdesk,
  type Difference,
  type PersonLink,
} from '@shared/domain/team-data';
import { Fact } from './Fact';
import { StepFailure } from './StepFailure';

const FILE_NAME = 'holdfast-team.json';
/** The browser has taken the bytes long before; a minute is for slow disks. */
const REVOKE_AFTER_MS = 60_000;

/** Setting publishing up, then what the next revision changes. */
export function PublishPart({ team }: { team: TeamState }) {
  const { t } = useTranslation('team');
  const offered = useIsOffered(team);
  const [changing, setChanging] = useState(false);
  const { publisher } = team;
  if (publisher === null && !offered) return <p className="text-muted">{t('publish.notOffered')}</p>;
  if (publisher === null || changing) {
    return <SetUp publisher={publisher} onDone={() => setChanging(false)} />;
  }
  return <Publishing team={team} publisher={publisher} onChangePlace={() => setChanging(true)} />;
}

/** Where the bundle names roles, setting up another one is offered to administrators alone. */
function useIsOffered({ team }: TeamState): boolean {
  const accounts = useAccounts();
  const mine = accounts.flatMap((account) => {
    const role = account.agent && roleOf(team.role, account.agent, addressOf(account));
    return role === null ? [] : [role];
  });
  return mine.length === 0 || mine.includes('administrator');
}

function SetUp({ publisher, onDone }: { publisher: Publisher | null; onDone: () => void }) {
  const { t } = useTranslation('team');
  const { busy, failed, run } = useStep();
  const [name, setName] = useState(publisher?.name ?? '');
  const [folder, setFolder] = useState(publisher?.folder ?? '');
  const [url, setUrl] = useState(() => addressIn(publisher?.link ?? null));
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(submit) => {
        submit.preventDefault();
        void run(() => setUpPublisher({ name, folder, url })).then((done) => done && onDone());
      }}
    >
      <p className="text-muted">{t('publish.explain')}</p>
      <TextField
        label={t('publish.name')}
        value={name}
        required
        maxLength={200}
        onChange={(change) => setName(change.target.value)}
      />
      <TextField
        label={t('publish.folder')}
        value={folder}
        maxLength={2_000}
        onChange={(change) => setFolder(change.target.value)}
      />
      <TextField
        label={t('publish.url')}
        value={url}
        maxLength={2_000}
        onChange={(change) => setUrl(change.target.value)}
      />
      <p className="text-meta text-muted">{t('publish.where')}</p>
      <StepFailure failed={failed} />
      <div className="flex gap-2">
        <Button
          type="submit"
          variant="primary"
          busy={busy}
          disabled={name.trim() === '' || (folder.trim() === '' && url.trim() === '')}
        >
          {t(publisher === null ? 'publish.begin' : 'save')}
        </Button>
        {publisher !== null && <Button onClick={onDone}>{t('cancel')}</Button>}
      </div>
    </form>
  );
}

function Publishing(props: { team: TeamState; publisher: Publisher; onChangePlace: () => void }) {
  const { team, publisher, onChangePlace } = props;
  const { t } = useTranslation('team');
  const { busy, failed, run } = useStep();
  const { copied, copy } = useCopy();
  const [asksForKey, setAsksForKey] = useState(false);
  const differences = differencesBetween(publisher.published, team.draft);
  const { link, revision } = publisher;
  const links = linksToTake(team, useAccounts());
  return (
    <section className="flex flex-col gap-3" aria-label={t('part.publish')}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        <Fact name={t('publish.as')}>{publisher.name}</Fact>
        <Fact name={t('bundle.fingerprint')}>
          <code className="tabular">{publisher.fingerprint}</code>
        </Fact>
        <Fact name={t('publish.to')}>
          <span className="break-all">{publisher.folder ?? t('publish.byHand')}</span>
        </Fact>
        <Fact name={t('publish.newest')}>
          {publisher.publishedAt === null ? (
            t('publish.none')
          ) : (
            <>
              {t('publish.revision', { revision })} <RelativeTime at={publisher.publishedAt} />
            </>
          )}
        </Fact>
      </dl>
      {!publisher.hasKey && <p className="text-warning">{t('failure.not-offered')}</p>}
      <h3 className="font-strong">{t('publish.changes', { revision: revision + 1 })}</h3>
      {differences.length === 0 ? (
        <p className="text-muted">{t('publish.noChanges')}</p>
      ) : (
        <ul className="flex flex-col gap-1">
          {differences.map((difference) => (
            <li key={`${difference.kind}/${difference.id}`}>
              <span className="text-muted">
                {t(`change.${difference.change}`)} · {t(`kind.${difference.kind}`)}:
              </span>{' '}
              <bdi>{nameOf(difference)}</bdi>
            </li>
          ))}
        </ul>
      )}
      {links.length > 0 && (
        <Button className="self-start" busy={busy} onClick={() => void run(() => takeLinks(links))}>
          {t('publish.links', { count: links.length })}
        </Button>
      )}
      <StepFailure failed={failed} />
      <div className="flex flex-wrap gap-2">
        <Button
          variant="primary"
          icon={Upload}
          busy={busy}
          disabled={!publisher.hasKey || (differences.length === 0 && revision > 0)}
          onClick={() => void run(publishRevision)}
        >
          {t('publish.publish', { revision: revision + 1 })}
        </Button>
        {link !== null && (
          <Button icon={Copy} onClick={() => copy(link)}>
            {t(copied ? 'publish.copied' : 'publish.copy')}
          </Button>
        )}
        {revision > 0 && (
          <Button icon={Download} onClick={() => void run(saveFile)}>
            {t('publish.download')}
          </Button>
        )}
        <Button variant="quiet" onClick={onChangePlace}>
          {t('publish.place')}
        </Button>
      </div>
      {asksForKey ? (
        <div className="flex flex-wrap items-center gap-2">
          <p className="min-w-0 flex-1 text-muted">{t('publish.newKeyExplain')}</p>
          <Button
            variant="danger"
            busy={busy}
            onClick={() => void run(changePublisherKey).then(() => setAsksForKey(false))}
          >
            {t('publish.newKey')}
          </Button>
          <Button onClick={() => setAsksForKey(false)}>{t('cancel')}</Button>
        </div>
      ) : (
        <Button
          variant="quiet"
          className="self-start"
          disabled={!publisher.hasKey}
          onClick={() => setAsksForKey(true)}
        >
          {t('publish.newKey')}
        </Button>
      )}
    </section>
  );
}

/** Where a link says the bundle is, when that is an address; '' for a folder. */
function addressIn(link: string | null): string {
  const at = new URLSearchParams(link?.slice(link.indexOf('?') + 1)).get('at') ?? '';
  return /^https?:/i.test(at) ? at : '';
}

/** What was said here about who is who, and is not in the next revision yet. */
function linksToTake(
  { computer, draft }: TeamState,
  accounts: Parameters<typeof withOwnHelpdesk>[1],
): PersonLink[] {
  // A port of this computer would mean somebody else's helpdesk on another one.
  return withOwnHelpdesk(computer.personLink, accounts).filter((link) => {
    const there = draft.personLink.find(({ id }) => id === link.id);
    if (there === undefined || there.at !== link.at) return there === undefined || there.at < link.at;
    return !isSameAddress(there.a, link.a) || !isSameAddress(there.b, link.b);
  });
}

async function takeLinks(links: readonly PersonLink[]): Promise<void> {
  for (const { a, b, ...link } of links) {
    await putTeamRecord('draft', { kind: 'personLink', record: { ...link, a: { ...a }, b: { ...b } } });
  }
}

/** What a person calls a record. */
function nameOf({ kind, id, record }: Difference): string {
  if ('title' in record) return record.title;
  if ('agent' in record) return record.agent;
  if ('name' in record) return record.name;
  if ('verdict' in record) return `${record.a.contactId} · ${record.b.contactId} (${record.by})`;
  return `${kind} ${id}`;
}

async function saveFile(): Promise<void> {
  const url = URL.createObjectURL(await bundleFile());
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = FILE_NAME;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_AFTER_MS);
}
