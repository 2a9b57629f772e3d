/** Commands for React: registered while mounted, run by keys, palette and buttons alike. */
import { useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import { CommandRegistry, type Command } from './command-registry';
import type { KeyPress } from './key-combo';

export { COMMAND_GROUPS, type Command, type CommandGroup } from './command-registry';

const browser = typeof navigator === 'undefined' ? null : navigator;
export const onMac = browser !== null && /mac|iphone|ipad/i.test(browser.userAgent);

/** Languages whose agents usually sit at a layout without Latin letters, until the first letter tells. */
const likelyLatin = browser === null || !/^(ru|be|uk|bg|sr|el|he|ar)/.test(browser.language);

const registry = new CommandRegistry({ mac: onMac, latin: likelyLatin });

/**
 * Offers a command while the calling component is mounted.
 * `run` and the other fields may change on every render; only label, keys and availability redraw readers.
 */
export function useCommand(command: Command): void {
  const newest = useRef(command);
  useLayoutEffect(() => {
    newest.current = command;
  });
  const { id, label, enabled } = command;
  const keys = command.keys.join('\n');
  // Before the paint: what is on screen answers its keys at once.
  useLayoutEffect(() => registry.add(id, () => newest.current), [id]);
  useLayoutEffect(() => registry.changed(), [label, keys, enabled]);
}

/** Every command that is mounted now. */
export function useCommands(): readonly Command[] {
  return useSyncExternalStore(registry.subscribe, registry.list, registry.list);
}

const NO_KEYS: readonly string[] = [];

/** What is known as one array by the keys in it, so that equal keys redraw nobody. */
const sameKeys = new Map<string, readonly string[]>([['', NO_KEYS]]);

function keysOf(id: string): readonly string[] {
  const keys = registry.get(id)?.keys ?? NO_KEYS;
  const name = keys.join('\n');
  const known = sameKeys.get(name);
  if (known !== undefined) return known;
  sameKeys.set(name, keys);
  return keys;
}

/** The keys of one command, for the tooltip of its button; redraws only when they change. */
export function useCommandKeys(id: string): readonly string[] {
  const read = () => keysOf(id);
  return useSyncExternalStore(registry.subscribe, read, read);
}

/** Those of some commands that are mounted now, in the order asked; redraws only with one of them. */
export function useSomeCommands(ids: readonly string[]): readonly Command[] {
  const mounted = () => ids.flatMap((id) => registry.get(id) ?? []);
  const look = () =>
    mounted()
      .map(({ id, label, keys, enabled }) => [id, label, enabled !== false, ...keys].join('\n'))
      .join('\n\n');
  useSyncExternalStore(registry.subscribe, look, look);
  return mounted();
}

/** Runs a command by its id; false when nothing offers it or it is switched off. */
export function runCommand(id: string): boolean {
  const command = registry.get(id);
  if (command === undefined || command.enabled === false) return false;
  command.run();
  return true;
}

/** Gives the registry a key that was pressed elsewhere, such as inside the mail frame. */
export function pressKey(press: KeyPress, inEditor = false): boolean {
  return registry.press(press, { inEditor, at: performance.now() });
}

/** True for what is typed into. */
export function isEditor(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement && !/^(checkbox|radio|button|range|submit)$/.test(target.type);
}

/** Enter and Space press a focused button, link or menu item; only elsewhere are they commands. */
function pressesItself(press: KeyboardEvent): boolean {
  if (press.key !== 'Enter' && press.key !== ' ') return false;
  if (press.ctrlKey || press.metaKey || press.altKey) return false;
  return (
    press.target instanceof Element &&
    press.target.closest('button, a[href], summary, [role="menuitem"]') !== null
  );
}

/** Whatever floats (a dialog, a menu) owns the keyboard until it closes. */
function isOverlaid(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      '[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"][data-floating]',
    ) !== null
  );
}

/** The page's one keydown listener. @returns how to stop it */
export function startKeyboard(target: Window): () => void {
  const onKeyDown = (press: KeyboardEvent) => {
    // 229 is what an input method sends while it composes (Vietnamese Telex, for one).
    if (press.defaultPrevented || press.isComposing || press.keyCode === 229) return;
    if (pressesItself(press) || isOverlaid(press.target)) return;
    if (press.getModifierState('AltGraph')) return;
    if (pressKey(press, isEditor(press.target))) press.preventDefault();
  };
  target.addEventListener('keydown', onKeyDown);
  return () => target.removeEventListener('keydown', onKeyDown);
}
