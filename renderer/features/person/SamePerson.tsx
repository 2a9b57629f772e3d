import { Link2, Unlink } from 'lucide-react';
import { Avatar } from '@renderer/components/Avatar';
import { Button } from '@renderer/components/Button';
import { IconButton } from '@renderer/components/IconButton';
import { formatDate } from '@renderer/components/dates';
import { handleWords } from '@renderer/components/social-names';
import { useTranslation } from '@renderer/components/use-translation';
import { useAccounts } from '@renderer/data/accounts';
import { decidePerson, usePerson } from '@renderer/data/people';
import { contactKey, type Kinship, type Relative } from '@shared/domain/people';
import { useRef, useState, type RefObject } from 'react';

/** Who else is this person in other accounts, why, and what an agent may say about it. */
export function SamePerson({ accountId, contactId }: { accountId: string; contactId: string }) {
  const { t } = useTranslation('person');
  const anchor = `${accountId}/${contactId}`;
  const { joined, suggested, parted } = usePerson(anchor);
  const [failed, setFailed] = useState(false);
  const box = useRef<HTMLElement>(null);
  const nameOf = ({ contact }: Relative): string => contact.name.trim() || t('noName');
  if (joined.length + suggested.length + parted.length === 0) return null;
  const decide = (relative: Relative, verdict: 'same' | 'apart'): void => {
    setFailed(false);
    // The row that has the focus is about to go: the next key must not fall into nothing.
    box.current?.focus({ preventScroll: true });
    const one = verdict === 'same' ? anchor : relative.like;
    decidePerson(one, contactKey(relative.contact), verdict).catch(() => setFailed(true));
  };
  return (
    <Box box={box} title={t('same.title')}>
      {joined.length > 0 && (
        <ul>
          {joined.map((relative) => (
            <Row key={contactKey(relative.contact)} relative={relative}>
              <IconButton
                icon={Unlink}
                size="small"
                label={t('same.apart', { name: nameOf(relative) })}
                onClick={() => decide(relative, 'apart')}
              />
            </Row>
          ))}
        </ul>
      )}
      {suggested.length > 0 && (
        <>
          <h4 className="mt-2 mb-1 text-meta text-muted">{t('same.perhaps')}</h4>
          <ul>
            {suggested.map((relative) => (
              <Row key={contactKey(relative.contact)} relative={relative}>
                <Button
                  variant="quiet"
                  size="small"
                  icon={Link2}
                  aria-label={`${t('same.join')}: ${nameOf(relative)}`}
                  onClick={() => decide(relative, 'same')}
                >
                  {t('same.join')}
                </Button>
              </Row>
            ))}
          </ul>
        </>
      )}
      {parted.length > 0 && (
        <>
          <h4 className="mt-2 mb-1 text-meta text-muted">{t('same.parted')}</h4>
          <ul>
            {parted.map((relative) => (
              <Row key={contactKey(relative.contact)} relative={relative}>
                <Button
                  variant="quiet"
                  size="small"
                  icon={Link2}
                  aria-label={`${t('same.rejoin')}: ${nameOf(relative)}`}
                  onClick={() => decide(relative, 'same')}
                >
                  {t('same.rejoin')}
                </Button>
              </Row>
            ))}
          </ul>
        </>
      )}
      <p className="mt-1.5 text-meta text-faint">{t('same.hint')}</p>
      {failed && (
        <p role="alert" className="mt-1 text-meta text-danger">
          {t('same.notKept')}
        </p>
      )}
    </Box>
  );
}

function Box({
  box,
  title,
  children,
}: {
  box: RefObject<HTMLElement | null>;
  title: string;
  children: React.ReactNode;
}) {
  return (
    <section ref={box} tabIndex={-1} aria-label={title} className="mt-6 outline-none">
      <h3 className="mb-1.5 text-meta text-muted">{title}</h3>
      {children}
    </section>
  );
}

function Row({ relative, children }: { relative: Relative; children: React.ReactNode }) {
  const { contact, because } = relative;
  const { t } = useTranslation('person');
  const account = useAccounts().find(({ id }) => id === contact.accountId)?.name ?? contact.accountId;
  const name = contact.name.trim() || t('noName');
  return (
    <li className="flex items-start gap-2 py-1">
      <Avatar name={name} size={18} />
      <span className="min-w-0 flex-1">
        <span className="block [overflow-wrap:anywhere]">
          <bdi>{name}</bdi> <span className="text-muted">· {account}</span>
        </span>
        <span className="block text-meta text-faint [overflow-wrap:anywhere]">
          <Reason because={because} />
        </span>
      </span>
      {children}
    </li>
  );
}

function Reason({ because }: { because: Kinship }) {
  const { t, i18n } = useTranslation('person');
  switch (because.by) {
    case 'verified-email':
      return t('same.because.verifiedEmail', { value: because.value });
    case 'email':
      return t('same.because.email', { value: because.value });
    case 'phone':
      return t('same.because.phone', { value: because.value });
    case 'handle':
      return t('same.because.handle', { value: handleWords(because.value) });
    case 'agent':
      return t('same.because.agent', {
        name: because.name,
        date: formatDate(because.at, i18n.language, 'dayAndYear'),
      });
  }
}
