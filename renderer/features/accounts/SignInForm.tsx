import { useId } from 'react';
import { TextField } from '@renderer/components/TextField';
import { useTranslation } from '@renderer/components/use-translation';
import type { TypedAccount } from '@renderer/state/typed-account';
import type { BackendOffer, SignInFieldName } from '@shared/contract/accounts';
import type { FieldName } from './sign-in-fields';

export interface SignInFormProps {
  offer: BackendOffer;
  filled: TypedAccount;
  onFill: (patch: Partial<TypedAccount>) => void;
  /** Fields that were asked for and are still empty. */
  missing: readonly FieldName[];
  /** Credentials that are left empty stay as they are. */
  keeps?: boolean;
}

/** Where a helpdesk is and how to sign in there, each field with the place where it can be found. */
export function SignInForm({ offer, filled, onFill, missing, keeps = false }: SignInFormProps) {
  const { t } = useTranslation('accounts');
  const hintOf = useHint(offer);
  const fill = (field: SignInFieldName, secret: boolean, value: string) => {
    const kind = secret ? 'secrets' : 'values';
    onFill({ [kind]: { ...filled[kind], [field]: value } });
  };
  return (
    <div className="flex flex-col gap-3">
      <Field
        label={t('field.url')}
        value={filled.url}
        onChange={(url) => onFill({ url })}
        hint={t('field.urlExample', { example: offer.addressExample })}
        missing={missing.includes('url')}
        field="url"
        inputMode="url"
      />
      {offer.signIn.map(({ name, secret }) => (
        <Field
          key={name}
          field={name}
          label={t(`field.${name}`)}
          value={(secret ? filled.secrets : filled.values)[name] ?? ''}
          onChange={(value) => fill(name, secret, value)}
          hint={filled.lost.includes(name) ? t('field.lost') : keeps ? t('field.keeps') : hintOf(name)}
          missing={missing.includes(name)}
          secret={secret}
        />
      ))}
      <Field
        field="name"
        label={t('field.name')}
        value={filled.name}
        onChange={(name) => onFill({ name })}
        hint={t('field.nameHint')}
        missing={false}
      />
    </div>
  );
}

/** Where a field is found: in the words for this helpdesk, where there are any. */
function useHint({ id, custom }: BackendOffer): (field: SignInFieldName) => string {
  const { t, i18n } = useTranslation('accounts');
  return (field) =>
    !custom && i18n.exists(`accounts:hint.${id}.${field}`)
      ? t(`hint.${id}.${field}`)
      : t(`hint.any.${field}`);
}

interface FieldProps {
  field: FieldName | 'name' | 'proxyLogin' | 'proxyPassword';
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint: string;
  missing: boolean;
  secret?: boolean;
  inputMode?: 'url';
}

/** One line with its hint; says when it was left empty. */
export function Field({
  field,
  label,
  value,
  onChange,
  hint,
  missing,
  secret = false,
  inputMode,
}: FieldProps) {
  const { t } = useTranslation('accounts');
  const hintId = useId();
  return (
    <div className="flex flex-col gap-1">
      <TextField
        label={label}
        value={value}
        onChange={({ target }) => onChange(target.value)}
        type={secret ? 'password' : 'text'}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        inputMode={inputMode}
        data-field={field}
        aria-describedby={hintId}
        aria-invalid={missing || undefined}
        className="h-8 aria-invalid:border-danger"
      />
      <p id={hintId} className="text-meta text-pretty text-muted">
        {missing && <span className="text-danger">{t('field.missing')} </span>}
        {hint}
      </p>
    </div>
  );
}

/** Puts the caret into the first field that is missing. */
export function focusField(form: HTMLElement, field: FieldName): void {
  form.querySelector<HTMLElement>(`[data-field="${field}"]`)?.focus();
}
