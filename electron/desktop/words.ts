/** The few words the shell itself shows, in the language of the system. */

interface Words {
  open: string;
  quit: string;
  cannotStart: string;
}

const WORDS: Readonly<Record<string, Words>> = {
  en: { open: 'Open Holdfast', quit: 'Quit', cannotStart: 'Holdfast cannot start' },
  ru: { open: 'Открыть Holdfast', quit: 'Выйти', cannotStart: 'Не удалось запустить Holdfast' },
  be: { open: 'Адкрыць Holdfast', quit: 'Выйсці', cannotStart: 'Не ўдалося запусціць Holdfast' },
  vi: { open: 'Mở Holdfast', quit: 'Thoát', cannotStart: 'Không thể khởi động Holdfast' },
};

/** @param locale as the system names it, e.g. `ru-RU` */
export function wordsFor(locale: string): Words {
  const english = WORDS['en'] as Words;
  return WORDS[locale.toLowerCase().split('-', 1)[0] ?? ''] ?? english;
}
