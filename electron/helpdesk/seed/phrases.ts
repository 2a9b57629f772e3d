/** The phrases that composed conversations are made of, one text file a language in `phrases/`. */
import be from './phrases/be.txt?raw';
import en from './phrases/en.txt?raw';
import ru from './phrases/ru.txt?raw';
import vi from './phrases/vi.txt?raw';

export type Language = 'en' | 'ru' | 'be' | 'vi';
export type ComposedTopic =
  'payments' | 'withdrawals' | 'logins' | 'rules' | 'bonuses' | 'faults' | 'complaints';

/** Section name → its lines. */
export type Phrases = ReadonlyMap<string, readonly string[]>;

/** Reads `= name` headings with the lines below them. */
export function readPhrases(source: string): Phrases {
  const sections = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of source.split('\n')) {
    const [, name] = /^= (.+)$/u.exec(line) ?? [];
    if (name !== undefined) sections.set(name, (lines = []));
    else if (line.trim() !== '') lines.push(line.trim());
  }
  return sections;
}

export const PHRASES: Readonly<Record<Language, Phrases>> = {
  en: readPhrases(en),
  ru: readPhrases(ru),
  be: readPhrases(be),
  vi: readPhrases(vi),
};

/** How a sample person is called, so that nobody takes them for a real one. */
export const SAMPLE_TITLE: Readonly<Record<Language, string>> = {
  en: 'Sample Customer',
  ru: 'Тестовый клиент',
  be: 'Тэставы кліент',
  vi: 'Khách hàng mẫu',
};
