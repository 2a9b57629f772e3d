/**
 * The words of a component. Every word of the page is here before it is drawn (i18n.ts), so this
 * needs none of what react-i18next's hook does to wait for them: that hook copies the whole i18next
 * instance for each component that calls it, which for fifty rows took a tenth of the start.
 */
import i18next, { type i18n, type TFunction, type TOptions } from 'i18next';
import { createContext, useContext } from 'react';

type Namespaces = string | readonly [string, ...string[]];

export interface Translation<Ns extends Namespaces> {
  /** Words of the first namespace; of another one as `common:key`. */
  t: TFunction<Ns>;
  i18n: i18n;
}

const Language = createContext<string | null>(null);

/** Gives the language to everything inside, which is drawn anew when it changes. */
export const LanguageProvider = Language.Provider;

const made = new Map<string, Translation<string>>();

/** The words of a namespace, or of several of which the first is the usual one. */
export function useTranslation<const Ns extends Namespaces>(namespaces: Ns): Translation<Ns> {
  const language = useContext(Language) ?? i18next.language;
  const namespace = typeof namespaces === 'string' ? namespaces : namespaces[0];
  const name = `${language}/${namespace}`;
  let known = made.get(name);
  if (known === undefined) {
    known = { t: wordsOf(language, namespace), i18n: i18next };
    made.set(name, known);
  }
  return known as unknown as Translation<Ns>;
}

/** i18next's own function; a text without values is looked up once. */
function wordsOf(language: string, namespace: string): TFunction {
  const look = i18next.getFixedT(language, namespace);
  const plain = new Map<string, string>();
  const t = (key: string, values?: TOptions): string => {
    if (values !== undefined) return look(key, values);
    let words = plain.get(key);
    if (words === undefined) {
      words = look(key);
      plain.set(key, words);
    }
    return words;
  };
  return t as TFunction;
}
