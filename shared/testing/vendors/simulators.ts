/** The simulators at hand, by the id of their backend. A vendor's folder is entered here and nowhere else. */
import type { OpenSimulator } from '../vendor-kit';

export const SIMULATORS: Readonly<Record<string, OpenSimulator>> = {};
