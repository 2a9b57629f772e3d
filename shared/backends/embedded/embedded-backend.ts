import type { BackendFactory } from '../registry';

export const embeddedBackend: BackendFactory = () => {
  throw new Error('The embedded backend is not wired yet.');
};
