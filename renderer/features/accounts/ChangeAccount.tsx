import { useRef, useState, type FormEvent } from 'react';
import { flushSync } from 'react-dom';
import { Button } from '@renderer/components/Button';
import { useTranslation } from '@renderer/components/use-translation';
import { changeAccount, useBackends, useConnection } from '@renderer/data/account-admin';
import { useStep } from '@renderer/data/use-step';
import { useAccountScreen } from '@renderer/state/account-screen';
import { NOTHING_TYPED, type TypedAccount } from '@renderer/state/typed-account';
import type { AccountCheckDraft, AccountPatch, BackendOffer } from '@shared/contract/accounts';
import type { Account } from '@shared/contract/door';
import { CheckPart, HostFailure } from './CheckPart';
import { verdictOf } from './check-result';
import { endedOnTheWay, keptAt, missingOfWay, shownWay, wayDraft, withoutStaleTrust } from './connection';
import { ConnectionFields } from './ConnectionFields';
import { MovesElsewhere } from './MovesElsewhere';
import { isSameServer, missingFields, movesElsewhere, signInValues, type FieldName } from './sign-in-fields';
import { Field, focusField, SignInForm } from './SignInForm';
import { useCheck } from './use-check';
import { View } from './View';

/** Another name, address or sign-in for an account; what is left empty stays as it is. */
export function ChangeAccount({ account }: { account: Account }) {
  const { t } = useTranslation('accounts');
  const backends = useBackends();
  const offers = backends.state === 'here' ? backends.value.offers : [];
  const offer = account.ownHelpdesk === true ? undefined : offers.find(({ id }) => id === account.backend);
  return (
    <View title={t('change.title', { account: account.name })}>
      {backends.state === 'asking' ? (
        <p role="status" className="text-muted">
          {t('loading')}
        </p>
      ) : (
        <ChangeForm account={account} offer={offer ?? null} />
      )}
    </View>
  );
}

/** @param props.offer `null`: only the name can be changed */
function ChangeForm({ account, offer }: { account: Account; offer: BackendOffer | null }) {
  const { t } = useTranslation('accounts');
  const go = useAccountScreen((state) => state.go);
  const typed = useAccountScreen(({ changes }) => changes[account.id]);
  const typeChange = useAccountScreen((state) => state.typeChange);
  const forgetChange = useAccountScreen((state) => state.forgetChange);
  const untouched = { ...NOTHING_TYPED, name: account.name, url: account.url ?? '' };
  const filled = typed ?? untouched;
  const [missing, setMissing] = useState<readonly FieldName[]>([]);
  const saving = useStep();
  const checking = useCheck();
  const form = useRef<HTMLFormElement>(null);
  const { result } = checking;
  // Kept credentials are shown to no other server.
  const keeps = filled.url.trim() === (account.url ?? '') || isSameServer(filled.url, account.url ?? '');
  const values = offer === null ? {} : signInValues(offer, filled);
  const onlyName =
    offer === null ||
    (filled.url.trim() === (account.url ?? '') &&
      Object.keys(values).length === 0 &&
      filled.way === undefined);
  const connection = useConnection(account.id);
  const kept = connection.state === 'here' ? keptAt(connection.value, keeps) : null;
  const verdict = result.state === 'done' ? verdictOf(result.steps) : null;
  const moves = offer !== null && movesElsewhere(account.url ?? '', filled, values);
  // What it costs is read before it is done: a good check alone moves nothing.
  const asksToMove = moves && verdict === 'good';

  const submitWord = onlyName
    ? 'change.save'
    : asksToMove
      ? 'change.move'
      : moves
        ? 'check.check'
        : 'change.checkAndSave';

  const patch = (): AccountPatch =>
    onlyName
      ? { name: filled.name }
      : { name: filled.name, url: filled.url.trim(), values, ...wayDraft(filled) };
  const draft = (of: Pick<TypedAccount, 'way' | 'secrets'> = filled): AccountCheckDraft => {
    const { name, url } = filled;
    return { accountId: account.id, backend: account.backend, name, url, values, ...wayDraft(of) };
  };
  const save = async () => {
    await saving.run(async () => {
      await changeAccount(account.id, patch());
      forgetChange(account.id);
      go({ name: 'list' });
    });
  };
  const fill = (change: Partial<TypedAccount>) => {
    typeChange(account.id, untouched, withoutStaleTrust(filled, change));
    setMissing([]);
    saving.forget();
    if (change.name === undefined) checking.reset();
  };
  const trust = (trusted: string | null) => {
    if (kept === null) return;
    const way = { ...(filled.way ?? shownWay(kept)), trusted };
    fill({ way });
    void checking.start(draft({ way, secrets: filled.secrets }));
  };
  const discard = () => {
    checking.reset();
    forgetChange(account.id);
    go({ name: 'list' });
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (saving.busy || result.state === 'running') return;
    if (offer === null) return save();
    const empty = [...missingFields(offer, filled, keeps), ...missingOfWay(filled)];
    // Drawn at once: a field that is folded away could not have the caret.
    flushSync(() => setMissing(empty));
    const [first] = empty;
    if (first !== undefined) {
      if (form.current !== null) focusField(form.current, first);
      return;
    }
    if (onlyName || asksToMove) return save();
    const check = await checking.start(draft());
    if (check !== null && verdictOf(check) === 'good' && !moves) await save();
  };
  return (
    <form ref={form} onSubmit={(event) => void submit(event)} noValidate className="flex flex-col gap-4">
      {offer === null ? (
        <Field
          field="name"
          label={t('field.name')}
          value={filled.name}
          onChange={(name) => fill({ name })}
          hint={t('field.nameHint')}
          missing={false}
        />
      ) : (
        <SignInForm offer={offer} filled={filled} keeps={keeps} missing={missing} onFill={fill} />
      )}
      {offer !== null && kept !== null && (
        <ConnectionFields
          filled={filled}
          onFill={fill}
          kept={kept}
          ended={result.state === 'done' && endedOnTheWay(result.steps)}
          missing={missing}
        />
      )}
      {!keeps && <p className="text-pretty text-muted">{t('change.otherServer')}</p>}
      {moves && <MovesElsewhere accountId={account.id} />}
      <CheckPart checking={checking} onTrust={trust} />
      {saving.failed !== null && <HostFailure code={saving.failed} />}
      <div className="sticky -bottom-4 z-10 -mb-4 flex flex-wrap justify-end gap-2 border-t bg-raised py-3">
        {typed !== undefined && (
          <Button variant="quiet" onClick={discard} className="mr-auto">
            {t('change.discard')}
          </Button>
        )}
        {verdict !== null && verdict !== 'good' && (
          <Button onClick={() => void save()}>{t('change.anyway')}</Button>
        )}
        <Button type="submit" variant="primary" busy={saving.busy || result.state === 'running'}>
          {t(submitWord)}
        </Button>
      </div>
    </form>
  );
}
