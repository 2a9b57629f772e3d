import { useEffect, useRef, useState, type FormEvent } from 'react';
import { flushSync } from 'react-dom';
import { Button } from '@renderer/components/Button';
import { Skeleton } from '@renderer/components/Skeleton';
import { useTranslation } from '@renderer/components/use-translation';
import { addAccount, useBackends } from '@renderer/data/account-admin';
import { useStep } from '@renderer/data/use-step';
import { useAccountScreen } from '@renderer/state/account-screen';
import type { TypedAccount } from '@renderer/state/typed-account';
import type { BackendOffer } from '@shared/contract/accounts';
import { CheckPart, HostFailure } from './CheckPart';
import { verdictOf } from './check-result';
import { endedOnTheWay, missingOfWay, STRAIGHT, wayDraft, withoutStaleTrust } from './connection';
import { ConnectionFields } from './ConnectionFields';
import { PickBackend } from './PickBackend';
import { missingFields, signInValues, type FieldName } from './sign-in-fields';
import { focusField, SignInForm } from './SignInForm';
import { useCheck } from './use-check';
import { View } from './View';

/** Connects a helpdesk: which one, where it is and how to sign in, asked before anything is kept. */
export function ConnectWizard() {
  const { t } = useTranslation('accounts');
  const backends = useBackends();
  const typed = useAccountScreen((state) => state.typed);
  const type = useAccountScreen((state) => state.type);
  const offers = backends.state === 'here' ? backends.value.offers : [];
  const offer = offers.find(({ id }) => id === typed.backend);
  return (
    // The focus follows from one step to the next.
    <View key={offer?.id ?? 'pick'} title={t('connect.title')}>
      {backends.state === 'asking' && (
        <div className="flex flex-col gap-2" role="status" aria-label={t('loading')} aria-busy="true">
          {Array.from({ length: 4 }, (_, i) => (
            <Skeleton key={i} className="h-9 w-full" />
          ))}
        </div>
      )}
      {backends.state === 'failed' && (
        <>
          <HostFailure code="unreachable" />
          <Button onClick={backends.again} className="self-start">
            {t('again')}
          </Button>
        </>
      )}
      {backends.state === 'here' &&
        (offer === undefined ? (
          <PickBackend
            offers={offers}
            onPick={(id) => type({ backend: id })}
            onImported={(id) => {
              backends.again();
              type({ backend: id });
            }}
          />
        ) : (
          <ConnectForm key={offer.id} offer={offer} vault={backends.value.vault} />
        ))}
    </View>
  );
}

function ConnectForm({ offer, vault }: { offer: BackendOffer; vault: 'keychain' | 'file' }) {
  const { t } = useTranslation('accounts');
  const { typed, type, forgetTyped, go, setOpened } = useAccountScreen();
  const [missing, setMissing] = useState<readonly FieldName[]>([]);
  const adding = useStep();
  const checking = useCheck();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (form.current !== null) focusField(form.current, 'url');
  }, []);
  const { name, url, values, secrets } = typed;
  const { result } = checking;
  const verdict = result.state === 'done' ? verdictOf(result.steps) : null;
  const connects = verdict === 'good' || verdict === 'warned';

  const fill = (patch: Partial<typeof typed>) => {
    type(withoutStaleTrust(typed, patch));
    setMissing([]);
    adding.forget();
    // What was found is about what stood here then; a name changes nothing about it.
    if (patch.name === undefined) checking.reset();
  };
  const draft = (of: Pick<TypedAccount, 'way' | 'secrets'> = typed) => ({
    name: name.trim(),
    backend: offer.id,
    url: url.trim(),
    values: signInValues(offer, { url, values, secrets }),
    ...wayDraft(of),
  });
  const connect = async () => {
    const { id } = await addAccount(draft());
    forgetTyped();
    setOpened(id);
    go({ name: 'list' });
  };
  const trust = (trusted: string | null) => {
    const way = { ...(typed.way ?? STRAIGHT), trusted };
    fill({ way });
    void checking.start(draft({ way, secrets }));
  };
  // Which key is whose is not known to the next form: it gets none.
  const another = () => type({ backend: null, secrets: {}, lost: [] });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (adding.busy || result.state === 'running') return;
    const empty = [...missingFields(offer, { url, values, secrets }, false), ...missingOfWay(typed)];
    // Drawn at once: a field that is folded away could not have the caret.
    flushSync(() => setMissing(empty));
    const [first] = empty;
    if (first !== undefined) {
      if (form.current !== null) focusField(form.current, first);
    } else if (connects) void adding.run(connect);
    else void checking.start(draft());
  };
  return (
    <form ref={form} onSubmit={submit} noValidate className="flex flex-col gap-4">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-strong">{offer.name}</span>
        <Button size="small" variant="quiet" onClick={another}>
          {t('connect.other')}
        </Button>
      </p>
      <SignInForm offer={offer} filled={typed} onFill={fill} missing={missing} />
      <ConnectionFields
        filled={typed}
        onFill={fill}
        kept={null}
        ended={result.state === 'done' && endedOnTheWay(result.steps)}
        missing={missing}
      />
      <p className="text-meta text-pretty text-muted">
        {t('connect.kept')} {t(`vault.${vault}`)}
      </p>
      <CheckPart checking={checking} onTrust={trust} />
      {adding.failed !== null && <HostFailure code={adding.failed} />}
      <div className="sticky -bottom-4 z-10 -mb-4 flex flex-wrap justify-end gap-2 border-t bg-raised py-3">
        {connects && (
          <Button onClick={() => void checking.start(draft())} disabled={adding.busy}>
            {t('check.again')}
          </Button>
        )}
        <Button type="submit" variant="primary" busy={result.state === 'running' || adding.busy}>
          {connects
            ? t(verdict === 'warned' ? 'connect.anyway' : 'connect.connect')
            : t(verdict === 'failed' || result.state === 'broken' ? 'check.again' : 'check.check')}
        </Button>
      </div>
    </form>
  );
}
