/** The backends this build knows, by the id that an account names. */
import type { Clock } from './clock';
import { embeddedBackend } from './embedded/embedded-backend';
import type { HttpClient } from './http';
import type { Backend } from './port';

/** What an account tells a backend. */
export interface BackendSettings {
  accountId: string;
  /** Address of the helpdesk, with or without a slash at the end. */
  url: string;
  token: string;
}

export type BackendFactory = (settings: BackendSettings, http: HttpClient, clock: Clock) => Backend;

const FACTORIES: Readonly<Record<string, BackendFactory>> = {
  embedded: embeddedBackend,
};

/** Ids that {@link backendFor} accepts. */
export const BACKEND_IDS: readonly string[] = Object.keys(FACTORIES);

/**
 * Connects an account to its backend. Makes no request.
 * @throws when no backend has that id
 */
export function backendFor(
  definitionId: string,
  settings: BackendSettings,
  http: HttpClient,
  clock: Clock,
): Backend {
  const factory = FACTORIES[definitionId];
  if (factory === undefined) throw new Error(`No backend is called "${definitionId}".`);
  return factory(settings, http, clock);
}
