/** The backends this build knows, by the id that an account names. */
import { chatwootDefinition } from './chatwoot/chatwoot-backend';
import type { Clock } from './clock';
import { embeddedDefinition } from './embedded/embedded-backend';
import { freshdeskDefinition } from './freshdesk/freshdesk-backend';
import type { HttpClient } from './http';
import type { Backend, BackendDescriptor, SignInField } from './port';
import { requestTrackerDefinition } from './request-tracker/request-tracker-backend';
import type { RestDefinition } from './rest-definition';
import { createRestBackend } from './rest-engine';
import { zammadDefinition } from './zammad/zammad-backend';
import { zendeskDefinition } from './zendesk/zendesk-backend';

/** What an account tells a backend. */
export interface BackendSettings {
  accountId: string;
  /** Address of the helpdesk, with or without a slash at the end. */
  url: string;
  token: string;
  /** What its descriptor's `signIn` asks for beside the token. */
  values?: Readonly<Partial<Record<SignInField['name'], string>>>;
  /** Credentials that the server replaced, to be kept before they are used. */
  onRenewed?(values: Readonly<Partial<Record<SignInField['name'], string>>>): Promise<void>;
}

/** By id. A vendor's folder is entered here and nowhere else. */
const DEFINITIONS: Readonly<Record<string, RestDefinition>> = {
  embedded: embeddedDefinition,
  chatwoot: chatwootDefinition,
  freshdesk: freshdeskDefinition,
  'request-tracker': requestTrackerDefinition,
  zammad: zammadDefinition,
  zendesk: zendeskDefinition,
};

/** Ids that {@link backendFor} accepts. */
export const BACKEND_IDS: readonly string[] = Object.keys(DEFINITIONS);

/** What every backend says of itself, in the order in which they are offered. */
export const DESCRIPTORS: readonly BackendDescriptor[] = Object.values(DEFINITIONS).map(
  ({ descriptor }) => descriptor,
);

/** The backends of one console: those of this build, and those that profiles describe. */
export interface Backends {
  ids(): readonly string[];
  descriptors(): readonly BackendDescriptor[];
  /** Adds a backend, or puts it in the place of the one with the same id. */
  register(definition: RestDefinition): void;
  /**
   * Connects an account to its backend. Makes no request.
   * @throws when no backend has that id
   */
  connect(definitionId: string, settings: BackendSettings, http: HttpClient, clock: Clock): Backend;
}

/** Knows the backends of this build, until others are registered. */
export function createBackends(): Backends {
  const definitions = new Map(Object.entries(DEFINITIONS));
  return {
    ids: () => [...definitions.keys()],
    descriptors: () => [...definitions.values()].map(({ descriptor }) => descriptor),
    register: (definition) => void definitions.set(definition.descriptor.id, definition),
    connect(definitionId, settings, http, clock) {
      const definition = definitions.get(definitionId);
      if (definition === undefined) throw new Error(`No backend is called "${definitionId}".`);
      return createRestBackend(definition, settings, http, clock);
    },
  };
}

/** Connects an account to a backend of this build; see {@link Backends.connect}. */
export function backendFor(...wanted: Parameters<Backends['connect']>): Backend {
  return createBackends().connect(...wanted);
}
