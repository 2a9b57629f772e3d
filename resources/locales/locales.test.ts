import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSourceWords } from './source-words';

const LANGUAGES = ['en', 'ru', 'be', 'vi'] as const;
type Language = (typeof LANGUAGES)[number];

const here = fileURLToPath(new URL('.', import.meta.url));
const renderer = fileURLToPath(new URL('../../renderer', import.meta.url));

/** Words that are the same in another language: names, and what is printed as it is. */
const SAME_AS_ENGLISH: Readonly<Record<Exclude<Language, 'en'>, readonly string[]>> = {
  ru: ['common:appName', 'notices:wrongToken.line'],
  be: ['common:appName', 'notices:wrongToken.line'],
  vi: [
    'common:appName',
    'notices:wrongToken.line',
    'common:size.bytes',
    'common:size.kilobytes',
    'common:size.megabytes',
  ],
};

/** Keys that no literal in the page's source names because they are put together elsewhere. */
const NAMED_AT_RUN_TIME: readonly string[] = [];

type Words = ReadonlyMap<string, string>;

function flatten(value: unknown, path: string, into: Map<string, string>): void {
  if (typeof value === 'string') into.set(path, value);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value))
      flatten(inner, path === '' ? key : `${path}.${key}`, into);
  } else throw new Error(`${path} is neither a text nor a group of texts`);
}

const namespaces = readdirSync(`${here}/en`).map((file) => file.replace(/\.json$/, ''));

/** `namespace:key` → text. */
function wordsOf(language: Language): Words {
  const words = new Map<string, string>();
  for (const file of readdirSync(`${here}/${language}`)) {
    const inFile = new Map<string, string>();
    flatten(JSON.parse(readFileSync(`${here}/${language}/${file}`, 'utf8')), '', inFile);
    for (const [key, text] of inFile) words.set(`${file.replace(/\.json$/, '')}:${key}`, text);
  }
  return words;
}

const words: Readonly<Record<Language, Words>> = {
  en: wordsOf('en'),
  ru: wordsOf('ru'),
  be: wordsOf('be'),
  vi: wordsOf('vi'),
};

const PLURAL = /_(zero|one|two|few|many|other)$/;
const base = (key: string): string => key.replace(PLURAL, '');
const bases = (of: Words): string[] => [...new Set([...of.keys()].map(base))].sort();
const pluralBases = (of: Words): string[] => [
  ...new Set([...of.keys()].filter((key) => PLURAL.test(key)).map(base)),
];
const holes = (text: string): string[] =>
  [...text.matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name ?? '').sort();

const source = readSourceWords(renderer);

describe('the test itself', () => {
  it('reads locales and source', () => {
    expect(namespaces).toContain('common');
    expect(words.en.size).toBeGreaterThan(100);
    expect(source.uses.length).toBeGreaterThan(50);
  });
});

describe.each(LANGUAGES)('%s', (language) => {
  it('has the same files as English', () => {
    expect(readdirSync(`${here}/${language}`).sort()).toEqual(readdirSync(`${here}/en`).sort());
  });

  it('has the same keys as English', () => {
    expect(bases(words[language])).toEqual(bases(words.en));
  });

  it('has every plural form of the language and no other', () => {
    const forms = [...new Intl.PluralRules(language).resolvedOptions().pluralCategories].sort();
    for (const key of pluralBases(words.en)) {
      const there = [...words[language].keys()]
        .filter((candidate) => base(candidate) === key && candidate !== key)
        .map((candidate) => PLURAL.exec(candidate)?.[1])
        .sort();
      expect(there, key).toEqual(forms);
    }
  });

  it('fills the same holes as English', () => {
    for (const [key, text] of words[language]) {
      const english = words.en.get(key) ?? words.en.get(`${base(key)}_other`);
      expect(holes(text), key).toEqual(holes(english ?? ''));
    }
  });

  it('says nothing empty, shouts nothing and ends no text in a blank', () => {
    for (const [key, text] of words[language]) {
      expect(text.trim(), key).toBe(text);
      expect(text, key).not.toBe('');
      expect(text, key).not.toContain('!');
    }
  });
});

describe.each(['ru', 'be', 'vi'] as const)('%s', (language) => {
  it('is translated, not copied from English', () => {
    const copied = [...words[language]]
      .filter(([key, text]) => text === (words.en.get(key) ?? words.en.get(`${base(key)}_other`)))
      .filter(([, text]) => /\p{L}/u.test(text.replace(/\{\{.*?\}\}/g, '')))
      .map(([key]) => key);
    expect(copied.sort()).toEqual([...SAME_AS_ENGLISH[language]].sort());
  });
});

it('Belarusian is not copied from Russian wholesale', () => {
  const long = [...words.be].filter(
    ([, text]) => text.replace(/\{\{.*?\}\}/g, '').length > 20 && /\p{Script=Cyrillic}/u.test(text),
  );
  const same = long.filter(([key, text]) => words.ru.get(key) === text);
  expect(same.map(([key]) => key)).toEqual([]);
});

describe('the source', () => {
  it('asks only for words that exist', () => {
    const missing = source.uses
      .filter(
        ({ namespaces: possible, pattern }) =>
          ![...words.en.keys()].some((key) => {
            const [namespace, ...rest] = key.split(':');
            return possible.includes(namespace ?? '') && pattern.test(base(rest.join(':')));
          }),
      )
      .map(
        ({ file, line, shown, namespaces: possible }) => `${file}:${line} ${shown} in ${possible.join('|')}`,
      );
    expect(missing).toEqual([]);
  });

  it('uses every word there is', () => {
    const unused = bases(words.en).filter((full) => {
      const [namespace, ...rest] = full.split(':');
      const key = rest.join(':');
      const asked = source.uses.some(
        ({ namespaces: possible, pattern }) => possible.includes(namespace ?? '') && pattern.test(key),
      );
      return !asked && !source.literals.has(key) && !source.literals.has(full);
    });
    expect(unused.filter((key) => !NAMED_AT_RUN_TIME.includes(key))).toEqual([]);
  });

  it('shows no letters that come from no locale', () => {
    expect(source.bare).toEqual([]);
  });
});
