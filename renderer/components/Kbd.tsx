import { useTranslation } from './use-translation';

const onMac = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.userAgent);

const CAPS: Readonly<Record<string, string>> = {
  Mod: onMac ? '⌘' : 'Ctrl',
  Alt: onMac ? '⌥' : 'Alt',
  Shift: onMac ? '⇧' : 'Shift',
  Enter: '↵',
  Escape: 'Esc',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Backspace: '⌫',
};

/** What is printed on the keys of one step of a binding: `Mod+k` → `Ctrl`, `K`. */
function capsOf(step: string): readonly string[] {
  return step.split('+').map((part) => CAPS[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}

/** A key binding as it stands on the keyboard; a sequence is joined by "then". */
export function Kbd({ keys, quiet = false }: { keys: string; quiet?: boolean }) {
  const { t } = useTranslation('common');
  const steps = keys.split(' ');
  return (
    <span className="inline-flex shrink-0 items-center gap-1 text-meta">
      {steps.map((step, i) => (
        // A binding never changes while it is shown, so its place is its identity.
        <span key={i} className="inline-flex items-center gap-0.5">
          {i > 0 && <span className="px-0.5">{t('keys.then')}</span>}
          {capsOf(step).map((cap) => (
            <kbd
              key={cap}
              className={
                quiet
                  ? 'font-sans opacity-80'
                  : 'inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-[4px] border border-current/25 px-1 font-sans text-[0.6875rem] leading-none'
              }
            >
              {cap}
            </kbd>
          ))}
        </span>
      ))}
    </span>
  );
}
