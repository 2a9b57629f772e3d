import { DEFAULT_SETTINGS, type Settings } from '@shared/contract/door';

export function useSettings(): Settings {
  return DEFAULT_SETTINGS;
}

/** Changes some settings: at once here, then in the host. Throws {@link DoorFailure} and turns back. */
export async function saveSettings(_patch: Partial<Settings>): Promise<void> {}
