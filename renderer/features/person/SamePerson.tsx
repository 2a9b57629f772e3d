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
import { useRef, useState, type ReactNode, type RefObject } from 'react';

/** Who else is this person in other accounts, why, and what an agent may say about it. */
export function SamePerson({ accountId, contactId }: { accountId: string; contactId: string }) {
  const { t } = useTranslation('person');
  const anchor = `${accountId}/${contactId}`;
  const { joined, suggested, parted } = usePerson(anchor);
  const [failed, setFailed] = useState(false);
  const box = useRef<HTMLElement>(null);
  const nameOf = useNameOf();
  if (joined.length + suggested.length + parted.length === 0) return null;
  const decide = (relative: Relative, verdict: 'same' | 'apart'): void => {
    setFailed(false);
    // The row that has the focus is about to go: the next key must not fall into nothing.
    box.current?.focus({ preventScroll: true });
    decidePerson(relative.like, contactKey(relative.contact), verdict).catch(() => setFailed(true));
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
      <Offers title={t('same.perhaps')} action={t('same.join')} relatives={suggested} onJoin={decide} />
      <Offers title={t('same.parted')} action={t('same.rejoin')} relatives={parted} onJoin={decide} />
      <p className="mt-1.5 text-meta text-faint">{t('same.hint')}</p>
      {failed && (
        <p role="alert" className="mt-1 text-meta text-danger">
          {t('same.notKept')}
        </p>
      )}
    </Box>
  );
}

function useNameOf(): (relative: Relative) => string {
  const { t } = useTranslation('person');
  return ({ contact }) => contact.name.trim() || t('noName');
}

/** Contacts that an agent could join. */
function Offers({
  title,
  action,
  relatives,
  onJoin,
}: {
  title: string;
  action: string;
  relatives: readonly Relative[];
  onJoin: (relative: Relative, verdict: 'same') => void;
}) {
  const nameOf = useNameOf();
  if (relatives.length === 0) return null;
  return (
    <>
      <h4 className="mt-2 mb-1 text-meta text-muted">{title}</h4>
      <ul>
        {relatives.map((relative) => (
          <Row key={contactKey(relative.contact)} relative={relative} below>
            <Button
              variant="quiet"
              size="small"
              icon={Link2}
              aria-label={`${action}: ${nameOf(relative)}`}
              onClick={() => onJoin(relative, 'same')}
            >
              {action}
            </Button>
          </Row>
        ))}
      </ul>
    </>
  );
}

function Box({
  box,
  title,
  children,
}: {
  box: RefObject<HTMLElement | null>;
  title: string;
  children: ReactNode;
}) {
  return (
    <section ref={box} tabIndex={-1} aria-label={title} className="mt-6 outline-none">
      <h3 className="mb-1.5 text-meta text-muted">{title}</h3>
      {children}
    </section>
  );
}

/** @param below words of an action are long in some languages: they stand under the reason */
function Row({
  relative,
  below = false,
  children,
}: {
  relative: Relative;
  below?: boolean;
  children: ReactNode;
}) {
  const { contact, because } = relative;
  const name = useNameOf()(relative);
  const account = useAccounts().find(({ id }) => id === contact.accountId)?.name ?? contact.accountId;
  return (
    <li className="flex items-start gap-2 py-1">
      <Avatar name={name} size={18} />
      <div className="min-w-0 flex-1">
        <p className="[overflow-wrap:anywhere]">
          <bdi>{name}</bdi> <span className="text-muted">· {account}</span>
        </p>
        <p className="text-meta text-faint [overflow-wrap:anywhere]">
          <Reason because={because} />
        </p>
        {below && <div className="-ms-2">{children}</div>}
      </div>
      {!below && children}
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
