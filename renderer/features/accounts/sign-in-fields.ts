/** What the form asks for, and what is still missing in it. Pure. */
import type { BackendOffer, SignInFieldName } from '@shared/contract/accounts';

export type FieldName = 'url' | 'proxyUrl' | SignInFieldName;

export interface FilledIn {
  url: string;
  values: Readonly<Record<string, string>>;
  secrets: Readonly<Record<string, string>>;
  /** Secrets that were typed and are gone with the page that held them. */
  lost?: readonly string[];
}

/** Whether two addresses are surely of one server: only there are kept credentials used. */
export function isSameServer(one: string, other: string): boolean {
  const origin = (text: string): string | null => {
    const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text.trim()) ? text.trim() : `https://${text.trim()}`;
    return URL.canParse(whole) ? new URL(whole).origin : null;
  };
  return origin(one) !== null && origin(one) === origin(other);
}

/**
 * Fields that have to be filled in, in the order of the form.
 * @param keeps what is left empty stays as it is; not what was typed already and got lost
 */
export function missingFields(offer: BackendOffer, filled: FilledIn, keeps: boolean): readonly FieldName[] {
  const missing: FieldName[] = filled.url.trim() === '' ? ['url'] : [];
  for (const { name, secret } of offer.signIn) {
    if (keeps && filled.lost?.includes(name) !== true) continue;
    const value = (secret ? filled.secrets : filled.values)[name] ?? '';
    if (value.trim() === '') missing.push(name);
  }
  return missing;
}

/**
 * What was filled in and this helpdesk asks for, by the names the host knows; empty fields are left
 * out, and what was typed for another helpdesk that was picked before.
 */
export function signInValues(
  { signIn }: BackendOffer,
  filled: FilledIn,
): Partial<Record<SignInFieldName, string>> {
  return Object.fromEntries(
    signIn.flatMap(({ name, secret }) => {
      const value = ((secret ? filled.secrets : filled.values)[name] ?? '').trim();
      return value === '' ? [] : [[name, value]];
    }),
  );
}

/**
 * Whether an account would be another helpdesk's, with other conversations. Which workspace it has is not
 * known to a page: whoever types one is told.
 * @param before its address as it is
 * @param values of {@link signInValues}
 */
export function movesElsewhere(
  before: string,
  { url }: Pick<FilledIn, 'url'>,
  values: Partial<Record<SignInFieldName, string>>,
): boolean {
  const typed = url.trim();
  const isOther = typed !== '' && typed !== before && !isSameServer(typed, before);
  return isOther || values.workspace !== undefined;
}
