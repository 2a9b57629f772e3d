/** The simulators at hand, by the id of their backend. A vendor's folder is entered here and nowhere else. */
import type { RestDefinition } from '../../backends/rest-definition';
import type { OpenSimulator, VendorSimulator } from '../vendor-kit';
import { openChatwoot } from './chatwoot/chatwoot-simulator';
import { openFreshdesk } from './freshdesk/freshdesk-simulator';
import { openCopperTracker } from './custom-copper-tracker/copper-simulator';
import { openParleyChat } from './custom-parley-chat/parley-simulator';
import { openRequestTracker } from './request-tracker/rt-simulator';
import { openZammad } from './zammad/zammad-simulator';
import { openZendesk } from './zendesk/zendesk-simulator';

export const SIMULATORS: Readonly<Record<string, OpenSimulator>> = {
  'request-tracker': openRequestTracker,
  chatwoot: openChatwoot,
  freshdesk: openFreshdesk,
  zammad: openZammad,
  zendesk: () => openZendesk(),
};

/** What the profiles of `resources/backends` are tried on, by file name; each is handed its compiled profile. */
export const PROFILE_SIMULATORS: Readonly<
  Record<string, (definition: RestDefinition) => VendorSimulator | Promise<VendorSimulator>>
> = {
  'copper-tracker.yaml': (definition) => openCopperTracker(definition),
  'parley-chat.yaml': (definition) => openParleyChat(definition),
};
