import { useRef, useState } from 'react';
import { Button } from '@renderer/components/Button';
import { Select } from '@renderer/components/Select';
import { TextField } from '@renderer/components/TextField';
import { useTranslation } from '@renderer/components/use-translation';
import { changeAccount, failureCode, type DoorFailureCode } from '@renderer/data/account-admin';
import { useAgents } from '@renderer/data/accounts';
import type { Account } from '@shared/contract/door';
import { lineOf, speakerOf, standsAs, type Speaker } from '@shared/domain/speaker';
import { HostFailure } from './CheckPart';
import { speakersOf } from './speakers';

/** Whoever signed in, among the choices. */
const SIGNED_IN = 'signed-in';
/** A name that was typed while the helpdesk listed nobody. */
const TYPED = 'typed';
/** What an agent is called among the choices, so that no id is taken for one of the words above. */
const chosen = (id: string): string => `agent ${id}`;

/** Under whose name replies leave, how a helpdesk is told, and who works at this console. */
export function WhoseName({ account }: { account: Account }) {
  const { t } = useTranslation(['speaker', 'accounts']);
  const agents = useAgents(account.id);
  const [changing, setChanging] = useState<'no' | 'changing' | DoorFailureCode>('no');
  const signedIn = account.signedIn ?? null;
  if (account.agent === null) return t('accounts:fact.agentUnknown');
  const speaker = speakerOf(account);
  const shown = standsAs(account);
  const choices = speakersOf(agents, signedIn, account.speaker ?? null);
  const choose = async (next: Speaker | null) => {
    setChanging('changing');
    try {
      await changeAccount(account.id, { speaker: next });
      setChanging('no');
    } catch (failure) {
      setChanging(failureCode(failure));
    }
  };
  const who = signedIn?.name ?? '';
  return (
    <>
      {shown !== null && <bdi>{shown.name}</bdi>}
      {shown !== null && shown.email !== null && shown.email !== '' && (
        <bdi className="text-muted"> {shown.email}</bdi>
      )}
      <span className="block text-muted">
        {speaker === null
          ? t('accounts:fact.agentHelp')
          : t(speaker.by === 'author' ? 'sharedTold' : 'sharedLine', { who, line: lineOf(speaker.name) })}
      </span>
      <div className="mt-1.5 flex flex-wrap items-end gap-2">
        {choices.length > 0 ? (
          <div className="flex min-w-0 flex-col gap-1">
            <span className="text-meta text-muted" aria-hidden>
              {t('choose')}
            </span>
            <Select
              label={t('choose')}
              value={speaker === null ? SIGNED_IN : speaker.id === null ? TYPED : chosen(speaker.id)}
              onChange={(value) => {
                if (value !== TYPED) void choose(choices.find(({ id }) => chosen(id) === value) ?? null);
              }}
              options={[
                { value: SIGNED_IN, label: t('ownCredentials', { who }) },
                ...(speaker?.id === null
                  ? [{ value: TYPED, label: t('shared', { name: speaker.name }) }]
                  : []),
                ...choices.map(({ id, name }) => ({ value: chosen(id), label: t('shared', { name }) })),
              ]}
              className="max-w-80"
            />
          </div>
        ) : (
          <TypedName
            kept={account.speaker?.name ?? ''}
            who={who}
            busy={changing === 'changing'}
            onChoose={(name) => void choose(name === '' ? null : { id: null, name, email: null })}
          />
        )}
      </div>
      {changing !== 'no' && changing !== 'changing' && <HostFailure code={changing} />}
    </>
  );
}

/** Where the helpdesk lists nobody, a name is typed; an empty one is whoever signed in. */
function TypedName(props: { kept: string; who: string; busy: boolean; onChoose: (name: string) => void }) {
  const { kept, who, busy, onChoose } = props;
  const { t } = useTranslation('speaker');
  const [name, setName] = useState(kept);
  const [wasKept, setWasKept] = useState(kept);
  if (kept !== wasKept) {
    setWasKept(kept);
    setName(kept);
  }
  const form = useRef<HTMLFormElement>(null);
  const typed = name.trim();
  return (
    <form
      ref={form}
      className="flex flex-wrap items-end gap-2"
      onSubmit={(submitted) => {
        submitted.preventDefault();
        // The button takes no press once the name is kept: the focus would fall off it.
        form.current?.querySelector('input')?.focus();
        onChoose(typed);
      }}
    >
      <TextField
        label={t('typeName')}
        value={name}
        onChange={({ target }) => setName(target.value)}
        placeholder={who}
        maxLength={200}
        autoComplete="off"
        className="w-56"
      />
      <Button busy={busy} disabled={typed === kept}>
        {t('keepName')}
      </Button>
    </form>
  );
}
