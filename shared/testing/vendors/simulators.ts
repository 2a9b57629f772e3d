/** The simulators at hand, by the id of their backend. A vendor's folder is entered here and nowhere else. */
import type { OpenSimulator } from '../vendor-kit';
import { openChatwoot } from './chatwoot/chatwoot-simulator';

export const SIMULATORS: Readonly<Record<string, OpenSimulator>> = {
  chatwoot: openChatwoot,
};
