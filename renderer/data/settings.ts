import type { Settings } from '@shared/contract/door';
import { pageData } from './current';
import { useSignal } from './stores/use-signal';

/** As the host has them; until its first answer, as they were last time. */
export function useSettings(): Settings {
  return useSignal(pageData().settings);
}

/** The same as {@link useSettings} outside React. */
export function currentSettings(): Settings {
  return pageData().settings.get();
}

/** Changes some settings: at once here, then in the host. Throws DoorFailure and turns back. */
export async function saveSettings(patch: Partial<Settings>): Promise<void> {
  const { settings, door } = pageData();
  const before = settings.get();
  const wanted = { ...before, ...patch };
  settings.set(wanted);
  try {
    await door.putSettings(wanted);
  } catch (failure) {
    if (settings.get() === wanted) settings.set(before);
    throw failure;
  }
}
